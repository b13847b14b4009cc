import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { countMembersOut } from '../groups/count-members.ts';
import { deleteImportRemains, insertErasureNote, noteErasedIdentifiers, noteErasedInFiles } from './erasure-store.ts';
import { deleteMemberships } from './member-store.ts';
import { noteEmptied } from './segment-people-store.ts';
import { deleteCustomers, findCustomers, findIdentifiers, identifiersOf } from './store.ts';

/**
 * Erases customers of this workspace for good: profile, identifiers, memberships with their counts, and failed import
 * rows that carried one of their identifiers. Ids of other workspaces are left alone. Returns those that were there.
 * The caller has locked the workspace's profiles, and queues what takes them out of published files and removes texts of
 * segments that were theirs alone (queueAftermath).
 */
export async function eraseCustomers(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  customerIds: readonly string[],
): Promise<string[]> {
  const found = await findCustomers(tx, accountId, workspaceId, [...new Set(customerIds)]);
  const ids = found.map((row) => row.customer_id);
  if (ids.length === 0) return [];
  const identifiers = await identifiersOf(tx, accountId, ids);
  const blindIndexes = identifiers.map((row) => row.blind_index);
  await countMembersOut(tx, accountId, await deleteMemberships(tx, accountId, ids));
  await forgetIdentifiers(tx, accountId, workspaceId, blindIndexes);
  await noteErasedInFiles(tx, accountId, workspaceId, ids);
  await noteEmptied(tx, accountId, ids);
  const note = { erasure_id: newId(), workspace_id: workspaceId, customer_ids: ids, blind_indexes: blindIndexes };
  await insertErasureNote(tx, accountId, note, false);
  return deleteCustomers(tx, accountId, workspaceId, ids);
}

/** What an erasure names: a customer, or all blind indexes of one identifier object. */
export type Erasee = { customerId: string | null; blindIndexes: readonly string[] | null };

/**
 * Has what was handed in before forget people who are no customers, or no longer: failed rows that carry one of these
 * identifiers go, and imports that have not ended leave them out.
 */
export async function forgetIdentifiers(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  blindIndexes: readonly string[],
): Promise<void> {
  await deleteImportRemains(tx, accountId, blindIndexes);
  await noteErasedIdentifiers(tx, accountId, workspaceId, blindIndexes);
}

/**
 * Erases whom these name. An identifier object that names one customer by all its values finds that one; if its values
 * belong to different customers, nobody. Failed import rows with the identifiers go even when no customer has them, and
 * imports that were handed in before leave them out. For older copies of the database a note of its own says so: those
 * hold rows that are no longer here, and nothing says whether they do.
 */
export async function eraseNamed(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  erasees: readonly Erasee[],
): Promise<{ erased: string[]; notFound: number }> {
  const blindIndexes = erasees.flatMap((erasee) => erasee.blindIndexes ?? []);
  const hits = blindIndexes.length === 0 ? [] : await findIdentifiers(tx, accountId, blindIndexes);
  const owners = new Map(hits.map((hit) => [hit.blind_index, hit.customer_id]));
  const named = erasees.map((erasee) => erasee.customerId ?? onlyOwner(owners, erasee.blindIndexes ?? []));
  const erased = await eraseCustomers(
    tx,
    accountId,
    workspaceId,
    named.filter((id) => id !== null),
  );
  await forgetIdentifiers(tx, accountId, workspaceId, blindIndexes);
  const gone = new Set(erased);
  const others = [...new Set(blindIndexes)].filter((index) => !gone.has(owners.get(index) ?? ''));
  if (others.length > 0) {
    const note = { erasure_id: newId(), workspace_id: workspaceId, customer_ids: [], blind_indexes: others };
    await insertErasureNote(tx, accountId, note, false);
  }
  const wanted = new Set(named.map((id, index) => id ?? `unknown ${index}`));
  return { erased, notFound: wanted.size - erased.length };
}

/** The one customer who holds all of these, or null. */
export function onlyOwner(owners: ReadonlyMap<string, string>, blindIndexes: readonly string[]): string | null {
  const holders = new Set(blindIndexes.map((index) => owners.get(index)));
  const [holder] = holders;
  return holders.size === 1 && holder !== undefined ? holder : null;
}
