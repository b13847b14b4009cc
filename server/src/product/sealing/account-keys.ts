import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../../platform/clock/clock.ts';
import type { KeyStore } from '../../providers/key-store/key-store.ts';
import { deriveRootKey } from './root-key.ts';
import { SealBroken } from './seal-broken.ts';

/** One version of an account's key, split by purpose. */
export type KeyVersion = {
  version: number;
  profileKey: KeyObject;
  profileTagKey: KeyObject;
  /** 16 bytes that stand in every envelope and belong to this key alone: a blob that opens under two keys is refused. */
  commitment: Buffer;
  objectSecret: Buffer;
};

export type AccountKeys = {
  accountId: string;
  /** The version that seals. */
  current: KeyVersion;
  /** The version an envelope names, or undefined. */
  version(version: number): KeyVersion | undefined;
  /** All of them. */
  versions: readonly KeyVersion[];
  indexKey: KeyObject;
  digestKey: KeyObject;
};

export type AccountKeyring = {
  /** Makes and stores the keys of a new account. */
  create(accountId: string): Promise<void>;
  /** The account's keys. Throws AccountKeysMissing when they were destroyed or never made. */
  forAccount(accountId: string): Promise<AccountKeys>;
  /** Destroys the account's keys here and in the store. */
  destroy(accountId: string): Promise<void>;
};

export class AccountKeysMissing extends Error {
  override readonly name = 'AccountKeysMissing';
}

const COMMITMENT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CACHED_ACCOUNTS = 1_000;
const CACHED_MS = 60_000;

function wrap(wrappingKey: Buffer, secret: Buffer, boundTo: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', wrappingKey, nonce).setAAD(Buffer.from(boundTo));
  return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function unwrap(wrappingKey: Buffer, wrapped: string, boundTo: string): Buffer {
  const bytes = Buffer.from(wrapped, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', wrappingKey, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(boundTo));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)), decipher.final()]);
  } catch {
    throw new SealBroken('An account key does not open under this root key.');
  }
}

function derive(secret: Buffer, purpose: string, bytes = 32): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `nudgescribe account ${purpose}`, bytes));
}

function keyVersion(version: number, secret: Buffer): KeyVersion {
  return {
    version,
    profileKey: createSecretKey(derive(secret, 'profile')),
    profileTagKey: createSecretKey(derive(secret, 'profile tag')),
    commitment: derive(secret, 'commitment', COMMITMENT_BYTES),
    objectSecret: derive(secret, 'objects'),
  };
}

const keyName = (accountId: string, version: number) => `account key ${accountId} ${version}`;
const indexName = (accountId: string) => `index secret ${accountId}`;

/** Account keys under the root key: random, wrapped, kept in the key store and for a minute in memory. */
export function createAccountKeyring(parts: { rootKey: Buffer; keyStore: KeyStore; clock?: Clock }): AccountKeyring {
  const wrappingKey = deriveRootKey(parts.rootKey, 'account key wrapping');
  const clock = parts.clock ?? systemClock;
  const now = () => clock.now().getTime();
  const cache = new Map<string, { keys: AccountKeys; until: number }>();

  async function load(accountId: string): Promise<AccountKeys> {
    const record = await parts.keyStore.get(accountId);
    if (record === null) throw new AccountKeysMissing('This account has no keys in the key store.');
    const versions = new Map(
      record.versions.map(({ version, wrapped_key }) => [
        version,
        keyVersion(version, unwrap(wrappingKey, wrapped_key, keyName(accountId, version))),
      ]),
    );
    const current = versions.get(Math.max(...versions.keys()));
    if (current === undefined) throw new AccountKeysMissing('This account has no key version.');
    const indexSecret = unwrap(wrappingKey, record.wrapped_index_secret, indexName(accountId));
    return {
      accountId,
      current,
      version: (version) => versions.get(version),
      versions: [...versions.values()],
      indexKey: createSecretKey(derive(indexSecret, 'blind index')),
      digestKey: createSecretKey(derive(indexSecret, 'profile digest')),
    };
  }

  return {
    create: async (accountId) => {
      await parts.keyStore.create({
        account_id: accountId,
        wrapped_index_secret: wrap(wrappingKey, randomBytes(32), indexName(accountId)),
        versions: [{ version: 1, wrapped_key: wrap(wrappingKey, randomBytes(32), keyName(accountId, 1)) }],
      });
    },
    forAccount: async (accountId) => {
      const cached = cache.get(accountId);
      if (cached !== undefined && cached.until > now()) return cached.keys;
      const keys = await load(accountId);
      if (cache.size >= CACHED_ACCOUNTS) cache.clear();
      cache.set(accountId, { keys, until: now() + CACHED_MS });
      return keys;
    },
    destroy: async (accountId) => {
      await parts.keyStore.delete(accountId);
      // Only now: a call that read the record a moment ago may have put the keys back in memory.
      cache.delete(accountId);
    },
  };
}
