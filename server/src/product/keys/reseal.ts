import { bytesOfId } from '../../platform/ids/ids.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { openProfiles, type ProfilesPlace, sealProfiles } from '../sealing/profile-envelope.ts';

/** The same profiles of one workspace under the version that seals now, in the same order. Throws SealBroken. */
export function resealed(
  keys: AccountKeys,
  place: ProfilesPlace,
  rows: readonly { boundTo: string; envelope: Buffer }[],
): Buffer[] {
  const opened: { customerId: string; plaintext: Buffer }[] = [];
  openProfiles(
    keys,
    place,
    rows.map(({ boundTo, envelope }) => ({ customerId: bytesOfId(boundTo), envelope, boundTo })),
    // A view into what the next call of the cipher leaves alone.
    (plaintext, { boundTo }) => opened.push({ customerId: boundTo, plaintext }),
  );
  const sealed: Buffer[] = [];
  sealProfiles(keys, place, opened, (envelope) => sealed.push(Buffer.from(envelope)));
  return sealed;
}
