import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { JobQueue } from '../../platform/jobs/queue.ts';
import { insertJob } from './store.ts';

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
