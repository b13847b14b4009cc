import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import pg from 'pg';
import { startEmbeddedDatabase } from '../../src/platform/database/embedded/embedded-database.ts';
import { countsOf, testWorkspace } from '../../src/product/customers/test-workspace.ts';
import { isLongForm } from '../form.ts';
import { startTestServer, until } from '../harness.ts';

const ROWS = 20_000;

test('an import goes on by itself when Postgres crashes and recovers in the middle of it, every row once', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'nudgescribe-restart-'));
  const database = await startEmbeddedDatabase({ dataDir: folder, log: () => undefined });
  t.after(async () => {
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const server = await startTestServer({ environment: { NUDGESCRIBE_DATABASE_URL: database.url } });
  const space = await testWorkspace(server.a);
  const lines = Array.from({ length: ROWS }, (_, index) => `r${index}@x.example,Name ${index}`);
  const { body } = await space.upload(['email,name', ...lines, ''].join('\n'), 'text/csv', { on_error: 'skip' });
  const look = async () => {
    const wish = { workspace_id: server.a.workspaceId, import_id: body.import_id };
    return (await server.a.call('POST', '/v1/customer/imports', wish)).body;
  };
  let crashes = 0;
  for (const atLeast of isLongForm ? [1, 9_000] : [1]) {
    const seen = await until(async () => {
      const found = await look();
      return (found.created >= atLeast || found.status === 'completed') && found;
    });
    if (seen.status === 'completed') break;
    // A backend that is killed makes Postgres end all others and recover from its log, as after a loss of power.
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where usename = 'nudgescribe_app' and datname = current_database() order by state limit 1`,
    );
    process.kill(rows[0]?.pid ?? 0, 'SIGKILL');
    crashes += 1;
    await client.end().catch(() => undefined);
    await until(async () => (await fetch(`${server.url}/readyz`)).ok);
  }
  assert.ok(crashes > 0, 'the import ended before Postgres could be crashed');
  const done = await until(async () => {
    const found = await look();
    return !['queued', 'running', undefined].includes(found.status) && found;
  }, 90_000);
  assert.deepEqual(
    [done.status, countsOf(done)],
    ['completed', { total_rows: ROWS, created: ROWS }],
    JSON.stringify(done),
  );
  const stored = await server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.row(
      `select count(*)::int as members, count(distinct customer_id)::int as customers, max(position)::int as last
       from group_members where account_id = $1`,
      [server.a.accountId],
    ),
  );
  assert.deepEqual(stored, { members: ROWS, customers: ROWS, last: ROWS });
});
