import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldDefinition } from '../fields/field.ts';
import { readHeader } from './header.ts';

const field = (field_name: string, is_unique = false): FieldDefinition => ({
  field_id: `id of ${field_name}`,
  slot: 1,
  field_name,
  display_name: field_name,
  field_type: 'string',
  field_format: null,
  is_required: false,
  is_unique,
  is_sensitive: true,
  options: null,
  validation_rules: null,
});
const FIELDS = [field('customer_number', true), field('email', true), field('First_Name'), field('plan')];

const read = (cells: string[], fieldMap: Record<string, string | null> = {}, fields = FIELDS) =>
  readHeader(cells, fieldMap, fields);
const namesOf = (reading: ReturnType<typeof readHeader>) => reading.columns.map((column) => column?.field_name ?? null);
const faultsOf = (reading: ReturnType<typeof readHeader>) =>
  reading.faults.map(({ row, field, code }) => [row, field, code]);

test('headers match by name, by case and outer space not at all', () => {
  const reading = read([' EMAIL', 'first_name ', 'plan']);
  assert.deepEqual(namesOf(reading), ['email', 'First_Name', 'plan']);
  assert.deepEqual(reading.faults, []);
});

test('field_map renames and drops, the others keep their name', () => {
  const reading = read(['E-Mail Address', 'plan', 'notes', 'notes', ''], {
    ' e-mail address ': 'Email',
    Notes: null,
    '': null,
  });
  assert.deepEqual(reading.faults, []);
  assert.deepEqual(namesOf(reading), ['email', 'plan', null, null, null]);
});

test('a renamed header may swap with another', () => {
  const reading = read(['email', 'plan', 'customer_number'], { email: 'plan', plan: 'email' });
  assert.deepEqual(namesOf(reading), ['plan', 'email', 'customer_number']);
});

const FAULTY: [string, string[], Record<string, string | null>, [string | null, string][]][] = [
  ['unknown header', ['email', 'colour'], {}, [['colour', 'unknown_header']]],
  [
    'the object prototype is no header',
    ['email', '__proto__', 'constructor'],
    {},
    [
      ['__proto__', 'unknown_header'],
      ['constructor', 'unknown_header'],
    ],
  ],
  ['empty header', ['email', ' '], {}, [[null, 'unknown_header']]],
  ['repeated header', ['email', 'plan', 'PLAN '], {}, [['PLAN ', 'duplicate_header']]],
  ['two columns for one field', ['email', 'plan', 'tariff'], { tariff: 'plan' }, [['tariff', 'duplicate_header']]],
  ['a map to no field', ['email', 'tariff'], { tariff: 'colour' }, [['tariff', 'unknown_header']]],
  ['a map of no header', ['email'], { tariff: 'plan' }, [['tariff', 'unknown_header']]],
  [
    'a map that names a header twice',
    ['email', 'tariff'],
    { tariff: 'plan', ' Tariff': null },
    [[' Tariff', 'duplicate_header']],
  ],
  ['no identifier', ['plan'], {}, [[null, 'missing_identifier_column']]],
  ['the only identifier dropped', ['email', 'plan'], { email: null }, [[null, 'missing_identifier_column']]],
  ['a NUL in a name', ['email', 'pl\0an'], {}, [[null, 'wrong_encoding']]],
  [
    'everything at once',
    ['colour', 'plan', 'plan', ''],
    { x: null },
    [
      ['colour', 'unknown_header'],
      ['plan', 'duplicate_header'],
      [null, 'unknown_header'],
      ['x', 'unknown_header'],
    ],
  ],
];
for (const [name, cells, fieldMap, expected] of FAULTY) {
  test(`fault of row 0: ${name}`, () => {
    assert.deepEqual(
      faultsOf(read(cells, fieldMap)),
      expected.map(([field, code]) => [0, field, code]),
    );
  });
}

test('without unique fields no identifier is asked for', () => {
  assert.deepEqual(read(['plan'], {}, [field('plan')]).faults, []);
});

test('a very long header is not repeated in full', () => {
  const [fault] = read(['email', 'x'.repeat(5_000)]).faults;
  assert.equal(fault?.field?.length, 100);
});
