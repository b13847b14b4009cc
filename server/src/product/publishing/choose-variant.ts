import { createHash } from 'node:crypto';

const ID_BYTES = 16;

/** What chooses among variants on one channel of one campaign. */
export function variantSeed(campaignId: string, channel: string): number {
  return createHash('sha256').update(`variant\n${campaignId}\n${channel}`).digest().readUInt32BE(0);
}

/**
 * Which of `count` variants a customer gets: the same at every publishing and rerun of the campaign, and independent
 * between campaigns and channels. MurmurHash3, x86_32 (A. Appleby, public domain), of the 16 bytes of the customer's id
 * under the seed: a cryptographic digest a row would cost more than the row, and nobody gains by a chosen variant.
 */
export function chooseVariant(seed: number, customerId: Uint8Array, count: number): number {
  if (count <= 1) return 0;
  let hash = seed | 0;
  for (let at = 0; at < ID_BYTES; at += 4) {
    let word =
      (customerId[at] ?? 0) |
      ((customerId[at + 1] ?? 0) << 8) |
      ((customerId[at + 2] ?? 0) << 16) |
      ((customerId[at + 3] ?? 0) << 24);
    word = Math.imul(word, 0xcc9e2d51);
    word = (word << 15) | (word >>> 17);
    hash ^= Math.imul(word, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= ID_BYTES;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % count;
}
