import { isAscii, isUtf8 } from 'node:buffer';
import { detectDelimiter } from './delimiter.ts';
import { parseFaults } from './parse-fault.ts';
import { TEXT_START_BYTES, textStart } from './text-start.ts';

/** One record of a CSV file. */
export type CsvRow = {
  cells: string[];
  /** Why the record as a whole cannot be used; its cells are then what could be made of it. */
  fault: { code: string; message: string } | null;
  /** The file's byte offset behind this record: reading may go on from here. */
  endByte: number;
};

export type CsvParser = {
  /** The records that this chunk completes. Throws ParseFault. */
  write(chunk: Buffer): CsvRow[];
  /** The last record, if the file does not end with a line end. Throws ParseFault for a quote that was never closed. */
  end(): CsvRow[];
  /** The delimiter, once the first line has been seen. */
  readonly delimiter: string | null;
};

export const MAX_ROW_BYTES = 1024 * 1024;
/** A row of nothing but delimiters takes little room in the file and much in memory. */
export const MAX_COLUMNS = 1_000;

const LF = 10;
const CR = 13;
const QUOTE = 34;

const BAD_QUOTES = {
  code: 'bad_quotes',
  message: 'Text follows a closing quote. Double the quotes inside a quoted cell.',
};
const TOO_MANY_COLUMNS = {
  code: 'too_many_columns',
  message: `The row has more than ${MAX_COLUMNS} cells. Is the delimiter right, and is every quote closed?`,
};
const INVALID_UTF8 = { code: 'invalid_utf8', message: 'The row is not valid UTF-8 text. Save the file as UTF-8.' };

type Options = {
  /** Detected from the first line when absent. */
  delimiter?: string;
  /** Where in the file the first chunk begins: 0, or a row's endByte when reading goes on. */
  startByte?: number;
  /** Number of the first record, for messages: 0 is the header. */
  startRow?: number;
};

/**
 * A streaming parser for CSV after RFC 4180: quotes, doubled quotes and line ends inside quotes; LF, CRLF and CR end a
 * record; a line with nothing on it is no record; a quote inside an unquoted cell is plain text. Works on whole blocks of
 * lines as one string (ASCII blocks need no decoding) and never per row on the stream, because calls are what costs.
 */
