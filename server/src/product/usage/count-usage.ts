import type { Clock } from '../../platform/clock/clock.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { usageFailures } from './errors.ts';
import { addUsage, ownQuotas, usageOf } from './store.ts';
import { monthAfter, monthOf, type Quotas, quotasFor, type UsageKind } from './usage.ts';

export type UsageParts = { clock: Clock; config: { quotas: Quotas } };

/**
 * Counts what was used, in the transaction that used it. Called as its last statement where that is possible: until it
 * commits, others of the account that count the same kind wait.
 */
export async function countUsage(
  parts: Pick<UsageParts, 'clock'>,
  tx: Transaction,
  accountId: string,
  used: Partial<Record<UsageKind, number>>,
): Promise<void> {
  const amounts = Object.entries(used)
    .filter(([, amount]) => amount > 0)
    .map(([kind, amount]) => ({ kind, amount }));
  if (amounts.length > 0) await addUsage(tx, accountId, monthOf(parts.clock.now()), amounts);
}

/** Usage of the current month with the quotas that hold. */
export async function usageNow(parts: UsageParts, tx: Transaction, accountId: string) {
  const month = monthOf(parts.clock.now());
  const used = new Map((await usageOf(tx, accountId, month)).map(({ kind, amount }) => [kind, amount]));
  const quotas = quotasFor(parts.config.quotas, await ownQuotas(tx, accountId));
  return { month, used, quotas };
}

/**
 * Throws quota_exceeded (400) when the account would go beyond a quota. What is asked for is not set aside: works that
 * are under way at the same time may together go beyond it once, and whatever comes after is refused.
 */
export async function requireQuota(
  parts: UsageParts,
  tx: Transaction,
  accountId: string,
  wanted: Partial<Record<UsageKind, number>>,
): Promise<void> {
  const { month, used, quotas } = await usageNow(parts, tx, accountId);
  const details = (Object.entries(wanted) as [UsageKind, number][]).flatMap(([kind, amount]) => {
    const quota = quotas[kind] ?? null;
    const usedOfKind = used.get(kind) ?? 0;
    if (quota === null || amount <= 0 || usedOfKind + amount <= quota) return [];
    return [{ kind, used: usedOfKind, wanted: amount, quota, resets_at: monthAfter(month).toISOString() }];
  });
  if (details.length > 0) throw usageFailures.quota_exceeded({ details });
}
