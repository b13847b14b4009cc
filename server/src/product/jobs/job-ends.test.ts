import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { startTestServer, type Tenant, type TestServer, until } from '../../../test/harness.ts';
import { asOwner } from '../../platform/database/as-owner.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { NO_SUCH_ID } from '../../platform/http/schemas.ts';
import { jobKinds } from '../job-kinds.ts';
import type { Services } from '../services.ts';
import type { JobKind } from './job.ts';
import { queueJob } from './queue-job.ts';
import { createJobRunner } from './runner.ts';

// Every kind of job there is, with all that it does at its end. What it works at before that is the test's.

const SUBJECT = { run_number: '1', digest: 'a'.repeat(64), field_ids: `${randomUUID()},${randomUUID()}` };
/** What every kind's result could hold: lists and sentences stay out of the log. */
const RESULT = { customers: 7, outdated: true, problems: [{ code: 'x' }], snapshot: NO_SUCH_ID, note: 'Ada Lovelace' };

type Event = {
  action: string;
  actor_user_id: string | null;
  workspace_id: string;
  object_ids: Record<string, unknown>;
};

let server: TestServer;
let a: Tenant;
let services: Services;

before(async () => {
  server = await startTestServer({ workers: false });
  a = server.a;
  services = server.app.services;
});

const never = new AbortController().signal;

/** A queued job of the kind, whose work is `run`. */
async function queued(kind: JobKind<Services>, run: JobKind<Services>['run'], createdBy = a.userId) {
  const subject: Record<string, string> = {
    ...SUBJECT,
    import_id: randomUUID(),
    campaign_id: randomUUID(),
    export_id: randomUUID(),
  };
  const job_id = await services.database.tenant(a.accountId, (tx) =>
    queueJob(services.queue, tx, {
      accountId: a.accountId,
      workspaceId: a.workspaceId,
      kind: kind.kind,
      subject,
      createdBy,
      total: 9,
    }),
  );
  const { database, queue, log } = services;
  const runner = createJobRunner({ services, database, queue, kinds: [{ ...kind, run }], log });
  const body = { workspace_id: a.workspaceId, job_id };
  return {
    job_id,
    subject,
    start: () => runner.run({ account_id: a.accountId, job_id }, never),
    cancel: () => a.call('DELETE', '/v1/job', body),
    statusNow: async (): Promise<string> => (await a.call('POST', '/v1/job', body)).body.status,
    /** What the log says of the job, in order, and of how many events that it was written with the job's own row. */
    told: () =>
      asOwner(server.databaseUrl, async (client) => {
        const { rows } = await client.query<Event & { with_the_job: boolean }>(
          `select e.action, e.actor_user_id, e.workspace_id, e.object_ids, e.xmin::text = j.xmin::text as with_the_job
           from audit_events e join jobs j on j.account_id = e.account_id and j.job_id = $2
           where e.account_id = $1 and e.object_ids->>'job_id' = $2::text order by e.event_id`,
          [a.accountId, job_id],
        );
        return rows;
      }),
  };
}

const completes = async () => RESULT;
const fails = async () => {
  throw platformFailures.invalid_fields();
};

/** Work that goes on until it finds that it was cancelled. */
function goingOn(begun: () => void): JobKind<Services>['run'] {
  return async (_services, run) => {
    await run.step(async ({ progress }) => progress(4, 9));
    begun();
    for (;;) await run.step(async () => undefined);
  };
}

const actionsOf = (events: readonly Event[]) => events.map(({ action }) => action);

