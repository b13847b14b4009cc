import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import pg from 'pg';
import { startProcess } from '../test/crash/processes.ts';
import { startTestServer, type TestServer, until } from '../test/harness.ts';
import { readConfig } from './config.ts';
import { keysCommand } from './key-commands.ts';
import { newId } from './platform/ids/ids.ts';
import { createAccountKeyring } from './product/sealing/account-keys.ts';
import { SERVER_RECORD } from './providers/key-store/key-store.ts';
import { createLocalRootKeys } from './providers/root-key/local-keys.ts';
import { loadRootKey, readRootKeyFile } from './root-key.ts';

const young = randomBytes(32).toString('hex');
let server: TestServer;
let old: string;
before(async () => {
  server = await startTestServer({ workers: false });
  old = server.environment.NUDGESCRIBE_ROOT_KEY ?? '';
});

const configOf = (...rootKeys: string[]) =>
  readConfig({ ...server.environment, NUDGESCRIBE_ROOT_KEY: rootKeys.join(',') });
const namesOf = async (...rootKeys: string[]) => (await loadRootKey(configOf(...rootKeys))).names();

/** Gives a `keys` command under these root keys, and what it prints. */
async function keys(rootKeys: string[], ...args: string[]): Promise<string> {
  const told: string[] = [];
  await keysCommand(configOf(...rootKeys), args, (text) => told.push(text));
  return told.join('\n');
}

async function withOwner<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  return work(client).finally(() => client.end());
}

test('the keys commands take no argument that they do not know', async () => {
  for (const what of ['status', 'rotate-root', 'rotate'])
    for (const more of ['--dry-run', 'whatever'])
      await assert.rejects(keys([young, old], what, more), /Unknown option|Unexpected argument|needs the ids/);
  const [oldName = ''] = await namesOf(old);
  assert.ok(!(await keys([old], 'status')).includes('not in the settings'));
  assert.match(await keys([old], 'status'), new RegExp(`${oldName}  wraps and opens; 5 keys`));
});

test('keys status tells how far a rotation is, and that it failed', async () => {
  const { accountId } = server.a;
  const line = async () => (await keys([old], 'status')).split('\n').find((one) => one.startsWith(accountId)) ?? '';
  assert.doesNotMatch(await line(), /rotation/);
  const jobId = /job (\S+)/.exec(await keys([old], 'rotate', accountId))?.[1];
  assert.ok((await line()).includes(`rotation ${jobId} queued at 0 of 0 customers`));
  await withOwner((client) =>
    client.query(
      `update jobs set status = 'failed', error_code = 'gone', error_message = 'It is gone.' where job_id = $1`,
      [jobId],
    ),
  );
  assert.match(await line(), /failed at 0 of 0 customers, .*: It is gone\. Begin again with `keys rotate`\.$/);
});

test('a rotation of the root key in the settings says to take the old one out only where it wraps nothing', async () => {
  const { accountId } = server.a;
  const [oldName = '', youngName = ''] = await namesOf(old, young);
  for (const one of [[old], [old, old]])
    await assert.rejects(keys(one, 'rotate-root'), /has one key only.*Set it to NEW,OLD/);
  const before = await keys([old, young], 'rotate-root');
  assert.match(before, new RegExp(`wrapped by the first root key already, ${oldName}: nothing was changed`));
  assert.doesNotMatch(before, /Take the old one/);
  // A server that has been started again already adds a version: the record is wrapped by both.
  const rootKey = await loadRootKey(configOf(young, old));
  const { keyStore } = server.app.services;
  const keyring = createAccountKeyring({ rootKey, keyStore });
  await keyring.addVersion(accountId, 1);
  keyring.close();
  const between = await keys([young, old], 'status');
  assert.match(between, new RegExp(`${accountId}  versions 1, 2  wrapped by ${oldName}, ${youngName}`));
  assert.match(between, new RegExp(`${youngName}  wraps and opens; 1 keys[\\s\\S]*${oldName}  opens; 5 keys`));
  assert.match(
    await keys([old, young], 'status'),
    new RegExp(`${oldName}  wraps and opens; 5 keys[\\s\\S]*${youngName}  opens; 1 keys`),
  );
  const told = await keys([young, old], 'rotate-root');
  assert.match(told, new RegExp(`3 records .* by the root key ${youngName}`));
  assert.match(
    told,
    /give this command again\. Take the old one .* wraps 0 keys[\s\S]*new backup, with a new --keys folder/,
  );
  assert.match(await keys([young, old], 'status'), new RegExp(`${oldName}  opens; 0 keys`));
  assert.doesNotMatch(await keys([young], 'status'), new RegExp(oldName));
});

