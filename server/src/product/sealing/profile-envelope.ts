import { createCipheriv, createDecipheriv, randomFillSync, timingSafeEqual } from 'node:crypto';
import type { AccountKeys, KeyVersion } from './account-keys.ts';
import { keyedHash, keyedTag } from './keyed-hash.ts';
import { SealBroken } from './seal-broken.ts';

/**
 * The envelope of a sealed profile, AES-256-CTR and then HMAC-SHA-256 cut to 16 bytes (encrypt-then-MAC: Bellare and
 * Namprempre, "Authenticated Encryption: Relations among Notions", 2000; the same composition as Tink's AES-CTR-HMAC):
 *   format (1 byte, 2) | key version (2, big-endian) | key commitment (16) | first counter block (16) | ciphertext | tag (16)
 * The tag covers the format's domain, the raw ids of account, workspace and customer, and everything before it, so that an
 * envelope opens in its own row only. The commitment is derived from the same secret as the two keys (Albertini et al.,
 * "How to Abuse and Fix Authenticated Encryption Without Key Commitment", 2020): no envelope opens under two keys.
 *
 * Why not GCM: what costs is the call of a cipher, not the bytes, and GCM takes one call a profile, where the counter of
 * one call can run on through many. Profiles sealed together have adjoining counter blocks, and when they are opened in the
 * same order one call opens them. A counter block is 12 random bytes and a block number (NIST SP 800-38A, appendix B.2);
 * at 2^32 calls a key must be rotated, by the bound that SP 800-38D, section 8.3 gives for random 12 bytes.
 */
const CIPHER = 'aes-256-ctr';
const FORMAT = 2;
const COMMITMENT_AT = 3;
const COUNTER_AT = 19;
const BODY_AT = 35;
const NONCE_BYTES = 12;
const BLOCK_BYTES = 16;
const TAG_BYTES = 16;
const DOMAIN = Buffer.from('nudgescribe profile 2\n');
const ACCOUNT_AT = DOMAIN.length;
const WORKSPACE_AT = ACCOUNT_AT + 16;
const CUSTOMER_AT = WORKSPACE_AT + 16;
const ENVELOPE_AT = CUSTOMER_AT + 16;
const NO_LONGER_THAN = 8 * 1024 * 1024;
/** So many bytes of profiles go through one call of the cipher: longer runs gain nothing more. */
const RUN_BYTES = 64 * 1024;

/** Where a profile belongs: it opens there and nowhere else. */
export type ProfilePlace = { accountId: string; workspaceId: string; customerId: string };
/** The profiles of one workspace are sealed and opened many at a time. */
export type ProfilesPlace = Omit<ProfilePlace, 'customerId'>;

const pool = Buffer.alloc(NONCE_BYTES * 1024);
let poolUsed = pool.length;

/** Random bytes are drawn for a thousand nonces at once: the call is what costs. */
function nextNonce(): Buffer {
  if (poolUsed === pool.length) {
    randomFillSync(pool);
    poolUsed = 0;
  }
  poolUsed += NONCE_BYTES;
  return pool.subarray(poolUsed - NONCE_BYTES, poolUsed);
}

function writeId(target: Buffer, at: number, id: string): void {
  if (target.write(id.replaceAll('-', ''), at, 'hex') !== 16) throw new TypeError('An id must be a uuid.');
}

const padded = (bytes: number) => Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;

/** What the tags of one workspace's envelopes cover, with room for the customer's id and the longest of the envelopes. */
function coveredBytes(place: ProfilesPlace, longest: number): Buffer {
  const covered = Buffer.allocUnsafe(ENVELOPE_AT + longest);
  DOMAIN.copy(covered);
  writeId(covered, ACCOUNT_AT, place.accountId);
  writeId(covered, WORKSPACE_AT, place.workspaceId);
  return covered;
}

const tagOf = (key: KeyVersion, covered: Buffer, envelopeBytes: number): Buffer =>
  keyedTag(key.profileTagKey, covered.subarray(0, ENVELOPE_AT + envelopeBytes - TAG_BYTES), TAG_BYTES);

