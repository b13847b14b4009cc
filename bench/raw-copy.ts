import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** The tables that a first load fills, each after those it refers to. */
const TABLES = ['customers', 'customer_identifiers', 'group_members'] as const;
/** In the order in which the import wrote them, so that both loads meet the indexes alike. */
const ORDER: Record<(typeof TABLES)[number], string> = {
  customers: 'customer_id',
  customer_identifiers: 'customer_id',
  group_members: 'position',
};

/** What the database sends, into a file that is on the disk afterwards. */
async function copyOut(client: pg.Client, query: string, path: string): Promise<void> {
  const rows = client.query(copyTo(`copy (${query}) to stdout (format binary)`));
  await pipeline(rows, createWriteStream(path, { flush: true }));
}

async function copyIn(client: pg.Client, table: string, path: string): Promise<void> {
  const rows = client.query(copyFrom(`copy ${table} from stdin (format binary)`));
  await pipeline(createReadStream(path, { highWaterMark: 64 * 1024 }), rows);
}

/** Tables like the real ones in a schema of their own: the same columns, keys, indexes and foreign keys, logged. */
async function makeTables(client: pg.Client): Promise<void> {
  await client.query('drop schema if exists raw_limit cascade');
  await client.query('create schema raw_limit');
  for (const table of TABLES) {
    await client.query(`create table raw_limit.${table} (like public.${table} including all)`);
    const { rows } = await client.query<{ definition: string }>(
      `select pg_get_constraintdef(oid) as definition from pg_constraint where contype = 'f' and conrelid = $1::regclass`,
      [`public.${table}`],
    );
    for (const { definition } of rows) {
      const inside = TABLES.reduce(
        (text, name) => text.replace(new RegExp(`REFERENCES (public\\.)?${name}\\(`), `REFERENCES raw_limit.${name}(`),
        definition,
      );
      await client.query(`alter table raw_limit.${table} add ${inside}`);
    }
  }
}

export type RawLimit = { seconds: number; rows: number; perTable: Record<string, number> };

/**
 * The raw limit: what one stream of COPY in Postgres' own binary format takes for the very rows that the import stored,
 * one commit a table, fsync on. Preparing the rows (COPY out into files) is not timed. `where` chooses the group.
 */
export async function measureRawLimit(databaseUrl: string, folder: string, groupId: string): Promise<RawLimit> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await makeTables(client);
    const members = `select customer_id from public.group_members where customer_group_id = '${groupId}'`;
    for (const table of TABLES) {
      const chosen = table === 'group_members' ? `customer_group_id = '${groupId}'` : `customer_id in (${members})`;
      const query = `select * from public.${table} where ${chosen} order by ${ORDER[table]}`;
      await copyOut(client, query, join(folder, `${table}.bin`));
    }
    await client.query('checkpoint');
    const limit: RawLimit = { seconds: 0, rows: 0, perTable: {} };
    for (const table of TABLES) {
      const startedAt = performance.now();
      await copyIn(client, `raw_limit.${table}`, join(folder, `${table}.bin`));
      const seconds = (performance.now() - startedAt) / 1_000;
      limit.perTable[table] = seconds;
      limit.seconds += seconds;
    }
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::integer as count from raw_limit.customers',
    );
    limit.rows = rows[0]?.count ?? 0;
    await client.query('drop schema raw_limit cascade');
    await client.query('checkpoint');
    return limit;
  } finally {
    await client.end();
  }
}

/** What one stream of COPY takes to bring the same tables, all their rows, into files. In seconds. */
export async function measureRawOut(databaseUrl: string, folder: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const startedAt = performance.now();
    for (const table of TABLES) await copyOut(client, `select * from public.${table}`, join(folder, `${table}.out`));
    return (performance.now() - startedAt) / 1_000;
  } finally {
    await client.end();
  }
}
