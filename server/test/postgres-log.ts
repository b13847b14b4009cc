import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { onCluster } from './cluster.ts';

// What Postgres itself wrote down of the statements it refused: whoever sent them, on whichever connection, by COPY or by
// cursor, and also where the sender did not mind. Asked of Postgres, so that it does not matter who may open the files.

/** An error that a statement, or a connection, of the database ended with. */
export type LoggedError = { state: string; message: string };

export type DatabaseLog = {
  /** All errors of this database since the log was opened, oldest first. Throws when Postgres does not write them down. */
  errors(waitMs?: number): Promise<LoggedError[]>;
};

/** As LOG_LINE_PREFIX has Postgres begin it. A message's further lines begin with a tab. */
const ERROR_LINE = /^\S+ \S+ \S+ \[\d+\] ([^/\s]*)\/([0-9A-Z]{5}) (?:ERROR|FATAL|PANIC): {2}(.*)$/;

/** By then a line has reached the file: a process of its own writes it. */
const WRITTEN_MS = 10_000;
const POLL_MS = 20;

/** The errors in a log's text that are of this database. */
export function errorsIn(text: string, database: string): LoggedError[] {
  return text.split('\n').flatMap((line) => {
    const [, of, state = '', message = ''] = ERROR_LINE.exec(line) ?? [];
    return of === database ? [{ state, message }] : [];
  });
}

type LogFile = { name: string; size: number };

async function logFiles(client: pg.Client): Promise<LogFile[]> {
  const { rows } = await client.query<LogFile>('select name, size::integer as size from pg_ls_logdir() order by name');
  return rows;
}

async function readFrom(client: pg.Client, { name, size }: LogFile, start: number): Promise<Buffer> {
  const { rows } = await client.query<{ read: Buffer }>(
    "select pg_read_binary_file(current_setting('log_directory') || '/' || $1, $2, $3) as read",
    [name, start, size - start],
  );
  return rows[0]?.read ?? Buffer.alloc(0);
}

/**
 * Has Postgres write down the errors of this database, which it does not do by itself as they may quote values: of all
 * connections that begin from now on. The cluster must be one of startCluster's own.
 */
export async function openLog(databaseUrl: string): Promise<DatabaseLog> {
  const { database, before } = await onCluster(databaseUrl, async (client) => {
    const { rows } = await client.query<{ database: string; loud: string }>(
      "select current_database() as database, format('alter database %I set log_min_messages = error', current_database()) as loud",
    );
    await client.query(rows[0]?.loud ?? '');
    const files = await logFiles(client);
    return { database: rows[0]?.database ?? '', before: new Map(files.map(({ name, size }) => [name, size])) };
  });
  return {
    errors: (waitMs = WRITTEN_MS) =>
      onCluster(databaseUrl, async (client) => {
        // A statement that is refused comes last: once it stands there, so does all that went before it.
        const mark = `mark_${randomBytes(8).toString('hex')}`;
        await client.query(`select ${mark}`).catch(() => undefined);
        for (const end = performance.now() + waitMs; performance.now() < end; await sleep(POLL_MS)) {
          const parts: Buffer[] = [];
          for (const file of await logFiles(client)) {
            const start = before.get(file.name) ?? 0;
            if (file.size > start) parts.push(await readFrom(client, file, start));
          }
          const errors = errorsIn(Buffer.concat(parts).toString('utf8'), database);
          const marked = errors.findIndex(({ message }) => message.includes(mark));
          if (marked !== -1) return errors.filter(({ message }) => !/"mark_[0-9a-f]{16}"/.test(message));
        }
        throw new Error(`Postgres does not write the errors of ${database} into its log.`);
      }),
  };
}
