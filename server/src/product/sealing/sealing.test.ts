import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { newId } from '../../platform/ids/ids.ts';
import { KeyRecordExists } from '../../providers/key-store/key-store.ts';
import { createLocalKeyStore } from '../../providers/key-store/local-folder.ts';
import { createLocalObjectStorage } from '../../providers/object-storage/local-folder.ts';
import { ObjectMissing, type ObjectStorage } from '../../providers/object-storage/object-storage.ts';
import { type AccountKeyring, type AccountKeys, AccountKeysMissing, createAccountKeyring } from './account-keys.ts';
import { blindIndex } from './blind-index.ts';
import { decodeProfile, encodeProfile, openProfile, profileDigest, sealProfile } from './profile-envelope.ts';
import { deriveRootKey, parseRootKey, RootKeyRefused } from './root-key.ts';
import { SealBroken } from './seal-broken.ts';
import { FRAME_BYTES, readSealed, writeSealed } from './sealed-stream.ts';

let folder: string;
let objects: ObjectStorage;
let keyring: AccountKeyring;
let keys: AccountKeys;
let otherKeys: AccountKeys;
const rootKey = randomBytes(32);
const accountId = newId();
const otherAccountId = newId();
const place = { accountId, workspaceId: newId(), customerId: newId() };

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-sealing-'));
  objects = await createLocalObjectStorage(folder);
  keyring = createAccountKeyring({ rootKey, keyStore: await createLocalKeyStore(folder) });
  await keyring.create(accountId);
  await keyring.create(otherAccountId);
  keys = await keyring.forAccount(accountId);
  otherKeys = await keyring.forAccount(otherAccountId);
});
after(() => rm(folder, { recursive: true, force: true }));

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('root key', () => {
  const refused = [
    '',
    'password',
    '0'.repeat(64),
    'ab'.repeat(32),
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    Buffer.from('a readable secret of 32 letters!').toString('hex'),
  ];
  test('weak and published keys are refused, without quoting them', () => {
    for (const text of refused)
      assert.throws(
        () => parseRootKey(text),
        (error: Error) => error instanceof RootKeyRefused && (text === '' || !error.message.includes(text)),
      );
  });
  test('hex and base64 give the same bytes', () => {
    const bytes = randomBytes(32);
    for (const text of [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')])
      assert.deepEqual(parseRootKey(text), bytes);
  });
  test('purposes give different keys', () => {
    assert.notDeepEqual(deriveRootKey(rootKey, 'a'), deriveRootKey(rootKey, 'b'));
  });
});

describe('account keys', () => {
  test('never overwritten, gone when destroyed, closed to another root key', async () => {
    await assert.rejects(keyring.create(accountId), KeyRecordExists);
    const store = await createLocalKeyStore(folder);
    await assert.rejects(
      createAccountKeyring({ rootKey: randomBytes(32), keyStore: store }).forAccount(accountId),
      SealBroken,
    );
    const doomed = newId();
    await keyring.create(doomed);
    await keyring.forAccount(doomed);
    await keyring.destroy(doomed);
    await assert.rejects(keyring.forAccount(doomed), AccountKeysMissing);
  });
  test('a record moved to another account does not open', async () => {
    const moved = newId();
    const text = await readFile(join(folder, 'keys', `${accountId}.json`), 'utf8');
    await writeFile(join(folder, 'keys', `${moved}.json`), text.replace(accountId, moved));
    await assert.rejects(keyring.forAccount(moved), SealBroken);
  });
});

describe('sealed profile', () => {
  const plaintext = encodeProfile(
    new Map([
      [12, 'Zoë'],
      [2, 'C-1'],
    ]),
  );
  test('comes back as it was, slots in ascending order', () => {
    assert.equal(plaintext, '{"2":"C-1","12":"Zoë"}');
    assert.deepEqual(
      [...decodeProfile(openProfile(keys, place, sealProfile(keys, place, plaintext)))],
      [
        [2, 'C-1'],
        [12, 'Zoë'],
      ],
    );
  });
  test('opens nowhere else', () => {
    const envelope = sealProfile(keys, place, plaintext);
    for (const elsewhere of [
      { ...place, accountId: newId() },
      { ...place, workspaceId: newId() },
      { ...place, customerId: newId() },
    ])
      assert.throws(() => openProfile(keys, elsewhere, envelope), SealBroken);
    assert.throws(() => openProfile(otherKeys, place, envelope), SealBroken);
  });
  test('every flipped bit and every cut is refused', () => {
    const envelope = sealProfile(keys, place, plaintext);
    for (let bit = 0; bit < envelope.length * 8; bit += 1) {
      const altered = Buffer.from(envelope);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.throws(() => openProfile(keys, place, altered), SealBroken);
    }
    for (let length = 0; length < envelope.length; length += 1)
      assert.throws(() => openProfile(keys, place, envelope.subarray(0, length)), SealBroken);
  });
  test('the digest tells equal from unequal, per workspace and account', () => {
    const digest = profileDigest(keys, place.workspaceId, plaintext);
    assert.equal(digest.length, 16);
    assert.deepEqual(digest, profileDigest(keys, place.workspaceId, plaintext));
    assert.notDeepEqual(digest, profileDigest(keys, place.workspaceId, `${plaintext} `));
    assert.notDeepEqual(digest, profileDigest(keys, newId(), plaintext));
    assert.notDeepEqual(digest, profileDigest(otherKeys, place.workspaceId, plaintext));
  });
});

test('the blind index depends on account, workspace, field and value', () => {
  const field = newId();
  const index = blindIndex(keys, place.workspaceId, field, 'a@b.c');
  assert.match(index, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.equal(index, blindIndex(keys, place.workspaceId, field, 'a@b.c'));
  assert.equal(
    new Set([
      index,
      blindIndex(keys, newId(), field, 'a@b.c'),
      blindIndex(keys, place.workspaceId, newId(), 'a@b.c'),
      blindIndex(keys, place.workspaceId, field, 'a@b.d'),
      blindIndex(otherKeys, place.workspaceId, field, 'a@b.c'),
    ]).size,
    5,
  );
});

describe('sealed objects', () => {
  const sizes = [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES, 3 * FRAME_BYTES + 17];
  test('come back from any offset', async () => {
    for (const size of sizes) {
      const content = randomBytes(size);
      await writeSealed(objects, keys, 'a/b.csv', Readable.from([content.subarray(0, 5), content.subarray(5)]));
      for (const offset of [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1].filter(
        (at) => at <= size && (at < size || at === 0),
      )) {
        assert.deepEqual(
          await collect(readSealed(objects, keys, 'a/b.csv', offset)),
          content.subarray(offset),
          `${size} from ${offset}`,
        );
      }
    }
  });
  test('a cut, altered, reordered or moved object is refused', async () => {
    await writeSealed(objects, keys, 'x/one', Readable.from([randomBytes(3 * FRAME_BYTES)]));
    const path = join(folder, 'objects', 'x', 'one');
    const sealed = await readFile(path);
    const frame = FRAME_BYTES + 16;
    const swapped = Buffer.concat([
      sealed.subarray(0, 51),
      sealed.subarray(51 + frame, 51 + 2 * frame),
      sealed.subarray(51, 51 + frame),
      sealed.subarray(51 + 2 * frame),
    ]);
    const flipped = Buffer.from(sealed);
    flipped[60] = (flipped[60] ?? 0) ^ 1;
    for (const altered of [
      sealed.subarray(0, 51 + 2 * frame),
      sealed.subarray(0, sealed.length - 1),
      sealed.subarray(0, 51),
      swapped,
      flipped,
      Buffer.alloc(0),
    ]) {
      await writeFile(path, altered);
      await assert.rejects(collect(readSealed(objects, keys, 'x/one')), SealBroken);
    }
    await writeFile(path, sealed);
    await writeSealed(objects, keys, 'x/two', Readable.from([Buffer.from('other')]));
    await writeFile(join(folder, 'objects', 'x', 'two'), sealed);
    await assert.rejects(collect(readSealed(objects, keys, 'x/two')), SealBroken);
    await assert.rejects(collect(readSealed(objects, otherKeys, 'x/one')), SealBroken);
  });
  test('a failing source leaves nothing behind, and a missing object says so', async () => {
    const broken = new Readable({
      read() {
        this.push(Buffer.alloc(10));
        this.destroy(new Error('cut'));
      },
    });
    await assert.rejects(writeSealed(objects, keys, 'y/none', broken), /cut/);
    assert.deepEqual(await objects.list('y'), []);
    await assert.rejects(collect(readSealed(objects, keys, 'y/none')), ObjectMissing);
  });
  test('keys outside the grammar are refused', async () => {
    for (const key of ['', '/a', 'a//b', '../a', 'a/../b', '.hidden', 'a/.b', 'a b', 'a\\b', 'a\0'])
      await assert.rejects(async () => objects.delete(key), TypeError);
  });
});
