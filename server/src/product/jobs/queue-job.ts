import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { JobQueue } from '../../platform/jobs/queue.ts';
import { recordByJob } from '../audit/record-by-job.ts';
import { factsOf } from './end-job.ts';
import { insertJob, lockJob, reopenJob } from './store.ts';

/** Records a job and queues it, both in the caller's transaction. `subject` holds ids only. Returns the job's id. */
export async function queueJob(
  queue: JobQueue,
  tx: Transaction,
  job: {
    accountId: string;
    workspaceId: string;
    kind: string;
    subject: Record<string, string>;
    createdBy: string;
    total?: number;
  },
): Promise<string> {
  const jobId = newId();
  await insertJob(tx, { ...job, jobId, total: job.total ?? 0 });
  await queue.send(tx, { account_id: job.accountId, job_id: jobId });
  return jobId;
}

/**
 * Queues a job again that has failed for good, under the id by which callers know it, with as many tries as at first. What it
 * has reached and why it failed stay on it until it is begun. Leaves a job alone that has not failed.
 */
export async function queueFailedJob(
  queue: JobQueue,
  tx: Transaction,
  accountId: string,
  jobId: string,
): Promise<void> {
  // Of two processes that come at once the second sees that it waits again.
  const job = await lockJob(tx, accountId, jobId);
  if (job?.status !== 'failed') return;
  await reopenJob(tx, accountId, jobId);
  await recordByJob(tx, job, { action: 'job.queued_again', objectIds: factsOf(job) });
  await queue.send(tx, { account_id: accountId, job_id: jobId });
}
