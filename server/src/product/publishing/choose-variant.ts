import { createHash } from 'node:crypto';
import { murmur3 } from './murmur3.ts';

const ID_BYTES = 16;
const hashes = new Int32Array(2);

/** What chooses among variants on one channel of one campaign. */
export function variantSeed(campaignId: string, channel: string): number {
  return createHash('sha256').update(`variant\n${campaignId}\n${channel}`).digest().readUInt32BE(0);
}

/**
 * Which of `count` variants a customer gets: the same at every publishing and rerun of the campaign, and independent
 * between campaigns and channels: murmur3 of the 16 bytes of the customer's id under the seed.
 */
export function chooseVariant(seed: number, customerId: Uint8Array, count: number): number {
  if (count <= 1) return 0;
  hashes[0] = seed;
  murmur3(hashes, customerId, 0, ID_BYTES);
  return ((hashes[0] ?? 0) >>> 0) % count;
}
