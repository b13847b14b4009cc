import type { Transaction } from '../../platform/database/database.ts';
import { type CampaignRow, move } from '../campaigns/campaign.ts';
import { releaseTextFields } from '../campaigns/hold-needs.ts';
import { requireRun, saveRun, takeStep } from '../campaigns/lock-campaign.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { findingsFor } from '../generation/write-request.ts';
import { messageFailures } from '../messages/errors.ts';
import { approvalDigest, type MessageInSegment } from '../messages/message.ts';
import { dropUnpublished, runMessages, setStage } from '../messages/run-messages.ts';
import { renewTextHolds } from '../messages/text-fields.ts';

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

/**
 * Approves the campaign's current run: every message decided, none rejected, no finding that is an error. The digest over
 * texts, brief and writer is kept with the run. Throws wrong_state, rewriting and the message failures.
 */
export async function approveCampaign(
  tx: Transaction,
  campaign: CampaignRow,
  fields: readonly LoadedField[],
): Promise<CampaignRow> {
  move(campaign.status, 'approve');
  if (campaign.active_job_id !== null) throw messageFailures.rewriting();
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
  const approved = messages.filter((message) => message.review_status === 'Approved');
  if (approved.length === 0) throw messageFailures.nothing_to_publish();
  refuseErrors(campaign, approved, fields);
  await renewTextHolds(tx, campaign, messages, fields);
  await setStage(tx, campaign.account_id, campaign.campaign_id, campaign.current_run, 'Ready to publish');
  const run = await requireRun(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
  await saveRun(tx, campaign.account_id, { ...run, approval_digest: approvalDigest(campaign, approved) });
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
