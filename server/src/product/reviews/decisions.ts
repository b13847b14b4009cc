import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { isUuid, newId } from '../../platform/ids/ids.ts';
import { textHash } from '../approvals/approval-content.ts';
import { type CampaignRow, move } from '../campaigns/campaign.ts';
import { takeStep } from '../campaigns/lock-campaign.ts';
import { messageFailures } from '../messages/errors.ts';
import type { MessageInSegment, ReviewStatus } from '../messages/message.ts';
import { pickMessages, restoreReview } from '../messages/run-messages.ts';
import { reviewFailures } from './errors.ts';
import {
  type DecisionRow,
  deleteDecisions,
  findStandingRows,
  insertDecision,
  isDecisionOf,
  listOpenDecisions,
  markUndone,
} from './store.ts';

/** Decisions looked at to find the last one of which something still stands. */
const LOOKED_AT = 100;

/** Keeps what a decision changed: `before` holds the decided messages' earlier state, `after` has them as they are now. */
export async function recordDecision(
  tx: Transaction,
  campaign: CampaignRow,
  userId: string,
  before: ReadonlyMap<string, { status: string; note: string | null }>,
  after: readonly MessageInSegment[],
): Promise<string> {
  const decisionId = newId();
  const rows = after.flatMap((message) => {
    const was = before.get(message.message_id);
    if (was === undefined) return [];
    return [
      {
        message_id: message.message_id,
        from_status: was.status,
        to_status: message.review_status,
        from_note: was.note,
        to_note: message.review_note,
        text_hash: textHash(message),
      },
    ];
  });
  await insertDecision(
    tx,
    campaign.account_id,
    { decisionId, campaignId: campaign.campaign_id, runNumber: campaign.current_run, decidedBy: userId },
    rows,
  );
  return decisionId;
}

/** The rows of a decision that can be taken back: the message still has that decision, and the text it was made on. */
async function standingRows(
  tx: Transaction,
  campaign: CampaignRow,
  userId: string,
  decisionId: string,
): Promise<DecisionRow[]> {
  const { account_id, campaign_id, current_run } = campaign;
  const rows = await findStandingRows(tx, account_id, campaign_id, current_run, userId, decisionId);
  const messages = await pickMessages(
    tx,
    account_id,
    campaign_id,
    rows.map((row) => row.message_id),
  );
  const now = new Map(messages.map((message) => [message.message_id, message]));
  return rows.filter((row) => {
    const message = now.get(row.message_id);
    return (
      message !== undefined &&
      message.rewrite_job_id === null &&
      message.review_status === row.to_status &&
      textHash(message) === row.text_hash
    );
  });
}

/**
 * Takes a decision of this user back, the last one unless another is named: every message that still has it and the text
 * it was made on gets the state and note it had before. Only before the campaign is approved; approvals given towards a
 * quorum are void. Throws wrong_state, rewriting, not_found and nothing_to_undo.
 */
export async function undoDecision(
  tx: Transaction,
  campaign: CampaignRow,
  userId: string,
  wanted: string | undefined,
): Promise<{ decisionId: string; messages: MessageInSegment[] }> {
  const { account_id, campaign_id, current_run } = campaign;
  // Only what can be approved has decisions to take back: afterwards a new decision takes it back to review.
  move(campaign.status, 'approve');
  if (campaign.active_job_id !== null) throw messageFailures.rewriting();
  if (wanted !== undefined && !isUuid(wanted)) throw notFound('decision');
  const open = await listOpenDecisions(tx, account_id, campaign_id, current_run, userId, LOOKED_AT);
  const candidates = wanted === undefined ? open : [wanted];
  for (const decisionId of candidates) {
    const rows = await standingRows(tx, campaign, userId, decisionId);
    if (rows.length === 0) continue;
    const ids = rows.map((row) => row.message_id);
    await restoreReview(
      tx,
      account_id,
      rows.map((row) => ({
        message_id: row.message_id,
        review_status: row.from_status as ReviewStatus,
        review_note: row.from_note,
      })),
    );
    await markUndone(tx, account_id, decisionId, ids);
    await takeStep(tx, campaign, 'review');
    return { decisionId, messages: await pickMessages(tx, account_id, campaign_id, ids) };
  }
  if (wanted !== undefined && !(await isDecisionOf(tx, account_id, campaign_id, current_run, userId, wanted)))
    throw notFound('decision');
  throw reviewFailures.nothing_to_undo();
}

/** Forgets what was decided of messages whose texts were removed. */
export async function forgetDecisions(
  tx: Transaction,
  accountId: string,
  messageIds: readonly string[],
): Promise<void> {
  await deleteDecisions(tx, accountId, messageIds);
}
