import pg from 'pg';
import { isUuid } from '../ids/ids.ts';
import { databaseAway, isRetryable } from './database-errors.ts';
import { DatabaseNotOurs } from './migrate.ts';
import { runPipelined, type Statement } from './pipelined.ts';
import { type Prepared, queryWithin } from './query-within.ts';

// Counters fit a double exactly up to 2^53; as strings they would surprise every caller.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

export type Row = Record<string, unknown>;

let preparedCount = 0;

/**
 * For the few statements that nearly every call makes: to parse and plan one anew costs several times what it takes to
 * run. Only for look-ups by key, whose plan does not depend on the values, and of fixed text: connections never forget it.
 */
export function prepared(text: string): Prepared {
  preparedCount += 1;
  return { name: `s${preparedCount}`, text };
}

/** What only looks. */
export type Reads = {
  /** All rows of one statement. */
  rows<R extends Row = Row>(text: string | Prepared, values?: unknown[]): Promise<R[]>;
  /** The first row, or undefined. */
  row<R extends Row = Row>(text: string | Prepared, values?: unknown[]): Promise<R | undefined>;
};

/**
 * A transaction, already bound to one account (or to the operator's grants). Statements carry bound values only, and are
 * one statement each. Of no use once the work has ended, or after its first statement has failed.
 */
export type Transaction = Reads & {
  /** How many rows the statement touched. */
  run(text: string, values?: unknown[]): Promise<number>;
  /** Several statements sent at once: how many rows each touched. For those that carry much. */
  runAll(statements: readonly Statement[]): Promise<number[]>;
  /** A keyed hash of a text, by a key that the database does not have: it shows that this server wrote it. */
  seal(text: string): Buffer;
  /** The driver's client, for COPY and cursors. */
  client(): Promise<pg.PoolClient>;
};

export type Database = {
  /** Work inside one account: the second wall is up for everything in it. Retried when Postgres asks for it, so it must not have effects outside. */
  tenant<T>(accountId: string, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Reads of one account that all see the same moment, for as long as the work takes. */
  tenantSnapshot<T>(accountId: string, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Looks at one account, each in a read-only transaction of its own and in one message: for the look-ups of every call. */
  reads(accountId: string): Reads;
  /** Work that crosses accounts, with the operator's few grants. */
  acrossAccounts<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Looks across accounts, with the operator's few grants, each as those of `reads`. */
  readonly readsAcross: Reads;
  /** Throws DatabaseNotOurs when the database takes us for anybody but our roles: the second wall holds those only. */
  checkRoles(): Promise<void>;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
};

export type Seal = (text: string) => Buffer;

/** What begins a transaction, and how far it has come. */
type Opening = { readonly statements: readonly string[]; state: 'waiting' | 'begun' | 'over' };

const readsBy = (
  query: <R extends Row>(text: string | Prepared, values?: unknown[]) => Promise<pg.QueryResult<R>>,
): Reads => ({
  rows: async <R extends Row>(text: string | Prepared, values?: unknown[]) => (await query<R>(text, values)).rows,
  row: async <R extends Row>(text: string | Prepared, values?: unknown[]) => (await query<R>(text, values)).rows[0],
});

/**
 * The statements of one client, which is in a transaction already. With `opening` it is in none yet: what begins one goes
 * out in the same message as the first statement.
 */
export function sealedTransaction(client: pg.PoolClient | pg.Client, seal: Seal, opening?: Opening): Transaction {
  /** Asks as the first one if nothing was asked yet. */
  const ask = async <T>(first: (before: readonly string[]) => Promise<T>, later: () => Promise<T>): Promise<T> => {
    if (opening === undefined) return later();
    if (opening.state === 'over') throw new Error('This transaction has ended, or its first statement failed.');
    if (opening.state === 'begun') return later();
    opening.state = 'begun';
    try {
      return await first(opening.statements);
    } catch (error) {
      // Perhaps it did not even begin: what came now would be a transaction of its own, in no account.
      opening.state = 'over';
      throw error;
    }
  };
  const query = <R extends Row>(text: string | Prepared, values?: unknown[]): Promise<pg.QueryResult<R>> =>
    ask(
      (before) => queryWithin<R>(client, { before, after: [] }, text, values),
      () => client.query<R>(text, values),
    );
  return {
    seal,
    ...readsBy(query),
    run: async (text, values) => (await query(text, values)).rowCount ?? 0,
    runAll: (statements) =>
      ask(
        async (before) => {
          const all = [...before.map((text) => ({ text, values: [] })), ...statements];
          return (await runPipelined(client, all)).slice(before.length);
        },
        () => runPipelined(client, statements),
      ),
    client: async () => {
      await ask(
        (before) => client.query(before.join('; ')),
        async () => null,
      );
      return client as pg.PoolClient;
    },
  };
}

const ATTEMPTS = 4;

/** Works until Postgres does not ask to try again. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt < ATTEMPTS && isRetryable(error)) continue;
      throw error;
    }
  }
}

function inTransaction<T>(
  pool: pg.Pool,
  seal: Seal,
  begin: readonly string[],
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return retried(() =>
    withConnection(pool, async (client, giveUp) => {
      const opening: Opening = { statements: begin, state: 'waiting' };
      /** Whoever still holds the transaction then would ask on a connection that is somebody else's by now. */
      const end = () => {
        const wasBegun = opening.state !== 'waiting';
        opening.state = 'over';
        return wasBegun;
      };
      try {
        const result = await work(sealedTransaction(client, seal, opening));
        if (end()) await client.query('commit');
        return result;
      } catch (error) {
        // A connection whose rollback fails is thrown away, never given back with a transaction open.
        if (end()) await client.query('rollback').catch(giveUp);
        throw error;
      }
    }),
  );
}

