export const ID_BYTES = 16;

/** Byte strings of several rows one behind the other; `ends` says where each ends. */
export type PackedBytes = { bytes: Uint8Array; ends: Uint32Array };

/** The uuid at this place of a column of uuids, 16 bytes each. */
export function readId(column: Uint8Array, index: number): string {
  const at = index * ID_BYTES;
  const hex = Buffer.from(column.buffer, column.byteOffset + at, ID_BYTES).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function readBit(bits: Uint8Array, fromByte: number, index: number): boolean {
  return ((bits[fromByte + (index >> 3)] ?? 0) & (1 << (index & 7))) !== 0;
}

/** Bytes that are written one behind the other, in memory of their own that may change hands afterwards. */
export class GrowingBytes {
  #bytes: Buffer;
  length = 0;

  constructor(expected: number) {
    // Not from the pool: what changes hands must be nobody else's.
    this.#bytes = Buffer.from(new ArrayBuffer(Math.max(64, expected)));
  }

  /** Room for so many bytes behind what is there, to be counted by the caller. */
  #room(bytes: number): Buffer {
    if (this.length + bytes > this.#bytes.length) {
      const larger = Buffer.from(new ArrayBuffer(Math.max(2 * this.#bytes.length, this.length + bytes)));
      this.#bytes.copy(larger, 0, 0, this.length);
      this.#bytes = larger;
    }
    return this.#bytes;
  }

  append(bytes: Uint8Array): void {
    this.#room(bytes.length).set(bytes, this.length);
    this.length += bytes.length;
  }

  appendText(text: string): void {
    this.length += this.#room(3 * text.length).write(text, this.length, 'utf8');
  }

  /** Throws TypeError for what is no uuid. */
  appendId(id: string): void {
    if (this.#room(ID_BYTES).write(id.replaceAll('-', ''), this.length, 'hex') !== ID_BYTES)
      throw new TypeError('An id must be a uuid.');
    this.length += ID_BYTES;
  }

  appendZeros(count: number): void {
    this.#room(count).fill(0, this.length, this.length + count);
    this.length += count;
  }

  setBit(fromByte: number, index: number): void {
    const at = fromByte + (index >> 3);
    this.#bytes[at] = (this.#bytes[at] ?? 0) | (1 << (index & 7));
  }

  /** What was written, at the start of its own memory. */
  taken(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes.buffer as ArrayBuffer, 0, this.length);
  }
}
