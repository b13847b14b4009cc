import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** The tables that a first load fills, each after those it refers to. */
const TABLES = ['customers', 'customer_identifiers', 'group_members'] as const;
/** In the order in which the import wrote them, so that both loads meet the indexes alike. */
const ORDER: Record<(typeof TABLES)[number], string> = {
  customers: 'customer_id',
  customer_identifiers: 'customer_id',
  group_members: 'position',
};

type Wire = { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void; sendCopyFail(message: string): void };
type Socket = { writableNeedDrain: boolean; once(event: 'drain', listener: () => void): void };

/** One COPY as the driver's client runs statements: rows stream in from a file, or out to one. */
class Copy {
  readonly text: string;
  readonly done: Promise<void>;
  readonly #source: AsyncIterable<Buffer> | null;
  readonly #sink: WriteStream | null;
  #settle: (error: Error | null) => void = () => undefined;
  #error: Error | null = null;

  constructor(text: string, ends: { from?: AsyncIterable<Buffer>; to?: WriteStream }) {
    this.text = text;
    this.#source = ends.from ?? null;
    this.#sink = ends.to ?? null;
    this.done = new Promise((resolve, reject) => {
      this.#settle = (error) => (error === null ? resolve() : reject(error));
    });
  }
  submit(connection: { query(text: string): void }): void {
    connection.query(this.text);
  }
  handleCopyInResponse(connection: Wire & { stream: Socket }): void {
    this.#feed(connection).catch((error: Error) => connection.sendCopyFail(error.message));
  }
  async #feed(connection: Wire & { stream: Socket }): Promise<void> {
    for await (const chunk of this.#source ?? []) {
      connection.sendCopyFromChunk(chunk);
      if (connection.stream.writableNeedDrain)
        await new Promise<void>((resolve) => connection.stream.once('drain', resolve));
    }
    connection.endCopyFrom();
  }
  handleCopyData(message: { chunk: Buffer }): void {
    // The driver uses the chunk's memory again for the next message.
    this.#sink?.write(Buffer.from(message.chunk));
  }
  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleError(error: Error): void {
    this.#error = error;
    // The driver tells of an error instead of readiness.
    this.#settle(error);
  }
  handleReadyForQuery(): void {
    this.#settle(this.#error);
  }
}

async function copy(client: pg.Client, text: string, ends: { from?: AsyncIterable<Buffer>; to?: WriteStream }) {
  const statement = new Copy(text, ends);
  client.query(statement as unknown as pg.Submittable);
  await statement.done;
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
      const out = createWriteStream(join(folder, `${table}.bin`));
      const chosen = table === 'group_members' ? `customer_group_id = '${groupId}'` : `customer_id in (${members})`;
      const query = `select * from public.${table} where ${chosen} order by ${ORDER[table]}`;
      await copy(client, `copy (${query}) to stdout (format binary)`, { to: out });
      out.end();
      await once(out, 'finish');
    }
    await client.query('checkpoint');
    const limit: RawLimit = { seconds: 0, rows: 0, perTable: {} };
    for (const table of TABLES) {
      const from = createReadStream(join(folder, `${table}.bin`), { highWaterMark: 64 * 1024 });
      const startedAt = performance.now();
      await copy(client, `copy raw_limit.${table} from stdin (format binary)`, { from });
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
