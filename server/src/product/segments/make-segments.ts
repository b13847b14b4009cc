import type { Transaction } from '../../platform/database/database.ts';
import { segmentFailures } from './errors.ts';
import type { Dimension } from './segment-by.ts';
import { type Group, type Segmentation, segmentsFrom } from './segmentation.ts';
import { countGroups, MAX_GROUPS } from './store.ts';

export const MAX_SEGMENTS = 2_000;

/** The attribute with the most different values: where bands or aliases help. */
function exploding(dimensions: readonly Dimension[], groups: readonly Group[]): { name: string; values: number } {
  const counts = dimensions.map((dimension, index) => ({
    name: dimension.field.field_name,
    values: new Set(groups.map((group) => group.keys[index])).size,
  }));
  return counts.reduce((most, next) => (next.values > most.values ? next : most), { name: '', values: 0 });
}

/** The segments of a group, with small ones merged. Throws too_many_segments naming the attribute to band. */
export async function makeSegments(
  tx: Transaction,
  accountId: string,
  groupId: string,
  dimensions: readonly Dimension[],
  minSize: number,
): Promise<Segmentation> {
  const groups = await countGroups(tx, accountId, groupId, dimensions);
  const made = groups.length > MAX_GROUPS ? null : segmentsFrom(dimensions, groups, minSize);
  if (made === null || made.segments.length > MAX_SEGMENTS) {
    const { name, values } = exploding(dimensions, groups);
    throw segmentFailures.too_many_segments({
      message: `These attributes give more than ${MAX_SEGMENTS} segments. ${name} alone has ${values > MAX_GROUPS ? `more than ${MAX_GROUPS}` : values} different values: give it bands or aliases, leave it out, or raise min_segment_size.`,
    });
  }
  return made;
}
