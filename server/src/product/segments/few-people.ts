import type { Transaction } from '../../platform/database/database.ts';
import type { Dimension } from './segment-by.ts';
import { type Group, nearestSegment } from './segmentation.ts';
import { countGroups, peopleOfGroups } from './store.ts';

/** A segment of more people than these says nothing of any one of them. */
export const FEW_PEOPLE = 10;

/** How many members fall into each of these segments, and who they are where they are few. */
export type SegmentPeople = { size: number; few: string[] | null };

/** So many combinations are looked at to find out who falls into segments that were made of fewer. */
const MOST_LOOKED_AT = 200_000;

/**
 * The people of each wanted segment (all are given by their canonical criteria) that somebody of the group falls into, by
 * the combinations the group was counted in. The caller has locked the workspace's profiles, so that nobody's values
 * change in between.
 */
export async function peopleOfSegments(
  tx: Transaction,
  group: { account_id: string; customer_group_id: string },
  dimensions: readonly Dimension[],
  groups: readonly Group[],
  canonicals: ReadonlySet<string>,
  wanted: ReadonlySet<string>,
): Promise<Map<string, SegmentPeople>> {
  const people = new Map<string, SegmentPeople>();
  const combinations = Map.groupBy(groups, ({ keys }) => nearestSegment(dimensions, canonicals, keys));
  const looked: { canonical: string; keys: Group['keys'] }[] = [];
  for (const [canonical, found] of combinations) {
    if (canonical === null || !wanted.has(canonical)) continue;
    const size = found.reduce((sum, entry) => sum + entry.size, 0);
    people.set(canonical, { size, few: size <= FEW_PEOPLE ? [] : null });
    if (size <= FEW_PEOPLE) for (const { keys } of found) looked.push({ canonical, keys });
  }
  if (looked.length === 0) return people;
  const keys = looked.map((entry) => entry.keys);
  for (const row of await peopleOfGroups(tx, group.account_id, group.customer_group_id, dimensions, keys))
    people.get(looked[row.at]?.canonical ?? '')?.few?.push(row.customer_id);
  return people;
}

/** The combinations that a group has now. None where there are far more of them than segments are made of. */
export async function combinationsNow(
  tx: Transaction,
  group: { account_id: string; customer_group_id: string },
  dimensions: readonly Dimension[],
): Promise<Group[]> {
  const groups = await countGroups(tx, group.account_id, group.customer_group_id, dimensions, MOST_LOOKED_AT);
  return groups.length > MOST_LOOKED_AT ? [] : groups;
}