/**
 * Lends a connection of the pool for the work; after `giveUp` it is not used again. It may die while no statement is
 * under way, and that, heard by nobody, would end the process.
 */
async function withConnection<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient, giveUp: (error: Error) => void) => Promise<T>,
): Promise<T> {
  const client = await connect(pool);
  let lost: Error | undefined;
  const giveUp = (error: Error) => {
    lost ??= error;
  };
  client.on('error', giveUp);
  try {
    return await work(client, giveUp);
  } catch (error) {
    throw databaseAway(error) ?? databaseAway(lost) ?? error;
  } finally {
    client.off('error', giveUp);
    client.release(lost);
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw databaseAway(error) ?? error;
  }
}

export type DatabaseUrls = { app: string; operator: string };

/** Opens the pools of the two roles. `onIdleError` hears of connections that die while nobody uses them. */
export function openDatabase(
  urls: DatabaseUrls,
  options: { poolSize: number; seal: Seal; onIdleError: (error: Error) => void },
): Database {
  const { seal } = options;
  let closing = false;
  const open = (connectionString: string, max: number) => {
    const pool = new pg.Pool({
      connectionString,
      max,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 30_000,
      application_name: 'nudgescribe',
    });
    // While the pools close, Postgres may end a connection first; nobody misses it.
    pool.on('error', (error) => {
      if (!closing) options.onIdleError(error);
    });
    return pool;
  };
  const app = open(urls.app, options.poolSize);
  const operator = open(urls.operator, 4);
  const asTenant = (begin: string, accountId: string) => {
    if (!isUuid(accountId)) throw new TypeError('An account id must be a uuid.');
    // SET takes no bound values; the id was checked above to be a uuid and nothing else.
    return [begin, `set local app.account_id = '${accountId}'`];
  };
  const readsOf = (pool: pg.Pool, before: readonly string[]): Reads =>
    readsBy(<R extends Row>(text: string | Prepared, values?: unknown[]) =>
      retried(() =>
        withConnection(pool, async (client, giveUp) => {
          try {
            return await queryWithin<R>(client, { before, after: ['commit'] }, text, values);
          } catch (error) {
            await client.query('rollback').catch(giveUp);
            throw error;
          }
        }),
      ),
    );
  return {
    tenant: async (accountId, work) => inTransaction(app, seal, asTenant('begin', accountId), work),
    tenantSnapshot: async (accountId, work) =>
      inTransaction(app, seal, asTenant('begin isolation level repeatable read read only', accountId), work),
    reads: (accountId) => readsOf(app, asTenant('begin read only', accountId)),
    acrossAccounts: (work) => inTransaction(operator, seal, ['begin'], work),
    readsAcross: readsOf(operator, ['begin read only']),
    checkRoles: async () => {
      for (const [pool, role] of [
        [app, 'nudgescribe_app'],
        [operator, 'nudgescribe_operator'],
      ] as const) {
        const asked = (client: pg.PoolClient) => client.query<{ role: string }>('select current_user as role');
        if ((await withConnection(pool, asked)).rows[0]?.role !== role)
          throw new DatabaseNotOurs(
            `The database does not take the server for its role ${role}, so nothing would keep tenants apart. Take out of NUDGESCRIBE_DATABASE_URL what names another role.`,
          );
      }
    },
    ping: async () => {
      await withConnection(app, (client) => client.query('select 1'));
    },
    close: async () => {
      closing = true;
      await Promise.all([app.end(), operator.end()]);
    },
  };
}
