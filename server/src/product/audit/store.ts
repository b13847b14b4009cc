import type { Transaction } from '../../platform/database/database.ts';
import type { AuditRecord } from './record-event.ts';

export async function insertEvent(tx: Transaction, eventId: string, event: AuditRecord): Promise<void> {
  await tx.run(
    `insert into audit_events (account_id, event_id, action, outcome, actor_user_id, session_id, workspace_id, object_ids, client, address, request_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      event.accountId,
      eventId,
      event.action,
      event.outcome,
      event.actorUserId,
      event.sessionId,
      event.workspaceId,
      JSON.stringify(event.objectIds),
      event.client,
      event.address,
      event.requestId,
    ],
  );
}
