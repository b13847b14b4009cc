import { Transform } from 'node:stream';

const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/**
 * Passes a published file on without some of its rows, which are numbered from 0 behind the header. What is left is the
 * same to the byte.
 */
export function withoutRows(rows: ReadonlySet<number>): Transform {
  let row = -1;
  let inQuotes = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let from = 0;
      const pass = (to: number) => {
        if (rows.has(row) || to === from) return;
        this.push(chunk.subarray(from, to));
      };
      for (let at = 0; at < chunk.length; at += 1) {
        const byte = chunk[at];
        // A doubled quote within quotes closes and opens them again.
        if (byte === QUOTE) inQuotes = !inQuotes;
        else if (byte === LINE_FEED && !inQuotes) {
          pass(at + 1);
          from = at + 1;
          row += 1;
        }
      }
      pass(chunk.length);
      done();
    },
  });
}
