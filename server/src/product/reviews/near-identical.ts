/**
 * Groups near-identical texts, so that a reviewer decides once. Texts are compared by their word pairs (shingles): the
 * resemblance of two texts is the Jaccard index of their sets of pairs (Broder, "On the resemblance and containment of
 * documents", 1997). MinHash signatures, cut into bands (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter
 * 3.4), find the few texts worth comparing, and each is then compared exactly.
 *
 * A text joins the first group whose leader it resembles, never one that it only resembles through others: everything in
 * a group is near the one text that the reviewer reads. Time and memory grow with the number of texts, not its square.
 */

/** Texts of different blocks are never grouped; `words` are what is compared. */
export type ComparableText = { block: string; words: readonly string[] };

/** In a text of 25 words one may differ, two that stand apart may not. */
export const RESEMBLANCE = 0.8;

const BANDS = 16;
const ROWS = 4;
/** Leaders that one text is compared with at most: many that nearly resemble each other must not cost a square. */
const COMPARED = 32;

/** FNV-1a, 32 bits. */
function hashWord(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

/** The finalizer of MurmurHash3: spreads every bit of the input over the whole word. */
function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function shinglesOf(words: readonly string[]): Set<number> {
  const shingles = new Set<number>();
  if (words.length === 1) shingles.add(mixed(hashWord(words[0] ?? '', 0x811c9dc5)));
  for (let index = 0; index + 1 < words.length; index += 1)
    shingles.add(mixed(hashWord(words[index + 1] ?? '', hashWord(' ', hashWord(words[index] ?? '', 0x811c9dc5)))));
  return shingles;
}

/** One odd multiplier and one addend for each row: as good as random permutations for texts of this length. */
const FACTORS = Uint32Array.from({ length: BANDS * ROWS }, (_, row) => mixed(row * 2 + 1) | 1);
const ADDENDS = Uint32Array.from({ length: BANDS * ROWS }, (_, row) => mixed(row * 2 + 2));

/** A band's rows folded to one number each: texts that share one are worth comparing. */
function bandsOf(shingles: ReadonlySet<number>): Uint32Array {
  const minima = new Uint32Array(BANDS * ROWS).fill(0xffffffff);
  for (const shingle of shingles)
    for (let row = 0; row < minima.length; row += 1) {
      const value = (Math.imul(shingle, FACTORS[row] ?? 1) + (ADDENDS[row] ?? 0)) >>> 0;
      if (value < (minima[row] ?? 0)) minima[row] = value;
    }
  return Uint32Array.from({ length: BANDS }, (_, band) => {
    let folded = band;
    for (let row = 0; row < ROWS; row += 1) folded = mixed(folded ^ (minima[band * ROWS + row] ?? 0));
    return folded;
  });
}

function resemblance(left: ReadonlySet<number>, right: ReadonlySet<number>): number {
  if (left.size === 0 && right.size === 0) return 1;
  const [small, large] = left.size <= right.size ? [left, right] : [right, left];
  let shared = 0;
  for (const shingle of small) if (large.has(shingle)) shared += 1;
  return shared / (left.size + right.size - shared);
}

type Group = { members: number[]; shingles: ReadonlySet<number> };

/**
 * The groups, each as indexes into `texts` with its leader first, in the order of their leaders. The same texts in the
 * same order give the same groups. A group that has `maxMembers` is full, and the next such text leads another.
 */
export function groupNearIdentical(texts: readonly ComparableText[], maxMembers: number): number[][] {
  const groups: Group[] = [];
  const exact = new Map<string, Group>();
  const leaders = new Map<string, Group[]>();
  const hasRoom = (group: Group | undefined) => group !== undefined && group.members.length < maxMembers;
  for (const [index, { block, words }] of texts.entries()) {
    const whole = `${block}\u0000${words.join(' ')}`;
    const same = exact.get(whole);
    if (same !== undefined && hasRoom(same)) {
      same.members.push(index);
      continue;
    }
    const shingles = shinglesOf(words);
    const keys = [...bandsOf(shingles)].map((value, band) => `${block}\u0000${band} ${value}`);
    const candidates = new Set<Group>();
    for (const key of keys)
      for (const group of leaders.get(key) ?? [])
        if (candidates.size < COMPARED && hasRoom(group)) candidates.add(group);
    const found = [...candidates].find((group) => resemblance(group.shingles, shingles) >= RESEMBLANCE);
    const group = found ?? { members: [], shingles };
    group.members.push(index);
    exact.set(whole, group);
    if (found !== undefined) continue;
    groups.push(group);
    for (const key of keys) {
      const known = leaders.get(key);
      if (known === undefined) leaders.set(key, [group]);
      else if (known.length < COMPARED) known.push(group);
    }
  }
  return groups.map((group) => group.members);
}
