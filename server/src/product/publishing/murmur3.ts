/**
 * MurmurHash3, x86_32 (A. Appleby, public domain) of bytes[from, to), under two seeds at once: `state` holds them and then
 * the hashes, so that what follows goes on from there. For what must be spread and told apart, where nobody gains by a
 * collision: a cryptographic digest a row would cost more than the row.
 */
export function murmur3(state: Int32Array, bytes: Uint8Array, from: number, to: number): void {
  let one = state[0] ?? 0;
  let two = state[1] ?? 0;
  const words = from + ((to - from) & ~3);
  for (let at = from; at < words; at += 4) {
    const word = scrambled(
      (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24),
    );
    one ^= word;
    one = (Math.imul((one << 13) | (one >>> 19), 5) + 0xe6546b64) | 0;
    two ^= word;
    two = (Math.imul((two << 13) | (two >>> 19), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let at = to - 1; at >= words; at -= 1) rest = (rest << 8) | (bytes[at] ?? 0);
  const last = scrambled(rest);
  state[0] = finished(one ^ last, to - from);
  state[1] = finished(two ^ last, to - from);
}

function scrambled(word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

function finished(mixed: number, length: number): number {
  let hash = mixed ^ length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
