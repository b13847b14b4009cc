import { createHmac } from 'node:crypto';
import type { AccountKeys } from './account-keys.ts';
import { keyedHash } from './keyed-hash.ts';

/**
 * The blind index of an identifier: the first 16 bytes of an HMAC-SHA-256 over workspace, field and normalised value,
 * written as a uuid because Postgres compares those fast. 128 bits make a chance meeting of two values among 10^9 less
 * likely than 10^-20. The ids have a fixed length, so the parts cannot run into each other.
 */
export function blindIndex(keys: AccountKeys, workspaceId: string, fieldId: string, normalisedValue: string): string {
  const hex = keyedHash(keys.indexKey, workspaceId + fieldId, normalisedValue);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** Keyed hash of a whole content, to recognise the same file in the same workspace. Hex. */
export function contentHasher(keys: AccountKeys, workspaceId: string) {
  return createHmac('sha256', keys.indexKey).update(`content\n${workspaceId}\n`);
}
