import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { newId } from '../../platform/ids/ids.ts';
import { createLocalKeyStore } from '../../providers/key-store/local-folder.ts';
import { createLocalRootKeys } from '../../providers/root-key/local-keys.ts';
import { type AccountKeyring, type AccountKeys, createAccountKeyring } from './account-keys.ts';
import { blindIndex } from './blind-index.ts';
import { deriveFrom } from './key-records.ts';
import {
  decodeProfile,
  encodeProfile,
  openProfile,
  openProfiles,
  profileDigest,
  sealProfile,
  sealProfiles,
} from './profile-envelope.ts';
import { parseRootKey, RootKeyRefused } from './root-key.ts';
import { SealBroken } from './seal-broken.ts';

let folder: string;
let keyring: AccountKeyring;
let keys: AccountKeys;
let otherKeys: AccountKeys;
const rootKeyBytes = randomBytes(32);
const accountId = newId();
const otherAccountId = newId();
const place = { accountId, workspaceId: newId(), customerId: newId() };

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-sealing-'));
  const rootKey = await createLocalRootKeys(async () => [rootKeyBytes]);
  keyring = createAccountKeyring({ rootKey, keyStore: await createLocalKeyStore(folder) });
  await keyring.create(accountId);
  await keyring.create(otherAccountId);
  keys = await keyring.forAccount(accountId);
  otherKeys = await keyring.forAccount(otherAccountId);
});
after(async () => {
  keyring.close();
  await rm(folder, { recursive: true, force: true });
});

describe('root key', () => {
  const refused = [
    '',
    'password',
    '0'.repeat(64),
    'ab'.repeat(32),
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
    '00112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100',
    'FEFFE9928665731C6D6A8F9467308308FEFFE9928665731C6D6A8F9467308308',
    '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
    createHash('sha256').update('password').digest('hex'),
    createHash('sha256').update('secret').digest('base64'),
    randomBytes(31).toString('hex'),
    randomBytes(33).toString('base64'),
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
    assert.notDeepEqual(deriveFrom(rootKeyBytes, 'a'), deriveFrom(rootKeyBytes, 'b'));
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

describe('many profiles at once', () => {
  const rawId = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex');
  const lengths = [0, 1, 15, 16, 17, 300, 70_000, 200_000, ...Array.from({ length: 900 }, (_, index) => index)];
  const profiles = lengths.map((length) => ({ customerId: newId(), plaintext: randomBytes(length) }));
  const sealedOf = (with_: AccountKeys) => {
    const envelopes: Buffer[] = [];
    sealProfiles(with_, place, profiles, (envelope) => envelopes.push(Buffer.from(envelope)));
    return profiles.map(({ customerId, plaintext }, index) => ({
      customerId: rawId(customerId),
      place: { ...place, customerId },
      plaintext,
      envelope: envelopes[index] ?? Buffer.alloc(0),
    }));
  };
  const opened = (of: readonly { customerId: Buffer; envelope: Buffer }[]) => {
    const plaintexts: Buffer[] = [];
    openProfiles(keys, place, of, (plaintext) => plaintexts.push(Buffer.from(plaintext)));
    return plaintexts;
  };

  test('each opens alone, all open together, in any order, among others', () => {
    const sealed = sealedOf(keys);
    for (const one of sealed) assert.deepEqual(openProfile(keys, one.place, one.envelope), one.plaintext);
    const alone = sealed.map((one) => ({ ...one, envelope: sealProfile(keys, one.place, one.plaintext) }));
    const mixed = sealed.flatMap((one, index) => (index % 3 === 0 ? [alone[index] ?? one, one] : [one]));
    for (const order of [sealed, sealed.toReversed(), sealed.filter((_, index) => index % 2 === 0), mixed])
      assert.deepEqual(
        opened(order),
        order.map((one) => one.plaintext),
      );
    assert.deepEqual(opened([]), []);
  });
  test('no counter block is used twice', () => {
    const used = new Set<string>();
    for (const { envelope, plaintext } of [...sealedOf(keys), ...sealedOf(keys)]) {
      const first = envelope.readUInt32BE(31);
      for (let block = 0; block < Math.ceil(plaintext.length / 16); block += 1) {
        const counter = `${envelope.toString('hex', 19, 31)} ${first + block}`;
        assert.ok(!used.has(counter));
        used.add(counter);
      }
    }
  });
  test('one that was altered, moved or swapped is refused before it is handed out', () => {
    const sealed = sealedOf(keys).slice(9, 40);
    const wrong = [
      (at: number) => {
        const envelope = Buffer.from(sealed[at]?.envelope ?? []);
        envelope[40] = (envelope[40] ?? 0) ^ 1;
        return { ...sealed[at], envelope };
      },
      (at: number) => ({ ...sealed[at], customerId: sealed[0]?.customerId }),
      (at: number) => ({ ...sealed[at], envelope: sealed[at - 1]?.envelope }),
      (at: number) => ({ ...sealed[at], envelope: sealedOf(otherKeys)[at + 9]?.envelope }),
    ];
    for (const alter of wrong) {
      const altered = sealed.map((one, index) => (index === 20 ? { ...one, ...alter(20) } : one));
      const handedOut: Buffer[] = [];
      assert.throws(
        () =>
          openProfiles(keys, place, altered as typeof sealed, (plaintext) => handedOut.push(Buffer.from(plaintext))),
        SealBroken,
      );
      assert.ok(handedOut.length <= 20);
    }
    const elsewhere = { ...place, workspaceId: newId() };
    assert.throws(() => openProfiles(keys, elsewhere, sealed, () => assert.fail()), SealBroken);
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
