import type { Transaction } from '../../platform/database/database.ts';
import type { GroupRow } from '../groups/group.ts';
import { segmentFailures } from './errors.ts';
import { combinationsAtLeast, explodingAttribute } from './explosion.ts';
import type { Dimension } from './segment-by.ts';
import { type Group, type Segmentation, segmentsFrom } from './segmentation.ts';
import { countGroups, MAX_GROUPS, sampleGroups } from './store.ts';
import { suggestFewer } from './suggest.ts';

export const MAX_SEGMENTS = 2_000;
/** Groups beyond this size are looked into first, so that attributes that explode are refused without counting everybody. */
const LARGE_GROUP = 100_000;
const SAMPLE = 20_000;

export type MadeSegments = Segmentation & {
  /** The combinations as they were counted: what is exploding, and what would help, is read from them. */
  groups: Group[];
};

function tooMany(dimensions: readonly Dimension[], groups: readonly Group[], sampled: number | null) {
  const exploding = explodingAttribute(dimensions, groups);
  const name = exploding?.field_name ?? dimensions[0]?.field.field_name ?? 'The attribute';
  const values = exploding?.distinct_values ?? groups.length;
  const count = sampled !== null || values > MAX_GROUPS ? `at least ${Math.min(values, MAX_GROUPS)}` : String(values);
  return segmentFailures.too_many_segments({
    message: `These attributes give more than ${MAX_SEGMENTS} segments. ${name} alone has ${count} different values: give it bands or aliases, leave it out, or raise min_segment_size.`,
    details: [{ exploding, suggestions: suggestFewer(dimensions, groups), sampled }],
  });
}

/** Every n-th position, about SAMPLE of them. */
function spread(lastPosition: number): number[] {
  const step = lastPosition / SAMPLE;
  return Array.from({ length: SAMPLE }, (_, index) => 1 + Math.floor(index * step));
}

/**
 * The segments of a group, with small ones merged. Throws too_many_segments naming the attribute that makes them, with
 * suggestions; for a large group that explodes without any doubt it is said from a sample (`sampled`: of how many).
 */
export async function makeSegments(
  tx: Transaction,
  group: Pick<GroupRow, 'account_id' | 'customer_group_id' | 'member_count' | 'last_position'>,
  dimensions: readonly Dimension[],
  minSize: number,
): Promise<MadeSegments> {
  const { account_id: accountId, customer_group_id: groupId } = group;
  if (group.member_count > LARGE_GROUP && dimensions.some((dimension) => dimension.bands === null)) {
    const sample = await sampleGroups(tx, accountId, groupId, dimensions, spread(group.last_position));
    // Twice the limit: the estimate is a lower bound of the truth, but a bound that itself is estimated.
    if (combinationsAtLeast(sample) > 2 * MAX_GROUPS)
      throw tooMany(
        dimensions,
        sample,
        sample.reduce((sum, { size }) => sum + size, 0),
      );
  }
  const groups = await countGroups(tx, accountId, groupId, dimensions);
  if (groups.length > MAX_GROUPS) throw tooMany(dimensions, groups, null);
  const made = segmentsFrom(dimensions, groups, minSize);
  if (made.segments.length > MAX_SEGMENTS) throw tooMany(dimensions, groups, null);
  return { ...made, groups };
}
