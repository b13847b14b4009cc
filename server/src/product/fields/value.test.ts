import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FieldDefinition } from './field.ts';
import { cellValue, compileField, normaliseIdentifier, profileValue } from './value.ts';

const field = (more: Partial<FieldDefinition>): FieldDefinition => ({
  field_id: 'f',
  slot: 1,
  field_name: 'f',
  display_name: 'F',
  field_type: 'string',
  field_format: null,
  is_required: false,
  is_unique: false,
  is_sensitive: true,
  options: null,
  validation_rules: null,
  ...more,
});
const check = (more: Partial<FieldDefinition>, input: unknown) =>
  compileField(field(more), { todayYear: 2026 }).check(input);

const OF_EACH_TYPE: Partial<FieldDefinition>[] = [
  { field_type: 'string' },
  { field_type: 'string', validation_rules: { format: 'email' } },
  { field_type: 'string', validation_rules: { format: 'phone' } },
  { field_type: 'string', validation_rules: { format: 'url' } },
  { field_type: 'string', validation_rules: { pattern: '^[A-Z]{2}$', min_length: 2, max_length: 10 } },
  { field_type: 'number', validation_rules: { min: 0, max: 10 } },
  { field_type: 'char', validation_rules: { pattern: '[a-z]' } },
  { field_type: 'Date', field_format: 'dd/MM/yyyy', validation_rules: { min: '2000-01-01', max: '2020-12-31' } },
  { field_type: 'currency', field_format: 'JPY', validation_rules: { min: 1 } },
  { field_type: 'enum', options: ['gold', 'silver'] },
  { field_type: 'boolean' },
];

type Case = [definition: Partial<FieldDefinition>, input: unknown, outcome: string];
const email = { validation_rules: { format: 'email' as const } };
const phone = { validation_rules: { format: 'phone' as const } };
const url = { validation_rules: { format: 'url' as const } };
const amount = (code: string) => ({ field_type: 'currency' as const, field_format: code });
const number = { field_type: 'number' as const };
const date = { field_type: 'Date' as const, field_format: 'dd/MM/yyyy' };
const tier = { field_type: 'enum' as const, options: ['gold', ' Silver'] };
const flag = { field_type: 'boolean' as const };

const GOOD: Case[] = [
  [{}, ' kept  exactly ', ' kept  exactly '],
  [{}, '=1+1', '=1+1'],
  [{}, 'a\nb', 'a\nb'],
  [email, 'Ann.O+tag@Example.co.uk', 'Ann.O+tag@Example.co.uk'],
  [email, 'ann@bücher.example', 'ann@bücher.example'],
  [phone, '+44 20 7946 0000', '+44 20 7946 0000'],
  [url, 'https://example.com/a?b=c#d', 'https://example.com/a?b=c#d'],
  [{ validation_rules: { max_length: 2 } }, '😀😀', '😀😀'],
  [{ validation_rules: { min_length: 2 } }, 'ab', 'ab'],
  [{ validation_rules: { pattern: '^\\d{3}$' } }, '123', '123'],
  [{ field_type: 'char' }, 'é', 'é'],
  [{ field_type: 'char' }, '😀', '😀'],
  [number, ' +1.50e2 ', '150'],
  [number, 1e21, `1${'0'.repeat(21)}`],
  [number, 0.1, '0.1'],
  [number, -0, '0'],
  [{ ...number, validation_rules: { min: 5, max: 5 } }, '5.0', '5'],
  [amount('EUR'), '1234.5', '1234.50'],
  [amount('EUR'), 12.5, '12.50'],
  [amount('JPY'), '100', '100'],
  [amount('KWD'), '1.125', '1.125'],
  [date, ' 29/02/2024 ', '2024-02-29'],
  [{ ...date, validation_rules: { min: '2024-02-29', max: '2024-02-29' } }, '29/02/2024', '2024-02-29'],
  [tier, 'gold', 'gold'],
  [tier, ' Silver', ' Silver'],
  ...['true', 'TRUE', 'Yes', '1', ' yes '].map((text): Case => [flag, text, 'true']),
  ...['false', 'False', 'NO', '0'].map((text): Case => [flag, text, 'false']),
  [flag, true, 'true'],
  [flag, false, 'false'],
];

