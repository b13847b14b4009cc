import pg from 'pg';

/** What calls may write although they are refused: the record that they were. */
const RECORDS = /^(audit_\w+|sign_in_\w+)$/;
/** What any call writes of the session that it is made in. */
const TOUCHED = ['seen_at'];

/** One line a table: how many rows, and a sum over what is in them. Equal lines mean equal content. */
export async function databaseDigest(client: pg.Client): Promise<string[]> {
  const tables = await client.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  const lines: string[] = [];
  for (const { name } of tables.rows.filter((table) => !RECORDS.test(table.name))) {
    const row = name === 'sessions' ? '(to_jsonb(t) - $1::text[])' : 't';
    const { rows } = await client.query(
      `select count(*) || ' ' || coalesce(sum(hashtextextended(${row}::text, 0)), 0) as line from ${pg.escapeIdentifier(name)} t`,
      name === 'sessions' ? [TOUCHED] : [],
    );
    lines.push(`${name} ${rows[0].line}`);
  }
  return lines;
}

/** A connection as the owner, who sees all tenants. The test's database may go before it does. */
export async function connectAsOwner(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
