import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import type { JobQueue, JobRef } from '../../platform/jobs/queue.ts';
import type { Services } from '../services.ts';
import { JobInterrupted, type JobKind, JobPostponed, type JobRun } from './job.ts';
import { queueJob } from './queue-job.ts';
import { createJobRunner } from './runner.ts';

let server: TestServer;
let a: Tenant;
let services: Services;

before(async () => {
  server = await startTestServer({ workers: false });
  a = server.a;
  services = server.app.services;
});

const never = new AbortController().signal;
const inAccount = <T>(work: (tx: Transaction) => Promise<T>) => services.database.tenant(a.accountId, work);

/** A job of this kind, and runners like those of two processes: what they hand back to the queue is noted, not run. */
async function job(run: JobKind<Services>['run'], hooks: Partial<JobKind<Services>> = {}) {
  const kind: JobKind<Services> = { kind: 'test.work', run, ...hooks };
  const handedBack: JobRef[] = [];
  const queue: JobQueue = {
    ...services.queue,
    send: async (tx, ref, delay) => {
      handedBack.push(ref);
      await services.queue.send(tx, ref, delay);
    },
  };
  const runner = () =>
    createJobRunner({ services, database: services.database, queue, kinds: [kind], log: services.log });
  const jobId = await inAccount((tx) =>
    queueJob(services.queue, tx, {
      accountId: a.accountId,
      workspaceId: a.workspaceId,
      kind: kind.kind,
      subject: {},
      createdBy: a.userId,
      total: 5,
    }),
  );
  const ref = { account_id: a.accountId, job_id: jobId };
  const body = { workspace_id: a.workspaceId, job_id: jobId };
  return {
    ref,
    handedBack,
    runner,
    start: (signal = never) => runner().run(ref, signal),
    look: async () => (await a.call('POST', '/v1/job', body)).body,
    cancel: () => a.call('DELETE', '/v1/job', body),
  };
}

/**
 * Five steps, each of which notes itself in the transaction's own cursor. `committed` has them as their workers hear that they
 * are committed, `taken` in the order in which they held the job's row.
 */
function fiveSteps(
  between: (at: number, run: JobRun) => Promise<void> | void,
  committed: number[],
  taken: number[] = [],
) {
  return async (_services: Services, run: JobRun) => {
    for (;;) {
      run.throwIfStopped();
      const at = await run.step(async (step) => {
        const next = Number(step.cursor?.at ?? 0) + 1;
        if (next > 5) return null;
        step.saveCursor({ at: next });
        step.progress(next, 5);
        taken.push(next);
        return next;
      });
      if (at === null) return { steps: committed.length };
      committed.push(at);
      await between(at, run);
    }
  };
}

