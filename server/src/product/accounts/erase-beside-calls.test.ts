import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { contentOf, filledTables } from '../../../test/database-content.ts';
import { startTestServer, type Tenant, type TestServer, until } from '../../../test/harness.ts';
import { eraseAccount } from './erase-account.ts';

/*
 * Calls and an erasure that meet in the database: both write an event at their end, so whoever holds the table of those holds
 * both, each with all that it has done and not yet committed.
 */
let server: TestServer;
let holder: pg.Client;
let watcher: pg.Client;

before(async () => {
  server = await startTestServer({ workers: false });
  [holder, watcher] = [0, 1].map(() => new pg.Client({ connectionString: server.databaseUrl })) as [
    pg.Client,
    pg.Client,
  ];
  for (const client of [holder, watcher]) {
    // The server's database is dropped with everybody in it before these are closed.
    client.on('error', () => undefined);
    await client.connect();
  }
});
after(async () => {
  await holder.end();
  await watcher.end();
});

const holdEvents = () => holder.query('begin; lock table audit_pending in share mode');
const letGo = () => holder.query('rollback');

/** Waits until so many statements wait for somebody, but for the one that would link events and waits as well. */
const waiting = (many: number) =>
  until(async () => {
    const { rows } = await watcher.query(
      `select query from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
         and wait_event_type = 'Lock' and query !~ '^delete from audit_pending'`,
    );
    return rows.length === many;
  }, 20_000);

/** Calls each of which adds a row that hangs on nothing but the account, with a name in clear. */
const CALLS: readonly [path: string, body: Record<string, unknown>][] = [
  ['/v1/role', { role_name: 'Left behind', permissions: ['campaigns.read'] }],
  ['/v1/api-key', { key_name: 'Left behind' }],
  ['/v1/workspace', { workspace_name: 'Left behind' }],
  ['/v1/user', { email: 'left-behind@example.test', role_code: 'VIEWER' }],
];

const callAll = (tenant: Tenant) => CALLS.map(([path, body]) => tenant.call('PUT', path, body));

async function left(tenant: Tenant): Promise<string[]> {
  const tables = filledTables(await contentOf(server.databaseUrl, tenant.accountId));
  return tables.filter((table) => !table.startsWith('audit_'));
}

describe('nothing is left of an erased account', () => {
  test('by calls that had written when it began: it waits for them', async () => {
    const { a } = server;
    await holdEvents();
    const calls = callAll(a);
    await waiting(CALLS.length);
    const erasing = eraseAccount(server.app.services, a.accountId);
    await waiting(CALLS.length + 1);
    await letGo();
    for (const { status, text } of await Promise.all(calls)) assert.equal(status, 200, text);
    const receipt = await erasing;
    assert.deepEqual([receipt.rows.custom_roles, receipt.rows.workspaces, receipt.rows.users], [1, 2, 2]);
    assert.deepEqual(await left(a), ['accounts']);
  });

  test('by calls that were let in before and write when it has deleted: they wait for it, and are refused', async () => {
    const { b } = server;
    await holdEvents();
    const erasing = eraseAccount(server.app.services, b.accountId);
    await waiting(1);
    const [role, fields] = CALLS[0] as (typeof CALLS)[number];
    // Its answer would be sealed by keys that are destroyed already.
    const keyed = b.call('PUT', role, fields, { headers: { 'idempotency-key': 'left-behind' } });
    const calls = [...callAll(b), keyed];
    await waiting(calls.length + 1);
    await letGo();
    await erasing;
    for (const { status, body } of await Promise.all(calls)) {
      assert.equal(status, 403, JSON.stringify(body));
      assert.equal(body.code, 'unauthorised');
    }
    assert.deepEqual(await left(b), ['accounts']);
  });
});
