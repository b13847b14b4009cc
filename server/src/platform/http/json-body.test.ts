import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Failure } from '../errors/failure.ts';
import { MAX_BODY_LEVELS, parseJsonObject } from './json-body.ts';

const nested = (levels: number) => Buffer.from(`{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`);

describe('the depth of a JSON body', () => {
  test('as deep as allowed is read', () => {
    assert.deepEqual(Object.keys(parseJsonObject(nested(MAX_BODY_LEVELS))), ['a']);
  });
  for (const levels of [MAX_BODY_LEVELS + 1, 5_000, 1_000_000])
    test(`${levels} levels are a 400`, () => {
      assert.throws(
        () => parseJsonObject(nested(levels)),
        (error) => error instanceof Failure && error.status === 400 && error.code === 'broken_json',
      );
    });
});