/**
 * Seals plaintexts (see encodeProfile), each for its customer, under the account's current key, and hands each envelope to
 * `take` in order, with what it was made of. An envelope's memory is used again for the next: copy what is to be kept.
 */
export function sealProfiles<Profile extends { customerId: string; plaintext: Uint8Array }>(
  keys: AccountKeys,
  place: ProfilesPlace,
  profiles: readonly Profile[],
  take: (envelope: Buffer, profile: Profile) => void,
): void {
  const { current } = keys;
  const longest = profiles.reduce((most, { plaintext }) => Math.max(most, plaintext.length), 0);
  const covered = coveredBytes(place, BODY_AT + longest + TAG_BYTES);
  const envelope = covered.subarray(ENVELOPE_AT);
  envelope[0] = FORMAT;
  envelope.writeUInt16BE(current.version, 1);
  current.commitment.copy(envelope, COMMITMENT_AT);
  for (let from = 0; from < profiles.length; ) {
    let bytes = 0;
    let to = from;
    for (; to < profiles.length && bytes < RUN_BYTES; to += 1) bytes += padded(profiles[to]?.plaintext.length ?? 0);
    const run = profiles.slice(from, to);
    const plaintexts = Buffer.alloc(bytes);
    let at = 0;
    for (const { plaintext } of run) {
      plaintexts.set(plaintext, at);
      at += padded(plaintext.length);
    }
    const counter = envelope.subarray(COUNTER_AT, BODY_AT);
    counter.set(nextNonce());
    counter.writeUInt32BE(0, NONCE_BYTES);
    const ciphertexts = createCipheriv(CIPHER, current.profileKey, counter).update(plaintexts);
    at = 0;
    for (const profile of run) {
      const { customerId, plaintext } = profile;
      const bodyEnd = BODY_AT + plaintext.length;
      writeId(covered, CUSTOMER_AT, customerId);
      counter.writeUInt32BE(at / BLOCK_BYTES, NONCE_BYTES);
      ciphertexts.copy(envelope, BODY_AT, at, at + plaintext.length);
      tagOf(current, covered, bodyEnd + TAG_BYTES).copy(envelope, bodyEnd);
      take(envelope.subarray(0, bodyEnd + TAG_BYTES), profile);
      at += padded(plaintext.length);
    }
    from = to;
  }
}

/** Seals one profile's plaintext for its place, under the account's current key. */
export function sealProfile(keys: AccountKeys, place: ProfilePlace, plaintext: string | Buffer): Buffer {
  let sealed = Buffer.alloc(0);
  const profile = { customerId: place.customerId, plaintext: Buffer.from(plaintext) };
  sealProfiles(keys, place, [profile], (envelope) => {
    sealed = Buffer.from(envelope);
  });
  return sealed;
}

/** Envelopes whose counter blocks adjoin under one key: one call of the cipher opens them. */
type OpeningRun<Profile> = { key: KeyVersion; of: { profile: Profile; body: Buffer }[]; bytes: number; first: Buffer };

function continues(run: OpeningRun<unknown>, key: KeyVersion, counter: Buffer): boolean {
  return (
    run.key === key &&
    run.bytes < RUN_BYTES &&
    run.first.compare(counter, 0, NONCE_BYTES, 0, NONCE_BYTES) === 0 &&
    run.first.readUInt32BE(NONCE_BYTES) + run.bytes / BLOCK_BYTES === counter.readUInt32BE(NONCE_BYTES)
  );
}

function openRun<Profile>(run: OpeningRun<Profile>, take: (plaintext: Buffer, profile: Profile) => void): void {
  const ciphertexts = Buffer.alloc(run.bytes);
  let at = 0;
  for (const { body } of run.of) {
    body.copy(ciphertexts, at);
    at += padded(body.length);
  }
  const plaintexts = createDecipheriv(CIPHER, run.key.profileKey, run.first).update(ciphertexts);
  at = 0;
  for (const { body, profile } of run.of) {
    take(plaintexts.subarray(at, at + body.length), profile);
    at += padded(body.length);
  }
}

