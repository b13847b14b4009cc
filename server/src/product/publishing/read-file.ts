import type { Readable } from 'node:stream';
import { ObjectMissing } from '../../providers/object-storage/object-storage.ts';
import { createCsvParser } from '../imports/csv-parser.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { SealBroken } from '../sealing/seal-broken.ts';
import { readSealed } from '../sealing/sealed-stream.ts';
import type { Services } from '../services.ts';
import { originalCell } from './csv-cell.ts';
import { publishingFailures } from './errors.ts';
import type { Part } from './store.ts';

/** Rows that one JSON answer holds at the most; fixed by the contract. */
export const JSON_ROWS = 1_000;
/** Columns of ours that are not text; no field of a workspace can have such a name. */
const TYPED: ReadonlyMap<string, (cell: string) => number | boolean> = new Map<
  string,
  (cell: string) => number | boolean
>([
  ['variant', Number],
  ['run_number', Number],
  ['holdout', (cell) => cell === 'true'],
]);

/** The file as it was published. */
export function openPart(services: Pick<Services, 'objects'>, keys: AccountKeys, part: Part): Readable {
  return readSealed(services.objects, keys, part.object_key);
}

export type FileRows = { rows: Record<string, string | number | boolean>[]; row_count: number; truncated: boolean };

/** The first rows of a file as objects, with formulas as they were before they were made harmless. Throws files_lost. */
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
  } catch (error) {
    if (error instanceof ObjectMissing || error instanceof SealBroken)
      throw publishingFailures.files_lost({ cause: error });
    throw error;
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
