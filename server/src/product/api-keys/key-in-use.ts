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

/** Notes that somebody signed in by the key. */
export function noteKeyUse(tx: Transaction, accountId: string, apiKeyId: string): Promise<void> {
  return touchApiKey(tx, accountId, apiKeyId);
}
