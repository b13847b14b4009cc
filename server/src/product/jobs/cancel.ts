import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { jobFailures } from './errors.ts';
import type { JobKind, JobRow } from './job.ts';
import { endJob, findJob, lockJob, requestCancel } from './store.ts';

/**
 * Cancels a job: one still queued ends at once, a running one ends at its next step. Throws job_ended (400) when it has
 * ended already.
 */
export async function cancelJob<Services>(
  services: Services,
  kinds: readonly JobKind<Services>[],
  tx: Transaction,
  ids: { accountId: string; workspaceId: string; jobId: string },
): Promise<JobRow> {
  const found = await findJob(tx, ids.accountId, ids.workspaceId, ids.jobId);
  const job = found === undefined ? undefined : await lockJob(tx, ids.accountId, ids.jobId);
  if (job === undefined) throw notFound('job');
  if (job.status !== 'queued' && job.status !== 'running') throw jobFailures.job_ended();
  const kind = kinds.find((entry) => entry.kind === job.kind);
  await kind?.refuseCancel?.(services, tx, job);
  if (job.status === 'queued') {
    await endJob(tx, ids.accountId, ids.jobId, {
      status: 'cancelled',
      result: null,
      errorCode: null,
      errorMessage: null,
    });
    await kind?.onCancelled?.(services, tx, job);
  } else {
    await requestCancel(tx, ids.accountId, ids.jobId);
  }
  return (await findJob(tx, ids.accountId, ids.workspaceId, ids.jobId)) ?? job;
}
