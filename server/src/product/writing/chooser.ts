/** Picks numbers from 0 up to, not including, its argument. The same seed picks the same ones in the same order. */
export type Chooser = (below: number) => number;

/** 32-bit FNV-1a (Fowler, Noll, Vo) over UTF-16 units: no security rests on it. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  return state >>> 0;
}

/** Chance that is none: all of it comes from the seed, by mulberry32 (Tommy Ettinger, public domain). */
export function createChooser(seed: string): Chooser {
  let state = hash(seed);
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** The list in an order of the chooser's. */
export function shuffled<Entry>(list: readonly Entry[], choose: Chooser): Entry[] {
  return list
    .map((entry) => ({ entry, rank: choose(0x1_0000_0000) }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ entry }) => entry);
}
