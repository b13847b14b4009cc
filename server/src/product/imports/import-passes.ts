import type { Transaction } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors/failure.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { loadFields } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import type { JobRun } from '../jobs/job.ts';
import { readSealed } from '../sealing/sealed-stream.ts';
import type { Services } from '../services.ts';
import { countUsage, requireQuota } from '../usage/count-usage.ts';
import { importFailures } from './errors.ts';
import { sealFailedRow } from './failed-row.ts';
import { acceptedRows, addCounts, countsOf, type ImportRow } from './import.ts';
import type { ImportContext } from './import-context.ts';
import type { Merged } from './merge-rows.ts';
import { oneAhead } from './one-ahead.ts';
import { ParseFault } from './parse-fault.ts';
import { applyChunk, isNotNew, type Play, playChunk } from './play-chunk.ts';
import type { PreparedChunk } from './prepare-chunk.ts';
import type { Watch } from './prepare-thread.ts';
import { type Preparer, startPreparer } from './preparer.ts';
import { addErrors, keptReport } from './row-error.ts';
import { identifiersMet, insertFailedRows, insertIdentifiersMet } from './row-store.ts';
import { findImport, saveReached } from './store.ts';

const ROWS_A_STEP = 4_000;
const SCANNED_ROWS_A_STEP = 20_000;

/** One import at work: everything its passes need. */
export type Work = { services: Services; run: JobRun; importId: string; context: ImportContext; row: ImportRow };

/** The import's row, locked until the transaction ends. */
export async function lockImport(tx: Transaction, accountId: string, importId: string): Promise<ImportRow> {
  const row = await findImport(tx, accountId, importId, 'update');
  if (row === undefined) throw new Error('The import of this job does not exist.');
  return row;
}

/** The thread that reads the import's file; close it when the import is done with. */
export function preparerOf(work: Work): Preparer {
  const { services, context, row } = work;
  const read = (byte: number) => readSealed(services.objects, context.keys, row.object_key ?? '', byte);
  return startPreparer(context, { kind: row.content_kind, read }, row.content_bytes);
}

/** Saves a chunk's counters and its end as the place to go on from, in the chunk's transaction. */
async function saveChunk(tx: Transaction, work: Work, now: ImportRow, end: PreparedChunk['end'], merged: Merged) {
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
  await saveReached(tx, accountId, work.importId, {
    cursorByte: end.byte,
    cursorRow: end.row,
    counts: addCounts(countsOf(now), merged.counts),
    report: keptReport(report),
  });
}

async function currentFields(work: Work): Promise<FieldDefinition[]> {
  const { accountId, workspaceId } = work.context;
  return work.services.database.tenant(accountId, (tx) => loadFields(tx, accountId, workspaceId));
}

/** Decides one chunk and, unless it is only decided, stores it, in one step and in the account's turn. */
async function playStep(work: Work, chunk: PreparedChunk, play: Play) {
  const { run, services, context, importId } = work;
  const { accountId } = context;
  const endTurn = await services.storing.take(accountId);
  const stepped = run.step(async (step) => {
    const now = await lockImport(step.tx, accountId, importId);
    await requireGroup(step.tx, accountId, context.workspaceId, now.customer_group_id).catch((error: unknown) => {
      throw error instanceof Failure ? importFailures.group_gone() : error;
    });
    const played = await playChunk(step.tx, context, now.customer_group_id, chunk, play, (watched) =>
      identifiersMet(step.tx, accountId, importId, watched),
    );
    const { merged } = played;
    if (play !== 'decide') {
      const owner = { createdBy: now.created_by, groupId: now.customer_group_id };
      await applyChunk(step.tx, context, owner, merged);
    }
    const remembered = played.watched.flatMap((one): [string, number][] => {
      const row = merged.met.get(one);
      return row === undefined ? [] : [[one, row]];
    });
    await insertIdentifiersMet(step.tx, accountId, importId, new Map(remembered));
    await saveChunk(step.tx, work, now, chunk.end, merged);
    if (play !== 'decide') {
      const used = { imported_rows: acceptedRows(merged.counts) };
      // A file under reject was promised whole: whether its rows fit was asked before the first of them was stored.
      if (now.options.on_error === 'skip') await requireQuota(work.services, step.tx, accountId, used);
      await countUsage(work.services, step.tx, accountId, used);
    }
    step.progress((play === 'decide' ? 0 : now.content_bytes) + chunk.end.byte, 2 * now.content_bytes);
    return { fields: played.fields, created: merged.counts.created, areAllNew: merged.newcomers !== null };
  });
  return stepped.finally(endTurn);
}

/**
 * Walks over the file from where the last committed chunk ended. With `apply` each chunk is stored as it is decided.
 * While Postgres is at work on a chunk, the next one is read, checked and sealed. `watch` says which identifiers must be
 * remembered: none where none can stand in the file twice. After a chunk of new customers the next is taken for one as
 * well: the look-up that this spares is a tenth of Postgres' work. It is tried until it was wrong once.
 */
export async function pass(work: Work, preparer: Preparer, apply: boolean, watch: Watch): Promise<void> {
  let fields = await currentFields(work);
  let sealing = apply;
  let play: Play = apply ? 'write' : 'decide';
  let wasWrong = false;
  const start = { fromByte: work.row.cursor_byte, fromRow: work.row.cursor_row, rowsAtOnce: ROWS_A_STEP };
  for await (const chunk of oneAhead(preparer.chunks(start, () => ({ fields, sealing, watch })))) {
    work.run.throwIfStopped();
    const trusts = play === 'trust';
    const done: Awaited<ReturnType<typeof playStep>> = await playStep(work, chunk, play).catch((error: unknown) => {
      if (!trusts || !isNotNew(error)) throw error;
      wasWrong = true;
      return playStep(work, chunk, 'write');
    });
    chunk.release();
    fields = done.fields;
    // A file is mostly of one kind: customers who are all new, or all there.
    sealing = apply && 2 * done.created > chunk.count;
    if (apply) play = done.areAllNew && !wasWrong ? 'trust' : 'write';
  }
}

/**
 * Reads the whole file once for what is wrong with it as a file, so that a broken one is not half-stored under skip, and
 * for the identifiers that may stand in it twice. A fault ends the reading; what was found until there still holds.
 */
export async function scan(work: Work, preparer: Preparer): Promise<ParseFault | null> {
  const first = work.row.phase === 'validating' && work.row.cursor_row === 0;
  try {
    for await (const seen of preparer.scan(await currentFields(work), SCANNED_ROWS_A_STEP)) {
      work.run.throwIfStopped();
      await work.run.step(async (step) => first && step.progress(seen, 2 * work.row.content_bytes));
    }
    return null;
  } catch (error) {
    if (error instanceof ParseFault) return error;
    throw error;
  }
}
