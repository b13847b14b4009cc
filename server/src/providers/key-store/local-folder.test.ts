import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newId } from '../../platform/ids/ids.ts';
import {
  type AccountKeyRecord,
  type KeptRecord,
  KeyRecordChanged,
  KeyRecordDamaged,
  KeyRecordExists,
  type KeyStore,
} from './key-store.ts';
import { createLocalKeyStore } from './local-folder.ts';

let folder: string;
let store: KeyStore;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-keys-'));
  store = await createLocalKeyStore(folder);
});
after(() => rm(folder, { recursive: true, force: true }));

const record = (accountId: string, wrapped = 'AAAA'): AccountKeyRecord => ({
  kind: 'account',
  account_id: accountId,
  wrapped_index_secret: wrapped,
  versions: [{ version: 1, wrapped_key: wrapped, seals_from: new Date(0).toISOString() }],
});
const kept = async (accountId: string) => (await store.get(accountId)) as KeptRecord;

test('a record comes back as it was, from a file of mode 0600 in folders of mode 0700', async () => {
  const accountId = newId();
  assert.equal(await store.get(accountId), null);
  await store.create(accountId, record(accountId));
  assert.deepEqual(await store.get(accountId), { record: record(accountId), generation: 1 });
  assert.equal((await stat(join(folder, 'keys', accountId, '1.json'))).mode & 0o777, 0o600);
  for (const path of [join(folder, 'keys'), join(folder, 'keys', accountId)])
    assert.equal((await stat(path)).mode & 0o777, 0o700);
  assert.ok((await store.names()).includes(accountId));
});

test('of many who make the same account one wins, and nobody overwrites', async () => {
  const accountId = newId();
  const tries = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => store.create(accountId, record(accountId, `key${index}`))),
  );
  const winners = tries.flatMap((made, index) => (made.status === 'fulfilled' ? [index] : []));
  assert.equal(winners.length, 1);
  for (const made of tries) assert.ok(made.status === 'fulfilled' || made.reason instanceof KeyRecordExists);
  const { record: won } = await kept(accountId);
  assert.equal((won as AccountKeyRecord).wrapped_index_secret, `key${winners[0]}`);
});

test('of many who change a record at once each either wins on what it saw or is told', async () => {
  const accountId = newId();
  await store.create(accountId, record(accountId, 'x'));
  const grow = async () => {
    for (;;) {
      const seen = await kept(accountId);
      const { wrapped_index_secret: text } = seen.record as AccountKeyRecord;
      try {
        await store.replace(accountId, seen, record(accountId, `${text}x`));
        return;
      } catch (error) {
        if (!(error instanceof KeyRecordChanged)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: 6 }, grow));
  const { record: grown } = await kept(accountId);
  // Who was told may have won all the same; nothing that was told to have won is lost.
  assert.ok((grown as AccountKeyRecord).wrapped_index_secret.length >= 7);
  assert.equal((await readdir(join(folder, 'keys', accountId))).length, 1);
});

test('what a crash left of a replaced record goes with the next look', async () => {
  const accountId = newId();
  await store.create(accountId, record(accountId, 'old'));
  await writeFile(join(folder, 'keys', accountId, '2.json'), JSON.stringify(record(accountId, 'new')));
  assert.equal((await kept(accountId)).generation, 2);
  assert.deepEqual(await readdir(join(folder, 'keys', accountId)), ['2.json']);
});

test('a damaged file is an error, never an account without keys', async () => {
  for (const text of ['', '{', '{}', JSON.stringify({ ...record(newId()), versions: [] })]) {
    const accountId = newId();
    await mkdir(join(folder, 'keys', accountId));
    await writeFile(join(folder, 'keys', accountId, '1.json'), text);
    await assert.rejects(store.get(accountId), KeyRecordDamaged);
    await assert.rejects(store.create(accountId, record(accountId)), KeyRecordExists);
  }
});

test('a name that is no id names no file', async () => {
  for (const name of ['', '../x', 'a/b', 'erasures', newId().toUpperCase()])
    await assert.rejects(async () => store.get(name), TypeError);
});

test('notes of erasures come back in the order of time', async () => {
  const accountId = newId();
  const notes = Array.from({ length: 3 }, () => ({
    erasure_id: newId(),
    account_id: accountId,
    workspace_id: newId(),
    customer_ids: [newId()],
    blind_indexes: [newId(), newId()],
  }));
  for (const note of notes.toReversed()) await store.noteErasure(note);
  if (notes[0] !== undefined) await store.noteErasure(notes[0]);
  assert.deepEqual(
    await store.erasures(accountId),
    notes.map((note) => note.erasure_id),
  );
  for (const note of notes) assert.deepEqual(await store.erasure(accountId, note.erasure_id), note);
  assert.deepEqual(await store.erasures(newId()), []);
  assert.ok(!(await store.names()).includes('erasures'));
});
