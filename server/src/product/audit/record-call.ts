import type { Transaction } from '../../platform/database/database.ts';
import type { ProductCall } from '../services.ts';
import { recordEvent } from './record-event.ts';

/** Writes the audit event of a call that decides by itself whether it is one. Ids, counts and codes only. */
export async function recordCall(
  tx: Transaction,
  call: Pick<ProductCall<unknown>, 'actor' | 'address' | 'requestId'>,
  action: string,
  workspaceId: string | null,
  objectIds: Record<string, string | number | boolean | string[]>,
): Promise<void> {
  await recordEvent(tx, {
    accountId: call.actor.accountId,
    action,
    outcome: 'done',
    actorUserId: call.actor.userId,
    sessionId: call.actor.sessionId,
    workspaceId,
    objectIds,
    client: call.actor.client,
    address: call.address,
    requestId: call.requestId,
  });
}