const BAD: Case[] = [
  ...['ann', 'ann@', '@example.com', 'a b@example.com', 'ann@example', 'ann@@example.com', 'a..b@example.com'].map(
    (text): Case => [email, text, 'invalid_email'],
  ),
  [email, `${'a'.repeat(65)}@example.com`, 'invalid_email'],
  [email, 'Ann <ann@example.com>', 'invalid_email'],
  [email, 'ann@example.com, bob@example.com', 'invalid_email'],
  ...['020 7946 0000', '+1', '+999123456789', 'phone', '+44 20 7946 0000 and more'].map(
    (text): Case => [phone, text, 'invalid_phone'],
  ),
  ...['example.com', 'javascript:alert(1)', 'ftp://example.com', 'https://', 'https://exa mple.com'].map(
    (text): Case => [url, text, 'invalid_url'],
  ),
  [{ validation_rules: { max_length: 2 } }, '😀😀😀', 'too_long'],
  [{}, 'x'.repeat(10_001), 'too_long'],
  [{ is_unique: true }, 'x'.repeat(501), 'too_long'],
  [{ validation_rules: { min_length: 3 } }, '😀😀', 'too_short'],
  [{ validation_rules: { pattern: '^\\d{3}$' } }, '12a', 'pattern_mismatch'],
  [{ field_type: 'char' }, 'ab', 'not_one_character'],
  ...['1,5', '1 000', '0x10', 'NaN', 'Infinity', '1e999', '--1', 'one'].map(
    (text): Case => [number, text, 'invalid_number'],
  ),
  [{ ...number, validation_rules: { min: 5 } }, '4.999', 'too_small'],
  [{ ...number, validation_rules: { max: 5 } }, '5.001', 'too_large'],
  [{ ...number, validation_rules: { max: '9007199254740992' } }, '9007199254740993', 'too_large'],
  [amount('EUR'), '1.234', 'too_many_decimals'],
  [amount('JPY'), '1.0', 'too_many_decimals'],
  [amount('JPY'), 1.5, 'too_many_decimals'],
  ...['1e2', '€5', '5 EUR', '1,234.50'].map((text): Case => [amount('EUR'), text, 'invalid_amount']),
  ...['31/02/2024', '2024-02-29', '1/2/2024', '02/29/2024', 'today'].map((text): Case => [date, text, 'invalid_date']),
  [{ ...date, validation_rules: { min: '2024-01-01' } }, '31/12/2023', 'too_small'],
  [{ ...date, validation_rules: { max: '2024-01-01' } }, '02/01/2024', 'too_large'],
  ...['Gold', 'gold ', 'bronze', 'constructor'].map((text): Case => [tier, text, 'not_an_option']),
  ...['maybe', '2', 'y', 'on'].map((text): Case => [flag, text, 'invalid_boolean']),
  [{}, 5, 'wrong_type'],
  [{}, true, 'wrong_type'],
  [number, true, 'wrong_type'],
  [flag, 1, 'wrong_type'],
  [date, 20_240_229, 'wrong_type'],
  [{}, {}, 'wrong_type'],
  [{}, ['a'], 'wrong_type'],
];

