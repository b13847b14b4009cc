import { isUtf8 } from 'node:buffer';
import { nestsDeeper } from '../../platform/http/json-depth.ts';
import { MAX_COLUMNS, MAX_ROW_BYTES } from './csv-parser.ts';
import { repeatsKey } from './json-keys.ts';
import { parseFaults } from './parse-fault.ts';
import { TEXT_START_BYTES, textStart } from './text-start.ts';

/** One line of an NDJSON file that is not empty. */
export type NdjsonRow = {
  /** The line's number, from 1; empty lines count too. */
  line: number;
  record: Record<string, unknown> | null;
  fault: { code: string; message: string } | null;
  /** The file's byte offset behind this line. */
  endByte: number;
};

export type NdjsonParser = { write(chunk: Buffer): NdjsonRow[]; end(): NdjsonRow[] };

const LF = 10;
const BROKEN_JSON = { code: 'broken_json', message: 'The line is not readable JSON.' };
const NOT_AN_OBJECT = { code: 'not_an_object', message: 'The line must be one JSON object.' };
const TOO_MANY_KEYS = { code: 'too_many_columns', message: `The line's object has more than ${MAX_COLUMNS} keys.` };
const TOO_DEEP = {
  code: 'nested_too_deep',
  message: 'The line nests objects or lists too deeply. Values are texts, numbers and booleans.',
};
const KEY_TWICE = { code: 'field_twice', message: 'The line names a field more than once. Name every field once.' };
const INVALID_UTF8 = { code: 'invalid_utf8', message: 'The line is not valid UTF-8 text. Save the file as UTF-8.' };

/** No value of a field is nested, and what is nested very deeply can be read but not written again. */
const MAX_DEPTH = 32;

function recordOf(bytes: Buffer): Pick<NdjsonRow, 'record' | 'fault'> {
  if (!isUtf8(bytes)) return { record: null, fault: INVALID_UTF8 };
  try {
    // JSON.parse keeps "__proto__" as an own key and changes no prototype; the row check refuses it by name.
    const text = bytes.toString('utf8');
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { record: null, fault: NOT_AN_OBJECT };
    const keys = Object.keys(value).length;
    if (keys > MAX_COLUMNS) return { record: null, fault: TOO_MANY_KEYS };
    if (nestsDeeper(value, MAX_DEPTH)) return { record: null, fault: TOO_DEEP };
    return { record: value as Record<string, unknown>, fault: repeatsKey(text, keys) ? KEY_TWICE : null };
  } catch {
    return { record: null, fault: BROKEN_JSON };
  }
}

/** A streaming parser for NDJSON: one object a line, ended by LF or CRLF. `startLine` numbers the first line. */
export function createNdjsonParser(options: { startByte?: number; startLine?: number } = {}): NdjsonParser {
  let held: Buffer = Buffer.alloc(0);
  let heldAt = options.startByte ?? 0;
  let line = options.startLine ?? 1;
  let begun = heldAt > 0;

  function begin(isEnd: boolean): boolean {
    if (begun) return true;
    if (held.length < TEXT_START_BYTES && !isEnd) return false;
    begun = true;
    const skipped = textStart(held);
    held = held.subarray(skipped);
    heldAt += skipped;
    return true;
  }

  function take(bytes: number, rows: NdjsonRow[]): void {
    const text = held.subarray(0, bytes);
    held = held.subarray(bytes);
    heldAt += bytes;
    if (text.length > MAX_ROW_BYTES) throw parseFaults.rowTooLong(line, MAX_ROW_BYTES);
    if (text.some((byte) => byte > 32)) rows.push({ line, ...recordOf(text), endByte: heldAt });
    line += 1;
  }

  function read(isEnd: boolean): NdjsonRow[] {
    const rows: NdjsonRow[] = [];
    if (!begin(isEnd)) return rows;
    for (let end = held.indexOf(LF); end !== -1; end = held.indexOf(LF)) take(end + 1, rows);
    if (isEnd && held.length > 0) take(held.length, rows);
    if (held.length > MAX_ROW_BYTES) throw parseFaults.rowTooLong(line, MAX_ROW_BYTES);
    return rows;
  }

  return {
    write: (chunk) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      return read(false);
    },
    end: () => read(true),
  };
}
