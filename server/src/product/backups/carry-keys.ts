import { isDeepStrictEqual } from 'node:util';
import {
  type AccountKeyRecord,
  type KeptRecord,
  type KeyRecord,
  KeyRecordChanged,
  KeyRecordExists,
  type KeyStore,
} from '../../providers/key-store/key-store.ts';

const TRIES_AT_MOST = 20;

/** What the other store's record becomes: null when it may stay as it is. */
function merged(ours: KeyRecord, theirs: KeyRecord): KeyRecord | null {
  if (theirs.kind === 'destroyed' || theirs.kind === 'server') return null;
  if (ours.kind === 'destroyed') return ours;
  if (ours.kind !== 'account') return null;
  // Versions that were dropped since open what an older copy of the database holds; the newest goes on sealing.
  const known = new Set(theirs.versions.map(({ version }) => version));
  const versions = [...theirs.versions, ...ours.versions.filter(({ version }) => !known.has(version))];
  const record: AccountKeyRecord = { ...theirs, versions: versions.sort((a, b) => a.version - b.version) };
  return isDeepStrictEqual(record, theirs) ? null : record;
}

async function carryRecord(name: string, { record }: KeptRecord, to: KeyStore): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const there = await to.get(name);
      const next = there === null ? record : merged(record, there.record);
      if (next === null) return false;
      await (there === null ? to.create(name, next) : to.replace(name, there, next));
      return true;
    } catch (error) {
      const isRace = error instanceof KeyRecordChanged || error instanceof KeyRecordExists;
      if (!isRace || attempt === TRIES_AT_MOST) throw error;
    }
  }
}

/**
 * Brings what one key store has into another: to keep a copy of it, and to bring that copy back. Nothing is ever lost by
 * it, and nobody comes back: destroyed keys stay destroyed in both, versions and notes of erasures join. Wrapped as they
 * are. Safe to repeat. Returns how many records and notes the other store did not have so.
 */
export async function carryKeys(from: KeyStore, to: KeyStore): Promise<number> {
  let carried = 0;
  for (const name of await from.names()) {
    const kept = await from.get(name);
    if (kept !== null && (await carryRecord(name, kept, to))) carried += 1;
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
