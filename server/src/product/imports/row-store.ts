import { byteaArray, uuidArray } from '../../platform/database/binary-arrays.ts';
import type { Transaction } from '../../platform/database/database.ts';

export type FailedRow = { row: number; sealed: Buffer; blindIndexes: readonly string[] };

/** Keeps failed rows for the repair file. Written again after a crash, a row simply stays. */
export async function insertFailedRows(
  tx: Transaction,
  accountId: string,
  importId: string,
  rows: readonly FailedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.run(
    `insert into import_failed_rows (account_id, import_id, row_number, sealed_row, blind_indexes)
     select $1, $2, f.row_number, f.sealed_row, f.blind_indexes::uuid[]
     from unnest($3::bigint[], $4::bytea[], $5::text[]) as f(row_number, sealed_row, blind_indexes)
     on conflict do nothing`,
    [
      accountId,
      importId,
      rows.map((row) => row.row),
      byteaArray(rows.map((row) => row.sealed)),
      rows.map((row) => `{${row.blindIndexes.join(',')}}`),
    ],
  );
}

export function failedRowsAfter(
  tx: Transaction,
  accountId: string,
  importId: string,
  after: number,
  limit: number,
): Promise<{ row_number: number; sealed_row: Buffer }[]> {
  return tx.rows(
    'select row_number, sealed_row from import_failed_rows where account_id = $1 and import_id = $2 and row_number > $3 order by row_number limit $4',
    [accountId, importId, after, limit],
  );
}

/** Deletes failed rows of imports that ended before, at most so many; returns how many of which imports. */
export function deleteFailedRowsBefore(
  tx: Transaction,
  accountId: string,
  before: Date,
  limit: number,
): Promise<{ import_id: string; rows: number }[]> {
  return tx.rows(
    `with deleted as (
       delete from import_failed_rows where account_id = $1 and (import_id, row_number) in (
         select f.import_id, f.row_number
         from imports i join import_failed_rows f on f.account_id = i.account_id and f.import_id = i.import_id
         where i.account_id = $1 and i.completed_at < $2 limit $3)
       returning import_id)
     select import_id, count(*)::integer as rows from deleted group by 1 order by 1`,
    [accountId, before, limit],
  );
}

/** Which of these identifiers stood in an earlier chunk of the file. */
export async function identifiersMet(
  tx: Transaction,
  accountId: string,
  importId: string,
  blindIndexes: readonly string[],
): Promise<Set<string>> {
  if (blindIndexes.length === 0) return new Set();
  const rows = await tx.rows<{ blind_index: string }>(
    `select i.blind_index from unnest($3::uuid[]) as w(blind_index),
       lateral (select blind_index from import_identifiers where account_id = $1 and import_id = $2 and blind_index = w.blind_index offset 0) i`,
    [accountId, importId, uuidArray(blindIndexes)],
  );
  return new Set(rows.map((row) => row.blind_index));
}

export async function insertIdentifiersMet(
  tx: Transaction,
  accountId: string,
  importId: string,
  met: ReadonlyMap<string, number>,
): Promise<void> {
  if (met.size === 0) return;
  await tx.run(
    `insert into import_identifiers (account_id, import_id, blind_index, row_number)
     select $1, $2, * from unnest($3::uuid[], $4::bigint[])`,
    [accountId, importId, uuidArray([...met.keys()]), [...met.values()]],
  );
}

export async function deleteIdentifiersMet(tx: Transaction, accountId: string, importId: string): Promise<void> {
  await tx.run('delete from import_identifiers where account_id = $1 and import_id = $2', [accountId, importId]);
}
