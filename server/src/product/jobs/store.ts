import type { Transaction } from '../../platform/database/database.ts';
import type { JobEnd, JobRow } from './job.ts';

const COLUMNS =
  'account_id, job_id, workspace_id, kind, status, subject, cursor, attempt, failures, deaths, progress_done, progress_total, result, error_code, error_message, cancel_requested, created_by, created_at, updated_at';

export type NewJob = {
  accountId: string;
  jobId: string;
  workspaceId: string;
  kind: string;
  subject: Record<string, string>;
  createdBy: string;
  total: number;
};

export async function insertJob(tx: Transaction, job: NewJob): Promise<void> {
  await tx.run(
    'insert into jobs (account_id, job_id, workspace_id, kind, subject, created_by, progress_total) values ($1, $2, $3, $4, $5, $6, $7)',
    [job.accountId, job.jobId, job.workspaceId, job.kind, job.subject, job.createdBy, job.total],
  );
}

export function findJob(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  jobId: string,
): Promise<JobRow | undefined> {
  return tx.row<JobRow>(`select ${COLUMNS} from jobs where account_id = $1 and job_id = $2 and workspace_id = $3`, [
    accountId,
    jobId,
    workspaceId,
  ]);
}

/** The job wherever in the account it is; its workspace is the caller's to check. */
export function findJobAnywhere(tx: Transaction, accountId: string, jobId: string): Promise<JobRow | undefined> {
  return tx.row<JobRow>(`select ${COLUMNS} from jobs where account_id = $1 and job_id = $2`, [accountId, jobId]);
}

export function lockJob(tx: Transaction, accountId: string, jobId: string): Promise<JobRow | undefined> {
  return tx.row<JobRow>(`select ${COLUMNS} from jobs where account_id = $1 and job_id = $2 for update`, [
    accountId,
    jobId,
  ]);
}

/** Locks the job unless somebody else holds it: undefined then, as for one that is not there. */
export function lockFreeJob(
  tx: Transaction,
  accountId: string,
  jobId: string,
): Promise<{ job_id: string } | undefined> {
  return tx.row('select job_id from jobs where account_id = $1 and job_id = $2 for update skip locked', [
    accountId,
    jobId,
  ]);
}

export async function startJob(tx: Transaction, accountId: string, jobId: string): Promise<void> {
  await tx.run(
    `update jobs set attempt = attempt + 1, deaths = deaths + case when status = 'running' then 1 else 0 end, status = 'running',
       error_code = null, error_message = null, updated_at = now()
     where account_id = $1 and job_id = $2`,
    [accountId, jobId],
  );
}

/** Back to waiting, with what keeps it from going on, if something does. */
export async function queueAgain(
  tx: Transaction,
  accountId: string,
  jobId: string,
  kept: { isFailure: boolean; errorCode: string | null; errorMessage: string | null },
): Promise<void> {
  await tx.run(
    `update jobs set status = 'queued', failures = failures + $3, error_code = $4, error_message = $5, updated_at = now()
     where account_id = $1 and job_id = $2`,
    [accountId, jobId, kept.isFailure ? 1 : 0, kept.errorCode, kept.errorMessage],
  );
}

export async function saveStep(
  tx: Transaction,
  accountId: string,
  jobId: string,
  saved: { cursor: Record<string, unknown> | null; done: number; total: number },
): Promise<void> {
  await tx.run(
    'update jobs set cursor = $3, progress_done = $4, progress_total = $5, updated_at = now() where account_id = $1 and job_id = $2',
    [accountId, jobId, saved.cursor, saved.done, saved.total],
  );
}

export async function requestCancel(tx: Transaction, accountId: string, jobId: string): Promise<void> {
  await tx.run('update jobs set cancel_requested = true, updated_at = now() where account_id = $1 and job_id = $2', [
    accountId,
    jobId,
  ]);
}

export async function saveEnd(tx: Transaction, accountId: string, jobId: string, end: JobEnd): Promise<void> {
  const failure = end.status === 'failed' ? end.failure : null;
  await tx.run(
    `update jobs set status = $3, result = $4, error_code = $5, error_message = $6, updated_at = now(),
       progress_done = case when $3 = 'completed' then progress_total else progress_done end
     where account_id = $1 and job_id = $2`,
    [
      accountId,
      jobId,
      end.status,
      end.status === 'completed' ? end.result : null,
      failure?.code ?? null,
      failure?.message ?? null,
    ],
  );
}

/** From failed back to waiting, with no failure counted. */
export async function reopenJob(tx: Transaction, accountId: string, jobId: string): Promise<void> {
  await tx.run(
    `update jobs set status = 'queued', failures = 0, deaths = 0, updated_at = now() where account_id = $1 and job_id = $2`,
    [accountId, jobId],
  );
}

/**
 * Unfinished jobs of all accounts that nobody has touched for a while: the operator's sweep. Any of them, not the oldest:
 * hundreds that wait because they want to would hide the one that was lost.
 */
export function staleJobs(
  tx: Transaction,
  olderThanSeconds: number,
  limit: number,
): Promise<{ account_id: string; job_id: string }[]> {
  return tx.rows(
    `select account_id, job_id from jobs where status in ('queued', 'running') and updated_at < now() - make_interval(secs => $1) order by random() limit $2`,
    [olderThanSeconds, limit],
  );
}
