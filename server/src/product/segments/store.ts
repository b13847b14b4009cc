import type { Transaction } from '../../platform/database/database.ts';
import type { Dimension } from './segment-by.ts';
import type { Group } from './segmentation.ts';

/** How many different combinations are looked at before the attributes are called too many. */
export const MAX_GROUPS = 20_000;

/** The expression that gives one attribute's value or band; slots and limits are bound, only fixed text is put together. */
function keyExpression(dimension: Dimension, bind: (value: unknown) => string): string {
  const value = `(c.clear_values->>${bind(String(dimension.field.slot))}::text)`;
  if (dimension.bands === null) return value;
  // numeric, not float8: a value of many digits would be rounded over a limit, or be out of range and fail the statement.
  const type = dimension.kind === 'number' ? 'numeric' : 'date';
  return `width_bucket(${value}::${type}, ${bind(dimension.limits)}::${type}[])`;
}

async function groupsWhere(
  tx: Transaction,
  accountId: string,
  groupId: string,
  dimensions: readonly Dimension[],
  positions: readonly number[] | null,
  limit: number,
): Promise<Group[]> {
  const values: unknown[] = [accountId, groupId];
  const bind = (value: unknown) => {
    values.push(value);
    return `$${values.length}`;
  };
  const keys = dimensions.map((dimension, index) => `${keyExpression(dimension, bind)} as k${index}`);
  const grouping = dimensions.length === 0 ? '' : `group by ${dimensions.map((_, index) => index + 1).join(', ')}`;
  const among = positions === null ? '' : `and m.position = any(${bind(positions)}::bigint[])`;
  const rows = await tx.rows<Record<string, string | number | null> & { size: number }>(
    `select ${[...keys, 'count(*) as size'].join(', ')}
     from group_members m join customers c on c.account_id = m.account_id and c.customer_id = m.customer_id
     where m.account_id = $1 and m.customer_group_id = $2 ${among} ${grouping} limit ${limit}`,
    values,
  );
  return rows
    .filter((row) => row.size > 0)
    .map((row) => ({ keys: dimensions.map((_, index) => row[`k${index}`] ?? null), size: row.size }));
}

/** Sizes of all combinations of the attributes in a group, at most `most` + 1 of them. */
export async function countGroups(
  tx: Transaction,
  accountId: string,
  groupId: string,
  dimensions: readonly Dimension[],
  most: number = MAX_GROUPS,
): Promise<Group[]> {
  // A hash join whose table fits the processor's cache beats one that fits memory: 1.4 s against 2.2 s at a million.
  await tx.run("set local work_mem = '4MB'");
  const groups = await groupsWhere(tx, accountId, groupId, dimensions, null, most + 1);
  await tx.run('set local work_mem to default');
  return groups;
}

/** The same among the members that stand at these positions. */
export function sampleGroups(
  tx: Transaction,
  accountId: string,
  groupId: string,
  dimensions: readonly Dimension[],
  positions: readonly number[],
): Promise<Group[]> {
  return groupsWhere(tx, accountId, groupId, dimensions, positions, positions.length);
}

/** Who in a group has one of these combinations of keys: the number of the combination, and a customer. */
export function peopleOfGroups(
  tx: Transaction,
  accountId: string,
  groupId: string,
  dimensions: readonly Dimension[],
  keys: readonly Group['keys'][],
): Promise<{ at: number; customer_id: string }[]> {
  const values: unknown[] = [accountId, groupId, JSON.stringify(keys)];
  const bind = (value: unknown) => {
    values.push(value);
    return `$${values.length}`;
  };
  // Arrays of texts are equal where both have a null, unlike nulls themselves, and can be joined by a hash.
  const own = dimensions.map((dimension) => `(${keyExpression(dimension, bind)})::text`).join(', ');
  return tx.rows(
    `select (g.ordinal - 1)::integer as at, m.customer_id
     from (
       select w.ordinal, array(select k.key from jsonb_array_elements_text(w.keys) with ordinality as k(key, place) order by k.place) as keys
       from jsonb_array_elements($3::jsonb) with ordinality as w(keys, ordinal)
     ) g
       join (
         select m.customer_id, array[${own}]::text[] as keys
         from group_members m join customers c on c.account_id = m.account_id and c.customer_id = m.customer_id
         where m.account_id = $1 and m.customer_group_id = $2
       ) m on m.keys = g.keys`,
    values,
  );
}
