import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { testWorkspace, USUAL_FIELDS } from '../../src/product/customers/test-workspace.ts';
import { startTestServer, until } from '../harness.ts';
import { startProcess } from './processes.ts';

const DYING = fileURLToPath(new URL('./dying-process.ts', import.meta.url));
const CUSTOMERS = 4_000;
const ERASED = 1_500;
const NOTE = 'n'.repeat(300);

test('a deleted field and an erasure go on where a killed worker stopped, while reads go on', async () => {
  const server = await startTestServer({ workers: false });
  const { accountId, workspaceId: workspace_id } = server.a;
  const space = await testWorkspace(server.a, USUAL_FIELDS);
  const note = await space.field({ field_name: 'note', field_type: 'string' });
  const emailOf = (index: number) => `e${index}@x.example`;
  for (let from = 0; from < CUSTOMERS; from += 1_000) {
    const people = Array.from({ length: 1_000 }, (_, index) => `${emailOf(from + index)},Name ${from + index},${NOTE}`);
    const answer = await space.upload(['email,name,note', ...people].join('\n'));
    assert.equal(answer.body.created, 1_000, answer.text);
  }
  const erasing = await server.a.call('DELETE', '/v1/customer', {
    workspace_id,
    identifiers: Array.from({ length: ERASED }, (_, index) => ({ email: emailOf(index) })),
  });
  const removing = await server.a.call('DELETE', '/v1/cpf', { workspace_id, customer_profile_field_id: note });
  const jobOf = async (jobId: string) => (await server.a.call('POST', '/v1/job', { workspace_id, job_id: jobId })).body;

  const victim = startProcess(['worker', 'after step', '2', '0'], server.environment, DYING);
  assert.equal(await victim.ended, 'SIGKILL', victim.output());
  const halfway = await Promise.all([jobOf(erasing.body.job_id), jobOf(removing.body.job_id)]);
  assert.ok(
    halfway.some(({ status }) => status === 'running'),
    JSON.stringify(halfway),
  );
  const last = (await space.members(4)).at(-1);
  assert.equal(last?.profile.email, emailOf(CUSTOMERS - 1));
  assert.ok(!('note' in (last?.profile ?? {})), 'gone for readers at once');

  const worker = startProcess(['worker'], server.environment);
  const [erased, removed] = await until(async () => {
    const jobs = await Promise.all([jobOf(erasing.body.job_id), jobOf(removing.body.job_id)]);
    return jobs.every(({ status }) => status === 'completed') && jobs;
  }, 60_000);
  assert.equal(await worker.end('SIGTERM'), 0, worker.output());
  assert.deepEqual(erased.result, { deleted: ERASED, not_found: 0 });
  assert.ok(removed.result.customers >= CUSTOMERS - ERASED);
  const left = await server.app.services.database.tenant(accountId, (tx) =>
    tx.row(
      `select (select count(*)::int from customers where account_id = $1) as customers,
         (select count(*)::int from customer_identifiers where account_id = $1) as identifiers,
         (select count(*)::int from group_members where account_id = $1) as members,
         (select sum(member_count)::int from customer_groups where account_id = $1) as counted,
         (select count(*)::int from customer_erasures where account_id = $1) as named,
         (select count(*)::int from customers where account_id = $1 and octet_length(sealed_profile) > 300) as with_note`,
      [accountId],
    ),
  );
  const kept = CUSTOMERS - ERASED;
  assert.deepEqual(left, { customers: kept, identifiers: kept, members: kept, counted: kept, named: 0, with_note: 0 });
  const emails = (await Promise.all([1, 2, 3, 4].map((page) => space.members(page))))
    .flat()
    .map(({ profile }) => profile.email);
  assert.deepEqual(
    emails,
    Array.from({ length: kept }, (_, index) => emailOf(ERASED + index)),
  );
});
