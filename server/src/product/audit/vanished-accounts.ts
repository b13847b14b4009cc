import type { Database } from '../../platform/database/database.ts';
import { type KeyStore, SERVER_RECORD } from '../../providers/key-store/key-store.ts';
import type { ObjectStorage } from '../../providers/object-storage/object-storage.ts';
import { readAnchor } from './anchor.ts';
import type { AuditKeys } from './chain.ts';
import { everyAccount } from './every-account.ts';

type Parts = { database: Database; keyStore: KeyStore; objects: ObjectStorage; auditKeys: AuditKeys };

/**
 * Accounts that the database does not know any more, not even as erased: somebody deleted them with their trails. The key store
 * still names them, and in object storage lies an anchor; keys without one are of an account that was never made.
 */
export async function vanishedAccounts({ database, keyStore, objects, auditKeys }: Parts): Promise<string[]> {
  const there = new Set(await everyAccount({ database }));
  const gone: string[] = [];
  for (const name of await keyStore.names()) {
    if (name === SERVER_RECORD || there.has(name)) continue;
    if ((await readAnchor(objects, auditKeys, name)) !== 'missing') gone.push(name);
  }
  if (gone.length === 0) return [];
  // One that is being made has its row before its anchor.
  const now = new Set(await everyAccount({ database }));
  return gone.filter((accountId) => !now.has(accountId));
}
