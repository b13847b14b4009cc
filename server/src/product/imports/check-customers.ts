import type { Failure } from '../../platform/errors/failure.ts';
import { newId } from '../../platform/ids/ids.ts';
import { recordCall } from '../audit/record-call.ts';
import { loadFields, lockProfiles } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import { countUsage, requireQuota } from '../usage/count-usage.ts';
import type { ImportContent } from './content.ts';
import { importFailures } from './errors.ts';
import { sealFailedRow } from './failed-row.ts';
import { requireImport } from './find-import.ts';
import { acceptedRows, type ImportReply, type ImportRow, importReply, isRejected } from './import.ts';
import { checkerFor, type ImportContext } from './import-context.ts';
import { parseFaults } from './parse-fault.ts';
import { applyChunk, playChunk } from './play-chunk.ts';
import { prepareChunk } from './prepare-chunk.ts';
import { type Caller, type CheckRequest, newImport, queueImport } from './queue-import.ts';
import type { RawRow } from './raw-row.ts';
import { openFile, readRows, refusalOf } from './read-rows.ts';
import { addErrors, type ErrorReport, keptReport } from './row-error.ts';
import { insertFailedRows } from './row-store.ts';
import { endImport, findImport, insertImport, saveReached } from './store.ts';

export const INLINE_ROWS = 1_000;
const INLINE_BYTES = 16 * 1024 * 1024;

/** The file as far as it must be read to know what to do with it: all rows when they are few, null when they are many. */
async function readFew(content: ImportContent, context: ImportContext): Promise<RawRow[] | null> {
  const rows: RawRow[] = [];
  let many = content.bytes > INLINE_BYTES;
  // What is small is read to its end even when its rows are many, so that a fault of the file is told at once.
  const small = content.bytes <= INLINE_BYTES;
  const start = { fromByte: 0, fromRow: 0, rowsAtOnce: INLINE_ROWS };
  for await (const chunk of readRows(content, context.plan, start)) {
    if (!many) rows.push(...chunk);
    many ||= rows.length > INLINE_ROWS;
    if (many) rows.length = 0;
    if (many && !small) return null;
  }
  if (many) return null;
  if (rows.length === 0) throw content.kind === 'csv' ? parseFaults.headerOnly() : parseFaults.empty();
  return rows;
}

/**
 * Validates a file and stores its customers. Up to 1,000 rows are answered at once, decided and stored in one
 * transaction; more are queued. Throws file_unusable (400) for a fault of the file, and import_rejected (400) with the
 * import's id, counters and errors when on_error is reject and a row cannot be accepted.
 */
export async function checkCustomers(
  caller: Caller,
  request: CheckRequest,
  content: ImportContent,
): Promise<ImportReply> {
  const { services, actor } = caller;
  const { accountId } = actor;
  const { workspaceId } = request;
  const fields = await services.database.tenant(accountId, async (tx) => {
    await requireGroup(tx, accountId, workspaceId, request.groupId);
    if (request.repairsImportId !== null) await requireImport(tx, accountId, workspaceId, request.repairsImportId);
    return loadFields(tx, accountId, workspaceId);
  });
  try {
    const keys = await services.keyring.forAccount(accountId);
    const opened = await openFile(content, fields, request.options);
    const context: ImportContext = {
      keys,
      accountId,
      workspaceId,
      options: request.options,
      plan: opened.plan,
      todayYear: services.clock.now().getUTCFullYear(),
      queuedAt: null,
    };
    const few = await readFew(content, context);
    const header = opened.header;
    if (few === null) return await queueImport(caller, request, content, context, header);
    return await importAtOnce(caller, request, content, { context, header, rows: few });
  } catch (error) {
    throw refusalOf(error);
  }
}

async function importAtOnce(
  caller: Caller,
  request: CheckRequest,
  content: ImportContent,
  file: { context: ImportContext; header: readonly string[] | null; rows: readonly RawRow[] },
): Promise<ImportReply> {
  const { services, actor } = caller;
  const { accountId } = actor;
  const { workspaceId, options } = request;
  const { context, rows } = file;
  const importId = newId();
  const row = await services.database.tenant(accountId, async (tx) => {
    await lockProfiles(tx, workspaceId);
    const group = await requireGroup(tx, accountId, workspaceId, request.groupId, 'update');
    const checker = checkerFor(context, await loadFields(tx, accountId, workspaceId));
    const { merged } = await playChunk(tx, context, null, prepareChunk(checker, rows), 'write', async () => new Set());
    const report: ErrorReport = { errors: [], error_counts: {} };
    for (const failed of merged.failed) addErrors(report, failed.errors);
    const rejected = isRejected(options, report);
    const applies = !rejected && !options.validate_only;
    const used = { imports: 1, imported_rows: applies ? acceptedRows(merged.counts) : 0 };
    await requireQuota(services, tx, accountId, used);
    if (applies) {
      await applyChunk(tx, context, { createdBy: actor.userId, groupId: group.customer_group_id }, merged);
    }
    await insertImport(tx, {
      ...newImport(caller, request, content, file.context, file.header, importId),
      status: 'running',
      objectKey: null,
      jobId: null,
    });
    const place = { accountId, workspaceId, importId };
    await insertFailedRows(
      tx,
      accountId,
      importId,
      merged.failed.map((failed) => sealFailedRow(context.keys, place, failed)),
    );
    const last = rows.at(-1);
    await saveReached(tx, accountId, importId, {
      cursorByte: content.bytes,
      cursorRow: last?.row ?? 0,
      counts: merged.counts,
      report: keptReport(report),
    });
    await endImport(tx, accountId, importId, rejected ? 'rejected' : 'completed');
    await recordCall(tx, caller, options.validate_only ? 'customers.validated' : 'customers.imported', workspaceId, {
      import_id: importId,
      customer_group_id: group.customer_group_id,
      status: rejected ? 'rejected' : 'completed',
      ...merged.counts,
    });
    await countUsage(services, tx, accountId, used);
    const kept = await findImport(tx, accountId, importId);
    if (kept === undefined) throw new Error('The import was not returned.');
    const row = { ...kept, errors: report.errors };
    await caller.keepAnswer(tx, isRefused(row) ? { failure: rejection(row) } : { result: importReply(row) });
    return row;
  });
  if (isRefused(row)) throw rejection(row);
  return importReply(row);
}

const isRefused = (row: ImportRow) => row.status === 'rejected' && !row.options.validate_only;

/** 400 with everything the import object says; its errors stand as details. */
function rejection(row: ImportRow): Failure {
  const { errors, progress: _progress, job_id: _jobId, ...told } = importReply(row);
  return importFailures.import_rejected({ details: errors, body: told });
}
