import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { AccountKeys } from './account-keys.ts';
import { keyedHash } from './keyed-hash.ts';
import { SealBroken } from './seal-broken.ts';

/**
 * The envelope of a sealed profile, AES-256-GCM:
 *   format (1 byte, 1) | key version (2, big-endian) | key commitment (16) | nonce (12) | ciphertext | tag (16)
 * The associated data is the format's domain and the raw ids of account, workspace and customer, so that an envelope
 * opens in its own row only. The commitment is derived from the same secret as the key (Albertini et al., "How to Abuse
 * and Fix Authenticated Encryption Without Key Commitment", 2020): no envelope opens under two keys. Nonces are random;
 * at 2^32 envelopes a key (NIST SP 800-38D, section 8.3) it must be rotated.
 */
const FORMAT = 1;
const COMMITMENT_AT = 3;
const NONCE_AT = 19;
const BODY_AT = 31;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const DOMAIN = Buffer.from('nudgescribe profile 1\n');
const NO_LONGER_THAN = 8 * 1024 * 1024;

/** Where a profile belongs: it opens there and nowhere else. */
export type ProfilePlace = { accountId: string; workspaceId: string; customerId: string };

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

function associatedData(place: ProfilePlace): Buffer {
  const data = Buffer.allocUnsafe(DOMAIN.length + 48);
  DOMAIN.copy(data);
  writeId(data, DOMAIN.length, place.accountId);
  writeId(data, DOMAIN.length + 16, place.workspaceId);
  writeId(data, DOMAIN.length + 32, place.customerId);
  return data;
}

/** Seals a profile's plaintext (see encodeProfile) for its place, under the account's current key. */
export function sealProfile(keys: AccountKeys, place: ProfilePlace, plaintext: string | Buffer): Buffer {
  const { version, commitment, profileKey } = keys.current;
  const nonce = nextNonce();
  const cipher = createCipheriv('aes-256-gcm', profileKey, nonce).setAAD(associatedData(place));
  const body = typeof plaintext === 'string' ? cipher.update(plaintext, 'utf8') : cipher.update(plaintext);
  cipher.final();
  const envelope = Buffer.allocUnsafe(BODY_AT + body.length + TAG_BYTES);
  envelope[0] = FORMAT;
  envelope.writeUInt16BE(version, 1);
  commitment.copy(envelope, COMMITMENT_AT);
  nonce.copy(envelope, NONCE_AT);
  body.copy(envelope, BODY_AT);
  cipher.getAuthTag().copy(envelope, BODY_AT + body.length);
  return envelope;
}

/** The plaintext of an envelope in its place. Throws SealBroken for anything altered, moved or sealed otherwise. */
export function openProfile(keys: AccountKeys, place: ProfilePlace, envelope: Buffer): Buffer {
  if (envelope.length < BODY_AT + TAG_BYTES || envelope.length > NO_LONGER_THAN || envelope[0] !== FORMAT)
    throw new SealBroken('This is not a sealed profile.');
  const key = keys.version(envelope.readUInt16BE(1));
  if (key === undefined || !key.commitment.equals(envelope.subarray(COMMITMENT_AT, NONCE_AT)))
    throw new SealBroken('This profile was sealed under another key.');
  const decipher = createDecipheriv('aes-256-gcm', key.profileKey, envelope.subarray(NONCE_AT, BODY_AT), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associatedData(place)).setAuthTag(envelope.subarray(envelope.length - TAG_BYTES));
  try {
    const plaintext = decipher.update(envelope.subarray(BODY_AT, envelope.length - TAG_BYTES));
    decipher.final();
    return plaintext;
  } catch {
    throw new SealBroken('This profile does not open here.');
  }
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
