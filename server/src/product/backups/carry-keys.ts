import { isDeepStrictEqual } from 'node:util';
import {
  type AccountKeyRecord,
  type KeptRecord,
  type KeyRecord,
  KeyRecordChanged,
  KeyRecordDamaged,
  KeyRecordExists,
  type KeyStore,
  SERVER_RECORD,
} from '../../providers/key-store/key-store.ts';
import { PROGRAM_PREFIX } from '../../providers/root-key/key-program.ts';
import type { RootKey } from '../../providers/root-key/root-key.ts';
import { doesNotOpen, wrappedAnew, wrappedKeys } from '../sealing/key-records.ts';
import { BackupRefused } from './backup-refused.ts';

const TRIES_AT_MOST = 20;

/**
 * Gives a record as the other store is to have it. Throws SealBroken when no root key at hand opens it, and BackupRefused when
 * the other store must not have it so.
 */
type TakeIn = (name: string, record: KeyRecord) => Promise<KeyRecord>;

/** What was carried: how many records and notes, and the names of the records that do not open. */
type Carried = { carried: number; closed: string[] };

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

/** A record that does not open is kept for whoever may mend it, but takes no other one's place. */
async function carryClosed(name: string, from: KeyStore, to: KeyStore): Promise<void> {
  const record = await readable(from, name);
  if (record === null) return;
  await to.create(name, record).catch((error: unknown) => {
    if (!(error instanceof KeyRecordExists)) throw error;
  });
}

/** The record as long as it can be read. */
async function readable(store: KeyStore, name: string): Promise<KeyRecord | null> {
  try {
    return (await store.get(name))?.record ?? null;
  } catch (error) {
    if (error instanceof KeyRecordDamaged) return null;
    throw error;
  }
}

/**
 * Brings what one key store has into another: to keep a copy of it, and to bring that copy back. Nothing is ever lost by
 * it, and nobody comes back: destroyed keys stay destroyed in both, versions and notes of erasures join. Refused before
 * anything is written when the other store must not have something; what does not open keeps nothing else back. Safe to
 * repeat. `carried` counts what the other store did not have so.
 */
async function carryKeys(from: KeyStore, to: KeyStore, takeIn: TakeIn): Promise<Carried> {
  const names = await from.names();
  const closed = new Set<string>();
  for (const name of names) {
    try {
      const kept = await from.get(name);
      const next = kept === null ? null : merged(kept.record, await to.get(name));
      // One version that does not open closes its account, those included that did open before.
      if (next !== null) await takeIn(name, next);
    } catch (error) {
      if (!doesNotOpen(error)) throw error;
      closed.add(name);
    }
  }
  let carried = 0;
  for (const name of names) {
    if (closed.has(name)) {
      await carryClosed(name, from, to);
      continue;
    }
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
  return { carried, closed: [...closed] };
}

/**
 * Copies the keys of an installation beside those that a copy in that folder has, wrapped as they are. A copy opens by one
 * root key alone: throws BackupRefused when it is of another one than wraps now, or the installation is between two. What a
 * key management service has wrapped, its program opens, by whichever of the service's keys. Returns the names of the
 * records that no root key at hand opens, or that cannot be read.
 */
export async function copyKeys(rootKey: RootKey, from: KeyStore, to: KeyStore, folder: string): Promise<string[]> {
  const [now = ''] = await rootKey.names();
  const beginning = now.startsWith(PROGRAM_PREFIX) ? PROGRAM_PREFIX : `${now}.`;
  const isOfNow = (record: KeyRecord) => wrappedKeys(record).every((wrapped) => wrapped.startsWith(beginning));
  // A rotation of the root key may begin at any time.
  const takeIn: TakeIn = async (name, record) => {
    if (isOfNow(record)) return record;
    await wrappedAnew(rootKey, name, record);
    throw new BackupRefused(
      'Some keys of this installation are not wrapped by the root key that wraps now: "keys status" tells by which. ' +
        'Finish "keys rotate-root" first, and back up then.',
    );
  };
  const closed = new Set<string>();
  for (const name of await from.names()) {
    const record = await readable(from, name);
    if (record !== null)
      await takeIn(name, record).catch((error: unknown) => {
        if (!doesNotOpen(error)) throw error;
        closed.add(name);
      });
  }
  for (const name of await to.names()) {
    const record = closed.has(name) ? null : await readable(to, name);
    if (record !== null && !isOfNow(record))
      throw new BackupRefused(
        `The keys in ${folder} were copied under another root key than the one that wraps now. Name a new folder with --keys, ` +
          'and keep the old one, with the root key of its time, for as long as you keep backups that were made with it.',
      );
  }
  for (const name of (await carryKeys(from, to, takeIn)).closed) closed.add(name);
  return [...closed];
}

/**
 * Brings the keys of a copy into an installation, wrapped by the root key that wraps now. Throws BackupRefused when that
 * opens none of them.
 */
export async function bringKeys(rootKey: RootKey, from: KeyStore, to: KeyStore, folder: string): Promise<Carried> {
  const takeIn: TakeIn = (name, record) => wrappedAnew(rootKey, name, record);
  const server = await from.get(SERVER_RECORD);
  try {
    // A copy is of one root key: what does not open beside the server's secret is broken.
    if (server !== null) await takeIn(SERVER_RECORD, server.record);
  } catch (error) {
    if (!doesNotOpen(error)) throw error;
    throw new BackupRefused(
      `The keys in ${folder} do not open under this root key: set NUDGESCRIBE_ROOT_KEY, or its file, to that of the time ` +
        'they were copied. Where the data folder has keys under another one already, set both, that one first.',
      { cause: error },
    );
  }
  return carryKeys(from, to, takeIn);
}
