import type { Transaction } from '../../platform/database/database.ts';
import { newId, timeOfId } from '../../platform/ids/ids.ts';
import { type AuditRecord, canonicalEvent } from './event.ts';
import { insertEvent } from './store.ts';

/**
 * Appends one event, in the transaction of the change that it tells of. It is sealed here, by a key that the database
 * does not have: whoever may write to the tables alone can neither make an event nor alter one unseen.
 */
export async function recordEvent(tx: Transaction, record: AuditRecord): Promise<void> {
  const eventId = newId();
  const event = {
    account_id: record.accountId,
    event_id: eventId,
    happened_at: timeOfId(eventId),
    action: record.action,
    outcome: record.outcome,
    actor_user_id: record.actorUserId,
    session_id: record.sessionId,
    workspace_id: record.workspaceId,
    object_ids: JSON.stringify(record.objectIds),
    client: record.client,
    address: record.address,
    request_id: record.requestId,
  };
  await insertEvent(tx, event, tx.seal(canonicalEvent(event)));
}
