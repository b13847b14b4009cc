import pg from 'pg';

/** Has columns that number rows by themselves go on behind these numbers. As the owner: nobody else may set them. */
export async function advanceNumbers(
  ownerUrl: string,
  numbered: readonly { table: string; column: string; highest: number }[],
): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    for (const { table, column, highest } of numbered)
      if (highest > 0)
        await client.query('select setval(pg_get_serial_sequence($1, $2), $3)', [
          pg.escapeIdentifier(table),
          column,
          highest,
        ]);
  } finally {
    await client.end();
  }
}
