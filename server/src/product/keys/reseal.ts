import { bytesOfId } from '../../platform/ids/ids.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { openProfiles, type ProfilesPlace, sealProfiles } from '../sealing/profile-envelope.ts';

/** The same profiles of one workspace under the version that seals now, in the same order. Throws SealBroken. */
export function resealed(
  keys: AccountKeys,
  place: ProfilesPlace,
  rows: readonly { boundTo: string; envelope: Buffer }[],
): Buffer[] {
  const opened: Buffer[] = [];
  openProfiles(
    keys,
    place,
    rows.map((row) => ({ customerId: bytesOfId(row.boundTo), envelope: row.envelope })),
    // A view into what the next call of the cipher leaves alone.
    (plaintext) => opened.push(plaintext),
  );
  const sealed: Buffer[] = [];
  const profiles = rows.map((row, index) => ({ customerId: row.boundTo, plaintext: opened[index] ?? Buffer.alloc(0) }));
  sealProfiles(keys, place, profiles, (envelope) => sealed.push(Buffer.from(envelope)));
  return sealed;
}
