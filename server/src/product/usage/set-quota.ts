import type { Database } from '../../platform/database/database.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { recordByOperator } from '../audit/record-by-operator.ts';
import { deleteQuota, saveQuota } from './store.ts';
import type { UsageKind } from './usage.ts';

/** A number a month, null for no limit, or 'general' for what the operator set for all. */
export type QuotaWish = number | null | 'general';

/** Sets an account's quota; for the operator. Throws not_found. */
export async function setQuota(
  database: Database,
  accountId: string,
  kind: UsageKind,
  perMonth: QuotaWish,
): Promise<void> {
  await database.acrossAccounts(async (tx) => {
    if (perMonth === 'general') {
      // It held already: nothing changes.
      if (!(await deleteQuota(tx, accountId, kind))) return;
    } else if (!(await saveQuota(tx, accountId, kind, perMonth)))
      throw platformFailures.not_found({ message: 'There is no such account.' });
    await recordByOperator(tx, {
      accountId,
      action: 'account.quota_set',
      objectIds: { kind, per_month: perMonth ?? 'none' },
    });
  });
}
