import { once } from 'node:events';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Reply } from '../../platform/http/endpoint.ts';
import { ObjectMissing } from '../../providers/object-storage/object-storage.ts';
import { createCsvParser } from '../imports/csv-parser.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { SealBroken } from '../sealing/seal-broken.ts';
import { readSealed } from '../sealing/sealed-stream.ts';
import type { Services } from '../services.ts';
import { originalCell } from './csv-cell.ts';
import { publishingFailures } from './errors.ts';
import type { Part } from './store.ts';

export const CSV = 'text/csv; charset=utf-8';
/** Rows that one JSON answer holds at the most; fixed by the contract. */
export const JSON_ROWS = 1_000;
/** Columns of ours that are not text; no field of a workspace can have such a name. */
const TYPED: ReadonlyMap<string, (cell: string) => string | number | boolean> = new Map<
  string,
  (cell: string) => string | number | boolean
>([
  // A row that says who was removed has none.
  ['variant', (cell) => (cell === '' ? cell : Number(cell))],
  ['run_number', Number],
  ['holdout', (cell) => cell === 'true'],
]);

/** A file's text, of what is stored of it. */
export function textOf(stored: Readable, part: Pick<Part, 'gzip_bytes'>): Readable {
  if (part.gzip_bytes === null) return stored;
  const text = createGunzip();
  pipeline(stored, text, () => undefined);
  return text;
}

/** The file as it was published. */
export function openPart(
  services: Pick<Services, 'objects'>,
  keys: AccountKeys,
  part: Pick<Part, 'object_key' | 'gzip_bytes'>,
): Readable {
  return textOf(readSealed(services.objects, keys, part.object_key), part);
}

/** The bytes that are stored, once the first are there: what cannot be read is told before an answer begins. */
async function begun(stream: Readable): Promise<Readable> {
  await once(stream, 'readable');
  return stream;
}

/** The file as an answer: compressed as it is kept, to whoever takes gzip, else as its text. */
export async function partReply(
  services: Pick<Services, 'objects'>,
  keys: AccountKeys,
  part: Part,
  acceptEncoding: string | undefined,
  headers: Record<string, string> = {},
): Promise<Reply> {
  if (part.gzip_bytes === null || !takesGzip(acceptEncoding ?? ''))
    return new Reply(CSV, await begun(openPart(services, keys, part)), {
      ...headers,
      ...(part.gzip_bytes === null ? {} : { vary: 'accept-encoding' }),
      'content-length': String(part.byte_count),
    });
  return new Reply(CSV, await begun(readSealed(services.objects, keys, part.object_key)), {
    ...headers,
    vary: 'accept-encoding',
    'content-encoding': 'gzip',
    'content-length': String(part.gzip_bytes),
  });
}

/**
 * What `use` makes of a file. One that is replaced or rewritten between the look and the opening is looked up again.
 * Throws files_lost when what should be there cannot be read.
 */
export async function ofFile<T>(found: Part, again: () => Promise<Part>, use: (part: Part) => Promise<T>): Promise<T> {
  for (let part = found; ; ) {
    try {
      return await use(part);
    } catch (error) {
      const isGone = error instanceof ObjectMissing;
      if (!isGone && !(error instanceof SealBroken)) throw error;
      const now = isGone ? await again() : part;
      if (now.object_key === part.object_key) throw publishingFailures.files_lost({ cause: error });
      part = now;
    }
  }
}

/** Whether an Accept-Encoding (RFC 9110, section 12.5.3) takes gzip: named, or by `*`, and not with the weight 0. */
export function takesGzip(acceptEncoding: string): boolean {
  const weights = new Map(
    acceptEncoding
      .toLowerCase()
      .split(',')
      .map((entry): [string, boolean] => {
        const [name = '', ...parameters] = entry.split(';').map((piece) => piece.trim());
        return [name, !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))];
      }),
  );
  return weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? false;
}

export type FileRows = { rows: Record<string, string | number | boolean>[]; row_count: number; truncated: boolean };

/** The first rows of a file as objects, with formulas as they were before they were made harmless. */
export async function readPartRows(
  services: Pick<Services, 'objects'>,
  keys: AccountKeys,
  part: Part,
): Promise<FileRows> {
  const stream = openPart(services, keys, part);
  const parser = createCsvParser({ delimiter: ',' });
  let header: string[] | null = null;
  const rows: Record<string, string | number | boolean>[] = [];
  const take = (cells: readonly string[]) => {
    if (header === null) header = [...cells];
    else if (rows.length < JSON_ROWS)
      rows.push(
        Object.fromEntries(
          header.map((name, index) => [
            name,
            TYPED.get(name)?.(cells[index] ?? '') ?? originalCell(cells[index] ?? ''),
          ]),
        ),
      );
  };
  try {
    for await (const chunk of stream) {
      for (const row of parser.write(chunk as Buffer)) take(row.cells);
      if (rows.length >= JSON_ROWS) break;
    }
    if (rows.length < JSON_ROWS) for (const row of parser.end()) take(row.cells);
  } finally {
    stream.destroy();
  }
  return { rows, row_count: rows.length, truncated: part.row_count > rows.length };
}

/** The whole file as text: for callers that take nothing but JSON. */
export async function readPartText(
  services: Pick<Services, 'objects'>,
  keys: AccountKeys,
  part: Part,
): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of openPart(services, keys, part)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
