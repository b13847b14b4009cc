import type { Transaction } from '../../platform/database/database.ts';
import type { JobQueue } from '../../platform/jobs/queue.ts';
import { type CampaignRow, move } from '../campaigns/campaign.ts';
import { holdNeeds } from '../campaigns/hold-needs.ts';
import { requireRun, saveRun, takeStep } from '../campaigns/lock-campaign.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { findGroupHere } from '../groups/find-group.ts';
import { queueJob } from '../jobs/queue-job.ts';
import { setStage } from '../messages/run-messages.ts';
import { publishingFailures } from './errors.ts';
import { findRunFiles, saveExportJob } from './store.ts';

export const MESSAGES_EXPORT = 'messages_export';

/**
 * Publishes the current run: campaign and messages become Published in the transaction that queues the export. A
 * published campaign is exported again; while an export is queued or running, the same job is given back.
 * Throws wrong_state and group_gone.
 */
export async function publishCampaign(
  services: { queue: JobQueue },
  tx: Transaction,
  campaign: CampaignRow,
  fields: readonly LoadedField[],
  by: { userId: string; now: Date },
): Promise<{ campaign: CampaignRow; jobId: string }> {
  move(campaign.status, 'publish');
  const files = await findRunFiles(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
  if (files?.export_job_id != null) return { campaign, jobId: files.export_job_id };
  if ((await findGroupHere(tx, campaign.account_id, campaign.workspace_id, campaign.customer_group_id)) === undefined)
    throw publishingFailures.group_gone();
  await holdNeeds(tx, campaign, fields);
  await setStage(tx, campaign.account_id, campaign.campaign_id, campaign.current_run, 'Published');
  const run = await requireRun(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
  await saveRun(tx, campaign.account_id, { ...run, completed_at: run.completed_at ?? by.now });
  const jobId = await queueJob(services.queue, tx, {
    accountId: campaign.account_id,
    workspaceId: campaign.workspace_id,
    kind: MESSAGES_EXPORT,
    subject: { campaign_id: campaign.campaign_id, run_number: String(campaign.current_run) },
    createdBy: by.userId,
  });
  await saveExportJob(tx, campaign.account_id, campaign.campaign_id, campaign.current_run, jobId);
  return { campaign: await takeStep(tx, campaign, 'publish', { published_at: by.now }), jobId };
}
