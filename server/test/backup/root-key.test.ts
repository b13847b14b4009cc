import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readConfig } from '../../src/config.ts';
import { keysCommand } from '../../src/key-commands.ts';
import { backupCommand } from '../../src/operator/backup.ts';
import { newId } from '../../src/platform/ids/ids.ts';
import { createAccountKeyring } from '../../src/product/sealing/account-keys.ts';
import { createLocalKeyStore } from '../../src/providers/key-store/local-folder.ts';
import { createLocalRootKeys } from '../../src/providers/root-key/local-keys.ts';
import { loadRootKey } from '../../src/root-key.ts';
import { startTestServer, type TestServer } from '../harness.ts';
import { emptyInstallation, restore, signedIn, withApp } from './installation.ts';

type Environment = Record<string, string>;

const young = randomBytes(32).toString('hex');
// Wraps by putting the secret beside the key's name, and opens what it has wrapped by any key.
const SERVICE = `
let text = '';
process.stdin.on('data', (chunk) => { text += chunk; }).on('end', () => {
  const { operation, plaintext, ciphertext } = JSON.parse(text);
  const key_id = process.argv[2];
  const answer = { current: { key_id }, wrap: { key_id, ciphertext: plaintext }, unwrap: { plaintext: ciphertext } };
  process.stdout.write(JSON.stringify(answer[operation]));
});
`;

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

  test('is not kept from the others by keys that do not open: they are copied as they are, named, and brought back so', async () => {
    const both = under(server.environment, young);
    const { keyStore } = server.app.services;
    const [strangers, damaged] = [newId(), newId()];
    const bytes = randomBytes(32);
    const foreign = createAccountKeyring({ rootKey: await createLocalRootKeys(async () => [bytes]), keyStore });
    await foreign.create(strangers);
    foreign.close();
    await mkdir(join(server.dataDir, 'keys', damaged));
    await writeFile(join(server.dataDir, 'keys', damaged, '1.json'), '{');
    // The second time beside what the first one has copied.
    for (const to of ['fourth', 'fifth'])
      await assert.rejects(backUp(both, to, 'whatever-opens'), (error: Error) => {
        assert.match(error.message, /^The backup is written, but these keys do not open, and were copied as far as/);
        for (const name of [strangers, damaged]) assert.ok(error.message.includes(name), error.message);
        return true;
      });
    const copy = await createLocalKeyStore(path('whatever-opens'));
    assert.deepEqual(await copy.get(strangers), await keyStore.get(strangers));
    assert.equal(await copy.get(damaged), null);
    const place = under(await emptyPlace(), young);
    const told = await restore(place, '--from', path('fifth'), '--keys', path('whatever-opens'));
    assert.ok(told.includes(`These keys of the copy do not open: ${strangers}.`), told);
    for (const { accountId } of [server.a, server.b]) assert.deepEqual(await versionsIn(place, accountId), [1]);
    for (const name of [strangers, damaged]) await rm(join(server.dataDir, 'keys', name), { recursive: true });
  });

  test('has what a key management service has wrapped by any of its keys: it goes on to the next by itself', async () => {
    const script = path('service.cjs');
    await writeFile(script, SERVICE);
    const by = (key: string) => ({
      ...under(server.environment, young),
      NUDGESCRIBE_ROOT_KEY_PROGRAM: JSON.stringify([process.execPath, script, key]),
    });
    const dataDir = await mkdtemp(path('data-'));
    await cp(join(server.dataDir, 'keys'), join(dataDir, 'keys'), { recursive: true });
    const first = { ...by('key/1'), NUDGESCRIBE_DATA_DIR: dataDir };
    await keysCommand(readConfig(first), ['rotate-root'], () => undefined);
    assert.match(await backUp(first, 'sixth', 'service-keys'), /Backed up into/);
    const second = { ...by('key/2'), NUDGESCRIBE_DATA_DIR: dataDir };
    assert.match(await backUp(second, 'seventh', 'service-keys'), /Backed up into/);
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
