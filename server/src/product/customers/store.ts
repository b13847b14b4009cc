import { byteaArray, jsonbArray, uuidArray } from '../../platform/database/binary-arrays.ts';
import type { Transaction } from '../../platform/database/database.ts';
import type { Statement } from '../../platform/database/pipelined.ts';
import type { CustomerRow } from './customer.ts';

const COLUMNS =
  'account_id, customer_id, workspace_id, sealed_profile, profile_digest, clear_values, created_by, created_at, updated_at';

export type IdentifierRow = { blind_index: string; customer_id: string; customer_profile_field_id: string };

/**
 * Who holds these blind indexes (a list, or a uuid[] parameter without repetitions). At most as many rows as indexes are given.
 *
 * Here and below ids are looked up one by one (`offset 0` keeps the planner from turning that round): before the first
 * analyze, and it comes late in a large import, `= any` is planned as a walk over everything that the account has.
 */
export function findIdentifiers(
  tx: Transaction,
  accountId: string,
  blindIndexes: readonly string[] | Buffer,
): Promise<IdentifierRow[]> {
  return tx.rows<IdentifierRow>(
    `select i.blind_index, i.customer_id, i.customer_profile_field_id from unnest($2::uuid[]) as w(blind_index),
       lateral (select * from customer_identifiers where account_id = $1 and blind_index = w.blind_index offset 0) i`,
    [accountId, Buffer.isBuffer(blindIndexes) ? blindIndexes : uuidArray([...new Set(blindIndexes)])],
  );
}

/** Every identifier of these customers; a customer has at most one for each field of the workspace. */
export function identifiersOf(
  tx: Transaction,
  accountId: string,
  customerIds: readonly string[],
): Promise<IdentifierRow[]> {
  return tx.rows<IdentifierRow>(
    `select i.blind_index, i.customer_id, i.customer_profile_field_id from unnest($2::uuid[]) as w(customer_id),
       lateral (select * from customer_identifiers where account_id = $1 and customer_id = w.customer_id offset 0) i`,
    [accountId, uuidArray(customerIds)],
  );
}

export function findCustomers(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  customerIds: readonly string[],
): Promise<CustomerRow[]> {
  return tx.rows<CustomerRow>(
    `select c.* from unnest($3::uuid[]) as w(customer_id),
       lateral (select ${COLUMNS} from customers where account_id = $1 and workspace_id = $2 and customer_id = w.customer_id offset 0) c
     order by c.customer_id`,
    [accountId, workspaceId, uuidArray(customerIds)],
  );
}

/** The workspace's customers behind this id, in order of ids. */
export function customersAfter(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  customerId: string,
  limit: number,
): Promise<CustomerRow[]> {
  return tx.rows<CustomerRow>(
    `select ${COLUMNS} from customers where account_id = $1 and workspace_id = $2 and customer_id > $3 order by customer_id limit $4`,
    [accountId, workspaceId, customerId, limit],
  );
}

export type CustomerWrite = {
  customerId: string;
  sealedProfile: Buffer;
  profileDigest: Buffer;
  /** JSON by slot. */
  clearValues: string | Buffer;
};

/** Customers as columns, each an array parameter in the binary format. */
export type CustomerColumns = {
  customerIds: Buffer;
  sealedProfiles: Buffer;
  profileDigests: Buffer;
  clearValues: Buffer;
};

const valuesOf = (columns: CustomerColumns) => [
  columns.customerIds,
  columns.sealedProfiles,
  columns.profileDigests,
  columns.clearValues,
];

const columnsOf = (writes: readonly CustomerWrite[]): CustomerColumns => ({
  customerIds: uuidArray(writes.map((write) => write.customerId)),
  sealedProfiles: byteaArray(writes.map((write) => write.sealedProfile)),
  profileDigests: byteaArray(writes.map((write) => write.profileDigest)),
  clearValues: jsonbArray(writes.map((write) => write.clearValues)),
});

const INSERT_CUSTOMERS = `insert into customers (account_id, workspace_id, created_by, customer_id, sealed_profile, profile_digest, clear_values)
  select $1, $2, $3, w.customer_id, w.sealed_profile, w.profile_digest, w.clear_values
  from unnest($4::uuid[], $5::bytea[], $6::bytea[], $7::jsonb[]) as w(customer_id, sealed_profile, profile_digest, clear_values)`;

