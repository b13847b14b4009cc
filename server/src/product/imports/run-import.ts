import type { Transaction } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors/failure.ts';
import { forgetErased } from '../customers/erased-since.ts';
import { lockProfiles } from '../fields/load-fields.ts';
import { type JobKind, JobPostponed, type JobRow, type JobRun } from '../jobs/job.ts';
import { queueJob } from '../jobs/queue-job.ts';
import type { Services } from '../services.ts';
import { requireQuota } from '../usage/count-usage.ts';
import { importFailures } from './errors.ts';
import { fieldMapOf } from './failed-row.ts';
import { acceptedRows, countsOf, type ImportRow, importReply, isEnded, isRejected, shownCounts } from './import.ts';
import type { ImportContext } from './import-context.ts';
import { lockImport, pass, preparerOf, scan, type Work } from './import-passes.ts';
import { ParseFault } from './parse-fault.ts';
import type { Preparer } from './preparer.ts';
import { addErrors, type RowError } from './row-error.ts';
import { deleteIdentifiersMet } from './row-store.ts';
import { beginApplying, endImport, findImport, importsAhead, nextWaiting, saveReport, setRunning } from './store.ts';
import { sweepUploads, UPLOADS_REMOVAL } from './sweep-uploads.ts';

export const CUSTOMER_IMPORT = 'customer_import';
/**
 * A waiting import is called as soon as the one before it ends; this is for when that call is lost. The more are before it the
 * more seldom it looks: hundreds that looked every few seconds would keep the workers from everybody else's jobs.
 */
const NEXT_LOOKS_SECONDS = 5;
const LONGEST_WAIT_SECONDS = 60 * 60;

const importIdOf = (subject: Record<string, string>) => subject.import_id ?? '';

/**
 * Takes the workspace's turn when no earlier import is left: it lasts until the import has ended, so that what was
 * validated against the store is applied to the same store, and files apply in the order in which they came. Small calls
 * answered at once may come between two chunks. Throws JobPostponed while it is another's turn: waiting takes no worker.
 */
async function takeTurn(run: JobRun, importId: string): Promise<ImportRow> {
  run.throwIfStopped();
  return run.step(async ({ tx }) => {
    await lockProfiles(tx, run.job.workspace_id);
    const found = await lockImport(tx, run.job.account_id, importId);
    if (found.status !== 'queued') return found;
    const ahead = await importsAhead(tx, run.job.account_id, run.job.workspace_id, importId);
    if (ahead > 0) throw new JobPostponed(Math.min(LONGEST_WAIT_SECONDS, NEXT_LOOKS_SECONDS * ahead ** 2));
    await setRunning(tx, run.job.account_id, importId);
    return found;
  });
}

/** Ends the import, and calls the next one of its workspace. */
async function endTurn(
  services: Services,
  tx: Transaction,
  row: Pick<ImportRow, 'account_id' | 'workspace_id' | 'import_id'>,
  status: Parameters<typeof endImport>[3],
): Promise<void> {
  await endImport(tx, row.account_id, row.import_id, status);
  await forgetErased(tx, row.account_id, row.workspace_id);
  const next = await nextWaiting(tx, row.account_id, row.workspace_id);
  if (next !== undefined) await services.queue.hasten(tx, { account_id: row.account_id, job_id: next.job_id });
}

/** A file under reject whose rows are more than the account may still import has that for a fault. */
async function beyondQuota(
  work: Work,
  tx: Transaction,
  row: ImportRow,
  found: readonly RowError[],
): Promise<RowError[]> {
  if (found.length > 0 || row.options.validate_only || row.options.on_error !== 'reject') return [];
  try {
    await requireQuota(work.services, tx, work.context.accountId, { imported_rows: acceptedRows(countsOf(row)) });
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [{ row: 0, field: null, code: error.code, message: error.message }];
  }
}

/** The end of the first pass: a dry run and a bad file end here, a good one goes on to be applied. */
async function endValidating(work: Work, found: readonly RowError[]): Promise<ImportRow> {
  const { accountId } = work.context;
  return work.run.step(async ({ tx }) => {
    const now = await lockImport(tx, accountId, work.importId);
    const report = { errors: now.errors, error_counts: now.error_counts };
    const faults = [...found, ...(await beyondQuota(work, tx, now, found))];
    addErrors(report, faults);
    if (faults.length > 0) await saveReport(tx, accountId, work.importId, report);
    await deleteIdentifiersMet(tx, accountId, work.importId);
    if (faults.length > 0 || isRejected(now.options, report)) await endTurn(work.services, tx, now, 'rejected');
    else if (now.options.validate_only) await endTurn(work.services, tx, now, 'completed');
    else await beginApplying(tx, accountId, work.importId);
    return lockImport(tx, accountId, work.importId);
  });
}

