import type { FieldDefinition } from '../fields/field.ts';
import { type CsvRow, createCsvParser } from './csv-parser.ts';
import { importFailures } from './errors.ts';
import { readHeader } from './header.ts';
import type { ImportPlan } from './import.ts';
import type { ImportOptions } from './import-options.ts';
import { createNdjsonParser, type NdjsonRow } from './ndjson-parser.ts';
import { ParseFault, parseFaults } from './parse-fault.ts';
import type { RawRow } from './raw-row.ts';
import { REPAIR_COLUMNS } from './repair-file.ts';
import type { RowError } from './row-error.ts';

/** A file's bytes, readable again and again from any offset. */
export type Source = { kind: 'csv' | 'ndjson'; read(fromByte: number): AsyncIterable<Buffer> };

/** The 400 of a file whose fault was seen at once; any other error as it is. */
export function refusalOf(error: unknown): unknown {
  if (!(error instanceof ParseFault)) return error;
  const fault: RowError = { row: 0, field: null, code: error.code, message: error.message };
  return importFailures.file_unusable({ message: error.message, details: [fault] });
}

/**
 * Reads as much as is needed to map the columns: the header line of a CSV, nothing of NDJSON. Throws ParseFault, or
 * file_unusable (400) with everything that is wrong with the header.
 */
export async function openFile(
  source: Source,
  fields: readonly FieldDefinition[],
  options: Pick<ImportOptions, 'delimiter' | 'field_map'>,
): Promise<{ plan: ImportPlan; header: readonly string[] | null }> {
  if (source.kind === 'ndjson') return { plan: { delimiter: null, columns: [], first_byte: 0 }, header: null };
  const parser = createCsvParser(options.delimiter === null ? {} : { delimiter: options.delimiter });
  const header = await firstRow(source, parser);
  if (header === undefined) throw parseFaults.empty();
  if (header.fault?.code === 'invalid_utf8') throw parseFaults.wrongEncoding();
  if (header.fault !== null) throw new ParseFault(header.fault.code, `The header line: ${header.fault.message}`);
  const fieldMap = { ...options.field_map, ...droppedRepairColumns(header.cells, fields) };
  const { columns, faults } = readHeader(header.cells, fieldMap, fields);
  const [first] = faults;
  if (first !== undefined)
    throw importFailures.file_unusable({ message: first.message, details: faults.slice(0, 100) });
  return {
    plan: {
      delimiter: parser.delimiter,
      columns: columns.map((field) => field?.field_id ?? null),
      first_byte: header.endByte,
    },
    header: header.cells,
  };
}

/** The header line. Undefined when there is nothing but white space in the file. */
async function firstRow(source: Source, parser: ReturnType<typeof createCsvParser>): Promise<CsvRow | undefined> {
  let first: CsvRow | undefined;
  const firstOf = (rows: readonly CsvRow[]): CsvRow | undefined => {
    first ??= rows[0];
    return rows.some((row) => row.fault !== null || row.cells.some((cell) => cell.trim() !== '')) ? first : undefined;
  };
  for await (const chunk of source.read(0)) {
    const found = firstOf(parser.write(chunk));
    if (found !== undefined) return found;
  }
  return firstOf(parser.end());
}

/** A mended repair file comes back with the columns that say what was wrong: they are dropped, if all four are there. */
function droppedRepairColumns(header: readonly string[], fields: readonly FieldDefinition[]): Record<string, null> {
  const headers = new Set(header.map((cell) => cell.trim().toLowerCase()));
  const names = new Set(fields.map((field) => field.field_name.toLowerCase()));
  const ours = REPAIR_COLUMNS.every((column) => headers.has(column) && !names.has(column));
  return ours ? Object.fromEntries(REPAIR_COLUMNS.map((column) => [column, null])) : {};
}

/** Where to read from: both 0 for the first row, or what the last row's endByte and row were. */
export type ReadStart = { fromByte: number; fromRow: number; rowsAtOnce: number };

/** Rows may be a MiB each: a chunk ends with the row that takes it over this much of the file. */
export const BYTES_AT_ONCE = 8 * 1024 * 1024;

/** The rows of the file in chunks of at most rowsAtOnce and BYTES_AT_ONCE, in constant memory. Throws ParseFault where reading cannot go on. */
export async function* readRows(source: Source, plan: ImportPlan, start: ReadStart): AsyncGenerator<RawRow[]> {
  const fromByte = Math.max(start.fromByte, plan.first_byte);
  const parser = parserFor(source.kind, plan, fromByte, start.fromRow + 1);
  let held: RawRow[] = [];
  let heldFrom = fromByte;
  function* full(rows: RawRow[]): Generator<RawRow[]> {
    for (const row of rows) {
      held.push(row);
      if (held.length < start.rowsAtOnce && row.endByte - heldFrom < BYTES_AT_ONCE) continue;
      yield held;
      held = [];
      heldFrom = row.endByte;
    }
  }
  for await (const chunk of source.read(fromByte)) yield* full(parser.write(chunk));
  yield* full(parser.end());
  if (held.length > 0) yield held;
}

/** The rows in these bytes of a file, which begin behind the row `fromRow` and end with a row. */
export function rowsOf(
  kind: Source['kind'],
  plan: ImportPlan,
  bytes: Buffer,
  fromByte: number,
  fromRow: number,
): RawRow[] {
  const parser = parserFor(kind, plan, fromByte, fromRow + 1);
  return [...parser.write(bytes), ...parser.end()];
}

function parserFor(kind: Source['kind'], plan: ImportPlan, startByte: number, startRow: number) {
  if (kind === 'ndjson') {
    const parser = createNdjsonParser({ startByte, startLine: startRow });
    return { write: (chunk: Buffer) => parser.write(chunk).map(recordRow), end: () => parser.end().map(recordRow) };
  }
  const parser = createCsvParser({ delimiter: plan.delimiter ?? ',', startByte, startRow });
  let row = startRow;
  const cellRow = (read: CsvRow) => cellsRow(read, row++, plan.columns.length);
  return { write: (chunk: Buffer) => parser.write(chunk).map(cellRow), end: () => parser.end().map(cellRow) };
}

function recordRow(read: NdjsonRow): RawRow {
  const faults = read.fault === null ? [] : [{ row: read.line, field: null, ...read.fault }];
  return { row: read.line, cells: null, record: read.record, faults, endByte: read.endByte };
}

function cellsRow(read: CsvRow, row: number, columns: number): RawRow {
  const faults: RowError[] = read.fault === null ? [] : [{ row, field: null, ...read.fault }];
  if (faults.length === 0 && read.cells.length !== columns) {
    faults.push({
      row,
      field: null,
      code: 'ragged_row',
      message: `The row has ${read.cells.length} cells, the header ${columns}. Is a delimiter missing or not quoted?`,
    });
  }
  return { row, cells: read.cells, record: null, faults, endByte: read.endByte };
}
