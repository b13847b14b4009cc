import { createSecretKey, type KeyObject } from 'node:crypto';
import { type Clock, systemClock } from '../../platform/clock/clock.ts';
import type { AccountKeyRecord, DestroyedRecord, KeyStore } from '../../providers/key-store/key-store.ts';
import type { RootKey } from '../../providers/root-key/root-key.ts';
import { AccountKeysDestroyed, AccountKeysMissing, deriveFrom, type KeyVersion, keyRecords } from './key-records.ts';

export { AccountKeysDestroyed, AccountKeysMissing, type KeyVersion } from './key-records.ts';

/**
 * An account's keys, as they are at any moment: whoever holds this for hours sees a rotation as soon as this process does.
 * Reading any of it throws AccountKeysDestroyed once they are destroyed.
 */
export type AccountKeys = {
  readonly accountId: string;
  /** The version that seals now. */
  readonly current: KeyVersion;
  /** The version an envelope names, or undefined. */
  version(version: number): KeyVersion | undefined;
  /** All of them, those included that are to seal later. */
  readonly versions: readonly KeyVersion[];
  readonly indexKey: KeyObject;
  readonly digestKey: KeyObject;
};

/**
 * How long a change of keys takes to reach every process. A process looks into the store every `refreshMs` for accounts
 * that it works for; a new version seals after `sealsAfterMs`, when all of them know it; so nobody ever meets an envelope
 * of a version that it cannot open. Versions that nothing is sealed by any more are destroyed after `dropsAfterMs`, when
 * whatever was sealed ahead of its storing has been stored or thrown away.
 */
export type KeyTiming = { refreshMs: number; sealsAfterMs: number; dropsAfterMs: number };
export const KEY_TIMING: KeyTiming = { refreshMs: 10_000, sealsAfterMs: 60_000, dropsAfterMs: 60 * 60_000 };

export type AccountKeyring = {
  timing: KeyTiming;
  /** Makes and stores the keys of a new account. */
  create(accountId: string): Promise<void>;
  /** The account's keys. Throws AccountKeysDestroyed when they were destroyed, AccountKeysMissing when there are none. */
  forAccount(accountId: string): Promise<AccountKeys>;
  /** Makes a version that is to seal, unless there is one above `above`. Returns when it does, in milliseconds since 1970. */
  addVersion(accountId: string, above: number): Promise<{ version: number; sealsFromMs: number }>;
  /** Destroys the versions below this one. Whoever calls has made sure that nothing is sealed by them. */
  dropVersionsBelow(accountId: string, version: number): Promise<void>;
  /** Takes back the keys of an account that was not made after all. */
  discard(accountId: string): Promise<void>;
  /** Destroys the account's keys for ever and says which those were. */
  destroy(accountId: string): Promise<DestroyedRecord>;
  /**
   * Wraps a record's keys by the root key that wraps now. Returns whether another one had. `first` is done once an account's
   * keys are open, before the record is changed. Throws what `doesNotOpen` knows where one does not open.
   */
  rewrap(name: string, first?: () => Promise<void>): Promise<boolean>;
  /** Looks into the store no more. */
  close(): void;
};

type Held = { version: KeyVersion; sealsFromMs: number; wrapped: string };
type State = {
  accountId: string;
  /** In ascending order; empty once they are destroyed. */
  held: Held[];
  indexKey: KeyObject;
  digestKey: KeyObject;
  readAtMs: number;
  usedAtMs: number;
};

/** Keys that nobody asked for so long are forgotten. */
const UNUSED_MS = 10 * 60_000;

function liveKeys(state: State, nowMs: () => number): AccountKeys {
  const held = () => {
    state.usedAtMs = nowMs();
    if (state.held.length === 0) throw new AccountKeysDestroyed();
    return state.held;
  };
  return {
    accountId: state.accountId,
    get current() {
      const all = held();
      const at = state.usedAtMs;
      const sealing = all.findLast((one) => one.sealsFromMs <= at) ?? all[0];
      return (sealing as Held).version;
    },
    version: (version) => held().find((one) => one.version.version === version)?.version,
    get versions() {
      return held().map((one) => one.version);
    },
    get indexKey() {
      held();
      return state.indexKey;
    },
    get digestKey() {
      held();
      return state.digestKey;
    },
  };
}

