import type { Transaction } from '../../platform/database/database.ts';
import { noJobWorksOn } from '../jobs/no-job-works-on.ts';

export type ErasureItem = { item_number: number; customer_id: string | null; blind_indexes: string[] | null };

/** Writes down what a job is to erase, numbered from 1. */
export async function insertErasureItems(
  tx: Transaction,
  accountId: string,
  jobId: string,
  items: readonly { customerId: string | null; blindIndexes: readonly string[] | null }[],
): Promise<void> {
  // Arrays of arrays must be rectangular for Postgres, so the indexes travel as array literals of checked uuids.
  await tx.run(
    `insert into customer_erasures (account_id, job_id, item_number, customer_id, blind_indexes)
     select $1, $2, i.ordinal, i.customer_id, i.blind_indexes::uuid[]
     from unnest($3::uuid[], $4::text[]) with ordinality as i(customer_id, blind_indexes, ordinal)`,
    [
      accountId,
      jobId,
      items.map((item) => item.customerId),
      items.map((item) => (item.blindIndexes === null ? null : `{${item.blindIndexes.join(',')}}`)),
    ],
  );
}

export function nextErasureItems(
  tx: Transaction,
  accountId: string,
  jobId: string,
  after: number,
  limit: number,
): Promise<ErasureItem[]> {
  return tx.rows<ErasureItem>(
    'select item_number, customer_id, blind_indexes from customer_erasures where account_id = $1 and job_id = $2 and item_number > $3 order by item_number limit $4',
    [accountId, jobId, after, limit],
  );
}

/** Jobs that have ended without having erased all whom they were to erase. */
export async function jobsWithItemsLeft(tx: Transaction, accountId: string): Promise<string[]> {
  const rows = await tx.rows<{ job_id: string }>(
    `select distinct e.job_id from customer_erasures e where e.account_id = $1 and ${noJobWorksOn('e')}`,
    [accountId],
  );
  return rows.map((row) => row.job_id);
}

/** Forgets the items up to this number. */
export async function deleteErasureItems(
  tx: Transaction,
  accountId: string,
  jobId: string,
  upTo: number,
): Promise<void> {
  await tx.run('delete from customer_erasures where account_id = $1 and job_id = $2 and item_number <= $3::bigint', [
    accountId,
    jobId,
    upTo,
  ]);
}

/**
 * Failed rows of imports in which one of these identifiers stood. The one place where this capability reaches into
 * another's table: erasure must find a person wherever a row of them lies.
 */
export async function deleteImportRemains(
  tx: Transaction,
  accountId: string,
  blindIndexes: readonly string[],
): Promise<void> {
  if (blindIndexes.length === 0) return;
  await tx.run('delete from import_failed_rows where account_id = $1 and blind_indexes && $2::uuid[]', [
    accountId,
    blindIndexes,
  ]);
}

/** Notes customers whose rows may stand in published files of the workspace, where it has any. */
export async function noteErasedInFiles(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  customerIds: readonly string[],
): Promise<void> {
  await tx.run(
    `insert into file_erasures (account_id, workspace_id, customer_id)
     select $1, $2, e.customer_id from unnest($3::uuid[]) as e(customer_id)
     where exists (
       select 1 from run_files f join campaigns c on c.account_id = f.account_id and c.campaign_id = f.campaign_id
       where f.account_id = $1 and c.workspace_id = $2)
     on conflict do nothing`,
    [accountId, workspaceId, customerIds],
  );
}

/** Whether somebody's rows are still to be taken out of the workspace's files and no job works on it. */
export async function hasErasedInFiles(tx: Transaction, accountId: string, workspaceId: string): Promise<boolean> {
  const row = await tx.row(
    `select 1 from file_erasures e where e.account_id = $1 and e.workspace_id = $2 and ${noJobWorksOn('e')} limit 1`,
    [accountId, workspaceId],
  );
  return row !== undefined;
}

/** Workspaces of the account with such rows. */
export async function workspacesToTakeOutOf(tx: Transaction, accountId: string): Promise<string[]> {
  const rows = await tx.rows<{ workspace_id: string }>(
    `select distinct e.workspace_id from file_erasures e where e.account_id = $1 and ${noJobWorksOn('e')}`,
    [accountId],
  );
  return rows.map((row) => row.workspace_id);
}

