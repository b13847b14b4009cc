import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';

export type AuditRecord = {
  accountId: string;
  action: string;
  outcome: 'done' | 'refused';
  actorUserId: string | null;
  sessionId: string | null;
  workspaceId: string | null;
  /** Ids, counts and codes; never personal data. */
  objectIds: Record<string, unknown>;
  client: string | null;
  address: string | null;
  requestId: string;
};

/** Appends one event, in the transaction of the change that it tells of. */
export async function recordEvent(tx: Transaction, event: AuditRecord): Promise<void> {
  await tx.run(
    `insert into audit_events (account_id, event_id, action, outcome, actor_user_id, session_id, workspace_id, object_ids, client, address, request_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      event.accountId,
      newId(),
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
