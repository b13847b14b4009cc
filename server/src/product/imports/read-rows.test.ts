import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BYTES_AT_ONCE, readRows } from './read-rows.ts';

const HEADER = 'a,b\n';
const plan = { delimiter: ',', columns: ['a', 'b'], first_byte: HEADER.length };

async function chunksOf(text: string, rowsAtOnce: number) {
  const bytes = Buffer.from(text);
  const read = async function* (fromByte: number) {
    for (let at = fromByte; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
  };
  const chunks: { rows: number; bytes: number; last: number }[] = [];
  let before = HEADER.length;
  for await (const rows of readRows({ kind: 'csv', read }, plan, { fromByte: 0, fromRow: 0, rowsAtOnce })) {
    const end = rows.at(-1)?.endByte ?? 0;
    chunks.push({ rows: rows.length, bytes: end - before, last: rows.at(-1)?.row ?? 0 });
    before = end;
  }
  return chunks;
}

describe('chunks of a file', () => {
  test('short rows are counted', async () => {
    const chunks = await chunksOf(`${HEADER}${'x,y\n'.repeat(25)}`, 10);
    assert.deepEqual(
      chunks.map((chunk) => [chunk.rows, chunk.last]),
      [
        [10, 10],
        [10, 20],
        [5, 25],
      ],
    );
  });
  test('long rows are held by the megabyte, however many a chunk may have', async () => {
    const longRow = `${'x'.repeat(900_000)},y\n`;
    const chunks = await chunksOf(`${HEADER}${longRow.repeat(25)}`, 50_000);
    assert.equal(chunks.at(-1)?.last, 25);
    for (const chunk of chunks) assert.ok(chunk.bytes < BYTES_AT_ONCE + longRow.length, `${chunk.bytes} bytes at once`);
    assert.ok(chunks.length >= 2);
  });
});
