import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import type { Database } from './database.ts';

let server: TestServer;
let owner: pg.Client;
let database: Database;
let tables: string[];

before(async () => {
  server = await startTestServer({ workers: false });
  database = server.app.services.database;
  owner = new pg.Client({ connectionString: server.databaseUrl });
  // The server's database is dropped with everybody in it before this connection is closed.
  owner.on('error', () => undefined);
  await owner.connect();
  const { rows } = await owner.query<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'account_id' order by 1`,
  );
  tables = rows.map(({ name }) => name);
  const workspace_id = server.b.workspaceId;
  await server.b.call('PUT', '/v1/cg', { workspace_id, group_name: 'Of B' });
  await server.b.call('PUT', '/v1/cpf', { workspace_id, field_name: 'number', field_type: 'string', is_unique: true });
});
after(() => owner.end());

test('every table with account_id has forced row security and one wall for the app', async () => {
  assert.ok(tables.length > 15, tables.join());
  for (const table of tables) {
    const { rows } = await owner.query(
      'select relrowsecurity, relforcerowsecurity, relkind from pg_class where oid = $1::regclass',
      [table],
    );
    assert.deepEqual(rows, [{ relrowsecurity: true, relforcerowsecurity: true, relkind: 'r' }], table);
    const policies = await owner.query(
      `select polcmd, pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as check
       from pg_policy where polrelid = $1::regclass and 'nudgescribe_app'::regrole = any(polroles)`,
      [table],
    );
    const wall = "(account_id = (current_setting('app.account_id'::text))::uuid)";
    assert.deepEqual(policies.rows, [{ polcmd: '*', using: wall, check: wall }], table);
  }
});

test('no table without account_id is open to the app', async () => {
  const { rows } = await owner.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p')
       and has_table_privilege('nudgescribe_app', c.oid, 'select, insert, update, delete')`,
  );
  assert.deepEqual(
    rows.map(({ name }) => name).filter((name) => !tables.includes(name)),
    [],
  );
});

test('neither role passes the walls by its own attributes', async () => {
  const { rows } = await owner.query(
    `select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname in ('nudgescribe_app', 'nudgescribe_operator') order by 1`,
  );
  const plain = { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false };
  assert.deepEqual(rows, [
    { rolname: 'nudgescribe_app', ...plain },
    { rolname: 'nudgescribe_operator', ...plain },
  ]);
});

test('every foreign key between tenant tables, and every key, contains account_id', async () => {
  const { rows } = await owner.query<{ table: string; name: string; type: string; columns: string[] }>(
    `select c.conrelid::regclass::text as table, c.conname as name, c.contype as type,
       array(select attname::text from unnest(c.conkey) k join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k) as columns
     from pg_constraint c where c.contype in ('f', 'p') and c.conrelid::regclass::text = any($1)`,
    [tables],
  );
  assert.ok(rows.length > tables.length);
  for (const { table, name, columns } of rows) assert.ok(columns.includes('account_id'), `${table} ${name}`);
});

test('with no account set every tenant table raises', async () => {
  const { a } = server;
  for (const table of tables)
    await assert.rejects(
      database.tenant(a.accountId, async (tx) => {
        await tx.run(`set local app.account_id = ''`);
        await tx.rows(`select 1 from ${table}`);
      }),
      { code: '22P02' },
      table,
    );
});

test("with one account set nothing of another's is seen, changed, removed or put in", async () => {
  const { a, b } = server;
  let seen = 0;
  for (const table of tables) {
    const ofB = (await owner.query(`select count(*)::int as n from ${table} where account_id = $1`, [b.accountId]))
      .rows[0].n;
    seen += ofB > 0 ? 1 : 0;
    await database.tenant(a.accountId, async (tx) => {
      assert.deepEqual(await tx.rows(`select 1 from ${table} where account_id = $1`, [b.accountId]), [], table);
      assert.deepEqual(await tx.rows(`select 1 from ${table} where account_id <> $1`, [a.accountId]), [], table);
    });
    // Nothing to touch, or no right to touch anything.
    for (const statement of [
      `update ${table} set account_id = account_id where account_id = $1`,
      `delete from ${table} where account_id = $1`,
    ])
      assert.equal(
        await database
          .tenant(a.accountId, (tx) => tx.run(statement, [b.accountId]))
          .catch((error: { code?: string }) => (error.code === '42501' ? 0 : error)),
        0,
        statement,
      );
    const after = (await owner.query(`select count(*)::int as n from ${table} where account_id = $1`, [b.accountId]))
      .rows[0].n;
    // The server links events meanwhile: rows may come, none may go.
    assert.ok(after >= ofB, `${table}: ${ofB} → ${after}`);
  }
  assert.ok(seen >= 7, `${seen} tables have rows of the other account`);
  await assert.rejects(
    database.tenant(a.accountId, (tx) =>
      tx.run('insert into workspaces (account_id, workspace_id, workspace_name, created_by) values ($1, $2, $3, $2)', [
        b.accountId,
        a.workspaceId,
        'Smuggled',
      ]),
    ),
    { code: '42501' },
  );
});

test('the account of a transaction does not outlive it, and only a uuid is one', async () => {
  const { a, b } = server;
  const names = async (accountId: string) =>
    (await database.tenant(accountId, (tx) => tx.rows<{ account_id: string }>('select account_id from accounts'))).map(
      ({ account_id }) => account_id,
    );
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) => names(index % 2 === 0 ? a.accountId : b.accountId)),
  );
  for (const [index, seen] of answers.entries()) assert.deepEqual(seen, [index % 2 === 0 ? a.accountId : b.accountId]);
  for (const odd of ['', 'x', `${a.accountId}'`, `${a.accountId}'; reset role; --`, a.accountId.toUpperCase()])
    for (const open of [database.tenant, database.tenantSnapshot])
      await assert.rejects(
        open(odd, async () => 1),
        TypeError,
      );
});

test('the operator sees no customer data, user or session', async () => {
  for (const table of ['customers', 'customer_identifiers', 'users', 'sessions', 'audit_events', 'workspaces'])
    await assert.rejects(
      database.acrossAccounts((tx) => tx.rows(`select * from ${table}`)),
      { code: '42501' },
      table,
    );
});
