import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
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
