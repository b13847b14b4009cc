import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { stoppingAfter, workOff } from '../../../test/work-off.ts';
import { countsOf, newGroup, type TestWorkspace, testWorkspace } from '../customers/test-workspace.ts';

const file = (prefix: string, count: number, more: string[] = []) =>
  [
    'email,name',
    ...Array.from({ length: count }, (_, row) => `${prefix}${row}@x.example,Name ${row}`),
    ...more,
    '',
  ].join('\n');

type Event = { action: string; actor_user_id: string; object_ids: Record<string, unknown> };

let server: TestServer;
let space: TestWorkspace;

before(async () => {
  server = await startTestServer({ workers: false });
  space = await testWorkspace(server.a);
});

/** What the log says of an import, the oldest first. */
async function toldOf(importId: string): Promise<Event[]> {
  const { body } = await server.a.call('POST', '/v1/audit', { object: importId });
  return body.toReversed();
}

const cancel = (importId: string) =>
  server.a.call('DELETE', '/v1/customer/imports', { workspace_id: server.a.workspaceId, import_id: importId });

async function intoGroup(name: string): Promise<string> {
  space.ids.customer_group_id = await newGroup(server.a, name);
  return space.ids.customer_group_id;
}

describe('the end of an import is told with what it stored', () => {
  test('by the call itself where it is done at once, also when it is rejected', async () => {
    const groupId = await intoGroup('At once');
    const rows = ['a', 'b'].map((name) => ({ email: `${name}@x.example`, name }));
    const done = await space.check({ customer_data: rows });
    const counts = { created: 2, updated: 0, unchanged: 0, skipped: 0, duplicates: 0, failed: 0, total_rows: 2 };
    const { import_id } = done.body;
    const facts = { import_id, customer_group_id: groupId, status: 'completed' };
    const told = (events: Event[]) => events.map(({ action, object_ids }) => [action, object_ids]);
    assert.deepEqual(told(await toldOf(import_id)), [['customers.imported', { ...facts, ...counts }]]);
    const rejected = await space.check({ customer_data: [{ email: 'no address', name: 'c' }] });
    assert.equal(rejected.body.code, 'import_rejected');
    const [event, ...more] = await toldOf(rejected.body.import_id);
    assert.deepEqual([event?.object_ids.status, event?.object_ids.failed, more], ['rejected', 1, []]);
  });

  test('by its job where it was queued: completed, rejected, failed or cancelled', async () => {
    const actions = (events: Event[]) => events.map(({ action }) => action);
    const groupId = await intoGroup('Queued');
    const completed = (await space.upload(file('whole', 1_001))).body;
    assert.equal(await workOff(server, completed.job_id), 'completed');
    const end = (await toldOf(completed.import_id)).at(-1);
    assert.deepEqual(actions(await toldOf(completed.import_id)), ['customers.import_queued', 'job.completed']);
    assert.equal(end?.actor_user_id, server.a.userId);
    assert.deepEqual(countsOf(end?.object_ids ?? {}), { total_rows: 1_001, created: 1_001 });
    const { status, job_id, customer_group_id } = end?.object_ids ?? {};
    assert.deepEqual([status, job_id, customer_group_id], ['completed', completed.job_id, groupId]);

    const rejected = (await space.upload(file('bad', 1_001, ['no address,Name']))).body;
    assert.equal(await workOff(server, rejected.job_id), 'completed');
    const [, refusal, ...more] = await toldOf(rejected.import_id);
    assert.deepEqual([refusal?.action, refusal?.object_ids.status, more], ['job.completed', 'rejected', []]);
    assert.deepEqual(countsOf(refusal?.object_ids ?? {}), { total_rows: 1_002, skipped: 1_001, failed: 1 });

    const running = (await space.upload(file('some', 9_000), 'text/csv', { on_error: 'skip' })).body;
    const stored = async () =>
      (await server.a.call('POST', '/v1/customer/pages', { ...space.ids, page_size: 1_000 })).body.total_customers;
    const before = await stored();
    for (let looks = 4; (await stored()) === before; looks += 1)
      await workOff(server, running.job_id, stoppingAfter(looks));
    // As if its worker were at it.
    await server.app.services.database.tenant(server.a.accountId, (tx) =>
      tx.run(`update jobs set status = 'running' where job_id = $1`, [running.job_id]),
    );
    for (let time = 0; time < 2; time += 1) assert.equal((await cancel(running.import_id)).body.status, 'running');
    assert.equal(await workOff(server, running.job_id), 'cancelled');
    const [, asked, cancelled, ...others] = await toldOf(running.import_id);
    assert.deepEqual(
      [asked?.action, cancelled?.action, others],
      ['customers.import_cancel_requested', 'job.cancelled', []],
    );
    const left = (await stored()) - before;
    assert.ok(left > 0 && left < 9_000, String(left));
    assert.equal(cancelled?.object_ids.created, left);
    assert.ok(!Object.hasOwn(asked?.object_ids ?? {}, 'created'));

    const waiting = (await space.upload(file('never', 1_001))).body;
    assert.equal((await cancel(waiting.import_id)).body.status, 'cancelled');
    assert.deepEqual(actions(await toldOf(waiting.import_id)), [
      'customers.import_queued',
      'customers.import_cancelled',
    ]);

    await intoGroup('Gone');
    const failed = (await space.upload(file('gone', 1_001))).body;
    await server.a.call('DELETE', '/v1/cg', space.ids);
    assert.equal(await workOff(server, failed.job_id), 'failed');
    const [, failure, ...none] = await toldOf(failed.import_id);
    assert.deepEqual([failure?.action, failure?.object_ids.code, none], ['job.failed', 'group_gone', []]);
    assert.deepEqual(countsOf(failure?.object_ids ?? {}), {});
  });
});