export async function insertCustomers(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  createdBy: string,
  writes: readonly CustomerWrite[],
): Promise<void> {
  if (writes.length === 0) return;
  await tx.run(INSERT_CUSTOMERS, [accountId, workspaceId, createdBy, ...valuesOf(columnsOf(writes))]);
}

export async function updateCustomers(
  tx: Transaction,
  accountId: string,
  writes: readonly CustomerWrite[],
): Promise<void> {
  if (writes.length === 0) return;
  await tx.run(
    `update customers c set sealed_profile = w.sealed_profile, profile_digest = w.profile_digest, clear_values = w.clear_values, updated_at = now()
     from unnest($2::uuid[], $3::bytea[], $4::bytea[], $5::jsonb[]) as w(customer_id, sealed_profile, profile_digest, clear_values)
     where c.account_id = $1 and c.customer_id = w.customer_id`,
    [accountId, ...valuesOf(columnsOf(writes))],
  );
}

/** Identifiers as columns, each a uuid[] parameter in the binary format. */
export type IdentifierColumns = { blindIndexes: Buffer; customerIds: Buffer; fieldIds: Buffer };

export const identifierColumns = (
  rows: readonly { blindIndex: string; customerId: string; fieldId: string }[],
): IdentifierColumns => ({
  blindIndexes: uuidArray(rows.map((row) => row.blindIndex)),
  customerIds: uuidArray(rows.map((row) => row.customerId)),
  fieldIds: uuidArray(rows.map((row) => row.fieldId)),
});

const INSERT_IDENTIFIERS = `insert into customer_identifiers (account_id, blind_index, customer_id, customer_profile_field_id)
  select $1, * from unnest($2::uuid[], $3::uuid[], $4::uuid[])`;

export async function insertIdentifiers(tx: Transaction, accountId: string, columns: IdentifierColumns): Promise<void> {
  await tx.run(INSERT_IDENTIFIERS, [accountId, columns.blindIndexes, columns.customerIds, columns.fieldIds]);
}

/** Customers and their identifiers whose columns are ready, to be sent at once. */
export function newcomerStatements(
  owner: { accountId: string; workspaceId: string; createdBy: string },
  customers: CustomerColumns,
  identifiers: IdentifierColumns | null,
): Statement[] {
  const { accountId, workspaceId, createdBy } = owner;
  const statements: Statement[] = [
    { text: INSERT_CUSTOMERS, values: [accountId, workspaceId, createdBy, ...valuesOf(customers)] },
  ];
  if (identifiers !== null) {
    const { blindIndexes, customerIds, fieldIds } = identifiers;
    statements.push({ text: INSERT_IDENTIFIERS, values: [accountId, blindIndexes, customerIds, fieldIds] });
  }
  return statements;
}

export async function deleteIdentifiers(
  tx: Transaction,
  accountId: string,
  blindIndexes: readonly string[],
): Promise<void> {
  if (blindIndexes.length === 0) return;
  await tx.run('delete from customer_identifiers where account_id = $1 and blind_index = any($2::uuid[])', [
    accountId,
    uuidArray(blindIndexes),
  ]);
}

/** Identifiers of a deleted field, which nobody can match by any more. Returns how many went. */
export function deleteFieldIdentifiers(
  tx: Transaction,
  accountId: string,
  customerIds: readonly string[],
  fieldIds: readonly string[],
): Promise<number> {
  return tx.run(
    'delete from customer_identifiers where account_id = $1 and customer_id = any($2::uuid[]) and customer_profile_field_id = any($3::uuid[])',
    [accountId, customerIds, fieldIds],
  );
}

/** Deletes the customers of this workspace among these ids; identifiers go with them. Returns those that were there. */
export async function deleteCustomers(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  customerIds: readonly string[],
): Promise<string[]> {
  const rows = await tx.rows<{ customer_id: string }>(
    'delete from customers where account_id = $1 and workspace_id = $2 and customer_id = any($3::uuid[]) returning customer_id',
    [accountId, workspaceId, customerIds],
  );
  return rows.map((row) => row.customer_id);
}

export async function existingCustomers(
  tx: Transaction,
  accountId: string,
  customerIds: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.rows<{ customer_id: string }>(
    'select customer_id from customers where account_id = $1 and customer_id = any($2::uuid[])',
    [accountId, uuidArray(customerIds)],
  );
  return new Set(rows.map((row) => row.customer_id));
}
