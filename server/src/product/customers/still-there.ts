import type { Transaction } from '../../platform/database/database.ts';
import { existingCustomers } from './store.ts';

/** Those of the account's customers who are not erased. */
export function stillThere(
  tx: Transaction,
  accountId: string,
  customerIds: readonly string[],
): Promise<ReadonlySet<string>> {
  return existingCustomers(tx, accountId, customerIds);
}