describe('the end of a job', () => {
  for (const kind of jobKinds) {
    test(`leaves one event, in the transaction that ends it: ${kind.kind}`, async () => {
      const facts = (job: { job_id: string; subject: Record<string, string> }) => ({
        ...job.subject,
        field_ids: SUBJECT.field_ids.split(','),
        job_id: job.job_id,
        kind: kind.kind,
      });
      const completed = await queued(kind, completes);
      await completed.start();
      assert.equal(await completed.statusNow(), 'completed');
      const shown = { customers: 7, outdated: true, snapshot: NO_SUCH_ID };
      assert.deepEqual(await completed.told(), [
        {
          action: 'job.completed',
          actor_user_id: a.userId,
          workspace_id: a.workspaceId,
          object_ids: { ...shown, ...facts(completed) },
          with_the_job: true,
        },
      ]);

      const failed = await queued(kind, fails, NO_SUCH_ID);
      await failed.start();
      assert.equal(await failed.statusNow(), 'failed');
      const reached = { progress_done: 0, progress_total: 9 };
      assert.deepEqual(await failed.told(), [
        {
          action: 'job.failed',
          actor_user_id: null,
          workspace_id: a.workspaceId,
          object_ids: { ...facts(failed), ...reached, code: 'invalid_fields' },
          with_the_job: true,
        },
      ]);

      const waiting = await queued(kind, completes);
      const answer = await waiting.cancel();
      if (answer.status !== 200) {
        assert.ok(kind.refuseCancel !== undefined, answer.text);
        assert.deepEqual([await waiting.statusNow(), await waiting.told()], ['queued', []]);
        return;
      }
      assert.equal(await waiting.statusNow(), 'cancelled');
      const [told, ...more] = await waiting.told();
      assert.deepEqual([told?.action, told?.with_the_job, more], ['job.cancelled', true, []]);

      const begun = Promise.withResolvers<void>();
      const running = await queued(kind, goingOn(begun.resolve));
      const ended = running.start();
      await begun.promise;
      assert.equal((await running.cancel()).status, 200);
      await ended;
      assert.equal(await running.statusNow(), 'cancelled');
      const [asked, end, ...others] = await running.told();
      assert.deepEqual(
        [asked?.action, end?.action, end?.with_the_job, others],
        ['job.cancel_requested', 'job.cancelled', true, []],
      );
      assert.deepEqual(asked?.object_ids, facts(running), 'what it came to is told at its end');
      assert.deepEqual(end?.object_ids, { ...facts(running), progress_done: 4, progress_total: 9 });
    });
  }

  test('does not come about without its event, however it ends', async () => {
    const kind = jobKinds.find(({ refuseCancel }) => refuseCancel === undefined);
    assert.ok(kind !== undefined);
    const begun = Promise.withResolvers<void>();
    const [completed, failed] = [await queued(kind, completes), await queued(kind, fails)];
    const [waiting, running] = [await queued(kind, completes), await queued(kind, goingOn(begun.resolve))];
    const started = running.start();
    await begun.promise;
    const refuseEvents = `
      create function refuse_job_events() returns trigger language plpgsql as
        $$ begin raise exception 'no event is taken' using errcode = 'NS001'; end $$;
      create trigger refuse_job_events before insert on audit_events for each row
        when (new.action in ('job.completed', 'job.failed', 'job.cancelled')) execute function refuse_job_events()`;
    await asOwner(server.databaseUrl, (client) => client.query(refuseEvents));
    await running.cancel();
    const broken = /no event is taken/;
    await assert.rejects(started, broken);
    await completed.start();
    await assert.rejects(failed.start(), broken);
    assert.equal((await waiting.cancel()).status, 500);
    const all = [completed, failed, waiting, running];
    for (const job of all) {
      assert.match(await job.statusNow(), /^(queued|running)$/);
      assert.deepEqual(
        actionsOf(await job.told()).filter((action) => action !== 'job.cancel_requested'),
        [],
      );
    }
    await asOwner(server.databaseUrl, (client) => client.query('drop function refuse_job_events cascade'));
    for (const job of [completed, failed, running]) await job.start();
    await waiting.cancel();
    const ends = ['job.completed', 'job.failed', 'job.cancelled', 'job.cancelled'];
    for (const [index, job] of all.entries()) {
      const told = actionsOf(await job.told()).filter((action) => action !== 'job.cancel_requested');
      assert.deepEqual(told, [ends[index]]);
    }
  });

  test('that is asked for again, and is on its way already, is told once', async () => {
    const kind = jobKinds.find(({ refuseCancel }) => refuseCancel === undefined);
    assert.ok(kind !== undefined);
    const job = await queued(kind, completes);
    const atWork = `update jobs set status = 'running' where job_id = '${job.job_id}'`;
    await asOwner(server.databaseUrl, (client) => client.query(atWork));
    for (let time = 0; time < 3; time += 1) assert.equal((await job.cancel()).body.status, 'running');
    assert.deepEqual(actionsOf(await job.told()), ['job.cancel_requested']);
  });

  test('that its worker took along too often is told as a failure', async () => {
    const [kind] = jobKinds;
    assert.ok(kind !== undefined);
    const job = await queued(kind, () => new Promise<never>(() => undefined));
    await asOwner(server.databaseUrl, (client) =>
      client.query(`update jobs set deaths = 50, status = 'running' where job_id = $1`, [job.job_id]),
    );
    await job.start();
    await until(async () => (await job.statusNow()) === 'failed');
    const [told, ...more] = await job.told();
    assert.deepEqual([told?.action, told?.object_ids.code, more], ['job.failed', 'server_error', []]);
  });
});
