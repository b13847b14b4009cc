import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { workAtOnce } from './work-at-once.ts';

const units = Array.from({ length: 80 }, (_, index) => index);

describe('working on units at once', () => {
  test('does and saves each once, never more than so many at a time, whatever order they end in', async () => {
    for (const atOnce of [1, 3, 50]) {
      const saved: number[] = [];
      let running = 0;
      await workAtOnce(
        units,
        atOnce,
        async (unit) => {
          running += 1;
          assert.ok(running <= atOnce);
          if (unit % 3 > 0) await sleep(unit % 5);
          running -= 1;
          return unit;
        },
        async (done) => {
          await sleep(1);
          saved.push(...done);
        },
      );
      assert.deepEqual(
        saved.toSorted((left, right) => left - right),
        units,
      );
    }
  });

  test('begins nothing after a failure, and saves what was under way', async () => {
    const saved: number[] = [];
    const begun: number[] = [];
    const work = async (unit: number) => {
      begun.push(unit);
      if (unit === 10) throw new Error('The tenth.');
      await sleep(20);
      return unit;
    };
    await assert.rejects(
      workAtOnce(units, 4, work, async (done) => {
        saved.push(...done);
      }),
      /tenth/,
    );
    assert.deepEqual(
      saved.toSorted((left, right) => left - right),
      begun.filter((unit) => unit !== 10).toSorted((left, right) => left - right),
    );
    assert.ok(begun.length <= 14);
  });

  test('fails when saving fails', async () => {
    const refuse = () => Promise.reject(new Error('Not saved.'));
    await assert.rejects(
      workAtOnce(units, 4, async (unit) => unit, refuse),
      /Not saved/,
    );
  });
});