/**
 * Notes identifiers of the erased, for imports of the workspace that were handed in before and have not ended: all that are
 * there, also by a clock that was ahead of this one when they came.
 */
export async function noteErasedIdentifiers(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  blindIndexes: readonly string[],
): Promise<void> {
  if (blindIndexes.length === 0) return;
  await tx.run(
    `insert into erased_identifiers as e (account_id, workspace_id, blind_index, erased_at)
     select distinct $1::uuid, $2::uuid, i.blind_index, w.erased_at from unnest($3::uuid[]) as i(blind_index), (
       select greatest(clock_timestamp(), max(created_at) + interval '1 microsecond') as erased_at from imports
       where account_id = $1 and workspace_id = $2 and status in ('queued', 'running') having count(*) > 0) w
     on conflict (account_id, workspace_id, blind_index) do update set erased_at = greatest(e.erased_at, excluded.erased_at)`,
    [accountId, workspaceId, blindIndexes],
  );
}

/** Identifiers of the workspace that were erased after this moment. */
export async function identifiersErasedSince(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  since: Date,
): Promise<Set<string>> {
  const rows = await tx.rows<{ blind_index: string }>(
    'select blind_index from erased_identifiers where account_id = $1 and workspace_id = $2 and erased_at > $3',
    [accountId, workspaceId, since],
  );
  return new Set(rows.map((row) => row.blind_index));
}

/** Forgets those that no import is left to leave out. */
export async function forgetErasedIdentifiers(tx: Transaction, accountId: string, workspaceId: string): Promise<void> {
  await tx.run(
    `delete from erased_identifiers e where e.account_id = $1 and e.workspace_id = $2 and not exists (
       select 1 from imports i
       where i.account_id = $1 and i.workspace_id = $2 and i.status in ('queued', 'running') and i.created_at < e.erased_at)`,
    [accountId, workspaceId],
  );
}

export type ErasureNoteRow = {
  erasure_id: string;
  workspace_id: string;
  customer_ids: string[];
  blind_indexes: string[];
};

/** Writes down whom an erasure erased, to be noted in the key store; or (noted) that this copy of the database knows of it. */
export async function insertErasureNote(
  tx: Transaction,
  accountId: string,
  note: ErasureNoteRow,
  noted: boolean,
): Promise<void> {
  await tx.run(
    `insert into erasure_notes (account_id, erasure_id, workspace_id, customer_ids, blind_indexes, noted)
     values ($1, $2, $3, $4::uuid[], $5::uuid[], $6)`,
    [accountId, note.erasure_id, note.workspace_id, note.customer_ids, note.blind_indexes, noted],
  );
}

/** Accounts that have notes to be taken to the key store. */
export async function accountsToNote(tx: Transaction): Promise<string[]> {
  const rows = await tx.rows<{ account_id: string }>('select distinct account_id from erasure_notes where not noted');
  return rows.map((row) => row.account_id);
}

export function notesToTake(tx: Transaction, accountId: string, limit: number): Promise<ErasureNoteRow[]> {
  return tx.rows<ErasureNoteRow>(
    `select erasure_id, workspace_id, customer_ids, blind_indexes from erasure_notes
     where account_id = $1 and not noted order by erasure_id limit $2`,
    [accountId, limit],
  );
}

/** The key store has it: the lists need not stand here as well. */
export async function setNoted(tx: Transaction, accountId: string, erasureIds: readonly string[]): Promise<void> {
  await tx.run(
    `update erasure_notes set noted = true, customer_ids = '{}', blind_indexes = '{}'
     where account_id = $1 and erasure_id = any($2::uuid[])`,
    [accountId, erasureIds],
  );
}

/** Those of the erasures that this copy of the database knows. */
export async function knownErasures(
  tx: Transaction,
  accountId: string,
  erasureIds: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.rows<{ erasure_id: string }>(
    'select erasure_id from erasure_notes where account_id = $1 and erasure_id = any($2::uuid[])',
    [accountId, erasureIds],
  );
  return new Set(rows.map((row) => row.erasure_id));
}
