import { z } from 'zod';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import type { ImportOptions, StoredOptions } from './import-options.ts';
import type { ErrorReport, RowError } from './row-error.ts';

export const IMPORT_STATUSES = ['queued', 'running', 'completed', 'rejected', 'failed', 'cancelled'] as const;
export type ImportStatus = (typeof IMPORT_STATUSES)[number];

export type Counts = {
  total_rows: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  duplicates: number;
  failed: number;
};

export const noCounts = (): Counts => ({
  total_rows: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  duplicates: 0,
  failed: 0,
});

/** Adds in place and returns the sum. */
export function addCounts(sum: Counts, more: Counts): Counts {
  for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += more[key];
  return sum;
}

export type ImportRow = {
  account_id: string;
  import_id: string;
  workspace_id: string;
  customer_group_id: string;
  status: ImportStatus;
  phase: 'validating' | 'applying' | 'finished';
  options: StoredOptions;
  plan: ImportPlan | null;
  /** Of a CSV its header, of records the field_map by which their keys are read; null once nobody needs it. */
  sealed_header: Buffer | null;
  content_kind: 'csv' | 'ndjson';
  object_key: string | null;
  content_bytes: number;
  same_file_as: string | null;
  repairs_import_id: string | null;
  cursor_byte: number;
  cursor_row: number;
  total_rows: number;
  created_count: number;
  updated_count: number;
  unchanged_count: number;
  skipped_count: number;
  duplicate_count: number;
  failed_count: number;
  errors: RowError[];
  error_counts: Record<string, number>;
  job_id: string | null;
  created_by: string;
  created_at: Date;
  completed_at: Date | null;
};

/** How the file's columns map to fields: decided once, when the file arrives. Null in a column drops it. */
export type ImportPlan = { delimiter: string | null; columns: (string | null)[]; first_byte: number };

const rowErrorSchema = z.strictObject({
  row: z.number().describe('From 1 after the header; 0 is the file itself.'),
  field: z.string().nullable(),
  code: z.string(),
  message: z.string(),
});

export const importSchema = z
  .strictObject({
    import_id: idSchema,
    status: z.enum(IMPORT_STATUSES),
    valid: z.boolean().nullable().describe('Whether every row could be accepted; null until that is known.'),
    total_rows: z.number().describe('created + updated + unchanged + skipped + duplicates + failed'),
    created: z.number(),
    updated: z.number(),
    unchanged: z.number(),
    skipped: z.number().describe('Valid but left out: by mode, or because the import was rejected.'),
    duplicates: z.number(),
    failed: z.number(),
    errors: z.array(rowErrorSchema).describe('Every bad cell, the first 100.'),
    error_counts: z.record(z.string(), z.number()),
    same_file_as: idSchema.nullable().describe('An earlier import of exactly this content.'),
    progress: z.strictObject({ done: z.number(), total: z.number() }).describe('Bytes read, over both passes.'),
    created_at: timestampSchema,
    completed_at: timestampSchema.nullable(),
    job_id: idSchema.nullable().describe('The background job of a queued import.'),
    validate_only: z.boolean().describe('A dry run: the counters tell what an import would have come to.'),
  })
  .meta({ id: 'Import' });

export type ImportReply = z.output<typeof importSchema>;

export const isEnded = (status: ImportStatus) => status !== 'queued' && status !== 'running';

/** The counters as they stand in the row. */
export function countsOf(row: ImportRow): Counts {
  return {
    total_rows: row.total_rows,
    created: row.created_count,
    updated: row.updated_count,
    unchanged: row.unchanged_count,
    skipped: row.skipped_count,
    duplicates: row.duplicate_count,
    failed: row.failed_count,
  };
}

/**
 * The counters as they are true now: while a file is only being validated nothing has been stored, so what would be
 * created or changed is not told as done.
 */
export function shownCounts(row: ImportRow): Counts {
  const counts = countsOf(row);
  return row.phase === 'validating' || row.status === 'rejected' ? withheld(counts) : counts;
}

/** The rows that were stored, or stood there already as the file has them. */
export function acceptedRows({ created, updated, unchanged }: Counts): number {
  return created + updated + unchanged;
}

/** The counters of rows of which nothing was stored: what was acceptable counts as skipped. */
export function withheld(counts: Counts): Counts {
  return { ...counts, created: 0, updated: 0, unchanged: 0, skipped: counts.skipped + acceptedRows(counts) };
}

function validity(row: ImportRow): boolean | null {
  if (Object.keys(row.error_counts).length > 0) return false;
  return row.status === 'completed' ? true : null;
}

function progressOf(row: ImportRow): { done: number; total: number } {
  if (row.status === 'completed') return { done: row.content_bytes, total: row.content_bytes };
  const total = row.content_bytes * (row.options.validate_only ? 1 : 2);
  const done = row.phase === 'validating' ? row.cursor_byte : total - row.content_bytes + row.cursor_byte;
  return { done: Math.min(done, total), total };
}

/** The import as callers see it. */
export function importReply(row: ImportRow): ImportReply {
  return {
    import_id: row.import_id,
    status: row.status,
    valid: validity(row),
    ...shownCounts(row),
    errors: row.errors,
    error_counts: row.error_counts,
    same_file_as: row.same_file_as,
    progress: progressOf(row),
    created_at: row.created_at.toISOString(),
    completed_at: row.completed_at?.toISOString() ?? null,
    job_id: row.job_id,
    validate_only: row.options.validate_only,
  };
}

/** Whether these errors and duplicates stop the whole file. A duplicate is an error under reject. */
export function isRejected(options: Pick<ImportOptions, 'on_error'>, report: ErrorReport): boolean {
  return options.on_error === 'reject' && Object.keys(report.error_counts).length > 0;
}
