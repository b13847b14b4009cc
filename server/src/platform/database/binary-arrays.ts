import { idFromBytes } from '../ids/ids.ts';

/**
 * One-dimensional arrays in Postgres' binary format (src/backend/utils/adt/arrayfuncs.c, array_send), for statements that
 * carry thousands of rows: the driver sends a Buffer as a binary parameter, which neither side has to escape or parse.
 *   dimensions (4, 1) | has nulls (4, 0) | element type (4) | length (4) | lower bound (4, 1) | each: length (4), bytes
 */
const HEADER_BYTES = 20;
const COUNT_AT = 12;
const LENGTH_BYTES = 4;
const ID_BYTES = 16;
const JSONB_VERSION = 1;
const OIDS = { uuid: 2950, bytea: 17, jsonb: 3802 };

export type ArrayType = keyof typeof OIDS;

/** Where growing columns take their memory from, and give back what they have outgrown. What is taken is not zeroed. */
export type Memory = { take(bytes: number): ArrayBuffer; give(memory: ArrayBuffer): void };

export const freshMemory: Memory = { take: (bytes) => new ArrayBuffer(bytes), give: () => undefined };

/**
 * Memory that goes round: megabytes of it allocated for every chunk make the collector walk through the whole heap,
 * although nothing on it has changed. Holds what was given until it is taken, the smallest that is large enough.
 */
export function reusedMemory(): Memory {
  const spare: ArrayBuffer[] = [];
  return {
    take: (bytes) => {
      const at = spare.findIndex((memory) => memory.byteLength >= bytes);
      return (at === -1 ? undefined : spare.splice(at, 1)[0]) ?? new ArrayBuffer(bytes);
    },
    give: (memory) => {
      const at = spare.findIndex((other) => other.byteLength >= memory.byteLength);
      spare.splice(at === -1 ? spare.length : at, 0, memory);
    },
  };
}

/**
 * An array that is written element by element, in memory of its own, so that it may change hands between threads. An
 * element can be looked at again by where it ends.
 */
export class GrowingArray {
  readonly #source: Memory;
  #memory: ArrayBuffer;
  #bytes: Buffer;
  #length = HEADER_BYTES;
  count = 0;

  /** `expected` bytes are set aside at first. */
  constructor(type: ArrayType, expected: number, source: Memory = freshMemory) {
    this.#source = source;
    // Not from the pool: what changes hands must be nobody else's.
    this.#memory = source.take(Math.max(256, expected));
    this.#bytes = Buffer.from(this.#memory);
    this.#bytes.writeInt32BE(1, 0);
    this.#bytes.writeInt32BE(0, 4);
    this.#bytes.writeInt32BE(OIDS[type], 8);
    this.#bytes.writeInt32BE(1, 16);
  }

  /** Where the last element ends. */
  get end(): number {
    return this.#length;
  }

  #begin(bytes: number): number {
    const needed = this.#length + LENGTH_BYTES + bytes;
    if (needed > this.#bytes.length) {
      const memory = this.#source.take(Math.max(2 * this.#bytes.length, needed));
      const larger = Buffer.from(memory);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#source.give(this.#memory);
      this.#memory = memory;
      this.#bytes = larger;
    }
    return this.#length + LENGTH_BYTES;
  }

  #finish(at: number, bytes: number): void {
    this.#bytes.writeInt32BE(bytes, this.#length);
    this.#length = at + bytes;
    this.count += 1;
  }

  /** A uuid. Throws TypeError for what is none. */
  addId(id: string): void {
    const at = this.#begin(ID_BYTES);
    if (id.length !== 36 || this.#bytes.write(id.replaceAll('-', ''), at, 'hex') !== ID_BYTES)
      throw new TypeError('An id must be a uuid.');
    this.#finish(at, ID_BYTES);
  }

  addBytes(value: Uint8Array): void {
    const at = this.#begin(value.length);
    this.#bytes.set(value, at);
    this.#finish(at, value.length);
  }

  /** JSON for a jsonb[], as text or as its UTF-8 bytes. */
  addJson(json: string | Buffer): void {
    const at = this.#begin(1 + Buffer.byteLength(json));
    this.#bytes[at] = JSONB_VERSION;
    const bytes = typeof json === 'string' ? this.#bytes.write(json, at + 1, 'utf8') : json.copy(this.#bytes, at + 1);
    this.#finish(at, 1 + bytes);
  }

  /** The array so far, at the start of its own memory. */
  taken(): Uint8Array<ArrayBuffer> {
    this.#bytes.writeInt32BE(this.count, COUNT_AT);
    return new Uint8Array(this.#memory, 0, this.#length);
  }
}

/** The parameter to hand to the driver. */
export const arrayParameter = (array: Uint8Array): Buffer =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength);

/** The element at this place of an array whose elements all have so many bytes. */
export function fixedAt(array: Uint8Array, index: number, bytes: number): Buffer {
  const at = HEADER_BYTES + index * (LENGTH_BYTES + bytes) + LENGTH_BYTES;
  return Buffer.from(array.buffer, array.byteOffset + at, bytes);
}

/** The element of a uuid[] at this place. */
export function idAt(array: Uint8Array, index: number): string {
  return idFromBytes(fixedAt(array, index, ID_BYTES));
}

/** The bytes of an element, by the ends that were noted while the array was written; of a jsonb[] the JSON itself. */
export function elementAt(array: Uint8Array, ends: Uint32Array, index: number, type: 'bytea' | 'jsonb'): Buffer {
  const skipped = LENGTH_BYTES + (type === 'jsonb' ? 1 : 0);
  const from = (index === 0 ? HEADER_BYTES : (ends[index - 1] ?? 0)) + skipped;
  return Buffer.from(array.buffer, array.byteOffset + from, (ends[index] ?? from) - from);
}

/** A uuid[] parameter. Throws TypeError for what is no uuid. */
export function uuidArray(ids: readonly string[]): Buffer {
  const array = new GrowingArray('uuid', HEADER_BYTES + (LENGTH_BYTES + ID_BYTES) * ids.length);
  for (const id of ids) array.addId(id);
  return arrayParameter(array.taken());
}

/** A bytea[] parameter. */
export function byteaArray(values: readonly Buffer[]): Buffer {
  const bytes = values.reduce((sum, value) => sum + LENGTH_BYTES + value.length, HEADER_BYTES);
  const array = new GrowingArray('bytea', bytes);
  for (const value of values) array.addBytes(value);
  return arrayParameter(array.taken());
}

/** A jsonb[] parameter of JSON texts, as text or as their UTF-8 bytes. */
export function jsonbArray(texts: readonly (string | Buffer)[]): Buffer {
  const bytes = texts.reduce((sum, text) => sum + LENGTH_BYTES + 1 + Buffer.byteLength(text), HEADER_BYTES);
  const array = new GrowingArray('jsonb', bytes);
  for (const text of texts) array.addJson(text);
  return arrayParameter(array.taken());
}
