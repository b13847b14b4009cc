import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { recordAuthor } from '../approvals/authors.ts';
import { type CampaignRow, move } from '../campaigns/campaign.ts';
import { holdNeeds } from '../campaigns/hold-needs.ts';
import { takeStep } from '../campaigns/lock-campaign.ts';
import { requireWriter } from '../campaigns/shape-campaign.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { queueJob } from '../jobs/queue-job.ts';
import { messageFailures } from '../messages/errors.ts';
import { beginRewriting, pickMessages } from '../messages/run-messages.ts';
import type { Services } from '../services.ts';
import { requireQuota } from '../usage/count-usage.ts';
import { beginRun } from './begin-run.ts';
import { CAMPAIGN_GENERATION, MESSAGE_REWRITING } from './jobs.ts';

type Wanted = Pick<Services, 'queue' | 'writers' | 'clock' | 'config'>;

/** Queues the writing of what the locked campaign's current run lacks. Throws unknown_writer and quota_exceeded. */
export async function queueWriting(
  services: Wanted,
  tx: Transaction,
  campaign: CampaignRow,
  userId: string,
  texts: number,
): Promise<string> {
  requireWriter(services.writers, campaign.writer);
  await requireQuota(services, tx, campaign.account_id, { written_messages: texts });
  return queueJob(services.queue, tx, {
    accountId: campaign.account_id,
    workspaceId: campaign.workspace_id,
    kind: CAMPAIGN_GENERATION,
    subject: { campaign_id: campaign.campaign_id },
    createdBy: userId,
    total: texts,
  });
}

/** Freezes the segments of a Draft or Failed campaign and queues their writing. Throws wrong_state, empty_group, unknown_writer. */
export async function startWriting(
  services: Wanted,
  tx: Transaction,
  campaign: CampaignRow,
  fields: readonly LoadedField[],
  userId: string,
): Promise<{ campaign: CampaignRow; jobId: string }> {
  move(campaign.status, 'generate');
  await holdNeeds(tx, campaign, fields);
  const begun = await beginRun(tx, campaign, fields);
  const jobId = await queueWriting(services, tx, campaign, userId, begun.textsMissing);
  return { campaign: await takeStep(tx, campaign, 'generate', { active_job_id: jobId }), jobId };
}

/** Queues the rewriting of chosen messages of the current run. Throws wrong_state, rewriting, not_found, message_published. */
export async function startRewriting(
  services: Wanted,
  tx: Transaction,
  campaign: CampaignRow,
  wish: { messageIds: readonly string[]; guidance: string | null; userId: string },
): Promise<{ jobId: string }> {
  move(campaign.status, 'rewrite');
  if (campaign.active_job_id !== null) throw messageFailures.rewriting();
  const ids = [...new Set(wish.messageIds)];
  const found = ids.every(isUuid) ? await pickMessages(tx, campaign.account_id, campaign.campaign_id, ids) : [];
  if (found.length !== ids.length) throw notFound('message');
  if (
    found.some(
      (message) =>
        message.is_archived || message.approval_stage === 'Published' || message.run_number !== campaign.current_run,
    )
  )
    throw messageFailures.message_published();
  await requireQuota(services, tx, campaign.account_id, { written_messages: ids.length });
  const jobId = await queueJob(services.queue, tx, {
    accountId: campaign.account_id,
    workspaceId: campaign.workspace_id,
    kind: MESSAGE_REWRITING,
    subject: { campaign_id: campaign.campaign_id },
    createdBy: wish.userId,
    total: ids.length,
  });
  await recordAuthor(tx, campaign, wish.userId, 'text');
  await beginRewriting(tx, campaign.account_id, ids, jobId, wish.guidance);
  await takeStep(tx, campaign, 'rewrite', { active_job_id: jobId });
  return { jobId };
}
