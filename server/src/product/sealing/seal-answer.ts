import type { AnswerSealer } from '../../platform/http/kept-answers.ts';
import type { AccountKeyring } from './account-keys.ts';
import { openProfile, sealProfile } from './profile-envelope.ts';

const asId = (bytes: Buffer) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** Seals answers like profiles, bound to the account and to the key under which they are kept. */
export function createAnswerSealer(keyring: AccountKeyring): (accountId: string) => Promise<AnswerSealer> {
  return async (accountId) => {
    const keys = await keyring.forAccount(accountId);
    const placeOf = (place: Buffer) => ({ accountId, workspaceId: accountId, customerId: asId(place) });
    return {
      seal: (place, text) => sealProfile(keys, placeOf(place), text),
      open: (place, sealed) => openProfile(keys, placeOf(place), sealed),
    };
  };
}
