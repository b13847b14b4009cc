import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { asOwner } from '../src/platform/database/as-owner.ts';
import { countsOf, testWorkspace } from '../src/product/customers/test-workspace.ts';
import { startProcess } from './crash/processes.ts';
import { startTestServer, until } from './harness.ts';

test('a worker process does the jobs of a server that does none, and ends when told', async () => {
  const server = await startTestServer({ workers: false });
  const space = await testWorkspace(server.a);
  const lines = Array.from({ length: 1_200 }, (_, index) => `w${index}@x.example,Name ${index}`);
  const { body } = await space.upload(['email,name', ...lines].join('\n'));
  const look = async () => {
    const answer = await server.a.call('POST', '/v1/customer/imports', {
      workspace_id: server.a.workspaceId,
      import_id: body.import_id,
    });
    return answer.body;
  };
  await sleep(1_000);
  assert.equal((await look()).status, 'queued', 'the server itself works on nothing');
  const worker = startProcess(['worker'], server.environment);
  const done = await until(async () => {
    assert.ok(!worker.hasEnded(), worker.output());
    const found = await look();
    return found.status === 'completed' && found;
  });
  assert.deepEqual(countsOf(done), { total_rows: 1_200, created: 1_200 });
  assert.equal(await worker.end('SIGTERM'), 0, worker.output());
});

test('a worker process whose server is down chains what it tells the audit log, and notes what it erases', async () => {
  const server = await startTestServer({ workers: false });
  const space = await testWorkspace(server.a);
  await space.check({ customer_data: [{ email: 'w@x.example', name: 'N' }] });
  const identifiers = Array.from({ length: 1_001 }, (_, index) => ({
    email: index === 0 ? 'w@x.example' : `no${index}@x.example`,
  }));
  const asked = await server.a.call('DELETE', '/v1/customer', { workspace_id: server.a.workspaceId, identifiers });
  assert.equal(asked.body.status, 'queued', asked.text);
  await server.app.stop();
  const worker = startProcess(['worker'], server.environment);
  const left = `
    select (select status from jobs where job_id = $1) as status,
      (select count(*)::int from audit_pending where account_id = $2) as pending,
      (select count(*)::int from erasure_notes where account_id = $2 and not noted) as unnoted,
      (select count(*)::int from erasure_notes where account_id = $2) as notes`;
  await asOwner(server.databaseUrl, (client) =>
    until(async () => {
      assert.ok(!worker.hasEnded(), worker.output());
      const { rows } = await client.query(left, [asked.body.job_id, server.a.accountId]);
      const [{ status, pending, unnoted, notes }] = rows;
      return status === 'completed' && pending === 0 && unnoted === 0 && notes > 0;
    }),
  );
  assert.equal(await worker.end('SIGTERM'), 0, worker.output());
  await server.restart();
  const trail = await server.a.call('POST', '/v1/audit/verify', {});
  assert.equal(trail.body.intact, true, trail.text);
});
