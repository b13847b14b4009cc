import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { costNano, type Price } from '../campaigns/budget.ts';
import type { CampaignRow, ChannelName } from '../campaigns/campaign.ts';
import { lockCampaignForJob } from '../campaigns/lock-campaign.ts';
import { holdCall, settleCalls } from '../campaigns/spend.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { openProfile, sealProfile } from '../sealing/profile-envelope.ts';
import { SealBroken } from '../sealing/seal-broken.ts';
import type { CallEnd, CallQuestion } from '../writing/writer.ts';
import { exchangeHash, type ModelCallRow, type Outcome, promptHash } from './model-call.ts';
import {
  blankCalls,
  type Effort,
  effortOf,
  endCall,
  endOpenCalls,
  insertCall,
  lockCall,
  markUsed,
  unusedAnswer,
} from './store.ts';

// The campaign's row is always locked before its calls, so that two transactions never wait for each other in a circle.

/** What a question is asked for. */
export type CallPurpose = {
  accountId: string;
  workspaceId: string;
  campaignId: string;
  jobId: string;
  jobAttempt: number;
  runNumber: number;
  segmentId: string;
  channel: ChannelName;
  contextHash: string;
  writer: string;
};

/** Sealed like a profile, bound to the call in a customer's place: an exchange opens in its own row only. */
const placeOf = (accountId: string, workspaceId: string, callId: string) => ({
  accountId,
  workspaceId,
  customerId: callId,
});

export function openSealed(keys: AccountKeys, workspaceId: string, callId: string, sealed: Buffer): string {
  return openProfile(keys, placeOf(keys.accountId, workspaceId, callId), sealed).toString();
}

/** An answer to the same question that waits to be used. */
export async function findAnswer(
  tx: Transaction,
  keys: AccountKeys,
  purpose: CallPurpose,
  question: CallQuestion,
  inUse: readonly string[],
): Promise<{ callId: string; text: string | null } | null> {
  const hash = promptHash(purpose.writer, question.model, question.prompt);
  const row = await unusedAnswer(tx, purpose.accountId, purpose.campaignId, hash, inUse);
  if (row === undefined) return null;
  const text =
    row.sealed_answer === null ? null : openSealed(keys, purpose.workspaceId, row.model_call_id, row.sealed_answer);
  if (exchangeHash(question.prompt, text) !== row.exchange_hash)
    throw new SealBroken('This is not the answer to this question.');
  return { callId: row.model_call_id, text };
}

/** Records the question and sets aside what it may cost. Throws budget_spent and what holdCall throws. */
export async function openCall(
  tx: Transaction,
  keys: AccountKeys,
  campaign: CampaignRow,
  purpose: CallPurpose,
  question: CallQuestion,
): Promise<string> {
  const callId = newId();
  const nano = await holdCall(tx, campaign, question.price, question.mostTokens);
  await insertCall(tx, {
    account_id: purpose.accountId,
    model_call_id: callId,
    campaign_id: purpose.campaignId,
    run_number: purpose.runNumber,
    job_id: purpose.jobId,
    job_attempt: purpose.jobAttempt,
    segment_id: purpose.segmentId,
    channel: purpose.channel,
    context_hash: purpose.contextHash,
    writer: purpose.writer,
    model: question.model,
    prompt_hash: promptHash(purpose.writer, question.model, question.prompt),
    sealed_prompt: sealProfile(keys, placeOf(purpose.accountId, purpose.workspaceId, callId), question.prompt),
    cost_nano: nano,
    currency: question.price?.currency ?? null,
  });
  return callId;
}

/** What an end is counted as: the provider's count, or the most there can have been where it does not say. */
function costOf(row: ModelCallRow, end: CallEnd, price: Price | null): number {
  if (end.status === 'refused') return 0;
  if (end.status === 'lost' || end.inputTokens === null || end.outputTokens === null) return row.cost_nano;
  return costNano(price, { input: end.inputTokens, output: end.outputTokens });
}

/**
 * Keeps what came of a call. An answer that comes after the call was given up as lost is kept all the same, and its true
 * cost replaces the one that was assumed; anything else that comes late changes nothing.
 */
export async function closeCall(
  tx: Transaction,
  keys: AccountKeys,
  purpose: CallPurpose,
  callId: string,
  end: CallEnd,
  question: Pick<CallQuestion, 'prompt' | 'price'>,
): Promise<void> {
  const campaign = await lockCampaignForJob(tx, purpose.accountId, purpose.campaignId);
  const row = await lockCall(tx, purpose.accountId, callId);
  if (campaign === undefined || row === undefined) return;
  const isLate = row.status === 'lost' && end.status === 'answered';
  if (row.status !== 'open' && !isLate) return;
  const nano = costOf(row, end, question.price);
  // Whom it tells of was erased while it was waited for: it is paid for, and not kept.
  const isKept = end.status === 'answered' && row.erased_at === null;
  const text = isKept ? end.text : null;
  await endCall(tx, purpose.accountId, callId, {
    status: end.status,
    exchange_hash: isKept ? exchangeHash(question.prompt, text) : null,
    sealed_answer:
      text === null ? null : sealProfile(keys, placeOf(purpose.accountId, purpose.workspaceId, callId), text),
    input_tokens: end.status === 'answered' ? end.inputTokens : null,
    output_tokens: end.status === 'answered' ? end.outputTokens : null,
    cost_nano: nano,
  });
  if (isLate)
    await settleCalls(tx, campaign, { calls: 0, nano: 0 }, { calls: 0, nano: nano - row.cost_nano, currency: null });
  else
    await settleCalls(
      tx,
      campaign,
      { calls: 1, nano: row.cost_nano },
      { calls: end.status === 'refused' ? 0 : 1, nano, currency: end.status === 'refused' ? null : row.currency },
    );
}

/** Gives up calls that nobody waits for any more: all of a campaign whose writing ends, or those of earlier starts. */
export async function loseOpenCalls(
  tx: Transaction,
  campaign: CampaignRow,
  except: { jobId: string; attempt: number } | null,
): Promise<void> {
  const lost = await endOpenCalls(tx, campaign.account_id, campaign.campaign_id, except);
  if (lost.length === 0) return;
  const nano = lost.reduce((sum, { cost_nano }) => sum + cost_nano, 0);
  await settleCalls(
    tx,
    campaign,
    { calls: lost.length, nano },
    { calls: lost.length, nano, currency: lost.find(({ currency }) => currency !== null)?.currency ?? null },
  );
}

/** Says that answers have become texts, or were found unusable for good, so that they are not taken again. */
export async function useAnswers(
  tx: Transaction,
  accountId: string,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<void> {
  if (outcomes.size === 0) return;
  await markUsed(
    tx,
    accountId,
    [...outcomes].map(([callId, outcome]) => ({ callId, outcome })),
  );
}

/** What writing these contexts took in the run that wrote them. */
export function effortOfWriting(
  tx: Transaction,
  campaign: Pick<CampaignRow, 'account_id' | 'campaign_id' | 'current_run'>,
  contextHashes: readonly string[],
): Promise<Effort> {
  return effortOf(tx, campaign.account_id, campaign.campaign_id, contextHashes, campaign.current_run);
}

/** Removes prompts, answers and their hashes of calls about segments that have nobody left; what they cost stays. Returns how many. */
export function eraseExchanges(tx: Transaction, accountId: string, segmentIds: readonly string[]): Promise<number> {
  return blankCalls(tx, accountId, segmentIds);
}
