import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { lowerCounters, raiseCounters } from './counter-store.ts';

/**
 * Counts new members in and hands out their positions: the first one of `count` consecutive ones. The group's row stays
 * locked until the transaction ends, in which the caller adds exactly these members. Throws not_found when the group is gone.
 */
export async function countMembersIn(
  tx: Transaction,
  accountId: string,
  groupId: string,
  count: number,
): Promise<number> {
  const before = await raiseCounters(tx, accountId, groupId, count);
  if (before === undefined) throw notFound('customer group');
  return before + 1;
}

/** Counts members out, in the transaction that removes exactly these. */
export async function countMembersOut(
  tx: Transaction,
  accountId: string,
  left: ReadonlyMap<string, number>,
): Promise<void> {
  if (left.size === 0) return;
  const groupIds = [...left.keys()].sort();
  await lowerCounters(
    tx,
    accountId,
    groupIds,
    groupIds.map((groupId) => left.get(groupId) ?? 0),
  );
}
