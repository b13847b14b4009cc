import { byteaArray } from '../../platform/database/binary-arrays.ts';
import type { Transaction } from '../../platform/database/database.ts';
import type { JobRow } from '../jobs/job.ts';
import type { SealedColumn } from './sealed-rows.ts';

/** An envelope where it stands: `place` names the row until the transaction ends. */
export type SealedRow = { place: string; workspace_id: string; bound_to: string; envelope: Buffer };

/** The key version an envelope names, in SQL. */
const versionOf = (column: string) => `(get_byte(${column}, 1) * 256 + get_byte(${column}, 2))`;

/**
 * Envelopes of one column that an older key version sealed, their rows locked. The names are this server's own, from a
 * closed list.
 */
export function lockSealedBefore(
  tx: Transaction,
  accountId: string,
  where: SealedColumn,
  version: number,
  limit: number,
): Promise<SealedRow[]> {
  const { table, column, workspace, boundTo, join } = where;
  return tx.rows<SealedRow>(
    `select t.ctid::text as place, ${workspace} as workspace_id, ${boundTo} as bound_to, t.${column} as envelope
     from ${table} t ${join}
     where t.account_id = $1 and octet_length(t.${column}) > 2 and ${versionOf(`t.${column}`)} < $2
     order by ${boundTo} limit $3 for no key update of t`,
    [accountId, version, limit],
  );
}

/** Puts envelopes in the place of those that were locked. */
export async function replaceEnvelopes(
  tx: Transaction,
  accountId: string,
  { table, column }: SealedColumn,
  rows: readonly { place: string; envelope: Buffer }[],
): Promise<void> {
  await tx.run(
    `update ${table} t set ${column} = w.envelope
     from unnest($2::text[]::tid[], $3::bytea[]) as w(place, envelope) where t.ctid = w.place and t.account_id = $1`,
    [accountId, rows.map((row) => row.place), byteaArray(rows.map((row) => row.envelope))],
  );
}

/** The customers of a workspace behind one, as far as an older key version sealed them, and how far it was looked. */
export async function customersSealedBefore(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  after: string,
  version: number,
  limit: number,
): Promise<{ last: string | null; older: { customer_id: string; envelope: Buffer }[] }> {
  const rows = await tx.rows<{ customer_id: string; envelope: Buffer | null }>(
    `select customer_id, case when ${versionOf('sealed_profile')} < $4 then sealed_profile end as envelope
     from customers where account_id = $1 and workspace_id = $2 and customer_id > $3 order by customer_id limit $5`,
    [accountId, workspaceId, after, version, limit],
  );
  return {
    last: rows.at(-1)?.customer_id ?? null,
    older: rows.flatMap(({ customer_id, envelope }) => (envelope === null ? [] : [{ customer_id, envelope }])),
  };
}

/** Puts envelopes of the same profiles in the place of older ones: nothing that callers see changes, the time of change neither. */
export async function resealCustomers(
  tx: Transaction,
  accountId: string,
  rows: readonly { customerId: string; envelope: Buffer }[],
): Promise<void> {
  await tx.run(
    `update customers c set sealed_profile = w.envelope
     from unnest($2::uuid[], $3::bytea[]) as w(customer_id, envelope) where c.account_id = $1 and c.customer_id = w.customer_id`,
    [accountId, rows.map((row) => row.customerId), byteaArray(rows.map((row) => row.envelope))],
  );
}

export async function workspacesOf(tx: Transaction, accountId: string): Promise<string[]> {
  const rows = await tx.rows<{ workspace_id: string }>(
    'select workspace_id from workspaces where account_id = $1 order by workspace_id limit 100000',
    [accountId],
  );
  return rows.map((row) => row.workspace_id);
}

export async function countCustomers(tx: Transaction, accountId: string): Promise<number> {
  const row = await tx.row<{ count: number }>('select count(*) as count from customers where account_id = $1', [
    accountId,
  ]);
  return row?.count ?? 0;
}

/**
 * Whether this transaction holds the root key until it ends, so that nobody else changes it; asking again tells whether it
 * still does. It waits beside a rotation for as long as that takes.
 */
export async function holdRootKey(tx: Transaction): Promise<boolean> {
  const row = await tx.row<{ held: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended('root key', 0)) as held,
       set_config('idle_in_transaction_session_timeout', '0', true)`,
  );
  return row?.held === true;
}

/** How far an account's newest rotation has come. */
export type RotationRow = Pick<
  JobRow,
  'job_id' | 'status' | 'progress_done' | 'progress_total' | 'error_message' | 'updated_at'
>;

export function newestRotation(tx: Transaction, accountId: string, kind: string): Promise<RotationRow | undefined> {
  return tx.row<RotationRow>(
    `select job_id, status, progress_done, progress_total, error_message, updated_at from jobs
     where account_id = $1 and kind = $2 order by created_at desc limit 1`,
    [accountId, kind],
  );
}

/** The rotation that waits or runs, if one does; and until the transaction ends nobody else begins one. */
export async function lockRotation(tx: Transaction, accountId: string, kind: string): Promise<string | null> {
  await tx.run('select 1 from accounts where account_id = $1 for update', [accountId]);
  const row = await tx.row<{ job_id: string }>(
    `select job_id from jobs where account_id = $1 and kind = $2 and status in ('queued', 'running') limit 1`,
    [accountId, kind],
  );
  return row?.job_id ?? null;
}
