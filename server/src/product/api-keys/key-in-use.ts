import type { Database, Transaction } from '../../platform/database/database.ts';
import { hashApiKey, isMistyped } from './api-key.ts';
import { findKeyOwner, touchApiKey } from './store.ts';

/** Whose key this is, if it still holds. A mistyped one is known without a look-up. */
export async function ownerOfKey(
  database: Database,
  key: string,
  now: Date,
): Promise<{ accountId: string; apiKeyId: string } | null> {
  if (isMistyped(key)) return null;
  const owner = await findKeyOwner(database.readsAcross, hashApiKey(key), now);
  return owner === undefined ? null : { accountId: owner.account_id, apiKeyId: owner.api_key_id };
}

/** Notes that somebody signs in by the key. Returns whether it still holds. */
export async function noteKeyUse(tx: Transaction, accountId: string, apiKeyId: string, now: Date): Promise<boolean> {
  return (await touchApiKey(tx, accountId, apiKeyId, now)) > 0;
}
