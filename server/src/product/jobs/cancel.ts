import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { concludeJob, factsOf } from './end-job.ts';
import { jobFailures } from './errors.ts';
import type { JobFacts, JobKind, JobRow } from './job.ts';
import { findJob, lockJob, requestCancel } from './store.ts';

/**
 * `isEnded`: else it goes on to its next step. `told` is what the event of the call says, which is the only one of an end;
 * null where the job had been asked to stop before, so that nothing changes.
 */
export type CancelledJob = { job: JobRow; isEnded: boolean; told: JobFacts | null };

/**
 * Cancels a job: one still queued ends at once, a running one at its next step, which then is an event of its own. Throws
 * job_ended (400) when it has ended already.
 */
export async function cancelJob<Services>(
  services: Services,
  kinds: readonly JobKind<Services>[],
  tx: Transaction,
  ids: { accountId: string; workspaceId: string; jobId: string },
): Promise<CancelledJob> {
  const found = await findJob(tx, ids.accountId, ids.workspaceId, ids.jobId);
  const job = found === undefined ? undefined : await lockJob(tx, ids.accountId, ids.jobId);
  if (job === undefined) throw notFound('job');
  if (job.status !== 'queued' && job.status !== 'running') throw jobFailures.job_ended();
  const kind = kinds.find((entry) => entry.kind === job.kind);
  await kind?.refuseCancel?.(services, tx, job);
  const isEnded = job.status === 'queued';
  let told: JobFacts | null = null;
  if (isEnded) told = await concludeJob(services, kind, tx, job, { status: 'cancelled' });
  else if (!job.cancel_requested) {
    await requestCancel(tx, ids.accountId, ids.jobId);
    told = factsOf(job);
  }
  return { job: (await findJob(tx, ids.accountId, ids.workspaceId, ids.jobId)) ?? job, isEnded, told };
}
