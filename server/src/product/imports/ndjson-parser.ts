import { isUtf8 } from 'node:buffer';
import { MAX_ROW_BYTES } from './csv-parser.ts';
import { parseFaults } from './parse-fault.ts';

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
const INVALID_UTF8 = { code: 'invalid_utf8', message: 'The line is not valid UTF-8 text. Save the file as UTF-8.' };

function recordOf(bytes: Buffer): Pick<NdjsonRow, 'record' | 'fault'> {
  if (!isUtf8(bytes)) return { record: null, fault: INVALID_UTF8 };
  try {
    // JSON.parse keeps "__proto__" as an own key and changes no prototype; the row check refuses it by name.
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { record: null, fault: NOT_AN_OBJECT };
    return { record: value as Record<string, unknown>, fault: null };
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
    if (held.length < 3 && !isEnd) return false;
    begun = true;
    const [first, second] = held;
    if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) throw parseFaults.wrongEncoding();
    if (first === 0xef && second === 0xbb && held[2] === 0xbf) {
      held = held.subarray(3);
      heldAt += 3;
    }
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
