import type { Transaction } from '../../platform/database/database.ts';
import { touchApiKey } from './store.ts';

/** Notes that somebody signed in by the key. */
export function noteKeyUse(tx: Transaction, accountId: string, apiKeyId: string): Promise<void> {
  return touchApiKey(tx, accountId, apiKeyId);
}
