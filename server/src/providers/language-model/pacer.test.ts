import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { retryAfterMs } from './ai-sdk.ts';
import { ModelAway } from './language-model.ts';
import { createPacer } from './pacer.ts';

const never = new AbortController().signal;
const inTime = <T>(work: Promise<T>, ms: number) =>
  Promise.race([work, new Promise<'waits'>((resolve) => setTimeout(() => resolve('waits'), ms))]);

describe('a pacer', () => {
  test('lets so many through at once, first come first served', async () => {
    const pacer = createPacer({ concurrency: 2, requestsPerMinute: null, tokensPerMinute: null });
    const order: number[] = [];
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const turn = await pacer.turn(1, never);
        order.push(index);
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
        turn.end();
        turn.end();
      }),
    );
    assert.equal(most, 2);
    assert.deepEqual(
      order,
      Array.from({ length: 20 }, (_, index) => index),
    );
  });

  test('keeps requests and tokens a minute below their limits; what was counted replaces what was expected', async () => {
    const requests = createPacer({ concurrency: 9, requestsPerMinute: 2, tokensPerMinute: null });
    await requests.turn(1, never);
    await requests.turn(1, never);
    const stop = new AbortController();
    assert.equal(await inTime(requests.turn(1, stop.signal), 30), 'waits');
    const tokens = createPacer({ concurrency: 9, requestsPerMinute: null, tokensPerMinute: 100 });
    const first = await tokens.turn(90, never);
    first.counted(20);
    assert.notEqual(await inTime(tokens.turn(80, never), 30), 'waits');
    const waiting = tokens.turn(1, stop.signal);
    assert.equal(await inTime(waiting, 30), 'waits');
    stop.abort(new Error('The server stops.'));
    await assert.rejects(waiting, /abort|stops/i);
  });

  test('lets a question through alone that is longer than all of a minute', async () => {
    const pacer = createPacer({ concurrency: 1, requestsPerMinute: null, tokensPerMinute: 10 });
    assert.notEqual(await inTime(pacer.turn(500, never), 30), 'waits');
  });

  test('pauses when it is told to, and says so when that is long', async () => {
    const pacer = createPacer({ concurrency: 1, requestsPerMinute: null, tokensPerMinute: null });
    pacer.pause(40);
    const from = performance.now();
    (await pacer.turn(1, never)).end();
    assert.ok(performance.now() - from >= 39);
    pacer.pause(10 * 60_000);
    await assert.rejects(pacer.turn(1, never), (error) => error instanceof ModelAway && error.isDeclined);
  });
});

test('Retry-After is read in all its forms', () => {
  const now = Date.parse('2026-11-26T12:00:00Z');
  assert.equal(retryAfterMs({ 'retry-after': '7' }, now), 7_000);
  assert.equal(retryAfterMs({ 'retry-after': 'Thu, 26 Nov 2026 12:00:30 GMT' }, now), 30_000);
  assert.equal(retryAfterMs({ 'retry-after': 'Thu, 26 Nov 2026 11:00:00 GMT' }, now), 0);
  assert.equal(retryAfterMs({ 'retry-after-ms': '250', 'retry-after': '9' }, now), 250);
  for (const value of ['', 'soon']) assert.equal(retryAfterMs({ 'retry-after': value }, now), null);
  assert.equal(retryAfterMs(undefined, now), null);
});
