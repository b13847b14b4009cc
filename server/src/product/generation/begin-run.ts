import type { Transaction } from '../../platform/database/database.ts';
import { forgetAnswers } from '../../platform/http/kept-answers.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { CampaignRow, SegmentRow } from '../campaigns/campaign.ts';
import { campaignFailures } from '../campaigns/errors.ts';
import { freezeSegments, renewSegments, requireRun, saveRun, segmentsOf } from '../campaigns/lock-campaign.ts';
import { forgetPeople, recordPeople } from '../customers/segment-people.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import type { GroupRow } from '../groups/group.ts';
import { contextHash, type MessageRow } from '../messages/message.ts';
import { reusableTexts, runMessages, saveReused } from '../messages/run-messages.ts';
import { holdForTexts } from '../messages/text-fields.ts';
import { peopleOfSegments } from '../segments/few-people.ts';
import { makeSegments } from '../segments/make-segments.ts';
import { readSegmentBy } from '../segments/segment-by.ts';
import { ledgerOf } from './run-ledger.ts';
import { findingsFor } from './write-request.ts';

/** What a run begins with: segments in all, those whose texts are all there, and the texts still to be written. */
export type BegunRun = { segments: { total: number; matched: number; new: number }; textsMissing: number };

/**
 * Keeps the frozen segments (and what was written for them) where they are the same, with their sizes of today; replaces
 * them otherwise. Who the people of small ones are is kept with them.
 */
async function freeze(
  tx: Transaction,
  campaign: CampaignRow,
  group: GroupRow,
  fields: readonly LoadedField[],
): Promise<SegmentRow[]> {
  const dimensions = readSegmentBy(campaign.segment_by, fields);
  const { segments, groups } = await makeSegments(tx, group, dimensions, campaign.min_segment_size);
  const { account_id: accountId, workspace_id: workspaceId, campaign_id: campaignId } = campaign;
  const before = await segmentsOf(tx, accountId, campaignId, campaign.current_run);
  const known = new Map(before.map((row) => [row.canonical_criteria, row.segment_id]));
  const same = before.length === segments.length && segments.every((segment) => known.has(segment.canonical));
  const rows = segments.map(
    (segment): SegmentRow => ({
      segment_id: (same ? known.get(segment.canonical) : undefined) ?? newId(),
      criteria: segment.criteria,
      canonical_criteria: segment.canonical,
      label: segment.label,
      size: segment.size,
    }),
  );
  if (same) await renewSegments(tx, accountId, rows);
  else await freezeSegments(tx, accountId, campaignId, campaign.current_run, rows);
  const canonicals = new Set(rows.map((row) => row.canonical_criteria));
  const people = await peopleOfSegments(tx, group, dimensions, groups, canonicals, canonicals);
  await recordPeople(
    tx,
    { accountId, workspaceId, campaignId },
    new Map(
      rows
        // What everybody gets, or all others, tells of nobody.
        .filter((row) => Object.keys(row.criteria).length > 0)
        .map((row) => [row.segment_id, people.get(row.canonical_criteria)?.few ?? []]),
    ),
  );
  if (!same) {
    await forgetPeople(tx, accountId, campaignId);
    // They have texts of segments of which nobody knows any more whose they were.
    await forgetAnswers(tx, accountId, campaignId);
  }
  return rows;
}

/** False for a text that was good once, but names a field that is gone by now, or one that may be blank by now. */
function isStillGood(campaign: CampaignRow, text: MessageRow, fields: readonly LoadedField[]): boolean {
  const channel = campaign.channels.find((entry) => entry.channel === text.channel);
  return (
    channel !== undefined &&
    findingsFor(campaign, channel, text, fields).every((finding) => finding.severity !== 'error')
  );
}

/**
 * Begins the campaign's current run: freezes its segments, and takes published texts over where brief, channel and
 * criteria are the same and no check has an error today. The caller has locked the workspace's profiles. Throws not_found
 * (group), empty_group and the segment failures.
 */
export async function beginRun(
  tx: Transaction,
  campaign: CampaignRow,
  fields: readonly LoadedField[],
): Promise<BegunRun> {
  const { account_id: accountId, campaign_id: campaignId, current_run: runNumber } = campaign;
  const group = await requireGroup(tx, accountId, campaign.workspace_id, campaign.customer_group_id, 'update');
  if (group.member_count === 0) throw campaignFailures.empty_group();
  const segments = await freeze(tx, campaign, group, fields);
  const wanted = segments.flatMap((segment) =>
    campaign.channels.flatMap((channel) => {
      const hash = contextHash(campaign.brief, channel, segment.canonical_criteria);
      return Array.from({ length: campaign.variants }, (_, index) => ({ segment, key: `${hash} ${index + 1}`, hash }));
    }),
  );
  const reusable =
    runNumber === 1
      ? new Map<string, MessageRow>()
      : await reusableTexts(tx, accountId, campaignId, [...new Set(wanted.map((entry) => entry.hash))]);
  await saveReused(
    tx,
    accountId,
    campaignId,
    wanted.flatMap(({ segment, key }) => {
      const from = reusable.get(key);
      return from === undefined || !isStillGood(campaign, from, fields)
        ? []
        : [{ from, runNumber, segmentId: segment.segment_id }];
    }),
  );
  const there = await runMessages(tx, accountId, campaignId, runNumber);
  await holdForTexts(tx, campaign, there, fields);
  const textsPerSegment = campaign.channels.length * campaign.variants;
  const complete = [...Map.groupBy(there, (message) => message.segment_id).values()].filter(
    (texts) => texts.length >= textsPerSegment,
  );
  const matched = complete.filter((texts) => texts.every((text) => text.reused_from !== null)).length;
  const run = await requireRun(tx, accountId, campaignId, runNumber);
  await saveRun(tx, accountId, {
    ...run,
    customer_group_id: group.customer_group_id,
    customer_group_name: group.group_name,
    segment_count: segments.length,
    segment_by: campaign.segment_by,
    reused_count: there.filter((text) => text.reused_from !== null).length,
    generated_count: there.filter((text) => text.reused_from === null).length,
    ledger: runNumber === 1 ? null : await ledgerOf(tx, campaign, segments, there),
  });
  return {
    segments: { total: segments.length, matched, new: segments.length - matched },
    textsMissing: segments.length * textsPerSegment - there.length,
  };
}
