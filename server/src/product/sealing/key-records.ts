import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import type { Clock } from '../../platform/clock/clock.ts';
import {
  type AccountKeyRecord,
  type DestroyedRecord,
  type KeyRecord,
  KeyRecordChanged,
  KeyRecordDamaged,
  KeyRecordExists,
  type KeyStore,
  SERVER_RECORD,
  type WrappedVersion,
} from '../../providers/key-store/key-store.ts';
import { type RootKey, WrappingBroken } from '../../providers/root-key/root-key.ts';
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

export class AccountKeysMissing extends Error {
  override readonly name: string = 'AccountKeysMissing';
}

/** They are missing because the account was erased. */
export class AccountKeysDestroyed extends AccountKeysMissing {
  override readonly name = 'AccountKeysDestroyed';

  constructor() {
    super("This account's keys were destroyed.");
  }
}

const SECRET_BYTES = 32;
const COMMITMENT_BYTES = 16;
const TRIES_AT_MOST = 20;

const keyName = (accountId: string, version: number) => `account key ${accountId} ${version}`;
const indexName = (accountId: string) => `index secret ${accountId}`;
const SERVER_NAME = 'server secret';

/** A key for one purpose (HKDF-SHA-256, RFC 5869): knowing one tells nothing of another or of the secret. */
export function deriveFrom(secret: Buffer, purpose: string, bytes = 32): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `nudgescribe ${purpose}`, bytes));
}

function keyVersion(version: number, secret: Buffer): KeyVersion {
  return {
    version,
    profileKey: createSecretKey(deriveFrom(secret, 'account profile')),
    profileTagKey: createSecretKey(deriveFrom(secret, 'account profile tag')),
    commitment: deriveFrom(secret, 'account commitment', COMMITMENT_BYTES),
    objectSecret: deriveFrom(secret, 'account objects'),
  };
}

async function unwrap(rootKey: RootKey, wrapped: string, boundTo: string): Promise<Buffer> {
  try {
    return await rootKey.unwrap(wrapped, boundTo);
  } catch (error) {
    if (!(error instanceof WrappingBroken)) throw error;
    throw new SealBroken('A key in the key store does not open under this root key.', { cause: error });
  }
}

/** Whether an error says of a record that it is damaged, or wrapped by a root key that is not at hand; not that one is away. */
export const doesNotOpen = (error: unknown) =>
  error instanceof SealBroken || error instanceof WrappingBroken || error instanceof KeyRecordDamaged;

/** Every key of a record, as it is wrapped. */
export function wrappedKeys(record: KeyRecord): string[] {
  if (record.kind === 'destroyed') return [];
  if (record.kind === 'server') return [record.wrapped_secret];
  return [record.wrapped_index_secret, ...record.versions.map((kept) => kept.wrapped_key)];
}

/**
 * A record with all its keys wrapped by the root key that wraps now; the same where they are. Throws SealBroken when one
 * does not open, whichever has wrapped it.
 */
export async function wrappedAnew<R extends KeyRecord>(rootKey: RootKey, name: string, record: R): Promise<R> {
  const anew = async (wrapped: string, boundTo: string) => {
    const secret = await unwrap(rootKey, wrapped, boundTo);
    return (await rootKey.isCurrent(wrapped)) ? wrapped : rootKey.wrap(secret, boundTo);
  };
  if (record.kind === 'destroyed') return record;
  if (record.kind === 'server') return { ...record, wrapped_secret: await anew(record.wrapped_secret, SERVER_NAME) };
  const versions: WrappedVersion[] = [];
  for (const kept of record.versions)
    versions.push({ ...kept, wrapped_key: await anew(kept.wrapped_key, keyName(name, kept.version)) });
  return { ...record, wrapped_index_secret: await anew(record.wrapped_index_secret, indexName(name)), versions };
}

/** The keys in the store: made, opened, changed and destroyed there. Every change is safe to repeat, and to race. */
export type KeyRecords = ReturnType<typeof keyRecords>;

