import { createHash } from 'node:crypto';

/** 2^48: as many bits of the digest as a double holds exactly. */
const RANGE = 2 ** 48;

/**
 * Whether a customer is in the campaign's control group of `share` percent (0 to 50). The first 48 bits of
 * SHA-256("holdout\n" + campaign id + "\n" + customer id), both ids as lower-case uuids, are read as a big-endian number;
 * below share/100 of 2^48 the customer is held out. So the answer is the same in every run, publishing and process, is
 * independent between campaigns, and raising the share only adds customers: whoever was held out stays so. Anybody can
 * recompute it from the published ids. (Random assignment by a hash of the unit: Kohavi, R., Tang, D. & Xu, Y. (2020).
 * Trustworthy Online Controlled Experiments, chapter 14.)
 */
export function isHeldOut(campaignId: string, customerId: string, share: number): boolean {
  if (share <= 0) return false;
  const digest = createHash('sha256').update(`holdout\n${campaignId}\n${customerId}`).digest();
  return digest.readUIntBE(0, 6) < (share / 100) * RANGE;
}
