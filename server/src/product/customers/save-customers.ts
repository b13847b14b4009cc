import type { Transaction } from '../../platform/database/database.ts';
import { type CustomerWrite, deleteIdentifiers, insertCustomers, insertIdentifiers, updateCustomers } from './store.ts';

export type { CustomerWrite } from './store.ts';

/** Everything one batch changes: no customer and no identifier stands in it twice. */
export type CustomerBatch = {
  created: CustomerWrite[];
  updated: CustomerWrite[];
  /** Blind indexes given up, before others may take them. */
  freed: string[];
  taken: { blindIndex: string; customerId: string; fieldId: string }[];
};

/** Writes a batch in five statements at most. The caller has locked the workspace's profiles and decided by what it read since. */
export async function saveCustomers(
  tx: Transaction,
  owner: { accountId: string; workspaceId: string; createdBy: string },
  batch: CustomerBatch,
): Promise<void> {
  await deleteIdentifiers(tx, owner.accountId, batch.freed);
  await insertCustomers(tx, owner.accountId, owner.workspaceId, owner.createdBy, batch.created);
  await updateCustomers(tx, owner.accountId, batch.updated);
  await insertIdentifiers(tx, owner.accountId, batch.taken);
}
