import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { IDS_AN_EVENT } from '../audit/record-call.ts';
import { recordEvent } from '../audit/record-event.ts';

/** Tells whom background work erased, in the transaction that erased them: nothing of nobody, and an event for each thousand. */
export async function recordErased(
  tx: Transaction,
  work: { accountId: string; workspaceId: string; userId: string | null },
  facts: Record<string, string | boolean>,
  erased: readonly string[],
): Promise<void> {
  const requestId = newId();
  for (let from = 0; from < erased.length; from += IDS_AN_EVENT) {
    const customerIds = erased.slice(from, from + IDS_AN_EVENT);
    await recordEvent(tx, {
      accountId: work.accountId,
      action: 'customers.deleted',
      outcome: 'done',
      actorUserId: work.userId,
      sessionId: null,
      workspaceId: work.workspaceId,
      objectIds: { ...facts, deleted: customerIds.length, customer_ids: customerIds },
      client: null,
      address: null,
      requestId,
    });
  }
}
