import type { Transaction } from '../../platform/database/database.ts';
import { hasSuppressions, suppressedCustomers } from './store.ts';

/** Asks, page by page, which customers must not get messages. Null where the workspace has no suppressions. */
export async function createSuppressionReader(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
): Promise<((customerIds: readonly string[]) => Promise<ReadonlySet<string>>) | null> {
  if (!(await hasSuppressions(tx, accountId, workspaceId))) return null;
  return async (customerIds) => new Set(await suppressedCustomers(tx, accountId, customerIds));
}

/** Whether this customer must not get messages, by whatever names them. */
export async function isSuppressed(tx: Transaction, accountId: string, customerId: string): Promise<boolean> {
  return (await suppressedCustomers(tx, accountId, [customerId])).length > 0;
}
