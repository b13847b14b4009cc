import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { approvalContent, approvalDigest } from '../approvals/approval-content.ts';
import type { CampaignRow, CampaignStatus } from '../campaigns/campaign.ts';
import { campaignFailures } from '../campaigns/errors.ts';
import { holdNeeds } from '../campaigns/hold-needs.ts';
import { openRun, requireRun, saveRun, takeStep } from '../campaigns/lock-campaign.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { beginRun } from '../generation/begin-run.ts';
import { queueWriting } from '../generation/start-writing.ts';
import { requireGroup } from '../groups/find-group.ts';
import { archiveRun, runMessages } from '../messages/run-messages.ts';
import { startFullCheckOfRerun } from '../reviews/full-check.ts';
import type { Services } from '../services.ts';
import { rerunFailures } from './errors.ts';

export type InitiatedRerun = {
  runId: string;
  runNumber: number;
  status: CampaignStatus;
  segments: { total: number; matched: number; new: number };
  archived: number;
  jobId: string | null;
};

async function refuseUnpublished(tx: Transaction, campaign: CampaignRow): Promise<void> {
  const messages = await runMessages(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
  const unpublished = messages.some(
    (message) => message.review_status !== 'Excluded' && message.approval_stage !== 'Published',
  );
  if (campaign.status !== 'Published' || unpublished) throw rerunFailures.not_published();
}

/**
 * Begins a new run of a published campaign on a group, in one step: archives the previous run's messages, freezes the
 * segments, takes texts over where brief, channel and criteria are the same, and queues the writing of the rest. With
 * nothing left to write the campaign is ready to publish at once, as every text was approved before.
 * Throws not_published, not_found (group), empty_group and the segment failures.
 */
export async function initiateRerun(
  services: Pick<Services, 'queue' | 'writers' | 'clock' | 'config' | 'keyring'>,
  tx: Transaction,
  campaign: CampaignRow,
  fields: readonly LoadedField[],
  wish: { groupId: string; userId: string },
): Promise<InitiatedRerun> {
  const { account_id: accountId, campaign_id: campaignId } = campaign;
  const group = await requireGroup(tx, accountId, campaign.workspace_id, wish.groupId, 'update');
  await refuseUnpublished(tx, campaign);
  if (group.member_count === 0) throw campaignFailures.empty_group();
  const previous = await requireRun(tx, accountId, campaignId, campaign.current_run);
  const archived = await archiveRun(tx, accountId, campaignId, campaign.current_run);
  await saveRun(tx, accountId, { ...previous, archived_count: archived });
  const runId = newId();
  const runNumber = campaign.current_run + 1;
  await openRun(tx, accountId, {
    runId,
    campaignId,
    runNumber,
    groupId: group.customer_group_id,
    groupName: group.group_name,
    initiatedBy: wish.userId,
  });
  const next: CampaignRow = { ...campaign, customer_group_id: group.customer_group_id, current_run: runNumber };
  const begun = await beginRun(tx, next, fields);
  await holdNeeds(tx, next, fields);
  const change = { customer_group_id: next.customer_group_id, current_run: runNumber };
  if (begun.textsMissing > 0) {
    const jobId = await queueWriting(services, tx, next, wish.userId, begun.textsMissing);
    const { status } = await takeStep(tx, campaign, 'rerun_to_review', { ...change, active_job_id: jobId });
    return { runId, runNumber, status, segments: begun.segments, archived, jobId };
  }
  const run = await requireRun(tx, accountId, campaignId, runNumber);
  const messages = await runMessages(tx, accountId, campaignId, runNumber);
  const digest = approvalDigest(approvalContent(next, runNumber, messages));
  await saveRun(tx, accountId, { ...run, approval_digest: digest });
  await startFullCheckOfRerun(services, tx, next, { digest, userId: wish.userId, messages, fields });
  const { status } = await takeStep(tx, campaign, 'rerun_to_publish', change);
  return { runId, runNumber, status, segments: begun.segments, archived, jobId: null };
}
