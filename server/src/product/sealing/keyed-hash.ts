import { createHmac, hash, type KeyObject } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const SCRATCH_BYTES = 64 * 1024;
/** UTF-8 takes at most three bytes for each UTF-16 unit. */
const MOST_BYTES_A_UNIT = 3;

type Pads = { inner: Uint8Array; outer: Uint8Array };

const padsByKey = new WeakMap<KeyObject, Pads>();
const innerScratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
const outerScratch = Buffer.allocUnsafeSlow(BLOCK_BYTES + DIGEST_BYTES);

/** Null for a key longer than a block, which would have to be hashed first. */
function padsOf(key: KeyObject): Pads | null {
  const known = padsByKey.get(key);
  if (known !== undefined) return known;
  const raw = key.export();
  if (raw.length > BLOCK_BYTES) return null;
  const pads: Pads = { inner: new Uint8Array(BLOCK_BYTES).fill(0x36), outer: new Uint8Array(BLOCK_BYTES).fill(0x5c) };
  raw.forEach((byte, at) => {
    pads.inner[at] = byte ^ 0x36;
    pads.outer[at] = byte ^ 0x5c;
  });
  padsByKey.set(key, pads);
  return pads;
}

/**
 * HMAC-SHA-256 in hex over a text or bytes that follow a prefix of plain ASCII. The construction of RFC 2104 out of two
 * one-shot hashes over memory that is used again: an import needs two of these a row, and an Hmac object for each costs
 * two to three times as much and leaves the collector a native object to clear away.
 */
export function keyedHash(key: KeyObject, prefix: string, content: string | Buffer): string {
  const pads = padsOf(key);
  const most = BLOCK_BYTES + prefix.length + (typeof content === 'string' ? MOST_BYTES_A_UNIT : 1) * content.length;
  if (pads === null || most > SCRATCH_BYTES)
    return createHmac('sha256', key).update(prefix, 'latin1').update(content).digest('hex');
  innerScratch.set(pads.inner);
  let length = BLOCK_BYTES + innerScratch.write(prefix, BLOCK_BYTES, 'latin1');
  length +=
    typeof content === 'string' ? innerScratch.write(content, length, 'utf8') : content.copy(innerScratch, length);
  outerScratch.set(pads.outer);
  outerScratch.write(hash('sha256', innerScratch.subarray(0, length), 'binary'), BLOCK_BYTES, 'latin1');
  return hash('sha256', outerScratch, 'hex');
}

/** HMAC-SHA-256 over bytes, cut to its first `tagBytes`. The bytes may be of any length. */
export function keyedTag(key: KeyObject, content: Uint8Array, tagBytes: number): Buffer {
  const pads = padsOf(key);
  if (pads === null || BLOCK_BYTES + content.length > SCRATCH_BYTES)
    return createHmac('sha256', key).update(content).digest().subarray(0, tagBytes);
  innerScratch.set(pads.inner);
  innerScratch.set(content, BLOCK_BYTES);
  outerScratch.set(pads.outer);
  outerScratch.write(
    hash('sha256', innerScratch.subarray(0, BLOCK_BYTES + content.length), 'binary'),
    BLOCK_BYTES,
    'latin1',
  );
  return Buffer.from(hash('sha256', outerScratch, 'binary').slice(0, tagBytes), 'latin1');
}
