import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { workOff } from '../../../test/work-off.ts';
import { asOwner } from '../../platform/database/as-owner.ts';
import { type TestWorkspace, testWorkspace } from './test-workspace.ts';

const MANY = 1_500;
const TRIES = 8;

let server: TestServer;
let space: TestWorkspace;

before(async () => {
  server = await startTestServer({ workers: false });
  space = await testWorkspace(server.a);
});

const emails = Array.from({ length: MANY }, (_, index) => `many${index}@example.test`);

async function ok(method: string, path: string, body: Record<string, unknown>) {
  const answer = await server.a.call(method, path, { workspace_id: server.a.workspaceId, ...body });
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
}

const asPostgres = (statement: string) => asOwner(server.databaseUrl, (client) => client.query(statement));

test('an erasure that failed for good tells so, forgets nobody, and goes on under its id when the server is started again', async () => {
  for (let from = 0; from < MANY; from += 1_000)
    await space.check({ customer_data: emails.slice(from, from + 1_000).map((email) => ({ email, name: 'N' })) });
  const [last] = await ok('POST', '/v1/customer/find', { identifiers: [{ email: emails.at(-1) }] });
  // Something that the database will not do for one of the second thousand.
  await asPostgres(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not now'; end $$;
    create trigger refuse before delete on customers for each row
      when (old.customer_id = '${last.customer_id}') execute function refuse()`);
  const { job_id } = await ok('DELETE', '/v1/customer', { identifiers: emails.map((email) => ({ email })) });
  for (let tried = 1; tried < TRIES; tried += 1) assert.equal(await workOff(server, job_id), 'queued');
  assert.equal(await workOff(server, job_id), 'failed');
  const { error, progress } = await ok('POST', '/v1/job', { job_id });
  assert.equal(error.code, 'people_left');
  assert.match(error.message, /Not everybody .* goes on when the server is started again/);
  assert.deepEqual(progress, { done: 1_000, total: MANY });
  assert.equal((await ok('POST', '/v1/customer/pages', { ...space.ids, page_size: 1_000 })).total_customers, 500);

  await server.restart();
  const waits = await ok('POST', '/v1/job', { job_id });
  assert.deepEqual([waits.status, waits.error.code], ['queued', 'people_left'], 'why it waits is told');
  const told = (await server.a.call('POST', '/v1/audit', { object: job_id })).body;
  const actions = told.flatMap(({ action }: { action: string }) => (action.startsWith('job.') ? [action] : []));
  assert.deepEqual(actions, ['job.queued_again', 'job.failed']);
  await asPostgres('drop trigger refuse on customers');
  assert.equal(await workOff(server, job_id), 'completed');
  const done = await ok('POST', '/v1/job', { job_id });
  assert.deepEqual([done.result, done.error], [{ deleted: MANY, not_found: 0 }, null]);
  assert.equal((await ok('POST', '/v1/customer/pages', { ...space.ids, page_size: 1_000 })).total_customers, 0);
  await server.restart();
  assert.equal((await ok('POST', '/v1/job', { job_id })).status, 'completed', 'what is done is not begun again');
});