/**
 * Opens envelopes of one workspace, each in its customer's place (given as the raw 16 bytes of the id), and hands the
 * plaintexts to `take` in order, with what they were opened from. Envelopes that were sealed together and come in that
 * order cost a fraction of single ones.
 * Throws SealBroken for the first that is altered, moved or sealed otherwise, before its plaintext is handed out.
 */
export function openProfiles<Profile extends { customerId: Uint8Array; envelope: Buffer }>(
  keys: Pick<AccountKeys, 'version'>,
  place: ProfilesPlace,
  profiles: readonly Profile[],
  take: (plaintext: Buffer, profile: Profile) => void,
): void {
  const longest = profiles.reduce((most, { envelope }) => Math.max(most, envelope.length), 0);
  if (longest > NO_LONGER_THAN) throw new SealBroken('This is not a sealed profile.');
  const covered = coveredBytes(place, longest);
  let run: OpeningRun<Profile> | null = null;
  for (const profile of profiles) {
    const { customerId, envelope } = profile;
    if (envelope.length < BODY_AT + TAG_BYTES || envelope[0] !== FORMAT)
      throw new SealBroken('This is not a sealed profile.');
    const key = keys.version(envelope.readUInt16BE(1));
    if (key === undefined || key.commitment.compare(envelope, COMMITMENT_AT, COUNTER_AT) !== 0)
      throw new SealBroken('This profile was sealed under another key.');
    covered.set(customerId, CUSTOMER_AT);
    envelope.copy(covered, ENVELOPE_AT);
    const bodyEnd = envelope.length - TAG_BYTES;
    if (!timingSafeEqual(tagOf(key, covered, envelope.length), envelope.subarray(bodyEnd)))
      throw new SealBroken('This profile does not open here.');
    const counter = envelope.subarray(COUNTER_AT, BODY_AT);
    if (run !== null && !continues(run, key, counter)) {
      openRun(run, take);
      run = null;
    }
    run ??= { key, of: [], bytes: 0, first: counter };
    run.of.push({ profile, body: envelope.subarray(BODY_AT, bodyEnd) });
    run.bytes += padded(bodyEnd - BODY_AT);
  }
  if (run !== null) openRun(run, take);
}

/** The plaintext of an envelope in its place. Throws SealBroken for anything altered, moved or sealed otherwise. */
export function openProfile(keys: Pick<AccountKeys, 'version'>, place: ProfilePlace, envelope: Buffer): Buffer {
  const customerId = Buffer.alloc(16);
  writeId(customerId, 0, place.customerId);
  let opened: Buffer = Buffer.alloc(0);
  openProfiles(keys, place, [{ customerId, envelope }], (plaintext) => {
    opened = plaintext;
  });
  return opened;
}

/** Canonical values by slot as compact JSON; equal profiles have equal bytes because slots stand in ascending order. */
export function encodeProfile(values: ReadonlyMap<number, string>): string {
  // Integer-like keys of an object stand in ascending order by the language's own rule.
  const bySlot: Record<string, string> = {};
  for (const [slot, value] of values) bySlot[slot] = value;
  return JSON.stringify(bySlot);
}

/** The values that encodeProfile wrote. */
export function decodeProfile(plaintext: Buffer | string): Map<number, string> {
  const bySlot = JSON.parse(plaintext.toString()) as Record<string, string>;
  const values = new Map<number, string>();
  for (const slot in bySlot) values.set(Number(slot), bySlot[slot] ?? '');
  return values;
}

/** Keyed digest (16 bytes) of a plaintext within a workspace: equal if and only if the profile is unchanged. */
export function profileDigest(keys: AccountKeys, workspaceId: string, plaintext: string | Buffer): Buffer {
  return Buffer.from(keyedHash(keys.digestKey, `${workspaceId}\n`, plaintext).slice(0, 32), 'hex');
}
