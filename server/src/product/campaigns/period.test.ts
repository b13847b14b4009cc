import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../../platform/errors/failure.ts';
import { readPeriod } from './period.ts';

describe('the period of published campaigns', () => {
  test('a date stands for its whole day, a timestamp for itself, and both ends may be open', () => {
    assert.deepEqual(readPeriod('2026-03-01', '2026-03-01'), {
      from: new Date('2026-03-01T00:00:00.000Z'),
      to: new Date('2026-03-01T23:59:59.999Z'),
    });
    assert.deepEqual(readPeriod('2026-03-01T09:30:00+02:00', undefined), {
      from: new Date('2026-03-01T07:30:00Z'),
      to: null,
    });
    assert.deepEqual(readPeriod(undefined, undefined), { from: null, to: null });
    assert.deepEqual(readPeriod('2024-02-29T00:00Z', undefined).from, new Date('2024-02-29T00:00:00Z'));
  });

  for (const text of [
    '2026-02-30',
    '2026-02-30T00:00:00Z',
    '2025-02-29T23:30:00-05:00',
    '2026-13-01',
    '2026-1-1',
    '01/02/2026',
    '2026-01-01T10:00:00',
    '2026-01-01T25:00:00Z',
    'yesterday',
    '1767225600000',
  ]) {
    test(`${text} is no date`, () => {
      for (const [start, end] of [
        [text, undefined],
        [undefined, text],
      ] as const)
        assert.throws(
          () => readPeriod(start, end),
          (error) => error instanceof Failure && error.code === 'invalid_period',
        );
    });
  }

  test('a period that ends before it begins is refused', () => {
    assert.throws(
      () => readPeriod('2026-03-02', '2026-03-01'),
      (error) => error instanceof Failure && error.code === 'invalid_period',
    );
  });
});
