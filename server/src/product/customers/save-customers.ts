import type { Transaction } from '../../platform/database/database.ts';
import { countMembersIn } from '../groups/count-members.ts';
import { membersStatement } from './member-store.ts';
import {
  type CustomerColumns,
  type CustomerWrite,
  deleteIdentifiers,
  findIdentifiers,
  type IdentifierColumns,
  identifierColumns,
  insertCustomers,
  insertIdentifiers,
  newcomerStatements,
  updateCustomers,
} from './store.ts';

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
  if (batch.taken.length > 0) await insertIdentifiers(tx, owner.accountId, identifierColumns(batch.taken));
}

/** Customers of whom nobody is stored yet, ready as parameters: sealed, each with its own identifiers. */
export type Newcomers = { count: number; customers: CustomerColumns; identifiers: IdentifierColumns | null };

/** Whether nobody in the account holds one of these, a uuid[] parameter. The caller has locked the workspace's profiles. */
export async function areFree(tx: Transaction, accountId: string, blindIndexes: Buffer): Promise<boolean> {
  return (await findIdentifiers(tx, accountId, blindIndexes)).length === 0;
}

/** Stores them, and has them join the group, if any, in their order. */
export async function saveNewcomers(
  tx: Transaction,
  owner: { accountId: string; workspaceId: string; createdBy: string },
  newcomers: Newcomers,
  groupId: string | null,
): Promise<void> {
  const { accountId } = owner;
  const { count, customers, identifiers } = newcomers;
  const statements = newcomerStatements(owner, customers, identifiers);
  if (groupId !== null) {
    const first = await countMembersIn(tx, accountId, groupId, count);
    statements.push(membersStatement(accountId, groupId, customers.customerIds, first));
  }
  await tx.runAll(statements);
}
