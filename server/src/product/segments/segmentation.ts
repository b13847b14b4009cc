import { bandOf, type Criteria, canonicalCriteria, criterionOf, type Dimension, segmentLabel } from './segment-by.ts';

export type Segment = { criteria: Criteria; canonical: string; label: string; size: number };
export type MergedSegment = { criteria: Criteria; label: string; size: number; into: string };
export type Segmentation = { segments: Segment[]; merged: MergedSegment[] };

/** One group of the database: a value (or band number) per attribute, null for blank, and how many customers. */
export type Group = { keys: (string | number | null)[]; size: number };

function criteriaOf(
  dimensions: readonly Dimension[],
  keys: readonly (string | number | null)[],
  length: number,
): Criteria {
  const criteria: Criteria = {};
  for (let index = 0; index < length; index += 1) {
    const dimension = dimensions[index];
    if (dimension !== undefined) criteria[dimension.field.field_name] = criterionOf(dimension, keys[index] ?? null);
  }
  return criteria;
}

function firstOf(criteria: Criteria, dimensions: readonly Dimension[], length: number): Criteria {
  return Object.fromEntries(
    dimensions
      .slice(0, length)
      .map((dimension) => [dimension.field.field_name, criteria[dimension.field.field_name] ?? null]),
  );
}

/**
 * Turns groups into segments. Aliases join groups first. Then, from the last attribute to the first, segments smaller
 * than `minSize` give up that attribute and join their small siblings in the coarser parent ("… · others"); a parent that
 * is still too small goes on. What is left of everybody stays one segment however small: nobody is dropped.
 */
export function segmentsFrom(
  dimensions: readonly Dimension[],
  groups: readonly Group[],
  minSize: number,
): Segmentation {
  let level = new Map<string, Segment>();
  for (const group of groups) {
    const criteria = criteriaOf(dimensions, group.keys, dimensions.length);
    const canonical = canonicalCriteria(criteria);
    const known = level.get(canonical);
    if (known === undefined)
      level.set(canonical, { criteria, canonical, label: segmentLabel(dimensions, criteria), size: group.size });
    else known.size += group.size;
  }
  const kept: Segment[] = [];
  const merged: { segment: Segment; into: string }[] = [];
  for (let length = dimensions.length; length >= 0; length -= 1) {
    const parents = new Map<string, Segment>();
    for (const segment of level.values()) {
      if (segment.size >= minSize || length === 0) {
        kept.push(segment);
        continue;
      }
      const criteria = firstOf(segment.criteria, dimensions, length - 1);
      const canonical = canonicalCriteria(criteria);
      const parent = parents.get(canonical) ?? {
        criteria,
        canonical,
        label: segmentLabel(dimensions, criteria),
        size: 0,
      };
      parent.size += segment.size;
      parents.set(canonical, parent);
      // Only what stood in the preview as a segment of its own is told as merged, not the steps in between.
      for (const entry of merged) if (entry.into === segment.canonical) entry.into = canonical;
      if (length === dimensions.length) merged.push({ segment, into: canonical });
    }
    level = parents;
  }
  const labels = new Map(kept.map((segment) => [segment.canonical, segment.label]));
  kept.sort((left, right) => right.size - left.size || (left.canonical < right.canonical ? -1 : 1));
  return {
    segments: kept,
    merged: merged.map(({ segment, into }) => ({
      criteria: segment.criteria,
      label: segment.label,
      size: segment.size,
      into: labels.get(into) ?? into,
    })),
  };
}

/** The segment of such keys among these: their own, else the nearest coarser one that there is. Null: none fits. */
export function nearestSegment(
  dimensions: readonly Dimension[],
  canonicals: ReadonlySet<string>,
  keys: readonly (string | number | null)[],
): string | null {
  for (let length = dimensions.length; length >= 0; length -= 1) {
    const canonical = canonicalCriteria(criteriaOf(dimensions, keys, length));
    if (canonicals.has(canonical)) return canonical;
  }
  return null;
}

/** Combinations of values whose segment is kept at hand. */
const MOST_KEPT = 100_000;

/**
 * Assigns customers by the same rules the groups were made by: their own segment, else the nearest coarser one that
 * exists. `cell` gives the canonical clear value by slot. Null: no segment of this run fits.
 */
export function createAssigner(
  dimensions: readonly Dimension[],
  canonicals: ReadonlySet<string>,
): (cell: (slot: number) => string | undefined) => string | null {
  // What was found before, by the first attribute's key, then the second's … The last map holds what was assigned.
  type Known = Map<string | number | null, Known | string | null>;
  const known: Known = new Map();
  let kept = 0;
  const keyOf = (dimension: Dimension, cell: (slot: number) => string | undefined) => {
    const value = cell(dimension.field.slot);
    if (value === undefined) return null;
    return dimension.bands === null ? value : bandOf(dimension, value);
  };
  const keys: (string | number | null)[] = new Array(dimensions.length).fill(null);
  return (cell) => {
    let map = known;
    for (let index = 0; index < dimensions.length; index += 1) {
      const key = keyOf(dimensions[index] as Dimension, cell);
      keys[index] = key;
      if (index === dimensions.length - 1) {
        const found = map.get(key) as string | null | undefined;
        if (found !== undefined) return found;
        const assigned = nearestSegment(dimensions, canonicals, keys);
        if (kept < MOST_KEPT) {
          kept += 1;
          map.set(key, assigned);
        }
        return assigned;
      }
      let next = map.get(key) as Known | undefined;
      if (next === undefined) {
        next = new Map();
        if (kept < MOST_KEPT) map.set(key, next);
      }
      map = next;
    }
    return nearestSegment(dimensions, canonicals, keys);
  };
}
