import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { databaseUrl, startCluster, type TestCluster } from '../../../test/cluster.ts';
import { keptReport } from '../../product/imports/row-error.ts';
import { newId } from '../ids/ids.ts';
import { asOwner } from './as-owner.ts';
import { migrate } from './migrate.ts';

// A cluster of its own: roles belong to the whole cluster, and other tests' servers use theirs.
let cluster: TestCluster;
let owner: pg.Client;
before(async () => {
  cluster = await startCluster();
  owner = new pg.Client({ connectionString: cluster.url });
  await owner.connect();
});
after(async () => {
  await owner.end();
  await cluster.stop();
});

describe('migrating', () => {
  test('two databases of one cluster at the same moment do not keep each other from the roles', async () => {
    const passwords = { app: randomBytes(8).toString('hex'), operator: randomBytes(8).toString('hex') };
    const urls: string[] = [];
    for (const name of ['one', 'two', 'three', 'four']) {
      await owner.query(`create database ${name}`);
      urls.push(databaseUrl(cluster.url, name));
    }
    for (let round = 0; round < 10; round += 1) {
      const done = await Promise.all(urls.map((url) => migrate(url, passwords)));
      assert.deepEqual(
        done.map(({ applied }) => applied.length > 0),
        urls.map(() => round === 0),
      );
    }
  });

  test('a database of a newer version is refused before the roles of its server get other passwords', async () => {
    const passwords = () => ({ app: randomBytes(8).toString('hex'), operator: randomBytes(8).toString('hex') });
    await owner.query('create database newer');
    const url = databaseUrl(cluster.url, 'newer');
    await migrate(url, passwords());
    await asOwner(url, (client) =>
      client.query("insert into migrations (number, name, checksum) values (9999, '9999_newer.sql', '')"),
    );
    const kept = async () =>
      (await owner.query("select rolpassword from pg_authid where rolname like 'nudgescribe%' order by rolname")).rows;
    const was = await kept();
    await assert.rejects(migrate(url, passwords()), /has migration 9999, which this version does not know/);
    assert.deepEqual(await kept(), was);
  });

  test('removes what calls have left of erased accounts so far, and nothing of others', async () => {
    const passwords = { app: randomBytes(8).toString('hex'), operator: randomBytes(8).toString('hex') };
    await owner.query('create database leftovers');
    const url = databaseUrl(cluster.url, 'leftovers');
    await migrate(url, passwords, 44);
    const [erased, living] = [newId(), newId()];
    const left = await asOwner(url, async (client) => {
      for (const [accountId, erasedAt] of [
        [erased, new Date()],
        [living, null],
      ]) {
        await client.query("insert into accounts (account_id, account_name, erased_at) values ($1, 'A', $2)", [
          accountId,
          erasedAt,
        ]);
        await client.query(
          `with w as (insert into workspaces (account_id, workspace_id, workspace_name, created_by) values ($1, $2, 'W', $2) returning *)
           insert into customer_groups (account_id, customer_group_id, workspace_id, group_name, created_by)
           select account_id, workspace_id, workspace_id, 'G', workspace_id from w`,
          [accountId, newId()],
        );
        await client.query(
          `insert into custom_roles (account_id, role_code, role_name, permissions, created_by) values ($1, 'CUSTOM_R', 'R', '{}', $1)`,
          [accountId],
        );
      }
      await migrate(url, passwords);
      const found = await client.query<{ accounts: string[]; forced: boolean }>(
        `select (select array_agg(distinct account_id::text) from (
           select account_id from workspaces union all select account_id from customer_groups union all select account_id from custom_roles) l) as accounts,
         (select bool_and(relforcerowsecurity) from pg_class where oid in (select polrelid from pg_policy where polname = 'tenant')) as forced`,
      );
      return found.rows;
    });
    assert.deepEqual(left, [{ accounts: [living], forced: true }]);
  });

  test('leaves of imports no map of headers, no unknown key, and no header without failed rows; what waits keeps what it needs', async () => {
    const passwords = { app: randomBytes(8).toString('hex'), operator: randomBytes(8).toString('hex') };
    await owner.query('create database mapped');
    const url = databaseUrl(cluster.url, 'mapped');
    await migrate(url, passwords, 45);
    const person = 'ada@example.com';
    const unknown = { row: 1, field: person, code: 'unknown_field', message: 'Remove it.' };
    const blank = { row: 1, field: 'email', code: 'required', message: 'Fill it in.' };
    const found = await asOwner(url, async (client) => {
      const accountId = newId();
      await client.query("insert into accounts (account_id, account_name) values ($1, 'A')", [accountId]);
      await client.query(
        "insert into workspaces (account_id, workspace_id, workspace_name, created_by) values ($1, $1, 'W', $1)",
        [accountId],
      );
      for (const [name, kind, status, failed] of [
        ['clean', 'csv', 'completed', false],
        ['failed', 'csv', 'completed', true],
        ['waiting', 'csv', 'queued', false],
        ['waiting records', 'ndjson', 'running', true],
        ['records', 'ndjson', 'rejected', true],
      ] as const) {
        const importId = newId();
        await client.query(
          `insert into imports (account_id, import_id, workspace_id, customer_group_id, status, content_kind, created_by, options, sealed_header, errors)
           values ($1, $2, $1, $1, $3, $4, $1, $5, case when $4 = 'csv' then 'sealed'::bytea end, $6)`,
          [
            accountId,
            importId,
            status,
            kind,
            JSON.stringify({ name, field_map: { [person]: 'email' } }),
            JSON.stringify(kind === 'ndjson' ? [blank, unknown] : [blank]),
          ],
        );
        if (failed)
          await client.query(
            'insert into import_failed_rows (account_id, import_id, row_number, sealed_row) values ($1, $2, 1, $3)',
            [accountId, importId, Buffer.from('sealed')],
          );
      }
      await migrate(url, passwords);
      const { rows } = await client.query<{ options: Record<string, unknown>; header: boolean; errors: unknown[] }>(
        'select options, sealed_header is not null as header, errors from imports order by import_id',
      );
      return rows;
    });
    assert.deepEqual(
      found.map(({ options, header }) => [options.name, 'field_map' in options, header]),
      [
        ['clean', false, false],
        ['failed', false, true],
        ['waiting', false, true],
        ['waiting records', true, false],
        ['records', false, false],
      ],
    );
    for (const { errors } of found.slice(0, 3)) assert.deepEqual(errors, [blank]);
    const told = keptReport({ errors: [blank, unknown], error_counts: {} }).errors;
    for (const { errors } of found.slice(3)) assert.deepEqual(errors, told, 'as they are kept now');
  });
});
