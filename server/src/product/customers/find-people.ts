import type { Transaction } from '../../platform/database/database.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { loadFields } from '../fields/load-fields.ts';
import type { ProductCall } from '../services.ts';
import type { CustomerRow } from './customer.ts';
import { onlyOwner } from './erase-customers.ts';
import { blindIndexesOf } from './identify.ts';
import { membershipsOf } from './member-store.ts';
import { findCustomers, findIdentifiers, identifiersOf } from './store.ts';

export type CustomerWithGroups = { row: CustomerRow; groups: { customer_group_id: string; group_name: string }[] };

/** The customers whom these identifiers name, each once, in the order of the identifiers, with their groups. */
export async function findPeople(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  blindIndexes: readonly (readonly string[])[],
): Promise<CustomerWithGroups[]> {
  const hits = await findIdentifiers(tx, accountId, blindIndexes.flat());
  const owners = new Map(hits.map((hit) => [hit.blind_index, hit.customer_id]));
  const ids = new Set(blindIndexes.map((indexes) => onlyOwner(owners, indexes)).filter((id) => id !== null));
  return withGroups(tx, accountId, workspaceId, [...ids]);
}

/** These customers of this workspace, in the order given, with their groups; unknown ids are left out. */
export async function withGroups(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  customerIds: readonly string[],
): Promise<CustomerWithGroups[]> {
  const ids = customerIds.filter(isUuid);
  if (ids.length === 0) return [];
  const rows = new Map(
    (await findCustomers(tx, accountId, workspaceId, ids)).map((row) => [row.customer_id, row] as const),
  );
  const memberships = Map.groupBy(await membershipsOf(tx, accountId, [...rows.keys()]), (row) => row.customer_id);
  return ids.flatMap((id) => {
    const row = rows.get(id);
    if (row === undefined) return [];
    const groups = (memberships.get(id) ?? []).map(({ customer_group_id, group_name }) => ({
      customer_group_id,
      group_name,
    }));
    return [{ row, groups }];
  });
}

/** Ids of the unique fields of which this customer has an identifier. */
export async function identifierFieldsOf(tx: Transaction, accountId: string, customerId: string): Promise<string[]> {
  return (await identifiersOf(tx, accountId, [customerId])).map((row) => row.customer_profile_field_id);
}

/** Blind indexes of a call's identifiers, under the fields of its workspace. */
export async function indexesOf(
  call: ProductCall<{ workspace_id: string }>,
  identifiers: Parameters<typeof blindIndexesOf>[4],
): Promise<string[][]> {
  const { services, tx, actor, body } = call;
  const keys = await services.keyring.forAccount(actor.accountId);
  const fields = await loadFields(tx, actor.accountId, body.workspace_id);
  return blindIndexesOf(keys, body.workspace_id, fields, services.clock.now().getUTCFullYear(), identifiers);
}
