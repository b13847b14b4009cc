import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newId } from '../../platform/ids/ids.ts';
import { KeyRecordExists, type KeyStore } from './key-store.ts';
import { createLocalKeyStore } from './local-folder.ts';

let folder: string;
let store: KeyStore;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-keys-'));
  store = await createLocalKeyStore(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

const record = (accountId: string, wrapped = 'AAAA') => ({
  account_id: accountId,
  wrapped_index_secret: wrapped,
  versions: [{ version: 1, wrapped_key: wrapped }],
});

test('a record comes back as it was, from a file of mode 0600 in a folder of mode 0700', async () => {
  const accountId = newId();
  assert.equal(await store.get(accountId), null);
  await store.create(record(accountId));
  assert.deepEqual(await store.get(accountId), record(accountId));
  assert.equal((await stat(join(folder, 'keys', `${accountId}.json`))).mode & 0o777, 0o600);
  assert.equal((await stat(join(folder, 'keys'))).mode & 0o777, 0o700);
});

test('of many who make the same account one wins, and nobody overwrites', async () => {
  const accountId = newId();
  const tries = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => store.create(record(accountId, `key${index}`))),
  );
  const winners = tries.flatMap((made, index) => (made.status === 'fulfilled' ? [index] : []));
  assert.equal(winners.length, 1);
  for (const made of tries) assert.ok(made.status === 'fulfilled' || made.reason instanceof KeyRecordExists);
  assert.equal((await store.get(accountId))?.wrapped_index_secret, `key${winners[0]}`);
  assert.deepEqual(
    (await readdir(join(folder, 'keys'))).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('a deleted record is gone, and deleting it again is no error', async () => {
  const accountId = newId();
  await store.create(record(accountId));
  await store.delete(accountId);
  await store.delete(accountId);
  assert.equal(await store.get(accountId), null);
});

test('a damaged file is an error, never an account without keys', async () => {
  for (const text of ['', '{', '{}', JSON.stringify({ ...record(newId()), versions: [] })]) {
    const accountId = newId();
    await writeFile(join(folder, 'keys', `${accountId}.json`), text);
    await assert.rejects(store.get(accountId));
    await assert.rejects(store.create(record(accountId)), KeyRecordExists);
  }
});

test('an account id that is no uuid names no file', async () => {
  for (const accountId of ['', '../x', 'a/b', newId().toUpperCase()])
    await assert.rejects(async () => store.get(accountId), TypeError);
});
