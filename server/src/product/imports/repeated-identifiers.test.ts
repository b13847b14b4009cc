import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { repeatFinder } from './repeated-identifiers.ts';

/** As uniform as a blind index, and the same in every run. */
function identifier(index: number): string {
  const hex = createHash('sha256').update(`identifier ${index}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

const COUNT = 50_000;
const all = Array.from({ length: COUNT }, (_, index) => identifier(index));

describe('identifiers that may repeat', () => {
  test('whatever was met twice is named, however small the memory', () => {
    for (const expected of [0, 100, COUNT / 10, COUNT]) {
      const finder = repeatFinder(expected);
      for (const one of all) finder.meet(one);
      const twice = all.filter((_, index) => index % 7 === 0);
      for (const one of twice) finder.meet(one);
      assert.ok(twice.every((one) => finder.mayRepeat(one)));
    }
  });
  test('what was met once is hardly ever named', () => {
    const finder = repeatFinder(COUNT);
    for (const one of all) finder.meet(one);
    const named = all.filter((one) => finder.mayRepeat(one)).length;
    assert.ok(named < COUNT / 10_000, `${named} of ${COUNT}`);
  });
});
