import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { backupCommand } from '../../src/operator/backup.ts';
import { onCluster } from '../cluster.ts';
import { startProcess } from '../crash/processes.ts';
import { contentOf } from '../database-content.ts';
import { startTestServer, type TestServer, until } from '../harness.ts';
import { emptyInstallation, restore } from './installation.ts';

let server: TestServer;
let folder: string;
const databases: { drop(): Promise<void> }[] = [];

const command = (...args: string[]) => backupCommand(args, server.environment, () => undefined);
const whole = () => ['--from', join(folder, 'backup'), '--keys', join(folder, 'keys-copy')];

async function emptyPlace(): Promise<Record<string, string>> {
  const { environment, drop } = await emptyInstallation(server, folder);
  databases.push({ drop });
  return environment;
}

const accountsIn = async (url: string) => Number((await contentOf(url)).accounts?.split(' ')[0]);

describe('broken off,', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nudgescribe-broken-off-'));
    server = await startTestServer({ workers: false });
    await command('--to', join(folder, 'backup'), '--keys', join(folder, 'keys-copy'));
    await command('--to', join(folder, 'another-backup'));
  });

  after(async () => {
    for (const database of databases) await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  describe('a backup', () => {
    test('stands in the audit logs when it is whole, with or without keys, and never when it failed', async () => {
      const asOwner = (text: string) => onCluster(server.databaseUrl, (client) => client.query(text));
      const told = async ({ accountId }: { accountId: string }) =>
        (
          await asOwner(
            `select object_ids from audit_events where account_id = '${accountId}' and action = 'account.backed_up' order by event_id`,
          )
        ).rows.map((row) => row.object_ids.with_keys);
      const before = [
        [true, false],
        [true, false],
      ] as const;
      assert.deepEqual([await told(server.a), await told(server.b)], before);
      // The first account's rows can be copied, the second one's cannot.
      await asOwner(`create policy stop on users as restrictive to nudgescribe_app
        using (account_id <> '${server.b.accountId}' or 1 / (random() * 0)::integer > 0)`);
      try {
        await assert.rejects(command('--to', join(folder, 'failed')), /division by zero/);
      } finally {
        await asOwner('drop policy stop on users');
      }
      assert.deepEqual([await told(server.a), await told(server.b)], before);
      await asOwner(`create policy stop on audit_events as restrictive for insert to nudgescribe_app
        with check (account_id <> '${server.b.accountId}' or action <> 'account.backed_up')`);
      try {
        await assert.rejects(
          command('--to', join(folder, 'untold')),
          (error: Error) =>
            error.message.includes('is written, but') && error.message.endsWith(`${server.b.accountId}.`),
        );
      } finally {
        await asOwner('drop policy stop on audit_events');
      }
      assert.deepEqual([await told(server.a), await told(server.b)], [[...before[0], false], before[1]]);
    });
  });

  describe('a restore', () => {
    test('that is killed leaves no half an account, and goes on', async () => {
      const place = await emptyPlace();
      const url = place.NUDGESCRIBE_DATABASE_URL ?? '';
      // Somebody holds a table that the first account needs.
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('begin; lock table users in access exclusive mode');
      const running = startProcess(['restore', ...whole()], place);
      await until(async () => {
        assert.ok(!running.hasEnded(), running.output());
        const waits = await client.query(`select 1 from pg_locks where not granted and relation = 'users'::regclass`);
        return waits.rowCount === 1;
      });
      await running.end('SIGKILL');
      await client.query('rollback');
      await client.end();
      assert.equal(await accountsIn(url), 0);
      const told = await restore(place, ...whole(), '--continue');
      assert.equal(await accountsIn(url), 2);
      assert.match(told, /Restored 2 accounts as of/);
      assert.doesNotMatch(told, /were there already/);
      await assert.rejects(restore(place, ...whole()), /The database has accounts already/);
    });

    test('goes on with the backup it was broken off of and no other, and tells which accounts it left alone', async () => {
      const place = await emptyPlace();
      const url = place.NUDGESCRIBE_DATABASE_URL ?? '';
      await assert.rejects(restore(place, ...whole(), '--continue'), /No restore was broken off/);
      assert.equal(await accountsIn(url), 0);
      // Somebody makes the second account at the same time: the first one is in, the second one waits.
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query('begin');
      await client.query(`insert into accounts (account_id, account_name) values ($1, 'x')`, [server.b.accountId]);
      const running = startProcess(['restore', ...whole()], place);
      await until(async () => {
        assert.ok(!running.hasEnded(), running.output());
        const waits = await client.query(
          'select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))',
        );
        return waits.rowCount === 1;
      });
      await running.end('SIGKILL');
      await client.query('rollback');
      await client.query(`update accounts set account_name = 'Changed since'`);
      await client.end();
      assert.equal(await accountsIn(url), 1);
      await assert.rejects(
        restore(place, '--from', join(folder, 'another-backup'), '--continue'),
        /was of another backup/,
      );
      assert.equal(await accountsIn(url), 1);
      const before = await contentOf(url, server.a.accountId);
      const told = await restore(place, ...whole(), '--continue');
      assert.match(told, /1 of 2 accounts were there already and stayed as they are now/);
      assert.match(told, /Restored 1 accounts as of/);
      assert.equal(await accountsIn(url), 2);
      assert.deepEqual(await contentOf(url, server.a.accountId), before);
      await assert.rejects(restore(place, ...whole(), '--continue'), /No restore was broken off/);
    });
  });
});
