import type { Transaction } from '../../platform/database/database.ts';
import { lockProfiles } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import { refuseHeldGroup, removeGroup } from '../groups/remove-group.ts';
import type { Services } from '../services.ts';
import { eraseCustomers } from './erase-customers.ts';
import { deleteAllMembers, membersOnlyHere } from './member-store.ts';
import { queueAftermath } from './queue-aftermath.ts';

const ERASED_AT_ONCE = 5_000;

/**
 * Deletes a group with its assignments, and with `deleteCustomers` also the customers who are in no other group. Throws
 * not_found, or group_in_use naming what still needs the group. Returns whom it erased.
 */
export async function deleteGroup(
  services: Pick<Services, 'queue'>,
  tx: Transaction,
  ids: { accountId: string; workspaceId: string; groupId: string; userId: string },
  deleteCustomers: boolean,
): Promise<string[]> {
  await lockProfiles(tx, ids.workspaceId);
  const group = await requireGroup(tx, ids.accountId, ids.workspaceId, ids.groupId, 'update');
  await refuseHeldGroup(tx, ids.accountId, group.customer_group_id);
  const erased: string[] = [];
  let after = deleteCustomers ? 0 : null;
  while (after !== null) {
    const leaving = await membersOnlyHere(tx, ids.accountId, group.customer_group_id, after, ERASED_AT_ONCE);
    const customerIds = leaving.map((row) => row.customer_id);
    for (const customerId of await eraseCustomers(tx, ids.accountId, ids.workspaceId, customerIds))
      erased.push(customerId);
    after = leaving.at(-1)?.position ?? null;
  }
  await queueAftermath(services, tx, ids);
  await deleteAllMembers(tx, ids.accountId, group.customer_group_id);
  await removeGroup(tx, ids.accountId, group.customer_group_id);
  return erased;
}
