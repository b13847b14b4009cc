import { createHash } from 'node:crypto';
import { onCluster } from './cluster.ts';

/** What is in every table behind a tenant wall, of one account or of all: how many rows, and one hash of them. */
export function contentOf(url: string, accountId: string | null = null): Promise<Record<string, string>> {
  return onCluster(url, async (client) => {
    const tables = await client.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_policy p join pg_class c on c.oid = p.polrelid where p.polname = 'tenant' order by 1`,
    );
    const content: Record<string, string> = {};
    for (const { name } of tables.rows) {
      const { rows } = await client.query(
        `select to_jsonb(t)::text as row from ${name} t where account_id = $1 or $1 is null order by 1`,
        [accountId],
      );
      content[name] = `${rows.length} ${createHash('sha256').update(JSON.stringify(rows)).digest('hex')}`;
    }
    return content;
  });
}

/** The tables of such a content that have rows. */
export const filledTables = (content: Record<string, string>): string[] =>
  Object.keys(content).filter((table) => !content[table]?.startsWith('0 '));
