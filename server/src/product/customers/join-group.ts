import { uuidArray } from '../../platform/database/binary-arrays.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { countMembersIn, countMembersOut } from '../groups/count-members.ts';
import { deleteMembers, membersAmong, membersStatement } from './member-store.ts';

/**
 * Adds these customers to the group in the order given; who is in it already keeps the old position; `isNew` tells
 * of customers that this very transaction made, who cannot be in it. The caller has locked the workspace's profiles.
 * Returns who joined.
 */
export async function joinGroup(
  tx: Transaction,
  accountId: string,
  groupId: string,
  customerIds: readonly string[],
  isNew: (customerId: string) => boolean = () => false,
): Promise<string[]> {
  const wanted = [...new Set(customerIds)];
  if (wanted.length === 0) return [];
  const older = wanted.filter((customerId) => !isNew(customerId));
  const there = older.length === 0 ? new Set<string>() : await membersAmong(tx, accountId, groupId, older);
  const joining = wanted.filter((customerId) => !there.has(customerId));
  if (joining.length === 0) return [];
  const first = await countMembersIn(tx, accountId, groupId, joining.length);
  await tx.runAll([membersStatement(accountId, groupId, uuidArray(joining), first)]);
  return joining;
}

/** Takes customers out of the group; nobody is erased. Returns those who were in it. */
export async function leaveGroup(
  tx: Transaction,
  accountId: string,
  groupId: string,
  customerIds: readonly string[],
): Promise<string[]> {
  const removed = await deleteMembers(tx, accountId, groupId, customerIds);
  if (removed.length > 0) await countMembersOut(tx, accountId, new Map([[groupId, removed.length]]));
  return removed;
}
