import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JobPostponed, type JobRow } from '../jobs/job.ts';
import { writerFailures } from '../writing/writer.ts';
import { waitingForWriter } from './wait-for-writer.ts';

const HOUR_MS = 60 * 60_000;
const begun = Date.parse('2026-11-27T00:00:00Z');
const job = { created_at: new Date(begun) } as JobRow;
const after = (hours: number) => ({ clock: { now: () => new Date(begun + hours * HOUR_MS) } });

test('a pause that a model asks for puts the work off for as long, for a day at most', async () => {
  const paused = async () => {
    throw writerFailures.writer_paused({ retryAfterSeconds: 600 });
  };
  for (const hours of [0, 23.9])
    await assert.rejects(waitingForWriter(after(hours), job, paused), (error) => {
      assert.ok(error instanceof JobPostponed);
      assert.deepEqual([error.delaySeconds, error.why?.code], [600, 'writer_paused']);
      return true;
    });
  await assert.rejects(waitingForWriter(after(24.1), job, paused), { code: 'writer_unreachable' });
  await assert.rejects(
    waitingForWriter(after(0), job, async () => {
      throw writerFailures.writer_refused();
    }),
    { code: 'writer_refused' },
  );
  assert.equal(await waitingForWriter(after(0), job, async () => 'done'), 'done');
});