async function validate(work: Work, preparer: Preparer, fault: ParseFault | null): Promise<ImportRow> {
  const { options } = work.context;
  try {
    // Told with the faults of the rows before it: the pass meets the same fault at the same place.
    if (options.on_error === 'reject' || options.validate_only) await pass(work, preparer, false, 'repeated');
    else if (fault !== null) throw fault;
  } catch (error) {
    if (error instanceof ParseFault)
      return endValidating(work, [{ row: 0, field: null, code: error.code, message: error.message }]);
    throw error;
  }
  return endValidating(work, []);
}

async function apply(work: Work, preparer: Preparer): Promise<ImportRow> {
  const { accountId, options } = work.context;
  // A file that was validated under reject holds no identifier twice, so applying it need not remember any.
  await pass(work, preparer, true, options.on_error === 'reject' ? 'none' : 'repeated');
  return work.run.step(async ({ tx }) => {
    await deleteIdentifiersMet(tx, accountId, work.importId);
    await endTurn(work.services, tx, work.row, 'completed');
    return lockImport(tx, accountId, work.importId);
  });
}

function resultOf(row: ImportRow): Record<string, unknown> {
  const { errors: _errors, progress: _progress, ...told } = importReply(row);
  return told;
}

/**
 * A queued import. A scan reads the whole file for faults and repeated identifiers. First pass: under reject, and for a dry run, the whole file is checked against fields and store; under
 * skip only the file as such. Second pass: chunks are applied, each committed with its counters and cursor, so that a
 * killed worker's import goes on from the last chunk and only ever forward.
 */
export const customerImportJob: JobKind<Services> = {
  kind: CUSTOMER_IMPORT,
  refuseCancel: async (_services, tx, job) => {
    const row = await findImport(tx, job.account_id, importIdOf(job.subject));
    // It was promised whole or not at all.
    if (row?.phase === 'applying' && row.options.on_error === 'reject') throw importFailures.import_applying();
  },
  run: async (services, run) => {
    const { account_id: accountId, workspace_id: workspaceId, subject } = run.job;
    const importId = importIdOf(subject);
    await sweepUploads(services, accountId);
    let row = await takeTurn(run, importId);
    const keys = await services.keyring.forAccount(accountId);
    const context: ImportContext = {
      keys,
      accountId,
      workspaceId,
      options: { ...row.options, field_map: fieldMapOf(keys, row) },
      plan: row.plan ?? { delimiter: null, columns: [], first_byte: 0 },
      todayYear: row.created_at.getUTCFullYear(),
      queuedAt: row.created_at,
    };
    if (isEnded(row.status)) return resultOf(row);
    const work = () => ({ services, run, importId, context, row });
    const preparer = preparerOf(work());
    try {
      const needless = row.phase === 'applying' && row.options.on_error === 'reject';
      const fault = needless ? null : await scan(work(), preparer);
      if (row.phase === 'validating') row = await validate(work(), preparer, fault);
      if (!isEnded(row.status) && row.phase === 'applying') row = await apply(work(), preparer);
    } finally {
      await preparer.close();
    }
    await sweepUploads(services, accountId);
    return resultOf(row);
  },
  onFailed: (services, tx, job, failure) => endEarly(services, tx, job, 'failed', failure),
  onCancelled: (services, tx, job) => endEarly(services, tx, job, 'cancelled', null),
  tellEnd: async (tx, job) => {
    const row = await findImport(tx, job.account_id, importIdOf(job.subject));
    return row === undefined ? {} : { customer_group_id: row.customer_group_id, ...shownCounts(row) };
  },
};

/** Ends an import from outside of its run. Its upload goes in a job, because storage is not touched in a transaction. */
async function endEarly(
  services: Services,
  tx: Transaction,
  job: Pick<JobRow, 'account_id' | 'workspace_id' | 'subject' | 'created_by'>,
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
  await endTurn(services, tx, row, status);
  await queueJob(services.queue, tx, {
    accountId: job.account_id,
    workspaceId: job.workspace_id,
    kind: UPLOADS_REMOVAL,
    subject: {},
    createdBy: job.created_by,
  });
}
