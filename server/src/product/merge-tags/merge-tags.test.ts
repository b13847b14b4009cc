import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FieldDefinition, FieldType } from '../fields/field.ts';
import { tagErrors, tagsWithoutFallback } from './check-tags.ts';
import { compileTemplate, TemplateBroken } from './compile.ts';
import { firstWord, grouped, isBlank, titled, truncated } from './filters.ts';
import { parseTemplate } from './template.ts';

let slot = 0;
const field = (
  field_name: string,
  field_type: FieldType,
  field_format: string | null = null,
  is_required = false,
): FieldDefinition => ({
  field_id: field_name,
  slot: ++slot,
  field_name,
  display_name: field_name,
  field_type,
  field_format,
  is_required,
  is_unique: false,
  is_sensitive: true,
  options: null,
  validation_rules: null,
});
const fields = [
  field('first_name', 'string'),
  field('Plan', 'string', null, true),
  field('since', 'Date', 'dd/MM/yyyy'),
  field('balance', 'currency', 'EUR'),
  field('visits', 'number'),
];
const values: Record<string, string> = {
  first_name: 'anna maria',
  Plan: 'Plus',
  since: '2024-03-01',
  balance: '1234567.50',
  visits: '-98765.4',
};
const cellFor = (given: Record<string, string>) => (wanted: number) =>
  given[fields.find((entry) => entry.slot === wanted)?.field_name ?? ''];
const render = (text: string, given = values) => compileTemplate(text, fields)(cellFor(given));

describe('rendering', () => {
  const cases: [string, string][] = [
    ['Hi {{first_name}}!', 'Hi anna maria!'],
    ['Hi {{ FIRST_NAME | first_word | title }}', 'Hi Anna'],
    ['{{first_name|upper}}', 'ANNA MARIA'],
    ['{{Plan | lower}}', 'plus'],
    ['{{first_name | truncate: 6}}', 'anna…'],
    ['{{since}}', '01/03/2024'],
    ['{{since | date: "dd MMMM yyyy"}}', '01 March 2024'],
    ['{{balance | currency}}', '1,234,567.50 EUR'],
    ['{{balance | number}}', '1,234,567.50'],
    ['{{visits | number}}', '-98,765.4'],
    ['{{first_name | first_word | upper | truncate: 3}}', 'AN…'],
    ['{{Plan | date: "dd/MM/yyyy"}}', 'Plus'],
    ['a { single } brace', 'a { single } brace'],
    ['', ''],
  ];
  for (const [text, expected] of cases) test(text, () => assert.equal(render(text), expected));

  test('a blank value gives the fallback, which may hold a bar', () => {
    assert.equal(render('Hi {{first_name | title | fallback: "you | there"}}', {}), 'Hi you | there');
    assert.equal(render('Hi {{first_name}}.', {}), 'Hi .');
    assert.equal(render('Hi {{first_name | trim | fallback: "there"}}', { first_name: '   ' }), 'Hi there');
  });

  test('a value that looks like a tag stays text', () => {
    assert.equal(
      render('{{first_name}} {{Plan}}', { first_name: '{{Plan}}', Plan: '{{first_name | upper}}' }),
      '{{Plan}} {{first_name | upper}}',
    );
  });
});

