import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readConfig } from '../../src/config.ts';
import { openServices } from '../../src/open-services.ts';
import { backupCommand } from '../../src/operator/backup.ts';
import { newestKnownMigration, newestMigration } from '../../src/platform/database/migrate.ts';
import { backupKeyOf, readManifest, writeManifest } from '../../src/product/backups/manifest.ts';
import { loadServerSecret } from '../../src/product/sealing/key-records.ts';
import { createLocalKeyStore } from '../../src/providers/key-store/local-folder.ts';
import { loadRootKey } from '../../src/root-key.ts';
import { databaseUrl, onCluster, prepareKeys } from '../cluster.ts';
import { startTestServer, type TestServer } from '../harness.ts';
import { emptyInstallation, onServer, restore, withApp } from './installation.ts';

let server: TestServer;
let folder: string;
const databases: { drop(): Promise<void> }[] = [];

const path = (name: string) => join(folder, name);
const from = (name: string) => ['--from', path(name), '--keys', path('keys-copy')];

async function emptyPlace(): Promise<Record<string, string>> {
  const { environment, drop } = await emptyInstallation(server, folder);
  databases.push({ drop });
  return environment;
}

const everythingIn = async (environment: Record<string, string>) =>
  (await readdir(environment.NUDGESCRIBE_DATA_DIR ?? '', { recursive: true })).sort();

describe('a restore that is refused', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nudgescribe-refused-'));
    server = await startTestServer({ workers: false });
    const args = ['--to', path('backup'), '--keys', path('keys-copy')];
    await backupCommand(args, server.environment, () => undefined);
  });
  after(async () => {
    for (const database of databases) await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  test('brings no keys: whatever the reason, the data folder stays empty', async () => {
    const { backupKey } = server.app.services;
    const manifest = await readManifest(path('backup'), backupKey);
    for (const name of ['unfinished', 'unsigned', 'newer']) await mkdir(path(name));
    await writeManifest(path('unsigned'), randomBytes(32), manifest);
    await writeManifest(path('newer'), backupKey, { ...manifest, migration: manifest.migration + 1 });
    const place = await emptyPlace();
    const live: Record<string, string> = { ...place, NUDGESCRIBE_DATABASE_URL: server.databaseUrl };
    const refusals: [environment: Record<string, string>, args: string[], why: RegExp][] = [
      [place, from('mistyped'), /There is no finished backup in .*mistyped/],
      [place, from('unfinished'), /There is no finished backup/],
      [place, from('unsigned'), /was not made by an installation with these keys, or was altered since/],
      [place, from('newer'), /is of a newer version/],
      [place, [...from('backup'), '--continue'], /No restore was broken off/],
      [live, from('backup'), /The database has accounts already/],
    ];
    for (const [environment, args, why] of refusals) {
      await assert.rejects(restore(environment, ...args), why);
      assert.deepEqual(await everythingIn(environment), [], why.source);
    }
  });

  test('for the accounts of a database does not bring that up to date either', async () => {
    const name = `t_${randomBytes(8).toString('hex')}`;
    await onServer(server.databaseUrl, `create database ${name}`);
    databases.push({ drop: () => onServer(server.databaseUrl, `drop database ${name} with (force)`) });
    const url = databaseUrl(server.databaseUrl, name);
    const older: Record<string, string> = { ...(await emptyPlace()), NUDGESCRIBE_DATABASE_URL: url };
    await cp(join(server.dataDir, 'keys'), join(older.NUDGESCRIBE_DATA_DIR ?? '', 'keys'), { recursive: true });
    const was = (await newestKnownMigration()) - 1;
    const { close } = await openServices(readConfig(older), { migrateUpTo: was });
    await close();
    await onCluster(url, (client) =>
      client.query(`insert into accounts (account_id, account_name) values ($1, 'x')`, [server.a.accountId]),
    );
    await assert.rejects(restore(older, ...from('backup')), /The database has accounts already/);
    assert.equal(await newestMigration(url), was);
  });

  test('as the database is of another installation changes neither that nor the data folder', async () => {
    const { environment, rootKey } = await strangers();
    const passwords = () =>
      onCluster(server.databaseUrl, async (client) => {
        const text = "select rolname, rolpassword from pg_authid where rolname like 'nudgescribe%' order by rolname";
        return (await client.query(text)).rows;
      });
    const was = await passwords();
    const manifest = await readManifest(path('backup'), server.app.services.backupKey);
    await mkdir(path('of-strangers'));
    const store = await createLocalKeyStore(path('strangers-keys'));
    await writeManifest(path('of-strangers'), backupKeyOf(await loadServerSecret(rootKey, store)), manifest);
    const args = ['--from', path('of-strangers'), '--keys', path('strangers-keys')];
    await assert.rejects(restore(environment, ...args), /are of another installation than the database/);
    assert.deepEqual([await everythingIn(environment), await passwords()], [[], was]);
  });

  test('as a server runs on the data folder brings it no keys', async () => {
    const { NUDGESCRIBE_DATABASE_URL: _, ...builtIn } = await emptyPlace();
    const dataDir = builtIn.NUDGESCRIBE_DATA_DIR ?? '';
    await cp(join(server.dataDir, 'keys', 'server'), join(dataDir, 'keys', 'server'), { recursive: true });
    await withApp(builtIn, false, async () => {
      const keys = () => readdir(join(dataDir, 'keys'));
      const was = await keys();
      assert.ok(!was.includes(server.a.accountId));
      await assert.rejects(restore(builtIn, ...from('backup')), { name: 'DataFolderInUse' });
      assert.deepEqual(await keys(), was);
    });
  });
});

/** Another installation's settings, with this database's address; its keys are in a copy, and its data folder is empty. */
async function strangers() {
  const key = randomBytes(32).toString('hex');
  await prepareKeys(path('strangers-keys'), key);
  const environment = { ...(await emptyPlace()), NUDGESCRIBE_ROOT_KEY: key };
  return { environment, rootKey: await loadRootKey(readConfig(environment)) };
}
