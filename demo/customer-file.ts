import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createCellReader } from './csv-cells.ts';
import { Told } from './told.ts';

const SAMPLE_BYTES = 900_000;
const MAX_KINDS = 12;
const MAX_NUMBERS = 100_000;

/** What one column holds, as far as the choice of segments needs to know. */
export type ColumnFacts = {
  header: string;
  blank: number;
  /** How often each value stands; null when there are more kinds than a segment attribute should have. */
  kinds: Map<string, number> | null;
  /** The first numbers, for bands; empty when something in the column is no number. */
  numbers: number[];
  isNumeric: boolean;
};

export type FileFacts = { rows: number; columns: ColumnFacts[] };

/** The beginning of the file, for the server to propose fields from. Throws Told. */
export async function readSample(path: string): Promise<string> {
  const size = await stat(path).then(
    (found) => (found.isFile() ? found.size : null),
    () => null,
  );
  if (size === null) throw new Told(`There is no file ${path}.`);
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, SAMPLE_BYTES)), 0, undefined, 0);
    const text = new TextDecoder().decode(buffer.subarray(0, bytesRead), { stream: true });
    // Half a line at the end would be taken for a line with missing cells.
    return bytesRead < size && text.includes('\n') ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
  } finally {
    await file.close();
  }
}

function look(column: ColumnFacts, cell: string): void {
  const value = cell.trim();
  if (value === '') {
    column.blank += 1;
    return;
  }
  if (column.kinds !== null) {
    column.kinds.set(cell, (column.kinds.get(cell) ?? 0) + 1);
    if (column.kinds.size > MAX_KINDS) column.kinds = null;
  }
  if (!column.isNumeric) return;
  if (/^[-+]?\d+(\.\d+)?$/.test(value)) {
    if (column.numbers.length < MAX_NUMBERS) column.numbers.push(Number(value));
  } else {
    column.isNumeric = false;
    column.numbers = [];
  }
}

/** Reads the whole file once: rows, blanks and kinds of values by column. Memory does not grow with the file. */
export async function readFacts(path: string, delimiter: string): Promise<FileFacts> {
  const facts: FileFacts = { rows: 0, columns: [] };
  let isHeader = true;
  const reader = createCellReader(delimiter, (cells) => {
    if (isHeader) {
      isHeader = false;
      facts.columns = cells.map((header) => ({
        header: header.replace(/^\uFEFF/, '').trim(),
        blank: 0,
        kinds: new Map(),
        numbers: [],
        isNumeric: true,
      }));
      return;
    }
    facts.rows += 1;
    facts.columns.forEach((column, index) => {
      look(column, cells[index] ?? '');
    });
  });
  for await (const chunk of createReadStream(path, { encoding: 'utf8' })) reader.write(chunk as string);
  reader.end();
  return facts;
}