export function createCsvParser(options: Options = {}): CsvParser {
  let delimiter = options.delimiter ?? null;
  let held: Buffer = Buffer.alloc(0);
  let heldAt = options.startByte ?? 0;
  let row = options.startRow ?? 0;
  let begun = heldAt > 0;

  /** Drops a byte order mark. False while the first bytes are still to come. */
  function begin(isEnd: boolean): boolean {
    if (begun) return true;
    if (held.length < TEXT_START_BYTES && !isEnd) return false;
    begun = true;
    const skipped = textStart(held);
    held = held.subarray(skipped);
    heldAt += skipped;
    return true;
  }

  /** Reads the records of `block`, whole lines of the file or (at the end) all that is left. Returns the bytes used. */
  function readBlock(block: Buffer, isEnd: boolean, rows: CsvRow[]): number {
    const ascii = isAscii(block);
    const utf8 = ascii || isUtf8(block);
    // In a block with bytes that are no UTF-8 structure is read by bytes; good rows in it are decoded one by one.
    const text = utf8 && !ascii ? block.toString('utf8') : block.toString('latin1');
    const byteLength = (from: number, to: number) =>
      ascii || !utf8 ? to - from : Buffer.byteLength(text.slice(from, to));
    delimiter ??= detectDelimiter(text, isEnd);
    if (delimiter === null) return 0;
    const separator = delimiter.charCodeAt(0);
    const length = text.length;
    let usedBytes = 0;
    let position = 0;

    while (position < length) {
      const start = position;
      const first = text.charCodeAt(position);
      if (first === LF || first === CR) {
        // A CR at the very end may be half of a CRLF; waiting does no harm, as an empty line is no record.
        position += 1;
        usedBytes += 1;
        continue;
      }
      const cells: string[] = [];
      let fault: CsvRow['fault'] = null;
      let complete = false;
      let cellStart = position;

      for (;;) {
        let cell: string;
        if (text.charCodeAt(position) === QUOTE) {
          let close = text.indexOf('"', position + 1);
          let doubled = false;
          while (close !== -1 && text.charCodeAt(close + 1) === QUOTE) {
            doubled = true;
            close = text.indexOf('"', close + 2);
          }
          if (close === -1) {
            if (isEnd) throw parseFaults.unclosedQuote(row);
            return usedBytes;
          }
          // What follows the quote may still be another quote.
          if (close + 1 === length && !isEnd) return usedBytes;
          cell = text.slice(position + 1, close);
          if (doubled) cell = cell.replaceAll('""', '"');
          position = close + 1;
          const next = text.charCodeAt(position);
          if (position < length && next !== separator && next !== LF && next !== CR) {
            fault = BAD_QUOTES;
            while (position < length) {
              const code = text.charCodeAt(position);
              if (code === separator || code === LF || code === CR) break;
              position += 1;
            }
            cell = text.slice(cellStart, position);
          }
        } else {
          let code = 0;
          while (position < length) {
            code = text.charCodeAt(position);
            if (code === separator || code === LF || code === CR) break;
            position += 1;
          }
          cell = text.slice(cellStart, position);
        }
        if (cells.length < MAX_COLUMNS) cells.push(cell);
        else fault ??= TOO_MANY_COLUMNS;
        if (position >= length) {
          complete = isEnd;
          break;
        }
        const code = text.charCodeAt(position);
        position += 1;
        if (code === separator) {
          cellStart = position;
          if (position === length) {
            if (!isEnd) return usedBytes;
            if (cells.length < MAX_COLUMNS) cells.push('');
            else fault ??= TOO_MANY_COLUMNS;
            complete = true;
            break;
          }
          continue;
        }
        if (code === CR) {
          if (position === length && !isEnd) return usedBytes;
          if (text.charCodeAt(position) === LF) position += 1;
        }
        complete = true;
        break;
      }
      if (!complete) return usedBytes;
      const bytes = byteLength(start, position);
      usedBytes += bytes;
      if (bytes > MAX_ROW_BYTES) throw parseFaults.rowTooLong(row, MAX_ROW_BYTES);
      if (!utf8) fault = decodeCells(cells, block.subarray(usedBytes - bytes, usedBytes)) ?? fault;
      rows.push({ cells, fault, endByte: heldAt + usedBytes });
      row += 1;
    }
    return usedBytes;
  }

  function decodeCells(cells: string[], bytes: Buffer): CsvRow['fault'] {
    if (!isUtf8(bytes)) return INVALID_UTF8;
    for (let index = 0; index < cells.length; index += 1)
      cells[index] = Buffer.from(cells[index] ?? '', 'latin1').toString('utf8');
    return null;
  }

  function read(isEnd: boolean): CsvRow[] {
    const rows: CsvRow[] = [];
    if (!begin(isEnd)) return rows;
    // Whole lines only: a line end is never inside a multi-byte character. Without one, wait for more.
    const lineEnd = isEnd ? held.length : Math.max(held.lastIndexOf(LF), held.lastIndexOf(CR)) + 1;
    if (lineEnd > 0) {
      const used = readBlock(held.subarray(0, lineEnd), isEnd, rows);
      held = held.subarray(used);
      heldAt += used;
    }
    if (held.length > 2 * MAX_ROW_BYTES)
      throw held[0] === QUOTE || held.includes(QUOTE)
        ? parseFaults.unclosedQuote(row)
        : parseFaults.rowTooLong(row, MAX_ROW_BYTES);
    return rows;
  }

  return {
    write: (chunk) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      return read(false);
    },
    end: () => read(true),
    get delimiter() {
      return delimiter;
    },
  };
}
