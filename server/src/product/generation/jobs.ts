import type { Transaction } from '../../platform/database/database.ts';
import type { Failure } from '../../platform/errors/failure.ts';
import { lockCampaignForJob, requireRun, saveRun, setActiveJob, takeStep } from '../campaigns/lock-campaign.ts';
import { loadFields } from '../fields/load-fields.ts';
import type { JobKind, JobRow } from '../jobs/job.ts';
import { endRewriting, runMessages } from '../messages/run-messages.ts';
import { renewTextHolds } from '../messages/text-fields.ts';
import { loseOpenCalls } from '../model-calls/book-calls.ts';
import type { Services } from '../services.ts';
import { rewriteMessages } from './rewrite-messages.ts';
import { waitingForWriter } from './wait-for-writer.ts';
import { writeMissing } from './write-missing.ts';

export const CAMPAIGN_GENERATION = 'campaign_generation';
export const MESSAGE_REWRITING = 'message_rewriting';

/** Ends the writing of the job's campaign, if it is still the one that runs. */
async function endWriting(
  services: Services,
  tx: Transaction,
  job: JobRow,
  step: 'finish_generation' | 'fail_generation',
  reason: string | null,
): Promise<void> {
  const campaign = await lockCampaignForJob(tx, job.account_id, job.subject.campaign_id ?? '');
  if (campaign === undefined || campaign.active_job_id !== job.job_id) return;
  const messages = await runMessages(tx, job.account_id, campaign.campaign_id, campaign.current_run);
  await renewTextHolds(tx, campaign, messages, await loadFields(tx, job.account_id, campaign.workspace_id));
  await loseOpenCalls(tx, campaign, null);
  const run = await requireRun(tx, job.account_id, campaign.campaign_id, campaign.current_run);
  await saveRun(tx, job.account_id, {
    ...run,
    generated_count: messages.filter((message) => message.reused_from === null).length,
    reused_count: messages.filter((message) => message.reused_from !== null).length,
  });
  await takeStep(tx, campaign, step, { active_job_id: null, failure_reason: reason });
  services.log.info('writing_ended', { campaign_id: campaign.campaign_id, job_id: job.job_id, step });
}

/** Writes every text that the current run lacks, and ends in "Ready for review" or "Failed". */
export const campaignGenerationJob: JobKind<Services> = {
  kind: CAMPAIGN_GENERATION,
  run: (services, run) => waitingForWriter(services, run.job, () => writeMissing(services, run)),
  onCompleted: (services, tx, job) => endWriting(services, tx, job, 'finish_generation', null),
  onFailed: (services, tx, job, failure: Failure) => endWriting(services, tx, job, 'fail_generation', failure.message),
  onCancelled: (services, tx, job) =>
    endWriting(
      services,
      tx,
      job,
      'fail_generation',
      'Cancelled. What was written by then is kept; generate again to go on.',
    ),
};

async function endRewritingJob(tx: Transaction, job: JobRow): Promise<void> {
  const campaign = await lockCampaignForJob(tx, job.account_id, job.subject.campaign_id ?? '');
  await endRewriting(tx, job.account_id, job.job_id, null);
  if (campaign?.active_job_id !== job.job_id) return;
  await loseOpenCalls(tx, campaign, null);
  await setActiveJob(tx, campaign, null);
}

/** Has chosen messages written anew; they are Pending again afterwards. */
export const messageRewritingJob: JobKind<Services> = {
  kind: MESSAGE_REWRITING,
  run: (services, run) => waitingForWriter(services, run.job, () => rewriteMessages(services, run)),
  onCompleted: (_services, tx, job) => endRewritingJob(tx, job),
  onFailed: (_services, tx, job) => endRewritingJob(tx, job),
  onCancelled: (_services, tx, job) => endRewritingJob(tx, job),
};
