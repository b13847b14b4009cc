import type { Dimension } from './segment-by.ts';
import type { Group } from './segmentation.ts';

/** The attribute that makes most of the combinations. `share`: how many of them would be gone without it, 0 to 1. */
export type Exploding = { field_name: string; distinct_values: number; share: number };

const UNIT = '\u001f';

function combinationsWithout(groups: readonly Group[], left: number): number {
  const seen = new Set<string>();
  for (const { keys } of groups) seen.add(keys.map((key, at) => (at === left ? '' : JSON.stringify(key))).join(UNIT));
  return seen.size;
}

/** Which attribute the combinations owe their number to; null when no attribute makes more than one of any. Pure. */
export function explodingAttribute(dimensions: readonly Dimension[], groups: readonly Group[]): Exploding | null {
  let worst: Exploding | null = null;
  for (const [at, dimension] of dimensions.entries()) {
    const distinct = new Set(groups.map((group) => group.keys[at])).size;
    const share = 1 - combinationsWithout(groups, at) / Math.max(1, groups.length);
    if (share > (worst?.share ?? 0))
      worst = { field_name: dimension.field.field_name, distinct_values: distinct, share: Number(share.toFixed(3)) };
  }
  return worst;
}

/**
 * How many combinations there are at least, from a sample's (the lower bound of Chao, A. (1984). Nonparametric estimation
 * of the number of classes in a population. Scandinavian Journal of Statistics 11): those seen, and f1² / 2·f2 unseen ones,
 * where f1 combinations were seen once and f2 twice. The bias-corrected form stands without any seen twice.
 */
export function combinationsAtLeast(sample: readonly Group[]): number {
  const once = sample.filter((group) => group.size === 1).length;
  const twice = sample.filter((group) => group.size === 2).length;
  return sample.length + (once * (once - 1)) / (2 * (twice + 1));
}
