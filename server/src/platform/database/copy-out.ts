import type pg from 'pg';
import { isUuid } from '../ids/ids.ts';

/**
 * Rows in Postgres' binary COPY format (PostgreSQL manual, "COPY", Binary Format): a statement's result as one piece of
 * memory, which may change hands between threads. The driver reads results as text only and makes objects of every
 * row; here a row costs one copy of its bytes.
 */
export type CopiedRows = Uint8Array<ArrayBuffer>;

const SIGNATURE_BYTES = 11;
const FLAGS_BYTES = 4;

/** COPY takes no bound values: ids and numbers are written into the text by these two, which let nothing else through. */
export function uuidLiteral(id: string): string {
  if (!isUuid(id)) throw new TypeError('An id must be a uuid.');
  return `'${id}'::uuid`;
}

export function integerLiteral(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TypeError('A whole number is needed.');
  return String(value);
}

/** One COPY as the driver runs statements. */
class CopyOut {
  readonly text: string;
  readonly done: Promise<CopiedRows>;
  #memory: ArrayBuffer;
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;
  #error: Error | null = null;
  #resolve: (rows: CopiedRows) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(text: string, expectedBytes: number) {
    this.text = text;
    this.#memory = new ArrayBuffer(Math.max(4_096, expectedBytes));
    this.#bytes = new Uint8Array(this.#memory);
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }
  submit(connection: { query(text: string): void }): void {
    connection.query(this.text);
  }
  handleCopyData(message: { chunk: Buffer }): void {
    // The driver uses the chunk's memory again for the next message.
    const { chunk } = message;
    const needed = this.#length + chunk.length;
    if (needed > this.#bytes.length) {
      const memory = new ArrayBuffer(Math.max(2 * this.#bytes.length, needed));
      const larger = new Uint8Array(memory);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#memory = memory;
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = needed;
  }
  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleError(error: Error): void {
    this.#error = error;
    // The driver tells of an error instead of readiness.
    this.#reject(error);
  }
  handleReadyForQuery(): void {
    if (this.#error === null) this.#resolve(new Uint8Array(this.#memory, 0, this.#length));
  }
}

/** Runs `copy (query) to stdout` in the binary format, in the transaction that the client is in. */
export async function copyOut(client: pg.PoolClient, query: string, expectedBytes: number): Promise<CopiedRows> {
  const statement = new CopyOut(`copy (${query}) to stdout (format binary)`, expectedBytes);
  client.query(statement as unknown as pg.Submittable);
  return statement.done;
}

/**
 * Calls `onRow` with where each field of a row begins and how long it is (-1 for null), until it returns false. The two
 * arrays are the same at every call. Throws for anything that is no whole binary COPY of so many fields.
 */
export function eachCopiedRow(
  rows: Uint8Array,
  fields: number,
  onRow: (starts: Int32Array, lengths: Int32Array) => boolean,
): void {
  const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength);
  const starts = new Int32Array(fields);
  const lengths = new Int32Array(fields);
  let at = SIGNATURE_BYTES + FLAGS_BYTES;
  at += 4 + view.getInt32(at);
  for (;;) {
    const count = view.getInt16(at);
    at += 2;
    if (count === -1) return;
    if (count !== fields) throw new RangeError('These rows have another number of fields.');
    for (let field = 0; field < fields; field += 1) {
      const length = view.getInt32(at);
      at += 4;
      starts[field] = at;
      lengths[field] = length;
      if (length > 0) at += length;
    }
    if (!onRow(starts, lengths)) return;
  }
}
