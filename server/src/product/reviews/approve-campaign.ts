import type { Transaction } from '../../platform/database/database.ts';
import { reviewRules } from '../accounts/review-rules.ts';
import { approvalContent, approvalDigest } from '../approvals/approval-content.ts';
import { authorsOf } from '../approvals/authors.ts';
import { giveApproval } from '../approvals/give-approval.ts';
import { type CampaignRow, move } from '../campaigns/campaign.ts';
import { releaseTextFields } from '../campaigns/hold-needs.ts';
import { requireCampaign, requireRun, saveRun, takeStep } from '../campaigns/lock-campaign.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { findingsFor } from '../generation/write-request.ts';
import { messageFailures } from '../messages/errors.ts';
import type { MessageInSegment } from '../messages/message.ts';
import { dropUnpublished, runMessages, setStage } from '../messages/run-messages.ts';
import { renewTextHolds } from '../messages/text-fields.ts';
import { reviewFailures } from './errors.ts';
import { type FullCheckParts, lookBeforeApproval, startFullCheck } from './full-check.ts';

const SHOWN = 100;

/** The checks run again, as fields may have changed since the text was written. */
function refuseErrors(
  campaign: CampaignRow,
  messages: readonly MessageInSegment[],
  fields: readonly LoadedField[],
): void {
  const broken = messages.flatMap((message) => {
    const channel = campaign.channels.find((entry) => entry.channel === message.channel);
    const errors =
      channel === undefined
        ? []
        : findingsFor(campaign, channel, message, fields).filter((finding) => finding.severity === 'error');
    return errors.length === 0 ? [] : [{ message_id: message.message_id, codes: errors.map((error) => error.code) }];
  });
  if (broken.length > 0) throw messageFailures.messages_with_errors({ details: broken.slice(0, SHOWN) });
}

/** Every message of the current run, decided: the Approved ones are what is approved. Throws the message failures. */
async function requireDecided(tx: Transaction, campaign: CampaignRow): Promise<MessageInSegment[]> {
  const messages = (await runMessages(tx, campaign.account_id, campaign.campaign_id, campaign.current_run)).filter(
    (message) => !message.is_archived,
  );
  const undecided = messages.filter(
    (message) => message.review_status === 'Pending' || message.review_status === 'Rejected',
  );
  if (undecided.length > 0) {
    throw messageFailures.messages_undecided({
      message: `${undecided.length} of ${messages.length} messages are still Pending or Rejected. Approve them, exclude them, or have them rewritten.`,
      details: undecided.slice(0, SHOWN).map(({ message_id, review_status }) => ({ message_id, review_status })),
    });
  }
  if (messages.every((message) => message.review_status !== 'Approved')) throw messageFailures.nothing_to_publish();
  return messages;
}

/**
 * One approver's word for the campaign's current run as it stands: every message decided, none rejected, no finding that
 * is an error. The word is kept with the digest of texts, brief, findings and writer; with as many approvers of one
 * digest as the workspace asks for, the campaign is ready to publish. Under the two-person rule authors have no word.
 * The texts of the first customers are looked at here, those of all others by a job (full-check-job.ts).
 * A caller who says which digest was seen approves no other content. Throws wrong_state, rewriting, approver_is_author,
 * already_approved, content_changed and the message failures.
 */
export async function approveCampaign(
  parts: FullCheckParts,
  tx: Transaction,
  campaign: CampaignRow,
  fields: readonly LoadedField[],
  by: { userId: string; digest: string | undefined },
): Promise<CampaignRow> {
  const { userId } = by;
  const { account_id, workspace_id, campaign_id, current_run } = campaign;
  move(campaign.status, 'approve');
  if (campaign.active_job_id !== null) throw messageFailures.rewriting();
  const rules = await reviewRules(tx, account_id, workspace_id);
  const authors = rules.two_person ? await authorsOf(tx, campaign) : new Set<string>();
  if (authors.has(userId)) throw reviewFailures.approver_is_author();
  const messages = await requireDecided(tx, campaign);
  refuseErrors(
    campaign,
    messages.filter((message) => message.review_status === 'Approved'),
    fields,
  );
  const digest = approvalDigest(approvalContent(campaign, current_run, messages));
  if (by.digest !== undefined && by.digest !== digest) throw reviewFailures.content_changed();
  const first = await lookBeforeApproval(parts, tx, campaign, fields, messages, digest);
  const { isNew, standing } = await giveApproval(tx, campaign, { digest, userId, rules });
  // A word given before the two-person rule was turned on does not count if it is an author's.
  const approvers = new Set(standing.map((approval) => approval.approved_by).filter((user) => !authors.has(user)));
  if (approvers.size < rules.quorum) {
    if (!isNew) throw reviewFailures.already_approved();
    return requireCampaign(tx, account_id, workspace_id, campaign_id);
  }
  await renewTextHolds(tx, campaign, messages, fields);
  await setStage(tx, account_id, campaign_id, current_run, 'Ready to publish');
  const run = await requireRun(tx, account_id, campaign_id, current_run);
  await saveRun(tx, account_id, { ...run, approval_digest: digest });
  await startFullCheck(parts, tx, campaign, { digest, userId, first });
  return takeStep(tx, campaign, 'approve');
}

/** Takes a campaign back to Draft, dropping its unpublished texts. Throws wrong_state, or rewriting while texts are written. */
export async function reopenCampaign(tx: Transaction, campaign: CampaignRow): Promise<CampaignRow> {
  move(campaign.status, 'reopen');
  if (campaign.active_job_id !== null) throw messageFailures.rewriting();
  await dropUnpublished(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
  await releaseTextFields(tx, campaign);
  return takeStep(tx, campaign, 'reopen');
}
