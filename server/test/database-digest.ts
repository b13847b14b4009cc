import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import pg from 'pg';
import { QUEUE_SCHEMA } from '../src/platform/jobs/queue.ts';

/** What calls may write although they are refused: the record that they were. */
const RECORDS = /^(audit_\w+|sign_in_\w+)$/;
/** The same record outside the database, and files that are still being written and so are nobody's yet. */
const RECORD_FILES = /^([^/]+\/audit|\.unfinished)\//;
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

/**
 * One line an entry of the job queue: which it is and what it is for. Not how far it got, as that is the workers' to change. The
 * queue keeps an entry for a day after its end, and its own upkeep has entries of its own.
 */
export async function queueDigest(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `select concat_ws(' ', name, id, group_id, data) as line from ${QUEUE_SCHEMA}.job where name not like '\\_\\_pgboss%' order by 1`,
  );
  return rows.map(({ line }) => line);
}

/** One line a file in object storage: its key and what is in it. */
export async function objectDigest(dataDir: string): Promise<string[]> {
  const root = join(dataDir, 'objects');
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const keys = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((key) => !RECORD_FILES.test(key));
  const hash = async (key: string) =>
    createHash('sha256')
      .update(await readFile(join(root, key)))
      .digest('hex');
  return Promise.all(keys.sort().map(async (key) => `${key} ${await hash(key)}`));
}

/** A connection as the owner, who sees all tenants. The test's database may go before it does. */
export async function connectAsOwner(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