test('of two rotations of the root key at the same moment one is refused, and every key opens by what is left', async () => {
  const path = join(server.dataDir, 'the-root-key');
  await writeFile(path, `${young}\n`, { mode: 0o600 });
  const { NUDGESCRIBE_ROOT_KEY: _, ...others } = server.environment;
  const settings = { ...others, NUDGESCRIBE_ROOT_KEY_FILE: path };
  const first = await withOwner(async (client) => {
    // It waits for its first event, with the new key in the file.
    await client.query('begin; lock table audit_events in exclusive mode');
    const running = startProcess(['keys', 'rotate-root'], settings);
    await until(async () => {
      assert.ok(!running.hasEnded(), running.output());
      return (await readRootKeyFile(path))?.length === 2;
    });
    const second = startProcess(['keys', 'rotate-root'], settings);
    assert.equal(await second.ended, 1, second.output());
    assert.match(second.output(), /Another rotation of the root key is under way/);
    assert.equal((await readRootKeyFile(path))?.length, 2);
    await client.query('rollback');
    return running;
  });
  assert.equal(await first.ended, 0, first.output());
  assert.match(first.output(), /alone is left in .*the-root-key: copy it/);
  assert.equal((await readRootKeyFile(path))?.length, 1);
  const config = readConfig(settings);
  const { keyStore } = server.app.services;
  const keyring = createAccountKeyring({ rootKey: await loadRootKey(config), keyStore });
  for (const name of await keyStore.names())
    if (name !== SERVER_RECORD) assert.ok((await keyring.forAccount(name)).versions.length > 0);
  keyring.close();
});

describe('keys that do not open', () => {
  const strangers = newId();
  const damaged = newId();
  let now: string;
  before(async () => {
    now = (await readRootKeyFile(join(server.dataDir, 'the-root-key')))?.[0]?.toString('hex') ?? '';
    const { keyStore } = server.app.services;
    const bytes = randomBytes(32);
    const rootKey = await createLocalRootKeys(async () => [bytes]);
    const keyring = createAccountKeyring({ rootKey, keyStore });
    await keyring.create(strangers);
    keyring.close();
    await mkdir(join(server.dataDir, 'keys', damaged), { mode: 0o700 });
    await writeFile(join(server.dataDir, 'keys', damaged, '1.json'), '{', { mode: 0o600 });
  });

  test('do not keep keys status from telling all others, and the root keys', async () => {
    const told = await keys([now], 'status');
    assert.ok(told.includes(`${damaged}  cannot be read`), told);
    assert.match(told, new RegExp(`${strangers}  versions 1  wrapped by local:`));
    assert.match(told, /Root keys, those of the settings first[\s\S]*is not in the settings and opens nothing; 2 keys/);
  });

  test('are named by a rotation of the root key, which wraps all others and keeps the old one in its file', async () => {
    const path = join(server.dataDir, 'another-root-key');
    const { NUDGESCRIBE_ROOT_KEY: _, ...others } = server.environment;
    await writeFile(path, `${now}\n`, { mode: 0o600 });
    const settings = { ...others, NUDGESCRIBE_ROOT_KEY_FILE: path };
    const running = startProcess(['keys', 'rotate-root'], settings);
    assert.equal(await running.ended, 1, running.output());
    assert.match(running.output(), /3 records of the key store were wrapped anew/);
    assert.match(running.output(), /stands first in .*another-root-key, and the old one behind it/);
    const named = [damaged, strangers].sort().join(', ');
    assert.ok(running.output().includes(`These do not open and stayed as they are: ${named}. Put their folders`));
    const [first, second] = ((await readRootKeyFile(path)) ?? []).map((key) => key.toString('hex'));
    assert.equal(second, now);
    for (const name of [strangers, damaged]) await rm(join(server.dataDir, 'keys', name), { recursive: true });
    const { keyStore } = server.app.services;
    const keyring = createAccountKeyring({ rootKey: await loadRootKey(configOf(first ?? '')), keyStore });
    for (const name of await keyStore.names())
      if (name !== SERVER_RECORD) assert.ok((await keyring.forAccount(name)).versions.length > 0);
    keyring.close();
    const again = startProcess(['keys', 'rotate-root'], settings);
    assert.equal(await again.ended, 0, again.output());
    assert.equal((await readRootKeyFile(path))?.length, 1);
  });
});
