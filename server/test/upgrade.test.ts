import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../src/config.ts';
import { openServices } from '../src/open-services.ts';
import { backupCommand } from '../src/operator/backup.ts';
import { examine } from '../src/operator/doctor.ts';
import { newestKnownMigration } from '../src/platform/database/migrate.ts';
import { readManifest, writeManifest } from '../src/product/backups/manifest.ts';
import { emptyInstallation, onServer, restore } from './backup/installation.ts';
import { databaseUrl, onCluster } from './cluster.ts';
import { startProcess } from './crash/processes.ts';
import { startTestServer, type TestServer, until } from './harness.ts';

let server: TestServer;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-upgrade-'));
  server = await startTestServer({ workers: false });
});
after(() => rm(folder, { recursive: true, force: true }));

/** An installation as a version left it that has all migrations but the newest. */
async function olderInstallation(): Promise<{
  environment: Record<string, string>;
  url: string;
  drop(): Promise<void>;
}> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  await onServer(server.databaseUrl, `create database ${name}`);
  const url = databaseUrl(server.databaseUrl, name);
  const dataDir = await mkdtemp(join(folder, 'data-'));
  await cp(join(server.dataDir, 'keys'), join(dataDir, 'keys'), { recursive: true });
  const environment = { ...server.environment, NUDGESCRIBE_DATABASE_URL: url, NUDGESCRIBE_DATA_DIR: dataDir };
  const { close } = await openServices(readConfig(environment), { migrateUpTo: (await newestKnownMigration()) - 1 });
  await close();
  return { environment, url, drop: () => onServer(server.databaseUrl, `drop database ${name} with (force)`) };
}

const newestIn = (url: string) =>
  onCluster(
    url,
    async (client) => (await client.query('select max(number) as number from migrations')).rows[0]?.number,
  );

async function command(args: string[], settings: Record<string, string>): Promise<{ code: unknown; output: string }> {
  const running = startProcess(args, settings);
  return { code: await running.ended, output: running.output() };
}

describe('an installation of an older version', () => {
  test('is changed by no command but those that are for it', async () => {
    const { environment, url, drop } = await olderInstallation();
    const newest = await newestKnownMigration();
    const was = await newestIn(url);
    assert.ok(was < newest);
    for (const args of [
      ['backup', '--to', join(folder, 'too-early')],
      ['keys', 'status'],
      ['account', 'create', '--name', 'Third', '--email', 'third@example.test'],
    ]) {
      const { code, output } = await command(args, environment);
      assert.equal(code, 1, args.join(' '));
      assert.match(output, /^The database is of an older version: 1 migration is to be run.*operator -- migrate".*\n$/);
    }
    assert.ok(!(await readdir(folder)).includes('too-early'));
    const told = await examine(environment);
    assert.ok(told.some(({ level, what }) => level === 'note' && what === '1 migrations are to be run.'));
    assert.equal(await newestIn(url), was);
    assert.match((await command(['migrate'], environment)).output, /The database is up to date/);
    assert.equal(await newestIn(url), newest);
    assert.equal((await command(['keys', 'status'], environment)).code, 0);
    await drop();
  });

  test('is waited for by a worker until its server has brought it up to date', async () => {
    const { environment, url, drop } = await olderInstallation();
    const was = await newestIn(url);
    const worker = startProcess(['worker'], environment);
    await sleep(3_000);
    assert.deepEqual([worker.hasEnded(), worker.output()], [false, '']);
    assert.equal(await newestIn(url), was);
    const { close } = await openServices(readConfig(environment));
    await until(async () => {
      assert.ok(!worker.hasEnded(), worker.output());
      return worker.output().includes('works off jobs');
    });
    await close();
    assert.equal(await worker.end('SIGTERM'), 0, worker.output());
    await drop();
  });

  test('has its job queue changed by no other command either', async () => {
    const version = async (change: number) =>
      onCluster(server.databaseUrl, async (client) => {
        const text = 'update job_queue.version set version = version + $1 returning version';
        return (await client.query(text, [change])).rows[0]?.version;
      });
    const was = await version(-1);
    const { code, output } = await command(['keys', 'status'], server.environment);
    assert.deepEqual([await version(0), code], [was, 1]);
    assert.match(output, /^The database is of an older version: those of the job queue are to be run/);
    assert.ok((await examine(server.environment)).some(({ what }) => what.includes('those of the job queue')));
    await version(1);
    assert.equal((await command(['keys', 'status'], server.environment)).code, 0);
  });
});

test('a backup of a newer version is not restored, and the installation it was to go into stays empty', async () => {
  const [to, keys] = [join(folder, 'backup'), join(folder, 'keys')];
  await backupCommand(['--to', to, '--keys', keys], server.environment, () => undefined);
  const { backupKey } = server.app.services;
  const manifest = await readManifest(to, backupKey);
  assert.equal(manifest.migration, await newestKnownMigration());
  await writeManifest(to, backupKey, { ...manifest, migration: manifest.migration + 1 });
  const { environment, drop } = await emptyInstallation(server, folder);
  await assert.rejects(
    restore(environment, '--from', to, '--keys', keys),
    /newer version: of migration \d+, and this version has \d+\. Restore it with the version that made it/,
  );
  const accounts = await onCluster(environment.NUDGESCRIBE_DATABASE_URL ?? '', (client) =>
    client.query('select 1 from accounts'),
  );
  assert.equal(accounts.rowCount, 0);
  await drop();
});
