import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { AuditRecord } from './event.ts';
import { recordEvent } from './record-event.ts';

/** Writes the event of what a command of the operator does to an account: nobody of the account acts, and no call is made. */
export function recordByOperator(
  tx: Transaction,
  { accountId, action, objectIds }: Pick<AuditRecord, 'accountId' | 'action' | 'objectIds'>,
): Promise<void> {
  return recordEvent(tx, {
    accountId,
    action,
    outcome: 'done',
    actorUserId: null,
    sessionId: null,
    workspaceId: null,
    objectIds,
    client: 'operator',
    address: null,
    requestId: newId(),
  });
}
