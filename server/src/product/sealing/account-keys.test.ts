import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { newId } from '../../platform/ids/ids.ts';
import { type AccountKeyRecord, KeyRecordExists, type KeyStore } from '../../providers/key-store/key-store.ts';
import { createLocalKeyStore } from '../../providers/key-store/local-folder.ts';
import { createLocalRootKeys } from '../../providers/root-key/local-keys.ts';
import type { RootKey } from '../../providers/root-key/root-key.ts';
import { type AccountKeys, AccountKeysMissing, createAccountKeyring } from './account-keys.ts';
import { loadServerSecret } from './key-records.ts';
import { openingKeys, portableKeys } from './portable-keys.ts';
import { openProfile, sealProfile } from './profile-envelope.ts';
import { SealBroken } from './seal-broken.ts';

let folder: string;
let store: KeyStore;
let rootKey: RootKey;
let nowMs = Date.now();
const clock = { now: () => new Date(nowMs) };
const opened: { close(): void }[] = [];

const localRoot = (...keys: Buffer[]) => createLocalRootKeys(async () => keys);
/** A process of its own, as far as keys are concerned. */
function ring(root = rootKey) {
  const made = createAccountKeyring({ rootKey: root, keyStore: store, clock });
  opened.push(made);
  return made;
}
const placeIn = (accountId: string) => ({ accountId, workspaceId: newId(), customerId: newId() });

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-account-keys-'));
  store = await createLocalKeyStore(folder);
  rootKey = await localRoot(randomBytes(32));
});
after(async () => {
  for (const one of opened) one.close();
  await rm(folder, { recursive: true, force: true });
});

async function newAccount(): Promise<string> {
  const accountId = newId();
  await ring().create(accountId);
  return accountId;
}

test('keys are never overwritten, and closed to another root key', async () => {
  const accountId = await newAccount();
  await assert.rejects(ring().create(accountId), KeyRecordExists);
  await assert.rejects(ring(await localRoot(randomBytes(32))).forAccount(accountId), SealBroken);
});

test('a record moved to another account, or one version claiming to be another, does not open', async () => {
  const accountId = await newAccount();
  const moved = newId();
  await cp(join(folder, 'keys', accountId), join(folder, 'keys', moved), { recursive: true });
  await assert.rejects(ring().forAccount(moved), SealBroken);
  const stolen = join(folder, 'keys', moved, '1.json');
  await writeFile(stolen, (await readFile(stolen, 'utf8')).replace(accountId, moved));
  await assert.rejects(ring().forAccount(moved), SealBroken);
  const path = join(folder, 'keys', accountId, '1.json');
  const record = JSON.parse(await readFile(path, 'utf8')) as AccountKeyRecord;
  const [version] = record.versions;
  await writeFile(path, JSON.stringify({ ...record, versions: [version, { ...version, version: 2 }] }));
  await assert.rejects(ring().forAccount(accountId), SealBroken);
});

test('a damaged wrapping is a broken seal, whatever is damaged', async () => {
  for (const wrapped of ['', 'AAAA', 'a.', `local:00.${randomBytes(60).toString('base64')}`]) {
    const accountId = newId();
    const versions = [{ version: 1, wrapped_key: wrapped, seals_from: new Date(0).toISOString() }];
    await store.create(accountId, {
      kind: 'account',
      account_id: accountId,
      wrapped_index_secret: wrapped,
      versions,
    });
    await assert.rejects(ring().forAccount(accountId), SealBroken);
  }
});

test('a new version is known everywhere before anybody seals with it; both open', async () => {
  const accountId = await newAccount();
  const place = placeIn(accountId);
  const [here, there] = [ring(), ring()];
  const keys = await here.forAccount(accountId);
  await there.forAccount(accountId);
  const old = sealProfile(keys, place, 'one');
  const added = await here.addVersion(accountId, 1);
  assert.deepEqual(await here.addVersion(accountId, 1), added, 'adding is safe to repeat');
  assert.equal(added.version, 2);
  assert.equal(keys.current.version, 1, 'it does not seal yet');
  nowMs += here.timing.sealsAfterMs - 1;
  const known = await there.forAccount(accountId);
  assert.deepEqual([known.current.version, known.versions.length], [1, 2]);
  nowMs += 1;
  const young = sealProfile(keys, place, 'two');
  assert.equal(young.readUInt16BE(1), 2);
  assert.deepEqual(
    [openProfile(known, place, old).toString(), openProfile(known, place, young).toString()],
    ['one', 'two'],
  );
  const claimed = Buffer.from(old);
  claimed.writeUInt16BE(2, 1);
  assert.throws(() => openProfile(known, place, claimed), SealBroken);

  await here.dropVersionsBelow(accountId, 2);
  assert.throws(() => openProfile(keys, place, old), SealBroken, 'who holds keys sees it too');
  assert.equal(openProfile(keys, place, young).toString(), 'two');
  const [file, ...others] = await readdir(join(folder, 'keys', accountId));
  assert.deepEqual([file, others], ['3.json', []], 'nothing is left of what was replaced');
  assert.equal(JSON.parse(await readFile(join(folder, 'keys', accountId, '3.json'), 'utf8')).versions.length, 1);
});

