import { createHash } from 'node:crypto';

/** A root key that must not be used: too short, too regular, or printed somewhere for everybody to read. */
export class RootKeyRefused extends Error {
  override readonly name = 'RootKeyRefused';
}

const ADVICE = 'Make one with "openssl rand -hex 32" and set NUDGESCRIBE_ROOT_KEY to it.';
const ROOT_KEY_BYTES = 32;
// Of 32 random bytes fewer than 20 are different with a probability below 10^-6; two halves that repeat have 16.
const MIN_DIFFERENT_BYTES = 20;

/** Words whose SHA-256 people paste as a key; anybody can compute it. */
const GUESSED_WORDS = [
  '',
  'admin',
  'changeme',
  'hello',
  'hello world',
  'key',
  'nudgescribe',
  'password',
  'secret',
  'test',
];

/** Random-looking keys that everybody can read, in hex: test vectors of NIST SP 800-38A and RFC 8439, hashed words. */
const PUBLISHED = new Set([
  '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
  '1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0',
  ...GUESSED_WORDS.map((word) => createHash('sha256').update(word).digest('hex')),
]);

/** True when the bytes go up or down by one step: counted out, not drawn. */
function isSequence(bytes: Buffer): boolean {
  const step = ((bytes[1] ?? 0) - (bytes[0] ?? 0)) & 0xff;
  return bytes.every((byte, index) => index === 0 || ((byte - (bytes[index - 1] ?? 0)) & 0xff) === step);
}

function decode(text: string): Buffer | null {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  if (/^[A-Za-z0-9_-]{43}$/.test(text)) return Buffer.from(text, 'base64url');
  return null;
}

/**
 * The 32 bytes of a root key given as 64 hex or 43–44 base64 characters. Throws RootKeyRefused, without quoting the key,
 * when it is not one, has too few different bytes to be random, follows a pattern, or is a published example.
 */
export function parseRootKey(text: string): Buffer {
  const bytes = decode(text.trim());
  if (bytes === null || bytes.length !== ROOT_KEY_BYTES)
    throw new RootKeyRefused(`The root key must be 32 random bytes as 64 hex characters or base64. ${ADVICE}`);
  if (new Set(bytes).size < MIN_DIFFERENT_BYTES)
    throw new RootKeyRefused(`The root key is too regular to be random. ${ADVICE}`);
  const printable = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  if (isSequence(bytes) || printable)
    throw new RootKeyRefused(`The root key is a sequence or readable text, not random. ${ADVICE}`);
  if (PUBLISHED.has(bytes.toString('hex')))
    throw new RootKeyRefused(`This root key is published, so anybody can know it. ${ADVICE}`);
  return bytes;
}
