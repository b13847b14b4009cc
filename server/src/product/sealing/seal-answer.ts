import type { AnswerSealer } from '../../platform/http/kept-answers.ts';
import { idFromBytes } from '../../platform/ids/ids.ts';
import type { AccountKeyring } from './account-keys.ts';
import { openProfile, sealProfile } from './profile-envelope.ts';

/** Seals answers like profiles, bound to the account and to the key under which they are kept. */
export function createAnswerSealer(keyring: AccountKeyring): (accountId: string) => Promise<AnswerSealer> {
  return async (accountId) => {
    const keys = await keyring.forAccount(accountId);
    const placeOf = (place: Buffer) => ({ accountId, workspaceId: accountId, customerId: idFromBytes(place) });
    return {
      seal: (place, text) => sealProfile(keys, placeOf(place), text),
      open: (place, sealed) => openProfile(keys, placeOf(place), sealed),
    };
  };
}
