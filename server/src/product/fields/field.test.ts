import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { definitionProblems, type FieldDefinition, isSegmentable } from './field.ts';

const field = (more: Partial<FieldDefinition> | Record<string, unknown>): FieldDefinition =>
  ({
    field_id: 'f',
    slot: 1,
    field_name: 'customer_number',
    display_name: 'Customer number',
    field_type: 'string',
    field_format: null,
    is_required: false,
    is_unique: false,
    is_sensitive: true,
    options: null,
    validation_rules: null,
    ...more,
  }) as FieldDefinition;

const problems = (more: Record<string, unknown>) =>
  definitionProblems(field(more)).map(({ field: property, code }) => `${property} ${code}`);

describe('a definition is kept', () => {
  const good: Record<string, unknown>[] = [
    {},
    { field_name: 'a' },
    { field_name: `A${'_9'.repeat(31)}x` },
    { field_name: 'constructor' },
    { field_type: 'Date', field_format: 'MMM dd, yyyy', validation_rules: { min: '2000-01-01', max: '2000-01-01' } },
    { field_type: 'currency', field_format: 'JPY', validation_rules: { min: 0, max: '1000000' } },
    { field_type: 'number', validation_rules: { min: -1.5, max: '9007199254740993' } },
    { field_type: 'enum', options: ['a', 'A', ' a'] },
    { field_type: 'char', validation_rules: { pattern: '^[A-Z]$' } },
    { field_type: 'boolean' },
    { is_unique: true, validation_rules: { format: 'email' } },
    { validation_rules: { min_length: 1, max_length: 1, pattern: '^\\pL+$', format: 'url' } },
  ];
  for (const more of good) test(JSON.stringify(more).slice(0, 80), () => assert.deepEqual(problems(more), []));
});

describe('a definition is refused', () => {
  const bad: [Record<string, unknown>, ...string[]][] = [
    [{ field_name: '1st' }, 'field_name invalid_name'],
    [{ field_name: 'e-mail' }, 'field_name invalid_name'],
    [{ field_name: 'Größe' }, 'field_name invalid_name'],
    [{ field_name: '__proto__' }, 'field_name invalid_name'],
    [{ field_name: 'a'.repeat(65) }, 'field_name invalid_name'],
    [{ field_name: 'name\n' }, 'field_name invalid_name'],
    [{ field_name: 'Message_ID' }, 'field_name name_taken'],
    [{ display_name: '  ' }, 'display_name invalid_display_name'],
    [{ display_name: 'a\0' }, 'display_name invalid_display_name'],
    [{ field_type: 'Date' }, 'field_format format_required'],
    [{ field_type: 'Date', field_format: 'dd-MMM-yy' }, 'field_format unknown_format'],
    [{ field_type: 'Date', field_format: 'EUR' }, 'field_format unknown_format'],
    [{ field_type: 'currency' }, 'field_format format_required'],
    [{ field_type: 'currency', field_format: 'eur' }, 'field_format unknown_format'],
    [{ field_format: 'EUR' }, 'field_format format_refused'],
    [{ field_type: 'number', field_format: 'yyyy-MM-dd' }, 'field_format format_refused'],
    [{ options: ['a'] }, 'options options_refused'],
    [{ field_type: 'enum' }, 'options options_required'],
    [{ field_type: 'enum', options: [] }, 'options options_required'],
    [{ field_type: 'enum', options: ['a', 'a'] }, 'options duplicate_option'],
    [{ field_type: 'enum', options: [' '] }, 'options blank_option'],
    [{ field_type: 'enum', options: ['a\ud800'] }, 'options invalid_option'],
    [{ field_type: 'enum', options: Array.from({ length: 1_001 }, String) }, 'options too_many_options'],
    [{ field_type: 'boolean', is_unique: true }, 'is_unique unique_refused'],
    [{ field_type: 'enum', options: ['a'], is_unique: true }, 'is_unique unique_refused'],
    [{ validation_rules: { min: 1 } }, 'validation_rules.min rule_refused'],
    [{ field_type: 'number', validation_rules: { pattern: 'a' } }, 'validation_rules.pattern rule_refused'],
    [{ field_type: 'number', validation_rules: { min: 2, max: 1 } }, 'validation_rules.min contradiction'],
    [{ field_type: 'number', validation_rules: { min: 'one' } }, 'validation_rules.min invalid_bound'],
    [
      { field_type: 'Date', field_format: 'dd/MM/yyyy', validation_rules: { min: '31/12/2000' } },
      'validation_rules.min invalid_bound',
    ],
    [{ validation_rules: { min_length: 3, max_length: 2 } }, 'validation_rules.min_length contradiction'],
    [{ validation_rules: { max_length: 0 } }, 'validation_rules.max_length invalid_length'],
    [{ validation_rules: { max_length: 10_001 } }, 'validation_rules.max_length invalid_length'],
    [{ validation_rules: { pattern: '(' } }, 'validation_rules.pattern invalid_pattern'],
    // Not linear in time: back-references and look-around are outside the engine.
    [{ validation_rules: { pattern: '(a)\\1' } }, 'validation_rules.pattern invalid_pattern'],
    [{ validation_rules: { pattern: '(?=a)' } }, 'validation_rules.pattern invalid_pattern'],
    [{ validation_rules: { pattern: 'a'.repeat(501) } }, 'validation_rules.pattern invalid_pattern'],
    [{ validation_rules: { pattern: '((a{100}){100}){100}' } }, 'validation_rules.pattern invalid_pattern'],
    [
      { field_name: '1', display_name: '', field_format: 'EUR', options: ['a'] },
      'field_name invalid_name',
      'display_name invalid_display_name',
      'field_format format_refused',
      'options options_refused',
    ],
  ];
  for (const [more, ...expected] of bad)
    test(JSON.stringify(more).slice(0, 80), () => assert.deepEqual(problems(more), expected));
});

test('only what is neither sensitive nor unique makes segments', () => {
  assert.ok(isSegmentable({ is_sensitive: false, is_unique: false }));
  assert.ok(!isSegmentable({ is_sensitive: true, is_unique: false }));
  assert.ok(!isSegmentable({ is_sensitive: false, is_unique: true }));
});
