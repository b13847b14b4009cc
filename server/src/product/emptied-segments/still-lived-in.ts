import type { Transaction } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors/failure.ts';
import type { CampaignRow } from '../campaigns/campaign.ts';
import { requireRun, segmentsAmong, segmentsOf } from '../campaigns/lock-campaign.ts';
import { recordPeople } from '../customers/segment-people.ts';
import { type LoadedField, loadFields } from '../fields/load-fields.ts';
import { findGroupHere } from '../groups/find-group.ts';
import type { GroupRow } from '../groups/group.ts';
import { JobPostponed } from '../jobs/job.ts';
import { combinationsNow, peopleOfSegments } from '../segments/few-people.ts';
import { type Dimension, readSegmentBy, type SegmentBy } from '../segments/segment-by.ts';
import type { Group } from '../segments/segmentation.ts';

export type SegmentInRun = { segment_id: string; run_number: number; canonical_criteria: string };

const MOVING_SECONDS = 5;

/**
 * Null when a field that made the segments is gone, or makes none any more: then nobody fits. While a field's values are
 * being moved nobody can tell: throws JobPostponed as long as that may be waited for.
 */
function dimensionsOf(wish: SegmentBy, fields: readonly LoadedField[], mayWait: boolean): Dimension[] | null {
  try {
    return readSegmentBy(wish, fields, 'left out');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === 'field_moving' && mayWait) throw new JobPostponed(MOVING_SECONDS);
    return null;
  }
}

/** Counts each group once for each way of making segments: runs of a campaign mostly share both. */
function createCounter(tx: Transaction) {
  const counted = new Map<string, Group[]>();
  return async (group: GroupRow, wish: SegmentBy, dimensions: readonly Dimension[]): Promise<Group[]> => {
    const key = JSON.stringify([group.customer_group_id, wish]);
    const groups = counted.get(key) ?? (await combinationsNow(tx, group, dimensions));
    counted.set(key, groups);
    return groups;
  };
}

/**
 * Of segments whose people were erased: those that are there, and of these the ones that somebody has come into since they
 * were frozen, whose texts are theirs now. They are kept as its people. The caller has locked the workspace's profiles.
 */
export async function stillLivedIn(
  tx: Transaction,
  campaign: CampaignRow,
  segmentIds: readonly string[],
  mayWait: boolean,
): Promise<{ there: SegmentInRun[]; livedIn: ReadonlySet<string> }> {
  const { account_id: accountId, workspace_id: workspaceId, campaign_id: campaignId } = campaign;
  const there = await segmentsAmong(tx, accountId, segmentIds);
  const fields = await loadFields(tx, accountId, workspaceId);
  const count = createCounter(tx);
  const few = new Map<string, string[]>();
  for (const [runNumber, segments] of Map.groupBy(there, (segment) => segment.run_number)) {
    const run = await requireRun(tx, accountId, campaignId, runNumber);
    const wish = run.segment_by ?? campaign.segment_by;
    const dimensions = dimensionsOf(wish, fields, mayWait);
    const group = await findGroupHere(tx, accountId, workspaceId, run.customer_group_id);
    if (dimensions === null || group === undefined) continue;
    const groups = await count(group, wish, dimensions);
    const all = new Set(
      (await segmentsOf(tx, accountId, campaignId, runNumber)).map((segment) => segment.canonical_criteria),
    );
    const wanted = new Set(segments.map((segment) => segment.canonical_criteria));
    const people = await peopleOfSegments(tx, group, dimensions, groups, all, wanted);
    for (const { segment_id, canonical_criteria } of segments) {
      const now = people.get(canonical_criteria);
      if (now !== undefined) few.set(segment_id, now.few ?? []);
    }
  }
  await recordPeople(tx, { accountId, workspaceId, campaignId }, few);
  return { there, livedIn: new Set(few.keys()) };
}
