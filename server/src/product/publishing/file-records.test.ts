import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { csvCell } from './csv-cell.ts';
import { withoutRows } from './file-records.ts';

const line = (cells: string[]) => `${cells.map((cell) => csvCell(cell)).join(',')}\r\n`;
const LINES = [
  ['id', 'text'],
  ['1', 'plain'],
  ['2', 'two\r\nlines, and a "quote"'],
  ['3', '""'],
  ['4', '\n'],
  ['5', 'ends with "'],
  ['6', ''],
].map(line);

test('rows are left out wherever pieces of the file are cut, and what is left is the same to the byte', async () => {
  const whole = Buffer.from(LINES.join(''));
  for (const rows of [[], [0], [5], [1, 2, 3], [0, 4], [0, 1, 2, 3, 4, 5]]) {
    const expected = LINES.filter((_, index) => !rows.includes(index - 1)).join('');
    for (let size = 1; size < 40; size += 1) {
      const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
        whole.subarray(index * size, (index + 1) * size),
      );
      const passed = Buffer.concat(await Readable.from(withoutRows(Readable.from(pieces), new Set(rows))).toArray());
      assert.equal(passed.toString(), expected);
    }
  }
});