describe('a job', () => {
  test('runs to its end, and says so', async () => {
    const committed: number[] = [];
    const ended: unknown[] = [];
    const one = await job(
      fiveSteps(() => undefined, committed),
      { onCompleted: async (_services, _tx, _job, result) => void ended.push(result) },
    );
    assert.deepEqual([(await one.look()).status, (await one.look()).progress], ['queued', { done: 0, total: 5 }]);
    await one.start();
    const { status, progress, result, error } = await one.look();
    assert.deepEqual([status, progress, result, error], ['completed', { done: 5, total: 5 }, { steps: 5 }, null]);
    assert.deepEqual(ended, [{ steps: 5 }]);
    // A second entry in the queue finds nothing to do.
    await one.start();
    assert.deepEqual(committed, [1, 2, 3, 4, 5]);
  });

  test('whose worker died between two steps goes on from its cursor', async () => {
    const committed: number[] = [];
    let dies = true;
    const one = await job(
      fiveSteps((at) => (dies && at === 2 ? new Promise<never>(() => undefined) : undefined), committed),
    );
    void one.start();
    while (committed.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    dies = false;
    await one.start();
    assert.deepEqual(committed, [1, 2, 3, 4, 5]);
    assert.equal((await one.look()).status, 'completed');
  });

  test('whose step fails halfway keeps nothing of that step', async () => {
    const committed: number[] = [];
    let fails = true;
    const steps = fiveSteps(() => undefined, committed);
    const one = await job(async (all, run) => {
      if (fails)
        await run.step(async (step) => {
          step.saveCursor({ at: 4 });
          await step.tx.run('update jobs set progress_total = 99 where account_id = $1', [a.accountId]);
          throw new Error('A step that breaks.');
        });
      return steps(all, run);
    });
    await one.start();
    assert.equal((await one.look()).status, 'queued');
    assert.equal((await one.look()).progress.total, 5);
    assert.equal(one.handedBack.length, 1);
    fails = false;
    await one.start();
    assert.deepEqual(committed, [1, 2, 3, 4, 5]);
  });

  test('with two workers at once commits each step once', async () => {
    const committed: number[] = [];
    const taken: number[] = [];
    const one = await job(fiveSteps(() => new Promise((resolve) => setTimeout(resolve, 5)), committed, taken));
    await Promise.all([one.start(), one.start(), one.start()]);
    assert.deepEqual(taken, [1, 2, 3, 4, 5]);
    // Over connections of their own, workers may hear of their commits in another order.
    assert.deepEqual(committed.toSorted(), [1, 2, 3, 4, 5]);
    assert.equal((await one.look()).status, 'completed');
  });

  test('that is told to stop ends at a safe point and goes back to the queue', async () => {
    const committed: number[] = [];
    const stop = new AbortController();
    const one = await job(fiveSteps((at) => (at === 3 ? stop.abort() : undefined), committed));
    await one.start(stop.signal);
    assert.deepEqual(committed, [1, 2, 3]);
    assert.deepEqual(one.handedBack, [one.ref]);
    await one.start();
    assert.deepEqual(committed, [1, 2, 3, 4, 5]);
  });
});

describe('cancelling', () => {
  test('a queued job ends it at once', async () => {
    const one = await job(async () => assert.fail('must not run'));
    const answer = await one.cancel();
    assert.deepEqual([answer.status, answer.body.status], [200, 'cancelled']);
    await one.start();
    assert.equal((await one.look()).status, 'cancelled');
    assert.deepEqual([(await one.cancel()).status, (await one.cancel()).body.code], [400, 'job_ended']);
  });

  test('a running job ends it at its next step, and what it had committed stays', async () => {
    const committed: number[] = [];
    const cancelled: string[] = [];
    const one = await job(
      fiveSteps(async (at) => {
        if (at === 2) assert.equal((await one.cancel()).body.status, 'running');
      }, committed),
      { onCancelled: async (_services, _tx, { job_id }) => void cancelled.push(job_id) },
    );
    await one.start();
    assert.deepEqual(committed, [1, 2]);
    const { status, progress } = await one.look();
    assert.deepEqual([status, progress], ['cancelled', { done: 2, total: 5 }]);
    assert.deepEqual(cancelled, [one.ref.job_id]);
  });

  test("is nobody else's business", async () => {
    const one = await job(async () => ({}));
    const answer = await server.b.call('DELETE', '/v1/job', {
      workspace_id: server.b.workspaceId,
      job_id: one.ref.job_id,
    });
    assert.deepEqual([answer.status, answer.body.code], [400, 'not_found']);
  });
});

describe('failing', () => {
  test('for a reason that stays ends the job with the reason', async () => {
    const told: string[] = [];
    const one = await job(
      async () => {
        throw platformFailures.invalid_fields({ message: 'The file has no rows.' });
      },
      { onFailed: async (_services, _tx, _job, failure) => void told.push(failure.code) },
    );
    await one.start();
    const { status, error } = await one.look();
    assert.deepEqual([status, error], ['failed', { code: 'invalid_fields', message: 'The file has no rows.' }]);
    assert.deepEqual(told, ['invalid_fields']);
  });

  test('for no known reason is tried again, and ends at last without telling of the inside', async () => {
    let tries = 0;
    const one = await job(async () => {
      tries += 1;
      throw new Error('select secret from inside');
    });
    while ((await one.look()).status !== 'failed' && tries < 20) await one.start();
    assert.equal(tries, 8);
    const { error } = await one.look();
    assert.equal(error.code, 'server_error');
    assert.doesNotMatch(error.message, /secret/);
  });

  test('counts what failed, not how often the server was started anew', async () => {
    let fails = 0;
    const ends = [new JobInterrupted(), new JobPostponed(1), new Error('once')];
    const one = await job(async () => {
      const error = ends[Math.floor(fails / 10)];
      fails += 1;
      if (error !== undefined && (fails - 1 < 20 || fails - 1 === 20)) throw error;
      return {};
    });
    for (let start = 0; start < 22; start += 1) await one.start();
    assert.equal(fails, 22);
    assert.equal((await one.look()).status, 'completed');
  });

  test('because the database or storage is away or full lasts until it is back, and is told meanwhile', async () => {
    let left = 20;
    const one = await job(async () => {
      left -= 1;
      if (left > 0) throw left % 2 === 0 ? platformFailures.storage_full() : platformFailures.dependency_away();
      return {};
    });
    await one.start();
    const waiting = await one.look();
    assert.deepEqual([waiting.status, waiting.error.code], ['queued', 'dependency_away']);
    while (left > 0) await one.start();
    const done = await one.look();
    assert.deepEqual([done.status, done.error], ['completed', null]);
  });

  test('is none while work is put off, and what it waits for is told', async () => {
    let left = 12;
    const one = await job(async () => {
      left -= 1;
      if (left > 0) throw new JobPostponed(600, platformFailures.dependency_away());
      return {};
    });
    while (left > 1) await one.start();
    const waiting = await one.look();
    assert.deepEqual([waiting.status, waiting.error.code], ['queued', 'dependency_away']);
    await one.start();
    assert.deepEqual([(await one.look()).status, (await one.look()).error], ['completed', null]);
  });

  test('by taking its worker along is given no end of workers', async () => {
    const one = await job(async () => new Promise<never>(() => undefined));
    for (let start = 0; start < 60; start += 1) {
      const started = one.start();
      await Promise.race([started, new Promise((resolve) => setTimeout(resolve, 15))]);
    }
    const { status, error } = await one.look();
    assert.deepEqual([status, error?.code], ['failed', 'server_error']);
  });
});

test('the sweep waits for no job that somebody holds', async () => {
  const one = await job(async () => ({}));
  await inAccount((tx) => tx.run(`delete from job_queue.job where data->>'job_id' = $1`, [one.ref.job_id]));
  await inAccount((tx) =>
    tx.run(`update jobs set updated_at = now() - interval '1 hour' where job_id = $1`, [one.ref.job_id]),
  );
  await inAccount(async (tx) => {
    await tx.run('select 1 from jobs where job_id = $1 for update', [one.ref.job_id]);
    await one.runner().sweep();
  });
  assert.ok(!one.handedBack.some(({ job_id }) => job_id === one.ref.job_id));
  await one.runner().sweep();
  assert.ok(one.handedBack.some(({ job_id }) => job_id === one.ref.job_id));
});

test('the sweep gives lost work back, and leaves alone what the queue still holds', async () => {
  const interrupted = async () => {
    throw new JobInterrupted();
  };
  const one = await job(interrupted);
  const age = () =>
    inAccount((tx) =>
      tx.run(`update jobs set updated_at = now() - interval '1 hour' where account_id = $1`, [a.accountId]),
    );
  const sweptBack = async () => {
    one.handedBack.length = 0;
    await age();
    await one.runner().sweep();
    return one.handedBack.some(({ job_id }) => job_id === one.ref.job_id);
  };
  assert.equal(await sweptBack(), false, 'its entry waits in the queue');
  await inAccount((tx) => tx.run(`delete from job_queue.job where data->>'job_id' = $1`, [one.ref.job_id]));
  assert.equal(await sweptBack(), true, 'its entry was lost');
  assert.equal(await sweptBack(), false, 'it was given back once');
});

test('the sweep finds lost work behind more that waits than it looks at', async () => {
  const one = await job(async () => ({}));
  const waiting = { accountId: a.accountId, workspaceId: a.workspaceId, kind: 'test.work', createdBy: a.userId };
  await inAccount(async (tx) => {
    for (let n = 0; n < 150; n += 1) await queueJob(services.queue, tx, { ...waiting, subject: {} });
    await tx.run(`delete from job_queue.job where data->>'job_id' = $1`, [one.ref.job_id]);
    await tx.run(
      `update jobs set updated_at = now() - case when job_id = $2 then interval '2 minutes' else interval '1 hour' end
       where account_id = $1`,
      [a.accountId, one.ref.job_id],
    );
  });
  const isFound = () => one.handedBack.some(({ job_id }) => job_id === one.ref.job_id);
  for (let sweep = 0; sweep < 50 && !isFound(); sweep += 1) await one.runner().sweep();
  assert.ok(isFound());
});
