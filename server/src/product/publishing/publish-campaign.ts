import type { Transaction } from '../../platform/database/database.ts';
import { approvalSection } from '../approvals/approval-section.ts';
import { type CampaignRow, move } from '../campaigns/campaign.ts';
import { holdNeeds } from '../campaigns/hold-needs.ts';
import { requireRun, saveRun, takeStep } from '../campaigns/lock-campaign.ts';
import { holdFields } from '../fields/hold-fields.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { findGroupHere } from '../groups/find-group.ts';
import { holdGroup } from '../groups/hold.ts';
import { queueJob } from '../jobs/queue-job.ts';
import { tagErrors } from '../merge-tags/check-tags.ts';
import type { MessageInSegment, MessageRow } from '../messages/message.ts';
import { runMessages, setStage } from '../messages/run-messages.ts';
import { fieldsInTexts, renewTextHolds } from '../messages/text-fields.ts';
import { reviewFailures } from '../reviews/errors.ts';
import { compileEligibility } from '../segments/eligibility.ts';
import { readSegmentBy } from '../segments/segment-by.ts';
import type { Services } from '../services.ts';
import { countUsage, requireQuota } from '../usage/count-usage.ts';
import { publishingFailures } from './errors.ts';
import { countSuppressed } from './export-store.ts';
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
  const readable = approved.every((message) =>
    [message.subject, message.preheader, message.message].every((text) => tagErrors(text ?? '', fields).length === 0),
  );
  if (!needed || !readable) throw publishingFailures.field_gone();
}

/**
 * Fields may have changed since the texts were written: made sensitive, their options cut. What the export would stumble
 * over is refused here, before anything is Published. Throws field_not_segmentable, field_moving, invalid_alias, invalid_rule.
 */
function refuseChangedFields(campaign: CampaignRow, fields: readonly LoadedField[], now: Date): void {
  readSegmentBy(campaign.segment_by, fields);
  compileEligibility(campaign.eligible_when, fields, now.getUTCFullYear());
}

/** A rerun lets go of what the campaign held for this run; its export still needs the group and the fields of its texts. */
async function holdForExport(
  tx: Transaction,
  campaign: CampaignRow,
  fieldIds: readonly string[],
  jobId: string,
): Promise<void> {
  const holder = { id: jobId, name: campaign.campaign_name };
  await holdGroup(tx, campaign.account_id, campaign.customer_group_id, holder);
  await holdFields(tx, campaign.account_id, fieldIds, holder);
}

/**
 * How many rows the files will have at the least: one a customer and channel that has an approved text, by the segments' sizes
 * when they were written for, without those whose owners are suppressed. Who is eligible stands in sealed profiles: of a
 * campaign with such rules nothing is foreseen. What was not foreseen is refused when the files are made, before they can be
 * fetched.
 */
async function rowsExpected(
  tx: Transaction,
  campaign: CampaignRow,
  members: number,
  messages: readonly MessageInSegment[],
): Promise<number> {
  if (campaign.eligible_when.length > 0) return 1;
  const { account_id: accountId, workspace_id: workspaceId, customer_group_id: groupId } = campaign;
  const suppressed = await countSuppressed(tx, { accountId, workspaceId, groupId });
  const approved = messages.filter((message) => message.review_status === 'Approved');
  const sizes = new Map(approved.map(({ segment_id, channel, size }) => [`${segment_id} ${channel}`, size]));
  const rows = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const { length: channels } = campaign.channels;
  return Math.max(1, Math.min(rows, members * channels) - suppressed * channels);
}

/**
 * Publishes the current run: campaign and messages become Published in the transaction that queues the export. A
 * published campaign is exported again; while an export is queued or running, the same job is given back.
 * Throws quota_exceeded first of all, wrong_state, group_gone, field_gone, approval_void, and what a field changed since forbids.
 */
export async function publishCampaign(
  services: Pick<Services, 'queue' | 'clock' | 'config'>,
  tx: Transaction,
  campaign: CampaignRow,
  fields: readonly LoadedField[],
  by: { userId: string; now: Date; gzip?: boolean | undefined; delta?: boolean | undefined },
): Promise<{ campaign: CampaignRow; jobId: string }> {
  const files = await findRunFiles(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
  if (files?.export_job_id != null) {
    move(campaign.status, 'publish');
    return { campaign, jobId: files.export_job_id };
  }
  const group = await findGroupHere(tx, campaign.account_id, campaign.workspace_id, campaign.customer_group_id);
  const messages = await runMessages(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
  const exported_rows = await rowsExpected(tx, campaign, group?.member_count ?? 0, messages);
  await requireQuota(services, tx, campaign.account_id, { exports: 1, exported_rows });
  move(campaign.status, 'publish');
  if (group === undefined) throw publishingFailures.group_gone();
  refuseGoneFields(campaign, fields, messages);
  refuseChangedFields(campaign, fields, by.now);
  await holdNeeds(tx, campaign, fields);
  await renewTextHolds(tx, campaign, messages, fields);
  await setStage(tx, campaign.account_id, campaign.campaign_id, campaign.current_run, 'Published');
  const run = await requireRun(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
  if ((await approvalSection(tx, campaign, run, messages)) === null) throw reviewFailures.approval_void();
  await saveRun(tx, campaign.account_id, { ...run, completed_at: run.completed_at ?? by.now });
  const jobId = await queueJob(services.queue, tx, {
    accountId: campaign.account_id,
    workspaceId: campaign.workspace_id,
    kind: MESSAGES_EXPORT,
    subject: {
      campaign_id: campaign.campaign_id,
      run_number: String(campaign.current_run),
      ...(by.gzip === true && { gzip: 'true' }),
      ...(by.delta === true && { delta: 'true' }),
    },
    createdBy: by.userId,
  });
  await saveExportJob(tx, campaign.account_id, campaign.campaign_id, campaign.current_run, jobId);
  await countUsage(services, tx, campaign.account_id, { exports: 1 });
  await holdForExport(tx, campaign, fieldsInTexts(messages, fields), jobId);
  return { campaign: await takeStep(tx, campaign, 'publish', { published_at: by.now }), jobId };
}
