import type { Transaction } from '../../platform/database/database.ts';
import { groupFailures } from './errors.ts';
import { deleteGroupRow, groupHolders } from './store.ts';

/** Throws group_in_use, naming what holds it, while a campaign or an export still needs the group. */
export async function refuseHeldGroup(tx: Transaction, accountId: string, groupId: string): Promise<void> {
  const holders = await groupHolders(tx, accountId, groupId);
  if (holders.length === 0) return;
  throw groupFailures.group_in_use({
    message: `This group is still used by: ${holders.join(', ')}. Publish or delete that first.`,
  });
}

/** Deletes the group. Its members must have left it in the same transaction: the database refuses otherwise. */
export async function removeGroup(tx: Transaction, accountId: string, groupId: string): Promise<void> {
  await refuseHeldGroup(tx, accountId, groupId);
  await deleteGroupRow(tx, accountId, groupId);
}
