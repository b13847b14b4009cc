import type { Transaction } from '../../platform/database/database.ts';
import type { Counts, ImportPlan, ImportRow, ImportStatus } from './import.ts';
import type { StoredOptions } from './import-options.ts';
import type { ErrorReport } from './row-error.ts';

const COLUMNS =
  'account_id, import_id, workspace_id, customer_group_id, status, phase, options, plan, sealed_header, content_kind, object_key, content_bytes, same_file_as, repairs_import_id, cursor_byte, cursor_row, total_rows, created_count, updated_count, unchanged_count, skipped_count, duplicate_count, failed_count, errors, error_counts, job_id, created_by, created_at, completed_at';

export type NewImport = {
  accountId: string;
  importId: string;
  workspaceId: string;
  groupId: string;
  status: 'queued' | 'running';
  options: StoredOptions;
  plan: ImportPlan;
  sealedHeader: Buffer;
  contentKind: 'csv' | 'ndjson';
  objectKey: string | null;
  contentBytes: number;
  contentHash: Buffer;
  repairsImportId: string | null;
  jobId: string | null;
  createdBy: string;
};

/**
 * Inserts the import and finds the newest earlier one of the same content, dry runs apart. Until the transaction ends the
 * next import of this content waits, so that of two sent at once one is told of the other.
 */
export async function insertImport(tx: Transaction, row: NewImport): Promise<void> {
  await tx.run(`select pg_advisory_xact_lock(hashtextextended('content ' || $1 || encode($2, 'hex'), 0))`, [
    row.workspaceId,
    row.contentHash,
  ]);
  await tx.run(
    `insert into imports (account_id, import_id, workspace_id, customer_group_id, status, options, plan, sealed_header, content_kind, object_key, content_bytes, content_hash, repairs_import_id, job_id, created_by, same_file_as)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
       (select import_id from imports where account_id = $1 and workspace_id = $3 and content_hash = $12
          and not coalesce((options->>'validate_only')::boolean, false) order by created_at desc, import_id desc limit 1))`,
    [
      row.accountId,
      row.importId,
      row.workspaceId,
      row.groupId,
      row.status,
      JSON.stringify(row.options),
      JSON.stringify(row.plan),
      row.sealedHeader,
      row.contentKind,
      row.objectKey,
      row.contentBytes,
      row.contentHash,
      row.repairsImportId,
      row.jobId,
      row.createdBy,
    ],
  );
}

/** The import of this account; locked when it is about to change. */
export function findImport(
  tx: Transaction,
  accountId: string,
  importId: string,
  lock: 'none' | 'update' = 'none',
): Promise<ImportRow | undefined> {
  return tx.row<ImportRow>(
    `select ${COLUMNS} from imports where account_id = $1 and import_id = $2${lock === 'update' ? ' for update' : ''}`,
    [accountId, importId],
  );
}

export function listImports(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  page: number,
  pageSize: number,
): Promise<ImportRow[]> {
  return tx.rows<ImportRow>(
    `select ${COLUMNS} from imports where account_id = $1 and workspace_id = $2 order by created_at desc, import_id desc limit $3 offset $4`,
    [accountId, workspaceId, pageSize, (page - 1) * pageSize],
  );
}

/** How many imports of the workspace come before this one: they run one at a time, in the order of their ids, which is that of time. */
export async function importsAhead(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  importId: string,
): Promise<number> {
  const row = await tx.row<{ ahead: number }>(
    `select count(*)::integer as ahead from imports where account_id = $1 and workspace_id = $2 and import_id <> $3
       and (status = 'running' or (status = 'queued' and import_id < $3))`,
    [accountId, workspaceId, importId],
  );
  return row?.ahead ?? 0;
}

/** The job of the workspace's earliest import that has not begun. */
export function nextWaiting(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
): Promise<{ job_id: string } | undefined> {
  return tx.row(
    `select job_id from imports where account_id = $1 and workspace_id = $2 and status = 'queued' and job_id is not null order by import_id limit 1`,
    [accountId, workspaceId],
  );
}

export async function setRunning(tx: Transaction, accountId: string, importId: string): Promise<void> {
  await tx.run(`update imports set status = 'running' where account_id = $1 and import_id = $2 and status = 'queued'`, [
    accountId,
    importId,
  ]);
}

export type Reached = { cursorByte: number; cursorRow: number; counts: Counts; report: ErrorReport };

/** Saves how far the import has come, with its counters, in the transaction of the chunk that it tells of. */
export async function saveReached(
  tx: Transaction,
  accountId: string,
  importId: string,
  reached: Reached,
): Promise<void> {
  const { counts, report } = reached;
  await tx.run(
    `update imports set cursor_byte = $3, cursor_row = $4, total_rows = $5, created_count = $6, updated_count = $7, unchanged_count = $8,
       skipped_count = $9, duplicate_count = $10, failed_count = $11, errors = $12, error_counts = $13
     where account_id = $1 and import_id = $2`,
    [
      accountId,
      importId,
      reached.cursorByte,
      reached.cursorRow,
      counts.total_rows,
      counts.created,
      counts.updated,
      counts.unchanged,
      counts.skipped,
      counts.duplicates,
      counts.failed,
      JSON.stringify(report.errors),
      JSON.stringify(report.error_counts),
    ],
  );
}

/** From validating to applying: everything begins again at the first row. */
export async function beginApplying(tx: Transaction, accountId: string, importId: string): Promise<void> {
  await tx.run(
    `update imports set phase = 'applying', cursor_byte = 0, cursor_row = 0, total_rows = 0, created_count = 0, updated_count = 0,
       unchanged_count = 0, skipped_count = 0, duplicate_count = 0, failed_count = 0
     where account_id = $1 and import_id = $2`,
    [accountId, importId],
  );
}

/**
 * Ends the import. What had been counted, and where it stopped, stays. The header stays for the repair file as long as there
 * are failed rows.
 */
export async function endImport(
  tx: Transaction,
  accountId: string,
  importId: string,
  status: Exclude<ImportStatus, 'queued' | 'running'>,
): Promise<void> {
  await tx.run(
    `update imports set status = $3, completed_at = clock_timestamp(), phase = case when $3 = 'completed' then 'finished' else phase end,
       options = options - 'field_map',
       sealed_header = case when content_kind = 'csv' and exists (
         select from import_failed_rows f where f.account_id = $1 and f.import_id = $2) then sealed_header end
     where account_id = $1 and import_id = $2`,
    [accountId, importId, status],
  );
}

export async function saveReport(
  tx: Transaction,
  accountId: string,
  importId: string,
  report: ErrorReport,
): Promise<void> {
  await tx.run('update imports set errors = $3, error_counts = $4 where account_id = $1 and import_id = $2', [
    accountId,
    importId,
    JSON.stringify(report.errors),
    JSON.stringify(report.error_counts),
  ]);
}

/** Forgets the headers of imports that ended before: their failed rows go, and without these they are good for nothing. */
export async function forgetHeadersBefore(tx: Transaction, accountId: string, before: Date): Promise<void> {
  await tx.run(
    'update imports set sealed_header = null where account_id = $1 and completed_at < $2 and sealed_header is not null',
    [accountId, before],
  );
}
