import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FieldDefinition, FieldType } from '../fields/field.ts';
import { tagErrors, tagsWithoutFallback } from './check-tags.ts';
import { compileTemplate, TemplateBroken } from './compile.ts';
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
