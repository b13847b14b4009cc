import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import type { FieldDefinition } from '../fields/field.ts';
import { compileTemplate } from '../merge-tags/compile.ts';
import { compileCell, writeCell } from './cell-writer.ts';
import { csvCell, originalCell } from './csv-cell.ts';
import { newPage, type TextPage, writeText } from './text-page.ts';

const field = (field_name: string, slot: number): FieldDefinition => ({
  field_id: field_name,
  slot,
  field_name,
  display_name: field_name,
  field_type: 'string',
  field_format: null,
  is_required: false,
  is_unique: false,
  is_sensitive: true,
  options: null,
  validation_rules: null,
});
const fields = [field('one', 1), field('two', 2)];
const PIECES = [
  '',
  ' ',
  'Hello',
  '=',
  '+',
  '-',
  '@',
  "'",
  "'=",
  '\t',
  ';',
  '\n- ',
  '＝',
  '"',
  ',',
  '\r\n',
  'Ä',
  '€',
  '😀',
  'a'.repeat(50),
  'é"'.repeat(30),
];
const TAGS = ['{{one}}', '{{two}}', '{{one | upper}}', '{{two | fallback: "there"}}', '{{one | fallback: "=x"}}'];

const textOf = (page: TextPage) => page.bytes.toString('utf8', 0, page.length);

/** The text for a customer, and which of its characters were not put in by a tag. */
function rendered(text: string, cell: (slot: number) => string | undefined) {
  let whole = '';
  const approved: boolean[] = [];
  for (const part of text.split(/(\{\{.*?\}\})/)) {
    const isTag = part.startsWith('{{');
    whole += isTag ? compileTemplate(part, fields)(cell) : part;
    while (approved.length < whole.length) approved.push(!isTag);
  }
  return { whole, isApproved: (at: number) => approved[at] === true };
}

test('cells are written as csvCell would have the whole text, whatever texts and values begin with or hold', () => {
  let seed = 1;
  const below = (count: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed >> 8) % count;
  };
  const pick = (list: readonly string[]) => list[below(list.length)] ?? '';
  const page = newPage();
  let formulas = 0;
  for (let round = 0; round < 5_000; round += 1) {
    const text = Array.from({ length: below(5) }, () => pick(below(2) === 0 ? PIECES : TAGS)).join('');
    const write = compileCell(text, fields);
    for (let customer = 0; customer < 3; customer += 1) {
      const values = [undefined, below(4) === 0 ? undefined : pick(PIECES), `${pick(PIECES)}${pick(PIECES)}`];
      const cell = (slot: number) => values[slot];
      page.length = 0;
      write(page, cell);
      const { whole, isApproved } = rendered(text, cell);
      const expected = csvCell(whole, false, isApproved);
      assert.equal(textOf(page), expected, JSON.stringify({ text, values }));
      const [[read] = []]: string[][] = expected === '' ? [['']] : parse(expected, { record_delimiter: '\0' });
      assert.equal(originalCell(read ?? ''), whole);
      if (expected.includes("'")) formulas += 1;
    }
  }
  assert.ok(formulas > 1_000);
});

test('values are written as cells of their own', () => {
  const page = newPage();
  for (const text of [...PIECES, '+49 170 1234567', '-5', '=1+1', 'a,b', 'a;=1', 'a\t=1', 'a;b']) {
    for (const isIdentifier of [true, false]) {
      page.length = 0;
      writeCell(page, text, isIdentifier);
      assert.equal(textOf(page), csvCell(text, isIdentifier));
    }
  }
});

test('a page grows with what is written on it', () => {
  const page = newPage();
  const long = 'Ä€😀x'.repeat(100_000);
  writeText(page, 'begin ');
  writeText(page, long);
  writeText(page, ' end');
  assert.equal(textOf(page), `begin ${long} end`);
});