describe('filters', () => {
  const titles: [string, string][] = [
    ['ANNA-maria', 'Anna-Maria'],
    ["o'neill", "O'Neill"],
    ["it's", "It's"],
    ['McDonald deShawn', 'McDonald DeShawn'],
    ['émile ß', 'Émile SS'],
    ['  two  spaces ', '  Two  Spaces '],
    ['𝒶 x', '𝒶 X'],
    ['', ''],
  ];
  for (const [text, expected] of titles) test(`title ${text}`, () => assert.equal(titled(text), expected));

  const numbers: [string, string][] = [
    ['0', '0'],
    ['999', '999'],
    ['1000', '1,000'],
    ['-1000', '-1,000'],
    ['-123', '-123'],
    ['123456', '123,456'],
    ['1234567.125', '1,234,567.125'],
    ['12a', '12a'],
    ['', ''],
  ];
  for (const [text, expected] of numbers) test(`number ${text}`, () => assert.equal(grouped(text), expected));

  test('grouping agrees with the platform on many whole numbers', () => {
    for (let number = 1; number < 2 ** 50; number = number * 3 + 7)
      for (const signed of [number, -number])
        assert.equal(grouped(String(signed)), new Intl.NumberFormat('en').format(signed));
  });

  test('truncate counts whole characters', () => {
    assert.equal(truncated('👍👍👍', 3), '👍👍👍');
    assert.equal(truncated('👍👍👍👍', 3), '👍👍…');
    assert.equal(truncated('abc', 1), '…');
  });

  test('first_word and blank know every space', () => {
    assert.equal(firstWord(' \u00a0 anna\tmaria'), 'anna');
    assert.equal(firstWord('   '), '');
    assert.ok(isBlank('\u00a0 \t') && isBlank('') && !isBlank('\u00e9'));
  });
});

describe('any text', () => {
  test('is read without throwing, and compiles exactly when it has no problem', () => {
    const scraps = [
      '{{',
      '}}',
      'Plan',
      '|',
      ' ',
      'fallback: "x"',
      '"',
      'truncate: 2',
      '{',
      '}',
      'é',
      'upper',
      ':',
      '\n',
    ];
    let state = 7;
    const next = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    for (let round = 0; round < 20_000; round += 1) {
      const text = Array.from({ length: 1 + next(12) }, () => scraps[next(scraps.length)]).join('');
      if (tagErrors(text, fields).length === 0) assert.equal(typeof render(text), 'string');
      else assert.throws(() => compileTemplate(text, fields), TemplateBroken, text);
    }
  });
});

describe('problems', () => {
  const cases: [string, string][] = [
    ['{{', 'malformed_tag'],
    ['}}', 'malformed_tag'],
    ['{{}}', 'malformed_tag'],
    ['{{first name}}', 'malformed_tag'],
    ['{{{{Plan}}}}', 'malformed_tag'],
    ['{{Plan | shout}}', 'unknown_filter'],
    ['{{Plan | constructor}}', 'unknown_filter'],
    ['{{Plan | upper: 3}}', 'bad_argument'],
    ['{{Plan | truncate}}', 'bad_argument'],
    ['{{Plan | truncate: 0}}', 'bad_argument'],
    ['{{since | date: "YYYY"}}', 'bad_argument'],
    ['{{Plan | fallback: there}}', 'bad_argument'],
    ['{{Plan | fallback: "a" | fallback: "b"}}', 'bad_argument'],
    ['{{nobody}}', 'unknown_tag'],
    ['{{constructor}}', 'unknown_tag'],
    ['{{Plan}}'.repeat(101), 'too_many_tags'],
    ['x'.repeat(20_001), 'text_too_long'],
  ];
  for (const [text, code] of cases) {
    test(text.slice(0, 40), () => {
      assert.ok(
        tagErrors(text, fields).some((problem) => problem.code === code),
        JSON.stringify(tagErrors(text, fields)),
      );
      if (code !== 'text_too_long' && code !== 'too_many_tags')
        assert.throws(() => compileTemplate(text, fields), TemplateBroken);
    });
  }
  test('are told in a short list, however many there are', () => {
    for (const scrap of ['{{a}}}}', '{{', '}}', '{{nobody}}', '{{Plan | x | y | z}}'])
      assert.ok(tagErrors(scrap.repeat(20_000 / scrap.length), fields).length <= 150, scrap);
  });
  test('a field that can be blank wants a fallback', () => {
    assert.deepEqual(
      tagsWithoutFallback('{{first_name}} {{Plan}} {{since | fallback: ""}}', fields).map(
        (problem) => problem.position,
      ),
      [0],
    );
    assert.deepEqual(parseTemplate('x').problems, []);
  });
});
