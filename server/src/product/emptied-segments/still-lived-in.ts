import type { Transaction } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors/failure.ts';
import type { CampaignRow } from '../campaigns/campaign.ts';
import { requireRun, segmentsAmong, segmentsOf } from '../campaigns/lock-campaign.ts';
import { recordPeople } from '../customers/segment-people.ts';
import { type LoadedField, loadFields } from '../fields/load-fields.ts';
import { findGroupHere } from '../groups/find-group.ts';
import { JobPostponed } from '../jobs/job.ts';
import { peopleNow, type SegmentPeople } from '../segments/few-people.ts';
import { type Dimension, readSegmentBy } from '../segments/segment-by.ts';

export type SegmentInRun = { segment_id: string; run_number: number; canonical_criteria: string };

const MOVING_SECONDS = 5;

/**
 * Null when a field that made the segments is gone, or makes none any more: then nobody fits. Throws JobPostponed while a
 * field's values are being moved: nobody can tell then.
 */
function dimensionsOf(campaign: CampaignRow, fields: readonly LoadedField[]): Dimension[] | null {
  try {
    return readSegmentBy(campaign.segment_by, fields, 'left out');
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.code === 'field_moving') throw new JobPostponed(MOVING_SECONDS);
    return null;
  }
}

/** Who falls into which segment of a run now, by canonical criteria. */
async function peopleOfRun(
  tx: Transaction,
  campaign: CampaignRow,
  dimensions: readonly Dimension[],
  runNumber: number,
  wanted: ReadonlySet<string>,
): Promise<Map<string, SegmentPeople>> {
  const { account_id: accountId, workspace_id: workspaceId, campaign_id: campaignId } = campaign;
  const run = await requireRun(tx, accountId, campaignId, runNumber);
  const group = await findGroupHere(tx, accountId, workspaceId, run.customer_group_id);
  if (group === undefined) return new Map();
  const segments = await segmentsOf(tx, accountId, campaignId, runNumber);
  const canonicals = new Set(segments.map((segment) => segment.canonical_criteria));
  return peopleNow(tx, group, dimensions, canonicals, wanted);
}

/**
 * Of segments whose people were erased: those that are there, and of these the ones that somebody has come into since they
 * were frozen, whose texts are theirs now. They are kept as its people. The caller has locked the workspace's profiles.
 */
export async function stillLivedIn(
  tx: Transaction,
  campaign: CampaignRow,
  segmentIds: readonly string[],
): Promise<{ there: SegmentInRun[]; livedIn: ReadonlySet<string> }> {
  const { account_id: accountId, workspace_id: workspaceId, campaign_id: campaignId } = campaign;
  const there = await segmentsAmong(tx, accountId, segmentIds);
  const dimensions = dimensionsOf(campaign, await loadFields(tx, accountId, workspaceId));
  const few = new Map<string, string[]>();
  if (dimensions !== null)
    for (const [runNumber, segments] of Map.groupBy(there, (segment) => segment.run_number)) {
      const wanted = new Set(segments.map((segment) => segment.canonical_criteria));
      const people = await peopleOfRun(tx, campaign, dimensions, runNumber, wanted);
      for (const { segment_id, canonical_criteria } of segments) {
        const now = people.get(canonical_criteria);
        if (now !== undefined) few.set(segment_id, now.few ?? []);
      }
    }
  await recordPeople(tx, { accountId, workspaceId, campaignId }, few);
  return { there, livedIn: new Set(few.keys()) };
}
