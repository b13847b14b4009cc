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

/** Ids of one kind in one event: who searches, links or verifies the log holds a thousand events or two at a time. */
export const IDS_AN_EVENT = 1_000;

/**
 * Names what a call touched in the call's own event, so that a search for any of the ids finds it. What does not fit there
 * stands in further events of the same action, transaction and request id, which say nothing but ids.
 */
export async function nameTouched(
  call: Pick<ProductCall<{ workspace_id: string }>, 'actor' | 'address' | 'requestId' | 'audit' | 'body' | 'tx'>,
  action: string,
  facts: Record<string, string | number | boolean>,
  touched: Record<string, readonly string[]>,
): Promise<void> {
  const part = (from: number) =>
    Object.fromEntries(
      Object.entries(touched)
        .map(([name, ids]) => [name, ids.slice(from, from + IDS_AN_EVENT)] as const)
        .filter(([, ids]) => ids.length > 0),
    );
  call.audit({ ...facts, ...part(0) });
  const most = Math.max(...Object.values(touched).map((ids) => ids.length));
  for (let from = IDS_AN_EVENT; from < most; from += IDS_AN_EVENT)
    await recordCall(call.tx, call, action, call.body.workspace_id, part(from));
}
