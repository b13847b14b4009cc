import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { uuidLiteral } from '../../platform/database/copy-out.ts';
import type { Transaction } from '../../platform/database/database.ts';

/** A table of an account's, as the database's own catalogue has it. */
export type TenantTable = { name: string; columns: string[]; refers_to: string[]; is_ours: boolean };

/**
 * What is left out. Sessions and links end with a restore: some of them may have been ended since. Answers are kept for a
 * day, for callers who try again.
 */
const LEFT_OUT = ['sessions', 'password_links', 'kept_answers'];

/** All tables behind a tenant wall, those that others refer to first, so that a later table is not forgotten. */
export async function tenantTables(tx: Transaction): Promise<TenantTable[]> {
  const tables = await tx.rows<TenantTable>(
    `select c.relname as name,
       (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
       array(select distinct r.relname::text from pg_constraint f join pg_class r on r.oid = f.confrelid
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid) as refers_to,
       has_table_privilege(c.oid, 'insert') as is_ours
     from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
     join pg_policy p on p.polrelid = c.oid and p.polname = 'tenant'
     where c.relname <> all($1) order by c.relname`,
    [LEFT_OUT],
  );
  const ordered: TenantTable[] = [];
  const placed = new Set<string>();
  for (let waiting = tables; waiting.length > 0; ) {
    const ready = waiting.filter((table) => table.refers_to.every((name) => placed.has(name)));
    if (ready.length === 0) throw new Error('Tables refer to each other in a circle, or to one that is left out.');
    for (const table of ready) {
      ordered.push(table);
      placed.add(table.name);
    }
    waiting = waiting.filter(({ name }) => !placed.has(name));
  }
  return ordered;
}

const identifier = (name: string) => pg.escapeIdentifier(name);
const listOf = (names: readonly string[]) => names.map(identifier).join(', ');

/** An account's rows of one table, in Postgres' binary COPY format; `rowCount` of the stream is known at its end. */
export async function copyRowsOut(tx: Transaction, accountId: string, { name, columns }: TenantTable) {
  const rows = `select ${listOf(columns)} from ${identifier(name)} where account_id = ${uuidLiteral(accountId)}`;
  return (await tx.client()).query(copyTo(`copy (${rows}) to stdout (format binary)`));
}

/** A stream into a table beside the real one, of this transaction's: COPY itself does not go through row level security. */
export async function copyRowsAside(tx: Transaction, { name, columns }: Pick<TenantTable, 'name' | 'columns'>) {
  await tx.run(
    `create temp table ${identifier(asideOf(name))} on commit drop as select ${listOf(columns)} from ${identifier(name)} with no data`,
  );
  return (await tx.client()).query(copyFrom(`copy ${identifier(asideOf(name))} from stdin (format binary)`));
}

const asideOf = (name: string) => `restored_${name}`;

/** Takes what was copied aside into the table: through its wall, so that no other account's rows can be among them. */
export async function takeRowsIn(
  tx: Transaction,
  { name, columns }: Pick<TenantTable, 'name' | 'columns'>,
  ifThere: 'error' | 'leave',
): Promise<number> {
  const list = listOf(columns);
  const rows = await tx.run(
    `insert into ${identifier(name)} (${list}) overriding system value select ${list} from ${identifier(asideOf(name))}
     ${ifThere === 'leave' ? 'on conflict do nothing' : ''}`,
  );
  await tx.run(`drop table ${identifier(asideOf(name))}`);
  return rows;
}

/** The keys of the objects that an account's rows name. */
export async function namedObjects(tx: Transaction, accountId: string): Promise<string[]> {
  const rows = await tx.rows<{ object_key: string }>(
    `select object_key from imports where account_id = $1 and object_key is not null
     union select object_key from publication_parts where account_id = $1
     union select rows_key from publication_parts where account_id = $1 and rows_key is not null
     union select key from export_ranges, jsonb_each_text(outcome) as of (name, key)
       where account_id = $1 and name in ('object_key', 'rows_key') and key is not null`,
    [accountId],
  );
  return rows.map((row) => row.object_key);
}

/** Columns that number rows by themselves. */
export function numberedColumns(tx: Transaction): Promise<{ table: string; column: string }[]> {
  return tx.rows<{ table: string; column: string }>(
    `select c.relname as "table", a.attname as "column" from pg_attribute a
     join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
     join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
     where a.attidentity <> '' and not a.attisdropped order by 1, 2`,
  );
}

/** The account's highest number in such a column; 0 without rows. */
export async function highestNumber(
  tx: Transaction,
  accountId: string,
  table: string,
  column: string,
): Promise<number> {
  const row = await tx.row<{ highest: number }>(
    `select coalesce(max(${identifier(column)}), 0)::bigint as highest from ${identifier(table)} where account_id = $1`,
    [accountId],
  );
  return row?.highest ?? 0;
}

/** An account's jobs that have not ended. */
export function unfinishedJobs(tx: Transaction, accountId: string): Promise<{ job_id: string; kind: string }[]> {
  return tx.rows<{ job_id: string; kind: string }>(
    `select job_id, kind from jobs where account_id = $1 and status in ('queued', 'running') order by job_id`,
    [accountId],
  );
}
