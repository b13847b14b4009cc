import { setImmediate as otherWork } from 'node:timers/promises';
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
import { oneAhead } from './one-ahead.ts';
import { ParseFault } from './parse-fault.ts';
import { applyChunk, type Checker, checkerFor, type ImportContext, playChunk } from './play-chunk.ts';
import { type PreparedChunk, prepareAhead } from './prepare-chunk.ts';
import type { RawRow } from './raw-row.ts';
import { readRows } from './read-rows.ts';
import { type RepeatedIdentifiers, repeatFinder } from './repeated-identifiers.ts';
import { addErrors } from './row-error.ts';
import { identifiersMet, insertFailedRows, insertIdentifiersMet } from './row-store.ts';
import { findImport, saveReached } from './store.ts';

const ROWS_A_STEP = 4_000;
const SCANNED_ROWS_A_STEP = 20_000;
const SCANNED_ROWS_IN_ONE_GO = 200;

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

/** What a scan has found out: the identifiers that may stand in several rows, read under one state of the fields. */
export type Scanned = { repeats: RepeatedIdentifiers; signature: string };

/**
 * Walks over the file from where the last committed chunk ended. With `apply` each chunk is stored as it is decided.
 * While Postgres is at work on a chunk, the next one is read, checked and sealed. `scanned` is null where no identifier
 * can stand in the file twice.
 */
export async function pass(work: Work, apply: boolean, scanned: Scanned | null): Promise<void> {
  const { run, context, importId } = work;
  const { accountId } = context;
  let checker = await currentChecker(work);
  let sealing = apply;
  /** Those of which must be known whether they have been met: all of them, where the scan read by other fields. */
  const watched = (blindIndexes: Iterable<string>, by: Checker) =>
    scanned === null
      ? []
      : [...blindIndexes].filter(
          (one) => scanned.signature !== by.checking.signature || scanned.repeats.mayRepeat(one),
        );
  async function* prepared(): AsyncGenerator<PreparedChunk> {
    for await (const rows of readFrom(work, work.row.cursor_byte, work.row.cursor_row, ROWS_A_STEP))
      yield await prepareAhead(context, checker, rows, sealing);
  }
  for await (const chunk of oneAhead(prepared())) {
    run.throwIfStopped();
    const done = await run.step(async (step) => {
      const now = await lockImport(step.tx, accountId, importId);
      await requireGroup(step.tx, accountId, context.workspaceId, now.customer_group_id).catch((error: unknown) => {
        throw error instanceof Failure ? importFailures.group_gone() : error;
      });
      const played = await playChunk(step.tx, context, chunk, async (blindIndexes, by) =>
        identifiersMet(step.tx, accountId, importId, watched(blindIndexes, by)),
      );
      const { merged } = played;
      if (apply) {
        const owner = { createdBy: now.created_by, groupId: now.customer_group_id };
        await applyChunk(step.tx, context, owner, merged);
      }
      const remembered = watched(merged.met.keys(), played.checker).map((one): [string, number] => [
        one,
        merged.met.get(one) ?? 0,
      ]);
      await insertIdentifiersMet(step.tx, accountId, importId, new Map(remembered));
      await saveChunk(step.tx, work, now, chunk.rows, merged);
      step.progress((apply ? now.content_bytes : 0) + (chunk.rows.at(-1)?.endByte ?? 0), 2 * now.content_bytes);
      return { checker: played.checker, created: merged.counts.created };
    });
    checker = done.checker;
    // A file is mostly of one kind: customers who are all new, or all there.
    sealing = apply && 2 * done.created > chunk.rows.length;
  }
}

/**
 * Reads the whole file once for what is wrong with it as a file, so that a broken one is not half-stored under skip, and
 * for the identifiers that may stand in it twice. A fault ends the reading; what was found until there still holds.
 */
export async function scan(work: Work): Promise<{ scanned: Scanned; fault: ParseFault | null }> {
  const checker = await currentChecker(work);
  const finder = repeatFinder(work.row.content_bytes);
  const scanned = { repeats: finder, signature: checker.checking.signature };
  const first = work.row.phase === 'validating' && work.row.cursor_row === 0;
  try {
    for await (const chunk of oneAhead(readFrom(work, 0, 0, SCANNED_ROWS_A_STEP))) {
      work.run.throwIfStopped();
      const seen = chunk.at(-1)?.endByte ?? 0;
      await work.run.step(async (step) => first && step.progress(seen, 2 * work.row.content_bytes));
      if (!checker.checking.hasUnique) continue;
      for (const [index, raw] of chunk.entries()) {
        for (const { blindIndex } of checker.identify(raw).identifiers) finder.meet(blindIndex);
        if (index % SCANNED_ROWS_IN_ONE_GO === 0) await otherWork();
      }
    }
    return { scanned, fault: null };
  } catch (error) {
    if (error instanceof ParseFault) return { scanned, fault: error };
    throw error;
  }
}
