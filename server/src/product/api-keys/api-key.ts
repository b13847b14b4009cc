import { createHash, randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIX = 'nsk_';
const RANDOM_CHARACTERS = 43;
const CHECK_CHARACTERS = 6;

function checkOf(text: string): string {
  let number = createHash('sha256').update(text).digest().readUIntBE(0, 6);
  let check = '';
  for (let index = 0; index < CHECK_CHARACTERS; index += 1) {
    check += ALPHABET[number % ALPHABET.length];
    number = Math.floor(number / ALPHABET.length);
  }
  return check;
}

/** A new API key: prefix, 256 random bits, and a checksum by which scanners and people notice a mistyped one. */
export function newApiKey(): string {
  let random = '';
  for (let index = 0; index < RANDOM_CHARACTERS; index += 1) random += ALPHABET[randomInt(ALPHABET.length)];
  return `${PREFIX}${random}${checkOf(random)}`;
}

/** Whether it has the form of our keys and not their checksum: then nobody need look it up. */
export function isMistyped(key: string): boolean {
  if (!key.startsWith(PREFIX) || key.length !== PREFIX.length + RANDOM_CHARACTERS + CHECK_CHARACTERS) return false;
  const random = key.slice(PREFIX.length, -CHECK_CHARACTERS);
  return checkOf(random) !== key.slice(-CHECK_CHARACTERS);
}

/** What is kept of a key. Keys are long and random, so a fast hash is enough and a look-up is one index probe. */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** The end of a key, by which its owner recognises it in a list. */
export function hintOf(key: string): string {
  return key.slice(-4);
}
