import type { Transaction } from '../../platform/database/database.ts';
import type { JobQueue } from '../../platform/jobs/queue.ts';
import { type CampaignRow, move } from '../campaigns/campaign.ts';
import { holdNeeds } from '../campaigns/hold-needs.ts';
import { requireRun, saveRun, takeStep } from '../campaigns/lock-campaign.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { findGroupHere } from '../groups/find-group.ts';
import { queueJob } from '../jobs/queue-job.ts';
import { tagErrors } from '../merge-tags/check-tags.ts';
import type { MessageRow } from '../messages/message.ts';
import { runMessages, setStage } from '../messages/run-messages.ts';
import { renewTextHolds } from '../messages/text-fields.ts';
import { publishingFailures } from './errors.ts';
import { findRunFiles, saveExportJob } from './store.ts';

export const MESSAGES_EXPORT = 'messages_export';

/** Exported once, a run lets its fields go; exporting it again needs those that are left. Throws field_gone. */
function refuseGoneFields(
  campaign: CampaignRow,
  fields: readonly LoadedField[],
  messages: readonly MessageRow[],
): void {
  const known = new Set(fields.map((field) => field.field_name.toLowerCase()));
  const needed = [...campaign.segment_by, ...campaign.eligible_when].every((entry) =>
    known.has(entry.field_name.toLowerCase()),
  );
  const approved = messages.filter((message) => message.review_status === 'Approved');
  const readable = approved.every(
    (message) =>
      tagErrors(message.subject ?? '', fields).length === 0 && tagErrors(message.message, fields).length === 0,
  );
  if (!needed || !readable) throw publishingFailures.field_gone();
}

/**
 * Publishes the current run: campaign and messages become Published in the transaction that queues the export. A
 * published campaign is exported again; while an export is queued or running, the same job is given back.
 * Throws wrong_state, group_gone and field_gone.
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
  const messages = await runMessages(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
  refuseGoneFields(campaign, fields, messages);
  await holdNeeds(tx, campaign, fields);
  await renewTextHolds(tx, campaign, messages, fields);
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