test('the version that seals is never dropped', async () => {
  const accountId = await newAccount();
  const here = ring();
  await here.addVersion(accountId, 1);
  await here.dropVersionsBelow(accountId, 2);
  assert.equal((await here.forAccount(accountId)).versions.length, 2);
});

test('a destruction reaches who holds the keys, leaves nothing to open, and cannot be undone by a change', async () => {
  const accountId = await newAccount();
  const [here, there] = [ring(), ring()];
  const keys = await here.forAccount(accountId);
  const elsewhere = await there.forAccount(accountId);
  const commitment = keys.current.commitment.toString('hex');
  // A race with a rotation: whoever comes second sees the other one.
  const [destroyed] = await Promise.all([
    here.destroy(accountId),
    there.addVersion(accountId, 1).catch((error: unknown) => assert.ok(error instanceof AccountKeysMissing)),
  ]);
  assert.equal(destroyed.versions[0]?.commitment, commitment);
  assert.deepEqual(await there.destroy(accountId), destroyed, 'told again');
  /** What whoever holds keys may still read of them. */
  const readable = (held: AccountKeys) => {
    const parts = {
      current: () => held.current,
      version: () => held.version(1),
      versions: () => held.versions,
      indexKey: () => held.indexKey,
      digestKey: () => held.digestKey,
      threads: () => portableKeys(held),
      openers: () => openingKeys(held),
    };
    return Object.entries(parts).flatMap(([name, read]) => {
      try {
        read();
        return [name];
      } catch (error) {
        assert.ok(error instanceof AccountKeysMissing);
        return [];
      }
    });
  };
  assert.deepEqual(readable(keys), []);
  nowMs += 61_000;
  await assert.rejects(there.forAccount(accountId), AccountKeysMissing);
  assert.deepEqual(readable(elsewhere), []);
  await assert.rejects(here.create(accountId), KeyRecordExists);
  await assert.rejects(here.addVersion(accountId, 1), AccountKeysMissing);
  const left = await Promise.all(
    (await readdir(join(folder, 'keys', accountId))).map((name) =>
      readFile(join(folder, 'keys', accountId, name), 'utf8'),
    ),
  );
  assert.equal(left.length, 1);
  assert.doesNotMatch(left.join(), /wrapped/);
});

test('the root key rotates: both are known for a while, everything is wrapped anew, the old one opens nothing', async () => {
  const accountId = await newAccount();
  const place = placeIn(accountId);
  const [older, newer] = [randomBytes(32), randomBytes(32)];
  const local = [older];
  const living = await createLocalRootKeys(async () => [...local]);
  const own = newId();
  const keyStore = await createLocalKeyStore(join(folder, own));
  const there = createAccountKeyring({ rootKey: living, keyStore, clock });
  opened.push(there);
  await there.create(accountId);
  const secret = await loadServerSecret(living, keyStore);
  const sealed = sealProfile(await there.forAccount(accountId), place, 'kept');
  local.unshift(newer);
  for (const name of await keyStore.names()) assert.equal(await there.rewrap(name), true, name);
  for (const name of await keyStore.names()) assert.equal(await there.rewrap(name), false, name);
  local.pop();
  const after_ = createAccountKeyring({ rootKey: await localRoot(newer), keyStore, clock });
  opened.push(after_);
  assert.equal(openProfile(await after_.forAccount(accountId), place, sealed).toString(), 'kept');
  assert.deepEqual(await loadServerSecret(await localRoot(newer), keyStore), secret);
  await assert.rejects(loadServerSecret(await localRoot(older), keyStore), SealBroken);
});

test('of two who make the server secret at once both get the same', async () => {
  const keyStore = await createLocalKeyStore(join(folder, newId()));
  const [one, other] = await Promise.all([loadServerSecret(rootKey, keyStore), loadServerSecret(rootKey, keyStore)]);
  assert.deepEqual(one, other);
});
