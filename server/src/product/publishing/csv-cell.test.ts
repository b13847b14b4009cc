import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { csvCell, harmlessCell, originalCell } from './csv-cell.ts';

const NASTY = [
  '',
  ' ',
  '=1+1',
  '+49 170 1234567',
  '-5',
  '@cmd',
  '\tx',
  '\rx',
  "'=1",
  "''@x",
  "'plain",
  'a"b',
  'a,b',
  'a\r\nb',
  'ÄÖ€😀',
  '=cmd|" /C calc"!A0',
];

test('every cell comes back as it was, and none begins a formula', () => {
  for (const text of NASTY) {
    const cell = harmlessCell(text, false);
    assert.equal(originalCell(cell), text);
    assert.doesNotMatch(cell, /^[=+\-@\t\r]/);
  }
});

test('only identifiers that are wholly numbers or phone numbers keep their sign', () => {
  assert.equal(harmlessCell('+49 (170) 123-4567', true), '+49 (170) 123-4567');
  assert.equal(harmlessCell('-17', true), '-17');
  assert.equal(harmlessCell('+1=2', true), "'+1=2");
  assert.equal(harmlessCell('-17', false), "'-17");
});

test('another RFC 4180 reader sees the same cells', () => {
  const line = (cells: string[]) => `${cells.map((cell, index) => csvCell(cell, index === 0)).join(',')}\r\n`;
  const lines = line(['id', ...NASTY]) + line(['+1', ...NASTY]);
  const rows: string[][] = parse(lines, { record_delimiter: '\r\n' });
  assert.deepEqual(rows[1]?.map(originalCell), ['+1', ...NASTY]);
});