describe('values', () => {
  for (const [definition, input, canonical] of GOOD)
    test(`${definition.field_type ?? 'string'} takes ${JSON.stringify(input)}`, () => {
      assert.equal(check(definition, input), canonical);
    });
  for (const [definition, input, code] of BAD)
    test(`${definition.field_type ?? 'string'} refuses ${JSON.stringify(input).slice(0, 60)} as ${code}`, () => {
      const outcome = check(definition, input);
      assert.ok(typeof outcome === 'object' && outcome !== null, `taken as ${JSON.stringify(outcome)}`);
      assert.equal(outcome.code, code);
      assert.match(outcome.message, /^[A-Z].*\.$/);
    });

  test('of every type may be blank', () => {
    for (const definition of OF_EACH_TYPE)
      for (const blank of ['', ' ', '\t\r\n', '\u00a0', null, undefined]) assert.equal(check(definition, blank), null);
  });

  test('of every type carry no NUL and no half of a surrogate pair', () => {
    for (const definition of OF_EACH_TYPE) {
      const codeOf = (input: string) => (check(definition, input) as { code: string }).code;
      for (const input of ['a\0', '\0', '1\0']) assert.equal(codeOf(input), 'contains_nul');
      for (const input of ['a\ud800', '\udc00', '1\ud83d']) assert.equal(codeOf(input), 'invalid_utf8');
    }
  });

  test('are never quoted in what is said about them', () => {
    const secrets = ['Zaphod Beeblebrox 90210', 'zaphod@', '+0 555 0190', '31.31.1931', 'https//zaphod', '98.7654321'];
    for (const definition of OF_EACH_TYPE)
      for (const secret of secrets)
        for (const input of [secret, `${secret}\0`, `${secret}\ud800`, secret.repeat(600), { secret }, [secret]]) {
          const outcome = check(definition, input);
          if (typeof outcome !== 'object' || outcome === null) continue;
          for (const word of secret.split(' ')) assert.ok(!outcome.message.includes(word), outcome.message);
        }
  });

  test('canonical texts of numbers and amounts are read again as themselves', () => {
    for (const text of ['1e308', '1e-300', '-0.0001e-10', '00012.5000'])
      assert.equal(check(number, check(number, text)), check(number, text));
  });

  test('a bad value takes no longer than a good one', () => {
    const started = process.hrtime.bigint();
    const evil: Case[] = [
      [email, `${'a.'.repeat(5_000)}@`, ''],
      [email, `a@${'a-'.repeat(4_000)}`, ''],
      [{ validation_rules: { pattern: '^(a+)+$' } }, `${'a'.repeat(999)}!`, ''],
      [{ validation_rules: { pattern: '(.*)*x(.*)*y' } }, 'x'.repeat(1_000), ''],
      [number, '1'.repeat(10_000), ''],
    ];
    for (const [definition, input] of evil) assert.equal(typeof check(definition, input), 'object');
    assert.ok(Number(process.hrtime.bigint() - started) < 1e9);
  });
});

describe('identifiers match', () => {
  test('after NFC and trim, and email addresses in lower case', () => {
    assert.equal(normaliseIdentifier(field({}), ' Jose\u0301 '), 'José');
    assert.equal(normaliseIdentifier(field({}), 'AbC'), 'AbC');
    assert.equal(normaliseIdentifier(field(email), ' Ann@Example.COM '), 'ann@example.com');
    assert.notEqual(normaliseIdentifier(field({}), '007'), normaliseIdentifier(field({}), '7'));
    assert.notEqual(normaliseIdentifier(field({}), 'Ⅳ'), normaliseIdentifier(field({}), 'IV'));
  });
});

test('profiles show native booleans, messages and files show dates in the format of their field', () => {
  assert.equal(profileValue(field(flag), 'true'), true);
  assert.equal(profileValue(field(flag), 'false'), false);
  assert.equal(profileValue(field(number), '150'), '150');
  assert.equal(profileValue(field(date), '2024-02-29'), '2024-02-29');
  assert.equal(cellValue(field(date), '2024-02-29'), '29/02/2024');
  assert.equal(
    cellValue(field({ field_type: 'Date', field_format: 'MMMM dd, yyyy' }), '2024-02-29'),
    'February 29, 2024',
  );
  assert.equal(cellValue(field(amount('EUR')), '12.50'), '12.50');
});
