import { createHash } from 'node:crypto';
import { PassThrough, type Readable } from 'node:stream';
import { csvLine } from './csv-cell.ts';

export const ROWS_PER_PART = 10_000;

export type FinishedPart = { page: number; object_key: string; row_count: number; byte_count: number; sha256: string };

/** Stores one file; resolves when it is durable. The bytes are plain: sealing is the caller's storage's business. */
export type StorePart = (objectKey: string, content: Readable) => Promise<unknown>;

type OpenPart = {
  page: number;
  objectKey: string;
  stream: PassThrough;
  stored: Promise<unknown>;
  rows: number;
  bytes: number;
  hash: ReturnType<typeof createHash>;
};

const FLUSH_CHARACTERS = 64 * 1024;

/**
 * Writes rows into numbered CSV files of at most ROWS_PER_PART rows, each with the header line. Holds at most one
 * buffer of text; `write` waits while the storage is slower.
 */
export function createPartWriter(parts: {
  columns: readonly string[];
  identifierCount: number;
  prefix: string;
  store: StorePart;
}) {
  const finished: FinishedPart[] = [];
  const header = csvLine(parts.columns, 0);
  let current: OpenPart | null = null;
  let text = '';

  function open(): OpenPart {
    const page = finished.length + 1;
    const objectKey = `${parts.prefix}/part-${String(page).padStart(6, '0')}.csv`;
    const stream = new PassThrough({ highWaterMark: 256 * 1024 });
    const stored = parts.store(objectKey, stream);
    // The failure is met where `stored` is awaited; until then it must not count as unhandled.
    stored.catch((error: Error) => stream.destroy(error));
    text = header;
    return { page, objectKey, stream, stored, rows: 0, bytes: 0, hash: createHash('sha256') };
  }

  async function flush(part: OpenPart): Promise<void> {
    const bytes = Buffer.from(text, 'utf8');
    text = '';
    part.bytes += bytes.length;
    part.hash.update(bytes);
    if (!part.stream.write(bytes))
      await Promise.race([new Promise((resolve) => part.stream.once('drain', resolve)), part.stored]);
  }

  async function close(part: OpenPart): Promise<void> {
    await flush(part);
    part.stream.end();
    await part.stored;
    finished.push({
      page: part.page,
      object_key: part.objectKey,
      row_count: part.rows,
      byte_count: part.bytes,
      sha256: part.hash.digest('hex'),
    });
  }

  return {
    async write(row: readonly string[]): Promise<void> {
      current ??= open();
      text += csvLine(row, parts.identifierCount);
      current.rows += 1;
      if (current.rows === ROWS_PER_PART) {
        const full = current;
        current = null;
        await close(full);
      } else if (text.length >= FLUSH_CHARACTERS) {
        await flush(current);
      }
    },
    /** Ends the last file and returns all of them, in order. */
    async finish(): Promise<FinishedPart[]> {
      if (current !== null) await close(current);
      current = null;
      return finished;
    },
    /** Gives up the file under way after a failure; what was stored is the caller's to delete. */
    async abandon(): Promise<void> {
      current?.stream.destroy(new Error('The export was given up.'));
      await current?.stored.catch(() => undefined);
      current = null;
    },
  };
}
