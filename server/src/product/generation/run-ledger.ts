import type { Transaction } from '../../platform/database/database.ts';
import { amountOf } from '../campaigns/budget.ts';
import type { CampaignRow, RunLedger, SegmentRow } from '../campaigns/campaign.ts';
import { segmentsOf } from '../campaigns/lock-campaign.ts';
import type { MessageRow } from '../messages/message.ts';
import { runMessages } from '../messages/run-messages.ts';
import { effortOfWriting } from '../model-calls/book-calls.ts';

/**
 * What a run that begins takes over from earlier ones, has written anew, and leaves behind of the run before. A segment is
 * reused when all its texts are; reuse saved what the calls cost that wrote these texts, and nothing where one variant of a
 * channel is missing, as a writer is then asked all the same.
 */
export async function ledgerOf(
  tx: Transaction,
  campaign: CampaignRow,
  segments: readonly SegmentRow[],
  texts: readonly MessageRow[],
): Promise<RunLedger> {
  const { account_id: accountId, campaign_id: campaignId, current_run: runNumber } = campaign;
  const before = await segmentsOf(tx, accountId, campaignId, runNumber - 1);
  const textsBefore = await runMessages(tx, accountId, campaignId, runNumber - 1);
  const reused = texts.filter((text) => text.reused_from !== null);
  const wantedPerSegment = campaign.channels.length * campaign.variants;
  const bySegment = Map.groupBy(reused, (text) => text.segment_id);
  const reusedSegments = [...bySegment.values()].filter((found) => found.length >= wantedPerSegment).length;
  const byContext = Map.groupBy(reused, (text) => text.context_hash);
  const spared = [...byContext].filter(([, found]) => found.length >= campaign.variants).map(([context]) => context);
  const effort = await effortOfWriting(tx, campaign, spared);
  const now = new Set(segments.map((segment) => segment.canonical_criteria));
  const takenOver = new Set(reused.map((text) => text.reused_from));
  return {
    segments: {
      reused: reusedSegments,
      new: segments.length - reusedSegments,
      retired: before.filter((segment) => !now.has(segment.canonical_criteria)).length,
    },
    messages: {
      reused: reused.length,
      new: segments.length * wantedPerSegment - reused.length,
      retired: textsBefore.filter((text) => !takenOver.has(text.message_id)).length,
    },
    saved: {
      model_calls: effort.calls,
      tokens: { input: effort.inputTokens, output: effort.outputTokens },
      cost: amountOf(effort.nano),
      currency: effort.currency,
    },
  };
}
