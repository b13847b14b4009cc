import { profileValue } from '../fields/value.ts';
import { readableBands } from './readable-bands.ts';
import type { Dimension } from './segment-by.ts';
import type { Group } from './segmentation.ts';

/** What would make one attribute's values fewer: one of bands, aliases, or neither where only the sentence helps. */
export type Suggestion = {
  field_name: string;
  bands: (number | string)[] | null;
  aliases: Record<string, string> | null;
  reason: string;
};

/** More values than these ask for bands or aliases. */
const MANY_NUMBERS = 8;
const MANY_TEXTS = 12;
/** As many as a person reviews without losing count (Miller, G. A. (1956). The Magical Number Seven, Plus or Minus Two). */
const MOST_KEPT = 9;
const KEPT_SHARE = 0.9;
const MOST_ALIASES = 500;
const MAX_ALIAS_CHARACTERS = 200;
const REST = 'All other values';

/** Customers by value of one attribute, blanks left out. */
function customersByValue(groups: readonly Group[], at: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { keys, size } of groups) {
    const value = keys[at];
    if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + size);
  }
  return counts;
}

function suggestAliases(dimension: Dimension, counts: ReadonlyMap<string, number>): Suggestion {
  const field_name = dimension.field.field_name;
  const ordered = [...counts].sort((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1));
  const total = ordered.reduce((sum, [, customers]) => sum + customers, 0);
  let kept = 0;
  let covered = 0;
  while (kept < MOST_KEPT && covered < total * KEPT_SHARE) {
    covered += ordered[kept]?.[1] ?? 0;
    kept += 1;
  }
  const tail = ordered.slice(kept).map(([value]) => String(profileValue(dimension.field, value)));
  const share = Math.round((100 * covered) / Math.max(1, total));
  if (tail.length > MOST_ALIASES || tail.some((value) => value.length > MAX_ALIAS_CHARACTERS))
    return {
      field_name,
      bands: null,
      aliases: null,
      reason: `${field_name} has ${ordered.length} values; the ${kept} most frequent hold ${share} % of the customers. Leave it out, or raise min_segment_size so that the others are merged.`,
    };
  return {
    field_name,
    bands: null,
    aliases: Object.fromEntries(tail.map((value) => [value, REST])),
    reason: `${field_name} has ${ordered.length} values; the ${kept} most frequent hold ${share} % of the customers. The aliases join the others.`,
  };
}

/**
 * Suggests bands for numbers and days with many values, and aliases for long tails of texts, from the combinations that
 * were counted anyway. Attributes that have bands or aliases already are left alone. Pure.
 */
export function suggestFewer(dimensions: readonly Dimension[], groups: readonly Group[]): Suggestion[] {
  return dimensions.flatMap((dimension, at): Suggestion[] => {
    if (dimension.bands !== null || dimension.aliases.size > 0) return [];
    const counts = customersByValue(groups, at);
    const field_name = dimension.field.field_name;
    if (dimension.kind === 'text') return counts.size > MANY_TEXTS ? [suggestAliases(dimension, counts)] : [];
    if (counts.size <= MANY_NUMBERS) return [];
    const bands = readableBands(dimension.kind, counts);
    if (bands.length === 0) return [];
    return [
      {
        field_name,
        bands,
        aliases: null,
        reason: `${field_name} has ${counts.size} values. These bands hold about as many customers each.`,
      },
    ];
  });
}
