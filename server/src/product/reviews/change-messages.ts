import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { recordAuthor } from '../approvals/authors.ts';
import { type CampaignRow, move } from '../campaigns/campaign.ts';
import { takeStep } from '../campaigns/lock-campaign.ts';
import { checkWithSample } from '../checks/look-at-members.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { findingsFor } from '../generation/write-request.ts';
import { tagErrors } from '../merge-tags/check-tags.ts';
import { messageFailures } from '../messages/errors.ts';
import type { MessageInSegment, ReviewStatus } from '../messages/message.ts';
import { pickMessages, replaceText, runMessages, setReview } from '../messages/run-messages.ts';
import { holdForTexts } from '../messages/text-fields.ts';
import type { Services } from '../services.ts';
import { contentHash } from './content-hash.ts';
import { recordDecision } from './decisions.ts';
import { reviewFailures } from './errors.ts';

export type MessageChange = {
  messageIds: readonly string[] | undefined;
  all: boolean;
  reviewStatus: ReviewStatus | undefined;
  subject: string | null | undefined;
  message: string | undefined;
  preheader: string | null | undefined;
  note: string | undefined;
  /** What the caller has seen: with it nothing else is decided. */
  contentHash: string | undefined;
  userId: string;
};

const WITHOUT_SUBJECT = new Set(['sms', 'whatsapp', 'in_app']);

async function select(tx: Transaction, campaign: CampaignRow, change: MessageChange): Promise<MessageInSegment[]> {
  if (change.all === (change.messageIds !== undefined)) throw messageFailures.selection_required();
  if (change.messageIds === undefined) {
    const messages = await runMessages(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
    return messages.filter((message) => message.review_status === 'Pending' && !message.is_archived);
  }
  const ids = [...new Set(change.messageIds)];
  const found = ids.every(isUuid) ? await pickMessages(tx, campaign.account_id, campaign.campaign_id, ids) : [];
  if (found.length !== ids.length) throw notFound('message');
  if (
    found.some(
      (message) =>
        message.is_archived || message.approval_stage === 'Published' || message.run_number !== campaign.current_run,
    )
  )
    throw messageFailures.message_published();
  return found;
}

/**
 * Keeps a new text if it can be rendered at all; what the checks say of it stands on the message. A message that is being
 * rewritten cannot be edited: the rewrite would replace the edit, and nobody would notice.
 */
async function edit(
  parts: Pick<Services, 'keyring' | 'clock'>,
  tx: Transaction,
  campaign: CampaignRow,
  message: MessageInSegment,
  change: MessageChange,
  fields: readonly LoadedField[],
): Promise<void> {
  if (message.rewrite_job_id !== null) throw messageFailures.rewriting();
  if (change.subject !== undefined && change.subject !== null && WITHOUT_SUBJECT.has(message.channel))
    throw messageFailures.subject_refused();
  if (change.preheader !== undefined && change.preheader !== null && message.channel !== 'email')
    throw messageFailures.preheader_refused();
  const subject = change.subject === undefined ? message.subject : change.subject;
  const preheader = change.preheader === undefined ? message.preheader : change.preheader;
  const text = change.message ?? message.message;
  const problems = [
    ...tagErrors(subject ?? '', fields).map((problem) => ({ field: 'subject', ...problem })),
    ...tagErrors(text, fields).map((problem) => ({ field: 'message', ...problem })),
    ...tagErrors(preheader ?? '', fields).map((problem) => ({ field: 'preheader', ...problem })),
  ];
  const first = problems[0];
  if (first !== undefined)
    throw messageFailures.invalid_text({ details: problems, message: `${first.field}: ${first.message}` });
  const channel = campaign.channels.find((entry) => entry.channel === message.channel) ?? {
    channel: message.channel,
    max_length: 10_000,
  };
  const findings = findingsFor(campaign, channel, { subject, preheader, message: text }, fields);
  await holdForTexts(tx, campaign, [{ subject, preheader, message: text }], fields);
  await replaceText(tx, campaign.account_id, message.message_id, {
    subject,
    preheader,
    message: text,
    technique: message.technique,
    findings,
    written_by: 'edited',
  });
  await checkWithSample(
    parts,
    tx,
    campaign,
    fields,
    await pickMessages(tx, campaign.account_id, campaign.campaign_id, [message.message_id]),
  );
}

/**
 * Edits, decides or annotates messages of the current run. An edit sets a message back to Pending unless the same call
 * decides it. An edit, or a decision that differs from the one there is, takes a campaign that was ready to publish back
 * to review; deciding the same once more changes nothing. Every decision is kept with what it changed, so that it can be
 * taken back (decisionId; null when nothing was decided), and every editor counts as an author of the run.
 */
export async function changeMessages(
  parts: Pick<Services, 'keyring' | 'clock'>,
  tx: Transaction,
  campaign: CampaignRow,
  change: MessageChange,
  fields: readonly LoadedField[],
): Promise<{ messages: MessageInSegment[]; decisionId: string | null }> {
  const edits = change.subject !== undefined || change.message !== undefined || change.preheader !== undefined;
  if (!edits && change.reviewStatus === undefined && change.note === undefined) throw messageFailures.nothing_to_do();
  const selected = await select(tx, campaign, change);
  if (change.contentHash !== undefined && change.contentHash !== contentHash(selected))
    throw reviewFailures.content_changed();
  move(campaign.status, 'review');
  if (edits) {
    const [only, ...others] = selected;
    if (only === undefined || others.length > 0 || change.all) throw messageFailures.one_text_at_a_time();
    await edit(parts, tx, campaign, only, change, fields);
    await recordAuthor(tx, campaign, change.userId, 'text');
  }
  const ids = selected.map((message) => message.message_id);
  const { reviewStatus } = change;
  const decided =
    reviewStatus === undefined ? [] : selected.filter((message) => edits || message.review_status !== reviewStatus);
  if (reviewStatus !== undefined && decided.length > 0)
    await setReview(
      tx,
      campaign.account_id,
      decided.map((message) => message.message_id),
      reviewStatus,
      null,
    );
  if (change.note !== undefined) await setReview(tx, campaign.account_id, ids, null, change.note);
  if (edits || decided.length > 0) await takeStep(tx, campaign, 'review');
  const messages = await pickMessages(tx, campaign.account_id, campaign.campaign_id, ids);
  if (reviewStatus === undefined || decided.length === 0) return { messages, decisionId: null };
  // An edit sets a message back to Pending before the same call decides it: taking the decision back leads there.
  const before = new Map(
    decided.map((message) => [
      message.message_id,
      { status: edits ? 'Pending' : message.review_status, note: message.review_note },
    ]),
  );
  return { messages, decisionId: await recordDecision(tx, campaign, change.userId, before, messages) };
}
