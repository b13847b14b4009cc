import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { hashApiKey, hintOf, newApiKey } from './api-key.ts';
import { insertApiKey, type KeyLimits } from './store.ts';

/** Makes an API key, without limits unless some are given. The key itself is returned once and never kept. */
export async function createApiKey(
  tx: Transaction,
  key: { accountId: string; name: string; createdBy: string; key?: string | null; limits?: KeyLimits },
) {
  const text = key.key ?? newApiKey();
  const row = await insertApiKey(tx, {
    accountId: key.accountId,
    apiKeyId: newId(),
    name: key.name,
    hash: hashApiKey(text),
    hint: hintOf(text),
    createdBy: key.createdBy,
    ...(key.limits ?? { permissions: null, workspace_ids: null, expires_at: null }),
  });
  return { key: text, row };
}
