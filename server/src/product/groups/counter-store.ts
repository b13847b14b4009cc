import type { Transaction } from '../../platform/database/database.ts';

/** Raises both counters and returns the last position given out before. Undefined when the group is gone. */
export async function raiseCounters(
  tx: Transaction,
  accountId: string,
  groupId: string,
  count: number,
): Promise<number | undefined> {
  const row = await tx.row<{ before: number }>(
    `update customer_groups set member_count = member_count + $3, last_position = last_position + $3
     where account_id = $1 and customer_group_id = $2 returning last_position - $3 as before`,
    [accountId, groupId, count],
  );
  return row?.before;
}

/** Lowers member counts; positions are never given out again. Groups are touched in the order of their ids. */
export async function lowerCounters(
  tx: Transaction,
  accountId: string,
  groupIds: readonly string[],
  counts: readonly number[],
): Promise<void> {
  await tx.run(
    `update customer_groups g set member_count = g.member_count - l.count
     from unnest($2::uuid[], $3::bigint[]) as l(customer_group_id, count)
     where g.account_id = $1 and g.customer_group_id = l.customer_group_id`,
    [accountId, groupIds, counts],
  );
}