/** Account keys under the root key: random, wrapped, kept in the key store and in memory for as long as they are used. */
export function createAccountKeyring(parts: {
  rootKey: RootKey;
  keyStore: KeyStore;
  clock?: Clock;
  timing?: Partial<KeyTiming>;
}): AccountKeyring {
  const clock = parts.clock ?? systemClock;
  const timing = { ...KEY_TIMING, ...parts.timing };
  const nowMs = () => clock.now().getTime();
  const records = keyRecords({ rootKey: parts.rootKey, store: parts.keyStore, clock });
  const states = new Map<string, State>();
  const loading = new Map<string, Promise<State>>();

  /** What was opened before is not opened again: the root key may be far away. */
  async function openHeld(record: AccountKeyRecord, before: readonly Held[]): Promise<Held[]> {
    const held: Held[] = [];
    for (const kept of record.versions) {
      const known = before.find((one) => one.wrapped === kept.wrapped_key);
      const version = known?.version ?? (await records.openVersion(record.account_id, kept));
      held.push({ version, sealsFromMs: Date.parse(kept.seals_from), wrapped: kept.wrapped_key });
    }
    return held.sort((one, other) => one.version.version - other.version.version);
  }

  async function read(accountId: string): Promise<State> {
    const readAtMs = nowMs();
    const state = states.get(accountId);
    let record: AccountKeyRecord;
    try {
      record = await records.get(accountId);
    } catch (error) {
      if (error instanceof AccountKeysDestroyed && state !== undefined) {
        // Whoever holds these keys holds this very state.
        state.held = [];
        states.delete(accountId);
      }
      throw error;
    }
    const held = await openHeld(record, state?.held ?? []);
    if (state !== undefined) {
      state.held = held;
      state.readAtMs = readAtMs;
      return state;
    }
    const indexSecret = await records.openIndexSecret(record);
    const made: State = {
      accountId,
      held,
      indexKey: createSecretKey(deriveFrom(indexSecret, 'account blind index')),
      digestKey: createSecretKey(deriveFrom(indexSecret, 'account profile digest')),
      readAtMs,
      usedAtMs: nowMs(),
    };
    states.set(accountId, made);
    return made;
  }

  /** Of those who ask at once one looks, and the others wait for it. */
  function readOnce(accountId: string): Promise<State> {
    const under = loading.get(accountId);
    if (under !== undefined) return under;
    const begun = read(accountId).finally(() => loading.delete(accountId));
    loading.set(accountId, begun);
    return begun;
  }

  async function refresh(): Promise<void> {
    for (const state of [...states.values()]) {
      if (nowMs() - state.usedAtMs > UNUSED_MS) states.delete(state.accountId);
      // A store that is away now is asked again; calls that would rest on what is too old wait for it.
      else await readOnce(state.accountId).catch(() => undefined);
    }
  }
  let refreshing = false;
  const timer = setInterval(() => {
    if (refreshing) return;
    refreshing = true;
    refresh().finally(() => {
      refreshing = false;
    });
  }, timing.refreshMs).unref();

  return {
    timing,
    create: (accountId) => records.create(accountId),
    forAccount: async (accountId) => {
      let state = states.get(accountId);
      // Half of the time within which a new version must be known everywhere.
      if (state === undefined || nowMs() - state.readAtMs > timing.sealsAfterMs / 2) state = await readOnce(accountId);
      return liveKeys(state, nowMs);
    },
    addVersion: async (accountId, above) => {
      await records.addVersion(accountId, above, timing.sealsAfterMs);
      const { held } = await read(accountId);
      const newest = held.at(-1) as Held;
      return { version: newest.version.version, sealsFromMs: newest.sealsFromMs };
    },
    dropVersionsBelow: async (accountId, version) => {
      await records.dropVersionsBelow(accountId, version);
      await read(accountId);
    },
    discard: async (accountId) => {
      await parts.keyStore.discard(accountId);
      states.delete(accountId);
    },
    destroy: async (accountId) => {
      const destroyed = await records.destroy(accountId);
      // Only now: a call that read the record a moment ago may have put the keys back in memory.
      await read(accountId).catch((error: unknown) => {
        if (!(error instanceof AccountKeysMissing)) throw error;
      });
      return destroyed;
    },
    rewrap: (name, first = async () => undefined) => records.rewrap(name, first),
    close: () => clearInterval(timer),
  };
}
