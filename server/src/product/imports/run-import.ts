import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from '../../platform/database/database.ts';
import type { Failure } from '../../platform/errors/failure.ts';
import { loadFields, lockProfiles } from '../fields/load-fields.ts';
import { JobInterrupted, type JobKind, type JobRun } from '../jobs/job.ts';
import { readSealed } from '../sealing/sealed-stream.ts';
import type { Services } from '../services.ts';
import { sealFailedRow } from './failed-row.ts';
import { addCounts, type ImportRow, importReply, isEnded, isRejected } from './import.ts';
import type { Merged } from './merge-rows.ts';
import { ParseFault } from './parse-fault.ts';
import { applyChunk, type Checker, checkerFor, type ImportContext, playChunk, prepareChunk } from './play-chunk.ts';
import type { RawRow } from './raw-row.ts';
import { readRows } from './read-rows.ts';
import { addErrors, type RowError } from './row-error.ts';
import { deleteIdentifiersMet, identifiersMet, insertFailedRows, insertIdentifiersMet } from './row-store.ts';
import { anotherRuns, beginApplying, endImport, findImport, saveReached, saveReport, setRunning } from './store.ts';
import { sweepUploads } from './sweep-uploads.ts';

export const CUSTOMER_IMPORT = 'customer_import';
const ROWS_A_STEP = 2_000;
const SCANNED_ROWS_A_STEP = 50_000;
const TURN_WAIT_MS = 500;

/** One import at work: everything its passes need. */
type Work = { services: Services; run: JobRun; importId: string; context: ImportContext; row: ImportRow };

const importIdOf = (subject: Record<string, string>) => subject.import_id ?? '';

async function lockImport(tx: Transaction, accountId: string, importId: string): Promise<ImportRow> {
  const row = await findImport(tx, accountId, importId, 'update');
  if (row === undefined) throw new Error('The import of this job does not exist.');
  return row;
}

/**
 * Waits until no other import of the workspace is at work, then takes the turn: it lasts until the import has ended, so
 * that what was validated against the store is applied to the same store. Small calls answered at once may come between
 * two chunks. Each look is a step, which keeps the job alive and notices a cancellation.
 */
async function takeTurn(run: JobRun, importId: string): Promise<ImportRow> {
  for (;;) {
    run.throwIfStopped();
    const row = await run.step(async ({ tx }) => {
      await lockProfiles(tx, run.job.workspace_id);
      const found = await lockImport(tx, run.job.account_id, importId);
      if (found.status !== 'queued') return found;
      if (await anotherRuns(tx, run.job.account_id, run.job.workspace_id, importId)) return null;
      await setRunning(tx, run.job.account_id, importId);
      return found;
    });
    if (row !== null) return row;
    await sleep(TURN_WAIT_MS, undefined, { signal: run.signal }).catch(() => {
      throw new JobInterrupted();
    });
  }
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
async function pass(work: Work, apply: boolean): Promise<void> {
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
      if ((await findGroup(step.tx, now)) === undefined) throw importFailures.group_gone();
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
async function scan(work: Work): Promise<void> {
  for await (const chunk of readFrom(work, 0, 0, SCANNED_ROWS_A_STEP)) {
    work.run.throwIfStopped();
    const done = chunk.at(-1)?.endByte ?? 0;
    await work.run.step(async (step) => step.progress(done, 2 * work.row.content_bytes));
  }
}

/** The end of the first pass: a dry run and a bad file end here, a good one goes on to be applied. */
async function endValidating(work: Work, faults: readonly RowError[]): Promise<ImportRow> {
  const { accountId } = work.context;
  return work.run.step(async ({ tx }) => {
    const now = await lockImport(tx, accountId, work.importId);
    const report = { errors: now.errors, error_counts: now.error_counts };
    addErrors(report, faults);
    if (faults.length > 0) await saveReport(tx, accountId, work.importId, report);
    await deleteIdentifiersMet(tx, accountId, work.importId);
    if (faults.length > 0 || isRejected(now.options, report)) await endImport(tx, accountId, work.importId, 'rejected');
    else if (now.options.validate_only) await endImport(tx, accountId, work.importId, 'completed');
    else await beginApplying(tx, accountId, work.importId);
    return lockImport(tx, accountId, work.importId);
  });
}

async function validate(work: Work): Promise<ImportRow> {
  const { options } = work.context;
  try {
    if (options.on_error === 'reject' || options.validate_only) await pass(work, false);
    else await scan(work);
  } catch (error) {
    if (error instanceof ParseFault)
      return endValidating(work, [{ row: 0, field: null, code: error.code, message: error.message }]);
    throw error;
  }
  return endValidating(work, []);
}

async function apply(work: Work): Promise<ImportRow> {
  const { accountId } = work.context;
  await pass(work, true);
  return work.run.step(async ({ tx }) => {
    await deleteIdentifiersMet(tx, accountId, work.importId);
    await endImport(tx, accountId, work.importId, 'completed');
    return lockImport(tx, accountId, work.importId);
  });
}

function resultOf(row: ImportRow): Record<string, unknown> {
  const { errors: _errors, progress: _progress, ...told } = importReply(row);
  return told;
}

/**
 * A queued import. First pass: under reject, and for a dry run, the whole file is checked against fields and store; under
 * skip only the file as such. Second pass: chunks are applied, each committed with its counters and cursor, so that a
 * killed worker's import goes on from the last chunk and only ever forward.
 */
export const customerImportJob: JobKind<Services> = {
  kind: CUSTOMER_IMPORT,
  run: async (services, run) => {
    const { account_id: accountId, workspace_id: workspaceId, subject } = run.job;
    const importId = importIdOf(subject);
    await sweepUploads(services, accountId);
    let row = await takeTurn(run, importId);
    const context: ImportContext = {
      keys: await services.keyring.forAccount(accountId),
      accountId,
      workspaceId,
      options: row.options,
      plan: row.plan ?? { delimiter: null, columns: [], first_byte: 0 },
      todayYear: row.created_at.getUTCFullYear(),
    };
    const work = () => ({ services, run, importId, context, row });
    if (!isEnded(row.status) && row.phase === 'validating') row = await validate(work());
    if (!isEnded(row.status) && row.phase === 'applying') row = await apply(work());
    await sweepUploads(services, accountId);
    return resultOf(row);
  },
  onFailed: (_services, tx, job, failure) => endEarly(tx, job, 'failed', failure),
  onCancelled: (_services, tx, job) => endEarly(tx, job, 'cancelled', null),
};

async function endEarly(
  tx: Transaction,
  job: { account_id: string; subject: Record<string, string> },
  status: 'failed' | 'cancelled',
  failure: Failure | null,
): Promise<void> {
  const importId = importIdOf(job.subject);
  const row = await findImport(tx, job.account_id, importId, 'update');
  if (row === undefined || isEnded(row.status)) return;
  if (failure !== null) {
    const report = { errors: row.errors, error_counts: row.error_counts };
    addErrors(report, [{ row: 0, field: null, code: failure.code, message: failure.message }]);
    await saveReport(tx, job.account_id, importId, report);
  }
  await deleteIdentifiersMet(tx, job.account_id, importId);
  await endImport(tx, job.account_id, importId, status);
}
