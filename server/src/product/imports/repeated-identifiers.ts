/**
 * Which identifiers of a file may stand in more than one of its rows, in constant memory. Two Bloom filters (Bloom,
 * "Space/Time Trade-offs in Hash Coding with Allowable Errors", 1970): what the first has seen before goes into the
 * second. The second never misses an identifier that was met twice, so only those it names have to be remembered row by
 * row; those it names for nothing cost the remembering, and that a chunk of new customers is not taken as a whole. At 32
 * bits an identifier and eight probes that is one in 170,000.
 */
export type RepeatedIdentifiers = {
  /** False only when the identifier was met once or never. Blind indexes are keyed hashes, so their own bits are the hash. */
  mayRepeat(blindIndex: string): boolean;
};

export type RepeatFinder = RepeatedIdentifiers & { meet(blindIndex: string): void };

const PROBES = 8;
const BITS_AN_IDENTIFIER = 32;
const LEAST_BITS = 2 ** 16;
/** 32 MiB. A file beyond it is answered more and more often with "may repeat", and never wrongly with "does not". */
const MOST_BITS = 2 ** 28;
const REPEATS_SHARE = 4;

function bitFilter(bits: number) {
  const words = new Uint32Array(bits / 32);
  const mask = bits - 1;
  return {
    /** Sets the identifier's bits; true when all of them were set before. */
    add: (first: number, stride: number): boolean => {
      let known = true;
      for (let probe = 0, bit = first; probe < PROBES; probe += 1, bit += stride) {
        const word = (bit & mask) >>> 5;
        const flag = 1 << (bit & 31);
        const held = words[word] ?? 0;
        if ((held & flag) !== 0) continue;
        known = false;
        words[word] = held | flag;
      }
      return known;
    },
    has: (first: number, stride: number): boolean => {
      for (let probe = 0, bit = first; probe < PROBES; probe += 1, bit += stride)
        if (((words[(bit & mask) >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
      return true;
    },
  };
}

const firstOf = (blindIndex: string) => Number.parseInt(blindIndex.slice(0, 8), 16) | 0;
/** Odd, so that the probes of one identifier differ. */
const strideOf = (blindIndex: string) => Number.parseInt(blindIndex.slice(28), 16) | 1;

/** For about so many identifiers: four to eight bytes of memory each and a quarter, 40 MiB at most. */
export function repeatFinder(expected: number): RepeatFinder {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, expected * BITS_AN_IDENTIFIER)));
  const bits = Math.min(MOST_BITS, Math.max(LEAST_BITS, wanted));
  const seen = bitFilter(bits);
  const repeated = bitFilter(bits / REPEATS_SHARE);
  return {
    meet: (blindIndex) => {
      const first = firstOf(blindIndex);
      const stride = strideOf(blindIndex);
      if (seen.add(first, stride)) repeated.add(first, stride);
    },
    mayRepeat: (blindIndex) => repeated.has(firstOf(blindIndex), strideOf(blindIndex)),
  };
}
