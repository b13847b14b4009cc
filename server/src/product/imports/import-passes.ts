import type { Transaction } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors/failure.ts';
import { loadFields } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import type { JobRun } from '../jobs/job.ts';
import { readSealed } from '../sealing/sealed-stream.ts';
import type { Services } from '../services.ts';
import { importFailures } from './errors.ts';
import { sealFailedRow } from './failed-row.ts';
import { addCounts, type ImportRow } from './import.ts';
import type { Merged } from './merge-rows.ts';
import { applyChunk, type Checker, checkerFor, type ImportContext, playChunk, prepareChunk } from './play-chunk.ts';
import type { RawRow } from './raw-row.ts';
import { readRows } from './read-rows.ts';
import { addErrors } from './row-error.ts';
import { identifiersMet, insertFailedRows, insertIdentifiersMet } from './row-store.ts';
import { findImport, saveReached } from './store.ts';

const ROWS_A_STEP = 2_000;
const SCANNED_ROWS_A_STEP = 50_000;

/** One import at work: everything its passes need. */
export type Work = { services: Services; run: JobRun; importId: string; context: ImportContext; row: ImportRow };

/** The import's row, locked until the transaction ends. */
export async function lockImport(tx: Transaction, accountId: string, importId: string): Promise<ImportRow> {
  const row = await findImport(tx, accountId, importId, 'update');
  if (row === undefined) throw new Error('The import of this job does not exist.');
  return row;
}

const readFrom = (work: Work, fromByte: number, fromRow: number, rowsAtOnce: number) => {
  const { services, context, row } = work;
  const read = (byte: number) => readSealed(services.objects, context.keys, row.object_key ?? '', byte);
  return readRows({ kind: row.content_kind, read }, context.plan, { fromByte, fromRow, rowsAtOnce });
};

/** Saves a chunk's counters and its end as the place to go on from, in the chunk's transaction. */
async function saveChunk(tx: Transaction, work: Work, now: ImportRow, chunk: readonly RawRow[], merged: Merged) {
  const { accountId, workspaceId, keys } = work.context;
  const report = { errors: now.errors, error_counts: now.error_counts };
  for (const failed of merged.failed) addErrors(report, failed.errors);
  const place = { accountId, workspaceId, importId: work.importId };
  await insertFailedRows(
    tx,
    accountId,
    work.importId,
    merged.failed.map((failed) => sealFailedRow(keys, place, failed)),
  );
  const last = chunk.at(-1);
  const counts = {
    total_rows: now.total_rows,
    created: now.created_count,
    updated: now.updated_count,
    unchanged: now.unchanged_count,
    skipped: now.skipped_count,
    duplicates: now.duplicate_count,
    failed: now.failed_count,
  };
  await saveReached(tx, accountId, work.importId, {
    cursorByte: last?.endByte ?? now.cursor_byte,
    cursorRow: last?.row ?? now.cursor_row,
    counts: addCounts(counts, merged.counts),
    report,
  });
}

async function currentChecker(work: Work): Promise<Checker> {
  const { accountId, workspaceId } = work.context;
  const fields = await work.services.database.tenant(accountId, (tx) => loadFields(tx, accountId, workspaceId));
  return checkerFor(work.context, fields);
}

/** Walks over the file from where the last committed chunk ended. With `apply` each chunk is stored as it is decided. */
export async function pass(work: Work, apply: boolean): Promise<void> {
  const { run, context, importId } = work;
  const { accountId } = context;
  // A file that was validated under reject holds no identifier twice, so applying it need not remember any.
  const remembers = !apply || context.options.on_error === 'skip';
  let checker = await currentChecker(work);
  for await (const chunk of readFrom(work, work.row.cursor_byte, work.row.cursor_row, ROWS_A_STEP)) {
    run.throwIfStopped();
    const prepared = prepareChunk(checker, chunk);
    checker = await run.step(async (step) => {
      const now = await lockImport(step.tx, accountId, importId);
      await requireGroup(step.tx, accountId, context.workspaceId, now.customer_group_id).catch((error: unknown) => {
        throw error instanceof Failure ? importFailures.group_gone() : error;
      });
      const played = await playChunk(step.tx, context, prepared, async (blindIndexes) =>
        remembers ? identifiersMet(step.tx, accountId, importId, blindIndexes) : new Set(),
      );
      const { merged } = played;
      if (apply) {
        const owner = { createdBy: now.created_by, groupId: now.customer_group_id };
        await applyChunk(step.tx, context, owner, merged);
      }
      if (remembers) await insertIdentifiersMet(step.tx, accountId, importId, merged.met);
      await saveChunk(step.tx, work, now, chunk, merged);
      step.progress((apply ? now.content_bytes : 0) + (chunk.at(-1)?.endByte ?? 0), 2 * now.content_bytes);
      return played.checker;
    });
  }
}

/** Reads the whole file once for what is wrong with it as a file, so that a broken one is not half-stored under skip. */
export async function scan(work: Work): Promise<void> {
  for await (const chunk of readFrom(work, 0, 0, SCANNED_ROWS_A_STEP)) {
    work.run.throwIfStopped();
    const done = chunk.at(-1)?.endByte ?? 0;
    await work.run.step(async (step) => step.progress(done, 2 * work.row.content_bytes));
  }
}
