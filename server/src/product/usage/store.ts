import type { Transaction } from '../../platform/database/database.ts';

export async function addUsage(
  tx: Transaction,
  accountId: string,
  month: string,
  amounts: readonly { kind: string; amount: number }[],
): Promise<void> {
  // In one order, so that two transactions that count several kinds never wait for each other in a circle.
  await tx.run(
    `insert into usage_counts (account_id, month, kind, amount)
     select $1, $2, kind, amount from unnest($3::text[], $4::bigint[]) as counted (kind, amount) order by kind
     on conflict (account_id, month, kind) do update set amount = usage_counts.amount + excluded.amount`,
    [accountId, month, amounts.map(({ kind }) => kind), amounts.map(({ amount }) => amount)],
  );
}

/** What was used of each kind in a month; at most one row a kind. */
export function usageOf(
  tx: Transaction,
  accountId: string,
  month: string,
): Promise<{ kind: string; amount: number }[]> {
  return tx.rows('select kind, amount from usage_counts where account_id = $1 and month = $2 limit 100', [
    accountId,
    month,
  ]);
}

export function ownQuotas(tx: Transaction, accountId: string): Promise<{ kind: string; per_month: number | null }[]> {
  return tx.rows('select kind, per_month from account_quotas where account_id = $1 limit 100', [accountId]);
}

/** With the operator's handle. False when there is no such account. */
export async function saveQuota(
  tx: Transaction,
  accountId: string,
  kind: string,
  perMonth: number | null,
): Promise<boolean> {
  const saved = await tx.run(
    `insert into account_quotas (account_id, kind, per_month)
     select account_id, $2, $3 from accounts where account_id = $1
     on conflict (account_id, kind) do update set per_month = excluded.per_month`,
    [accountId, kind, perMonth],
  );
  return saved > 0;
}

/** The general quota holds again. With the operator's handle. False when it held already. */
export async function deleteQuota(tx: Transaction, accountId: string, kind: string): Promise<boolean> {
  return (await tx.run('delete from account_quotas where account_id = $1 and kind = $2', [accountId, kind])) > 0;
}
