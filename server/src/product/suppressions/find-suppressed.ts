import type { Transaction } from '../../platform/database/database.ts';
import { hasSuppressions, suppressedCustomers } from './store.ts';

/** Asks, page by page, which customers must not get messages. A workspace without suppressions is asked once. */
export async function createSuppressionReader(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
): Promise<(customerIds: readonly string[]) => Promise<ReadonlySet<string>>> {
  const nobody: ReadonlySet<string> = new Set();
  if (!(await hasSuppressions(tx, accountId, workspaceId))) return async () => nobody;
  return async (customerIds) => new Set(await suppressedCustomers(tx, accountId, customerIds));
}
