import pg from 'pg';
import { asOwner } from './as-owner.ts';

/**
 * Has columns that number rows by themselves go on behind these numbers, never back. As the owner: nobody else may set
 * them. `highest` is the greatest number that rows have.
 */
export function advanceNumbers(
  ownerUrl: string,
  numbered: readonly { table: string; column: string; highest: number }[],
): Promise<void> {
  return asOwner(ownerUrl, async (client) => {
    for (const { table, column, highest } of numbered)
      if (highest > 0)
        await client.query(
          `select setval(numbers, greatest($3::bigint, coalesce(pg_sequence_last_value(numbers), 0)))
           from (select pg_get_serial_sequence($1, $2)::regclass as numbers) s`,
          [pg.escapeIdentifier(table), column, highest],
        );
  });
}
