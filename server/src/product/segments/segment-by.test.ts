import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../../platform/errors/failure.ts';
import {
  bandOf,
  canonicalCriteria,
  type Dimension,
  readSegmentBy,
  type SegmentBy,
  segmentLabel,
} from './segment-by.ts';
import { clearField } from './test-fields.ts';

const FIELDS = [
  clearField(1, 'plan', 'enum', { options: ['Basic', 'Plus'], display_name: 'Plan' }),
  clearField(2, 'tenure', 'number', { display_name: 'Tenure' }),
  clearField(3, 'joined', 'Date'),
  clearField(4, 'spend', 'currency'),
  clearField(5, 'active', 'boolean'),
  clearField(6, 'email', 'string', { is_sensitive: true }),
  clearField(7, 'number', 'string', { is_unique: true }),
  clearField(8, 'moving', 'string', { is_moving: true }),
];

function refused(wish: SegmentBy, code: string): void {
  assert.throws(
    () => readSegmentBy(wish, FIELDS),
    (error) => {
      assert.ok(error instanceof Failure, String(error));
      assert.equal(error.code, code, error.message);
      return true;
    },
  );
}

function one(wish: SegmentBy[number]): Dimension {
  const [dimension] = readSegmentBy([wish], FIELDS);
  assert.ok(dimension);
  return dimension;
}

describe('which attributes make segments', () => {
  test('names match in any case; unknown, sensitive, unique, moving and repeated fields are refused', () => {
    assert.equal(one({ field_name: 'PLAN' }).field.field_name, 'plan');
    refused([{ field_name: 'nobody' }], 'unknown_field');
    refused([{ field_name: 'plan' }, { field_name: 'Plan' }], 'unknown_field');
    refused([{ field_name: 'email' }], 'field_not_segmentable');
    refused([{ field_name: 'number' }], 'field_not_segmentable');
    refused([{ field_name: 'moving' }], 'field_moving');
  });

  for (const [name, wish] of [
    ['on a text', { field_name: 'plan', bands: [1] }],
    ['that do not ascend', { field_name: 'tenure', bands: [1, 1] }],
    ['that descend', { field_name: 'tenure', bands: [2, 1] }],
    ['that are no numbers', { field_name: 'tenure', bands: ['ten'] }],
    ['that are numbers on a date', { field_name: 'joined', bands: [2020] }],
    ['of a day that does not exist', { field_name: 'joined', bands: ['2021-02-30'] }],
    ['of the year nought', { field_name: 'joined', bands: ['0000-01-01'] }],
    ['in another format than ISO', { field_name: 'joined', bands: ['01/02/2020'] }],
    ['beside aliases, which they would hide', { field_name: 'tenure', bands: [5], aliases: { '3': 'few' } }],
  ] as const)
    test(`bands ${name} are refused`, () => refused([wish as unknown as SegmentBy[number]], 'invalid_bands'));

  test('an alias for a value that the field cannot have is refused', () => {
    refused([{ field_name: 'plan', aliases: { Gold: 'best' } }], 'invalid_alias');
    refused([{ field_name: 'active', aliases: { maybe: 'perhaps' } }], 'invalid_alias');
    refused([{ field_name: 'plan', aliases: { '': 'none' } }], 'invalid_alias');
  });
});

describe('bands', () => {
  test('are half-open: a limit belongs to the band above it', () => {
    const tenure = one({ field_name: 'tenure', bands: [0, 10.5] });
    assert.deepEqual(
      ['-0.1', '0', '10.4999', '10.5', '11'].map((value) => bandOf(tenure, value)),
      [0, 1, 1, 2, 2],
    );
    const joined = one({ field_name: 'joined', bands: ['2020-01-01'] });
    assert.deepEqual(
      ['2019-12-31', '2020-01-01'].map((value) => bandOf(joined, value)),
      [0, 1],
    );
  });

  test('are exact to the last digit, where doubles would round a value over the limit', () => {
    const tenure = one({ field_name: 'tenure', bands: [1] });
    assert.equal(bandOf(tenure, '0.99999999999999999999'), 0);
    assert.equal(bandOf(tenure, `0.${'0'.repeat(380)}1`), 0);
  });
});

describe('criteria and labels', () => {
  test('equal criteria have one text, in whatever order they were made', () => {
    assert.equal(canonicalCriteria({ b: 'x', a: null }), canonicalCriteria({ a: null, b: 'x' }));
    assert.notEqual(canonicalCriteria({ a: 'true' }), canonicalCriteria({ a: true }));
    assert.notEqual(canonicalCriteria({ a: null }), canonicalCriteria({}));
  });

  test('a label names values, bands, blanks, and what was left out', () => {
    const dimensions = readSegmentBy([{ field_name: 'plan' }, { field_name: 'tenure', bands: [10] }], FIELDS);
    assert.equal(
      segmentLabel(dimensions, { plan: 'Plus', tenure: { from: null, to: 10 } }),
      'Plan: Plus · Tenure: below 10',
    );
    assert.equal(segmentLabel(dimensions, { plan: null, tenure: null }), 'Plan: blank · Tenure: blank');
    assert.equal(segmentLabel(dimensions, { plan: 'Plus' }), 'Plan: Plus · others');
    assert.equal(segmentLabel(dimensions, {}), 'All others');
    assert.equal(segmentLabel([], {}), 'Everybody');
  });
});