export function keyRecords(parts: { rootKey: RootKey; store: KeyStore; clock: Clock }) {
  const { rootKey, store, clock } = parts;
  const now = () => clock.now().toISOString();

  async function newVersion(accountId: string, version: number, sealsFrom: string): Promise<WrappedVersion> {
    const wrapped_key = await rootKey.wrap(randomBytes(SECRET_BYTES), keyName(accountId, version));
    return { version, wrapped_key, seals_from: sealsFrom };
  }

  async function get(accountId: string) {
    const kept = await store.get(accountId);
    if (kept === null) throw new AccountKeysMissing('This account has no keys in the key store.');
    if (kept.record.kind !== 'account') throw new AccountKeysDestroyed();
    if (kept.record.account_id !== accountId) throw new SealBroken("These are another account's keys.");
    return { kept, record: kept.record };
  }

  /** Changes a record as often as it takes to be the only one who does; null leaves it as it is. */
  async function change(
    accountId: string,
    how: (record: AccountKeyRecord) => Promise<AccountKeyRecord | DestroyedRecord | null>,
  ): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const { kept, record } = await get(accountId);
      const changed = await how(record);
      if (changed === null) return;
      try {
        await store.replace(accountId, kept, changed);
        return;
      } catch (error) {
        if (!(error instanceof KeyRecordChanged) || attempt === TRIES_AT_MOST) throw error;
      }
    }
  }

  async function openVersion(accountId: string, { version, wrapped_key }: WrappedVersion): Promise<KeyVersion> {
    return keyVersion(version, await unwrap(rootKey, wrapped_key, keyName(accountId, version)));
  }

  async function isBehind(record: KeyRecord): Promise<boolean> {
    for (const wrapped of wrappedKeys(record)) if (!(await rootKey.isCurrent(wrapped))) return true;
    return false;
  }

  return {
    get: async (accountId: string): Promise<AccountKeyRecord> => (await get(accountId)).record,
    openVersion,
    openIndexSecret: (record: AccountKeyRecord) =>
      unwrap(rootKey, record.wrapped_index_secret, indexName(record.account_id)),
    /** Throws KeyRecordExists. */
    create: async (accountId: string): Promise<void> => {
      await store.create(accountId, {
        kind: 'account',
        account_id: accountId,
        wrapped_index_secret: await rootKey.wrap(randomBytes(SECRET_BYTES), indexName(accountId)),
        versions: [await newVersion(accountId, 1, new Date(0).toISOString())],
      });
    },
    /** A further version that seals after a while, unless there is one above `above` already. */
    addVersion: (accountId: string, above: number, sealsAfterMs: number): Promise<void> =>
      change(accountId, async (record) => {
        const highest = Math.max(...record.versions.map((kept) => kept.version));
        if (highest > above) return null;
        const sealsFrom = new Date(clock.now().getTime() + sealsAfterMs).toISOString();
        return { ...record, versions: [...record.versions, await newVersion(accountId, highest + 1, sealsFrom)] };
      }),
    /** Destroys the versions below this one, which seals. Whoever calls has made sure that nothing is sealed by them. */
    dropVersionsBelow: (accountId: string, version: number): Promise<void> =>
      change(accountId, async (record) => {
        const kept = record.versions.filter((one) => one.version >= version);
        const seals = kept.some((one) => Date.parse(one.seals_from) <= clock.now().getTime());
        return seals && kept.length < record.versions.length ? { ...record, versions: kept } : null;
      }),
    /** Destroys all of an account's keys for ever and says which; destroying them again says the same. */
    destroy: async (accountId: string): Promise<DestroyedRecord> => {
      const found = await store.get(accountId);
      if (found?.record.kind === 'account')
        await change(accountId, async (record) => {
          const versions: DestroyedRecord['versions'] = [];
          for (const kept of record.versions) {
            const opened = await openVersion(accountId, kept).catch((error: unknown) => {
              if (error instanceof SealBroken) return null;
              throw error;
            });
            versions.push({ version: kept.version, commitment: opened?.commitment.toString('hex') ?? null });
          }
          return { kind: 'destroyed', account_id: accountId, destroyed_at: now(), versions };
        }).catch((error: unknown) => {
          // Somebody else has destroyed them meanwhile.
          if (!(error instanceof AccountKeysMissing)) throw error;
        });
      const left = await store.get(accountId);
      if (left?.record.kind !== 'destroyed') throw new AccountKeysMissing('This account has no keys in the key store.');
      return left.record;
    },
    /**
     * Wraps a record's keys by the root key that wraps now, where another one did. Returns whether there was any. What is to
     * come first does once all of them are open. Throws as `doesNotOpen` knows.
     */
    rewrap: async (name: string, first: () => Promise<void>): Promise<boolean> => {
      let touched = false;
      if (name !== SERVER_RECORD) {
        await change(name, async (record) => {
          touched = await isBehind(record);
          if (!touched) return null;
          const anew = await wrappedAnew(rootKey, name, record);
          await first();
          return anew;
        }).catch((error: unknown) => {
          if (!(error instanceof AccountKeysMissing)) throw error;
        });
        return touched;
      }
      const kept = await store.get(SERVER_RECORD);
      if (kept === null || !(await isBehind(kept.record))) return false;
      await store.replace(SERVER_RECORD, kept, await wrappedAnew(rootKey, SERVER_RECORD, kept.record));
      return true;
    },
  };
}

/**
 * The secret that the server's own keys are derived from, made on the first start. It is random and not derived from the
 * root key, so that what was signed and sealed stays valid when that rotates.
 */
export async function loadServerSecret(
  rootKey: RootKey,
  store: KeyStore,
  made: Buffer = randomBytes(SECRET_BYTES),
): Promise<Buffer> {
  const found = await store.get(SERVER_RECORD);
  if (found?.record.kind === 'server') return unwrap(rootKey, found.record.wrapped_secret, SERVER_NAME);
  const wrapped_secret = await rootKey.wrap(made, SERVER_NAME);
  // Of two processes that start together one makes it, and the other takes that one's.
  const isMine = await store.create(SERVER_RECORD, { kind: 'server', wrapped_secret }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof KeyRecordExists) return false;
      throw error;
    },
  );
  return isMine ? made : loadServerSecret(rootKey, store, made);
}
