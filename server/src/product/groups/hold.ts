import type { Transaction } from '../../platform/database/database.ts';
import { deleteGroupHolds, insertGroupHold } from './store.ts';

/** Keeps the group from being deleted until the holder lets go. The name is what a refusal tells the caller. */
export async function holdGroup(
  tx: Transaction,
  accountId: string,
  groupId: string,
  holder: { id: string; name: string },
): Promise<void> {
  await insertGroupHold(tx, accountId, groupId, holder);
}

/** Lets go of every group this holder held. */
export async function releaseGroups(tx: Transaction, accountId: string, holderId: string): Promise<void> {
  await deleteGroupHolds(tx, accountId, holderId);
}
