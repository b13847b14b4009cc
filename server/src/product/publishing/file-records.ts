import type { Readable } from 'node:stream';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/**
 * The records of a published file with their line ends, the header first, as many at a time as came in one piece. Whatever
 * is left behind the last line end is a record too.
 */
export async function* recordsOf(text: Readable): AsyncGenerator<Buffer[]> {
  let begun: Buffer[] = [];
  // A doubled quote within quotes closes and opens them again.
  let inQuotes = false;
  for await (const piece of text) {
    const chunk = piece as Buffer;
    const records: Buffer[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === QUOTE) inQuotes = !inQuotes;
      else if (byte === LINE_FEED && !inQuotes) {
        const end = chunk.subarray(from, at + 1);
        records.push(begun.length === 0 ? end : Buffer.concat([...begun, end]));
        begun = [];
        from = at + 1;
      }
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
    if (records.length > 0) yield records;
  }
  if (begun.length > 0) yield [Buffer.concat(begun)];
}

/** A file without some of its rows, which are numbered from 0 behind the header. What is left is the same to the byte. */
export async function* withoutRows(text: Readable, rows: ReadonlySet<number>): AsyncGenerator<Buffer> {
  let row = -1;
  for await (const records of recordsOf(text)) {
    const kept = records.filter((_, index) => !rows.has(row + index));
    row += records.length;
    if (kept.length > 0) yield Buffer.concat(kept);
  }
}
