import { isDeepStrictEqual } from 'node:util';
import {
  type AccountKeyRecord,
  type KeptRecord,
  type KeyRecord,
  KeyRecordChanged,
  KeyRecordExists,
  type KeyStore,
} from '../../providers/key-store/key-store.ts';
import { type RootKey, readWrapped } from '../../providers/root-key/root-key.ts';
import { wrappedAnew, wrappedKeys } from '../sealing/key-records.ts';
import { SealBroken } from '../sealing/seal-broken.ts';
import { BackupRefused } from './backup-refused.ts';

const TRIES_AT_MOST = 20;

/** Gives a record as the other store is to have it. Throws BackupRefused when that store could not open it. */
type TakeIn = (name: string, record: KeyRecord) => Promise<KeyRecord>;

/** What the other store's record becomes: null when it may stay as it is. */
function merged(ours: KeyRecord, there: KeptRecord | null): KeyRecord | null {
  if (there === null) return ours;
  const theirs = there.record;
  if (theirs.kind === 'destroyed' || theirs.kind === 'server') return null;
  if (ours.kind === 'destroyed') return ours;
  if (ours.kind !== 'account') return null;
  // Versions that were dropped since open what an older copy of the database holds; the newest goes on sealing.
  const known = new Set(theirs.versions.map(({ version }) => version));
  const versions = [...theirs.versions, ...ours.versions.filter(({ version }) => !known.has(version))];
  const record: AccountKeyRecord = { ...theirs, versions: versions.sort((a, b) => a.version - b.version) };
  return isDeepStrictEqual(record, theirs) ? null : record;
}

async function carryRecord(name: string, { record }: KeptRecord, to: KeyStore, takeIn: TakeIn): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const there = await to.get(name);
      const next = merged(record, there);
      if (next === null) return false;
      const taken = await takeIn(name, next);
      await (there === null ? to.create(name, taken) : to.replace(name, there, taken));
      return true;
    } catch (error) {
      const isRace = error instanceof KeyRecordChanged || error instanceof KeyRecordExists;
      if (!isRace || attempt === TRIES_AT_MOST) throw error;
    }
  }
}

/**
 * Brings what one key store has into another: to keep a copy of it, and to bring that copy back. Nothing is ever lost by
 * it, and nobody comes back: destroyed keys stay destroyed in both, versions and notes of erasures join. Refused before
 * anything is written when something is not taken in. Safe to repeat. Returns how many records and notes the other store
 * did not have so.
 */
async function carryKeys(from: KeyStore, to: KeyStore, takeIn: TakeIn): Promise<number> {
  const names = await from.names();
  for (const name of names) {
    const kept = await from.get(name);
    const next = kept === null ? null : merged(kept.record, await to.get(name));
    // One version that does not open closes its account, those included that did open before.
    if (next !== null) await takeIn(name, next);
  }
  let carried = 0;
  for (const name of names) {
    const kept = await from.get(name);
    if (kept !== null && (await carryRecord(name, kept, to, takeIn))) carried += 1;
  }
  for (const accountId of await from.accountsWithErasures()) {
    const known = new Set(await to.erasures(accountId));
    for (const erasureId of (await from.erasures(accountId)).filter((id) => !known.has(id))) {
      await to.noteErasure(await from.erasure(accountId, erasureId));
      carried += 1;
    }
  }
  return carried;
}

const isWrappedBy = (keyName: string, record: KeyRecord) =>
  wrappedKeys(record).every((wrapped) => readWrapped(wrapped).keyName === keyName);

async function isAllWrappedBy(keyName: string, store: KeyStore): Promise<boolean> {
  for (const name of await store.names()) {
    const kept = await store.get(name);
    if (kept !== null && !isWrappedBy(keyName, kept.record)) return false;
  }
  return true;
}

/**
 * Copies the keys of an installation beside those that a copy in that folder has, wrapped as they are. A copy opens by one
 * root key alone: throws BackupRefused when it is of another one than wraps now, or the installation is between two.
 */
export async function copyKeys(rootKey: RootKey, from: KeyStore, to: KeyStore, folder: string): Promise<void> {
  const [now = ''] = await rootKey.names();
  const between = () =>
    new BackupRefused(
      'Some keys of this installation are not wrapped by the root key that wraps now: "keys status" tells by which. ' +
        'Finish "keys rotate-root" first, and back up then.',
    );
  if (!(await isAllWrappedBy(now, from))) throw between();
  if (!(await isAllWrappedBy(now, to)))
    throw new BackupRefused(
      `The keys in ${folder} were copied under another root key than the one that wraps now. Name a new folder with --keys, ` +
        'and keep the old one, with the root key of its time, for as long as you keep backups that were made with it.',
    );
  await carryKeys(from, to, async (_name, record) => {
    // A rotation of the root key may have begun since.
    if (!isWrappedBy(now, record)) throw between();
    return record;
  });
}

/**
 * Brings the keys of a copy into an installation, wrapped by the root key that wraps now. Throws BackupRefused when one of
 * them does not open. Returns how many records and notes were not there so.
 */
export function bringKeys(rootKey: RootKey, from: KeyStore, to: KeyStore, folder: string): Promise<number> {
  return carryKeys(from, to, async (name, record) => {
    try {
      return await wrappedAnew(rootKey, name, record);
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      throw new BackupRefused(
        `The keys in ${folder} do not open under this root key: set NUDGESCRIBE_ROOT_KEY, or its file, to that of the time ` +
          'they were copied. Where the data folder has keys under another one already, set both, that one first.',
        { cause: error },
      );
    }
  });
}
