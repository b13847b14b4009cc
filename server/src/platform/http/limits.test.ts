import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRateLimit } from './rate-limit.ts';
import { createTurns } from './turns.ts';

describe('a rate limit', () => {
  test('gives the whole minute at once, then as it comes back, and never twice at the edge of two minutes', () => {
    let now = 1_000_000;
    const limit = createRateLimit(60, () => now);
    const taken = Array.from({ length: 60 }, () => limit.take('a'));
    assert.deepEqual(
      taken.map(({ remaining }) => remaining),
      Array.from({ length: 60 }, (_, index) => 59 - index),
    );
    assert.ok(taken.every(({ waitSeconds }) => waitSeconds === 0));
    assert.deepEqual(limit.take('a'), { limit: 60, remaining: 0, resetSeconds: 60, waitSeconds: 1 });
    assert.equal(limit.take('b').remaining, 59);
    now += 1_000;
    assert.equal(limit.take('a').waitSeconds, 0);
    assert.equal(limit.take('a').waitSeconds, 1);
    for (let second = 0; second < 600; second += 1) {
      now += 1_000;
      assert.deepEqual([limit.take('a').waitSeconds, limit.take('a').waitSeconds], [0, 1], `second ${second}`);
    }
    now += 120_000;
    assert.equal(limit.take('a').remaining, 59);
  });

  test('lets exactly the limit through for any limit', () => {
    for (const perMinute of [1, 3, 7, 59, 999, 6_000]) {
      const limit = createRateLimit(perMinute, () => 5);
      const passed = Array.from({ length: perMinute * 2 }, () => limit.take('a')).filter(
        (one) => one.waitSeconds === 0,
      );
      assert.equal(passed.length, perMinute);
    }
  });
});

describe('turns', () => {
  test('so many at once an account, in order, and none of another account waits', async () => {
    const turns = createTurns(2, 3);
    const done: number[] = [];
    const ends = [await turns.take('a'), await turns.take('a')];
    const waiting = [0, 1, 2].map((n) =>
      turns.take('a').then((end) => {
        done.push(n);
        return end;
      }),
    );
    await assert.rejects(turns.take('a'), { code: 'too_many_at_once', status: 429 });
    const other = await turns.take('b');
    other();
    assert.deepEqual(done, []);
    ends[0]?.();
    ends[0]?.();
    const first = await waiting[0];
    assert.deepEqual(done, [0]);
    first?.();
    ends[1]?.();
    for (const end of await Promise.all(waiting)) end();
    assert.deepEqual(done, [0, 1, 2]);
    const again = await Promise.all([turns.take('a'), turns.take('a')]);
    for (const end of again) end();
  });
});
