import type { Database } from '../../platform/database/database.ts';
import { allAccounts } from './store.ts';

const ACCOUNTS_AT_MOST = 1_000_000;

/** The accounts there are, for work that crosses them; each has a trail. */
export function everyAccount({ database }: { database: Database }): Promise<string[]> {
  return database.acrossAccounts((tx) => allAccounts(tx, ACCOUNTS_AT_MOST));
}
