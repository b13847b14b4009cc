import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readConfig } from '../../src/config.ts';
import { keysCommand } from '../../src/key-commands.ts';
import { backupCommand } from '../../src/operator/backup.ts';
import { createAccountKeyring } from '../../src/product/sealing/account-keys.ts';
import { createLocalKeyStore } from '../../src/providers/key-store/local-folder.ts';
import { loadRootKey } from '../../src/root-key.ts';
import { startTestServer, type TestServer } from '../harness.ts';
import { emptyInstallation, restore, signedIn, withApp } from './installation.ts';

type Environment = Record<string, string>;

const young = randomBytes(32).toString('hex');
let server: TestServer;
let folder: string;
const databases: { drop(): Promise<void> }[] = [];

const old = () => server.environment.NUDGESCRIBE_ROOT_KEY ?? '';
const path = (name: string) => join(folder, name);
const under = (environment: Environment, ...rootKeys: string[]) => ({
  ...environment,
  NUDGESCRIBE_ROOT_KEY: rootKeys.join(','),
});

/** Every file of a folder with what is in it. */
async function contentOf(root: string): Promise<[string, string][]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.sort().map(async (file) => [file, await readFile(file, 'utf8')] as [string, string]));
}

async function backUp(environment: Environment, to: string, keys: string): Promise<string> {
  const told: string[] = [];
  await backupCommand(['--to', path(to), '--keys', path(keys)], environment, (text) => told.push(text));
  return told.join('\n');
}

async function emptyPlace(): Promise<Environment> {
  const { environment, drop } = await emptyInstallation(server, folder);
  databases.push({ drop });
  return environment;
}

/** The versions of an account's keys that open under these root keys. */
async function versionsIn(environment: Environment, accountId: string): Promise<number[]> {
  const config = readConfig(environment);
  const keyStore = await createLocalKeyStore(config.dataDir);
  const keyring = createAccountKeyring({ rootKey: await loadRootKey(config), keyStore });
  const keys = await keyring.forAccount(accountId).finally(() => keyring.close());
  return keys.versions.map(({ version }) => version);
}

describe('a copy of keys', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nudgescribe-copies-'));
    server = await startTestServer({ workers: false, keyTiming: { sealsAfterMs: 0 } });
    await backUp(server.environment, 'first', 'old-keys');
  });
  after(async () => {
    for (const database of databases) await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  test('is of one root key: after a rotation of that it is refused and stays as it is, and a new one restores', async () => {
    const { accountId } = server.a;
    const copied = await contentOf(path('old-keys'));
    const both = under(server.environment, young, old());
    // The settings name the new one, and nothing is wrapped by it yet.
    await assert.rejects(backUp(both, 'second', 'new-keys'), /Finish "keys rotate-root" first/);
    await keysCommand(readConfig(both), ['rotate-root'], () => undefined);
    await assert.rejects(backUp(both, 'second', 'old-keys'), /copied under another root key.*Name a new folder/);
    assert.deepEqual(await contentOf(path('old-keys')), copied);
    assert.match(await backUp(both, 'second', 'new-keys'), /Backed up into/);
    assert.match(await backUp(under(both, young), 'third', 'new-keys'), /Backed up into/, 'the same each time');
    const place = under(await emptyPlace(), young);
    await restore(place, '--from', path('third'), '--keys', path('new-keys'));
    await withApp(place, false, (app) => signedIn(app, server.a));
    assert.deepEqual(await versionsIn(place, accountId), [1]);
  });

  test('of before a rotation of the root key closes no account that it is brought to', async () => {
    const { accountId } = server.a;
    const { keyring } = server.app.services;
    const place = await emptyPlace();
    const data = place.NUDGESCRIBE_DATA_DIR ?? '';
    await cp(join(server.dataDir, 'keys'), join(data, 'keys'), { recursive: true });
    // A version that the older copy has and these keys have no longer.
    const config = readConfig(under(place, young));
    const keyStore = await createLocalKeyStore(data);
    const newer = createAccountKeyring({ rootKey: await loadRootKey(config), keyStore, timing: keyring.timing });
    await newer.addVersion(accountId, 1);
    await newer.dropVersionsBelow(accountId, 2);
    newer.close();
    const keys = await contentOf(join(data, 'keys'));
    const wish = ['--from', path('third'), '--keys', path('old-keys')];
    await assert.rejects(restore(under(place, young), ...wish), /do not open under this root key.*set both/);
    assert.deepEqual(await contentOf(join(data, 'keys')), keys);
    assert.deepEqual(await versionsIn(under(place, young), accountId), [2]);
    await restore(under(place, young, old()), ...wish);
    assert.deepEqual(await versionsIn(under(place, young), accountId), [1, 2], 'wrapped anew by the first one');
  });
});
