import type { Readable } from 'node:stream';

/**
 * Where files live. As small as the product needs, so that a folder, S3 or anything like it fits behind it.
 * Keys are slash-separated names of letters, digits, dot, hyphen and underscore. What is stored is sealed already.
 */
export type ObjectStorage = {
  /** Stores the whole stream under the key, replacing what was there. Visible and durable only when it resolves. */
  put(key: string, content: Readable): Promise<void>;
  /** The bytes from start to end, both inclusive. Errors with ObjectMissing when there is no such object. */
  get(key: string, range?: { start?: number; end?: number }): Readable;
  /** Deletes the object; one that is not there is deleted already. */
  delete(key: string): Promise<void>;
  /** Deletes everything below `prefix/`. */
  deleteBelow(prefix: string): Promise<void>;
  /** The keys below `prefix/`, sorted. */
  list(prefix: string): Promise<string[]>;
};

export class ObjectMissing extends Error {
  override readonly name = 'ObjectMissing';
}

const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;
const MAX_KEY_CHARACTERS = 800;

/** Throws a TypeError for a key outside the grammar: no empty, dotted or parent segments, nothing absolute. */
export function checkKey(key: string): void {
  if (key.length > MAX_KEY_CHARACTERS || !key.split('/').every((segment) => SEGMENT.test(segment)))
    throw new TypeError('This is not an object key.');
}
