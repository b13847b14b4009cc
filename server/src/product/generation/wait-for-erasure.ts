import { campaignFailures } from '../campaigns/errors.ts';
import { queueAftermath } from '../customers/queue-aftermath.ts';
import { JobPostponed, type JobRow } from '../jobs/job.ts';
import type { Services } from '../services.ts';

const AGAIN_SECONDS = 2;
const WAITED_AT_MOST_MS = 10 * 60_000;

/**
 * Puts writing off that has come to a segment whose people were all erased: whether somebody has come into it since is for
 * the job to find out that removes what tells of them. It is queued again if it has failed. Always throws: JobPostponed, or
 * erasure_unfinished when that has gone on for ten minutes.
 */
export async function waitForErasure(
  services: Pick<Services, 'database' | 'queue' | 'clock'>,
  job: JobRow,
  since: Date,
): Promise<never> {
  const { account_id: accountId, workspace_id: workspaceId, created_by: userId } = job;
  await services.database.tenant(accountId, (tx) => queueAftermath(services, tx, { accountId, workspaceId, userId }));
  if (services.clock.now().getTime() - since.getTime() > WAITED_AT_MOST_MS) throw campaignFailures.erasure_unfinished();
  throw new JobPostponed(AGAIN_SECONDS, campaignFailures.erasure_under_way());
}
