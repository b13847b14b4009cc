import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { asOwner } from './as-owner.ts';
import { scramVerifier } from './scram.ts';

export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../../../migrations/', import.meta.url));

// Any fixed number will do; it keeps two servers that start together from migrating at once.
const MIGRATION_LOCK = 7_360_513;
const WRONG_PASSWORD = '28P01';

export type RolePasswords = { app: string; operator: string };

type Migration = { number: number; name: string; text: string; checksum: string };

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(MIGRATIONS_FOLDER)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(`${MIGRATIONS_FOLDER}${name}`, 'utf8');
      return {
        number: Number(name.slice(0, 4)),
        name,
        text,
        checksum: createHash('sha256').update(text).digest('hex'),
      };
    }),
  );
}

/** A database this process must not touch: made by another version, or by changed migrations. */
export class DatabaseNotOurs extends Error {
  override readonly name: string = 'DatabaseNotOurs';
}

/** It is of an older version, whose server may be at work: it is brought up to this one where that is what was asked for. */
export class MigrationsPending extends DatabaseNotOurs {
  override readonly name = 'MigrationsPending';

  constructor(pending: string) {
    super(
      `The database is of an older version: ${pending} to be run, and a server of that version may be at work on it. Run this command with the older version; or, if you are upgrading, start the server of this one or run "npm run operator -- migrate", and give the command again.`,
    );
  }
}

/** The migrations that ran, oldest first; none where the database is no installation's yet. */
async function ranMigrations(client: pg.Client): Promise<{ number: number; name: string; checksum: string }[]> {
  const there = await client.query<{ name: string | null }>("select to_regclass('public.migrations') as name");
  if (there.rows[0]?.name === null) return [];
  const ran = await client.query<{ number: number; name: string; checksum: string }>(
    'select number, name, checksum from migrations order by number',
  );
  return ran.rows;
}

/** Whether migrations ran on the database: then keys were made for it before. */
export function isMigrated(ownerUrl: string): Promise<boolean> {
  return asOwner(ownerUrl, async (client) => (await ranMigrations(client)).length > 0);
}

/**
 * Whether the role that serves an installation on the database takes this password; null where there is no installation,
 * or its role is missing or may not sign in. Changes nothing.
 */
export async function takesPassword(ownerUrl: string, appUrl: string): Promise<boolean | null> {
  const signsIn = await asOwner(ownerUrl, async (client) => {
    const role = await client.query("select 1 from pg_roles where rolname = 'nudgescribe_app' and rolcanlogin");
    return role.rowCount === 1 && (await ranMigrations(client)).length > 0;
  });
  if (!signsIn) return null;
  const client = new pg.Client({ connectionString: appUrl, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (error) {
    if ((error as { code?: string }).code === WRONG_PASSWORD) return false;
    throw error;
  }
  await client.end();
  return true;
}

/**
 * Whether the database is as this version has it; false where it is no installation's yet. Changes nothing.
 * Throws DatabaseNotOurs as `migrate` does, and MigrationsPending where that would change an installation.
 */
export function isUpToDate(ownerUrl: string): Promise<boolean> {
  return asOwner(ownerUrl, async (client) => {
    const [known, ran] = [await readMigrations(), await ranMigrations(client)];
    refuseForeign(known, ran);
    if (ran.length === 0) return false;
    const pending = known.length - ran.length;
    if (pending > 0) throw new MigrationsPending(pending === 1 ? '1 migration is' : `${pending} migrations are`);
    return true;
  });
}

/**
 * Brings the database up to this version, or to the migration of a number, forward only, each in its own transaction.
 * Also creates the two login roles and sets their passwords. Needs a role that may create roles.
 * Throws DatabaseNotOurs when the database is ahead of this server or a migration that ran has since been changed.
 */
export function migrate(
  ownerUrl: string,
  passwords: RolePasswords,
  upTo = Number.POSITIVE_INFINITY,
): Promise<{ applied: string[] }> {
  return asOwner(ownerUrl, async (client) => {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const [known, ran] = [await readMigrations(), await ranMigrations(client)];
    // Before the roles get passwords: they are those of the server whose database it is.
    refuseForeign(known, ran);
    const done = new Set(ran.map(({ number }) => number));
    await ensureRole(client, 'nudgescribe_app', passwords.app);
    await ensureRole(client, 'nudgescribe_operator', passwords.operator);
    await client.query('revoke create on schema public from public');
    await client.query('grant usage on schema public to nudgescribe_app, nudgescribe_operator');
    await client.query(
      'create table if not exists migrations (number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())',
    );
    const applied: string[] = [];
    for (const migration of known) {
      if (done.has(migration.number) || migration.number > upTo) continue;
      await client.query('begin');
      try {
        await client.query(migration.text);
        await client.query('insert into migrations (number, name, checksum) values ($1, $2, $3)', [
          migration.number,
          migration.name,
          migration.checksum,
        ]);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
      applied.push(migration.name);
    }
    return { applied };
  });
}

/** The migrations that would run, and those that ran and are unknown here or have changed since. Changes nothing. */
export async function migrationsState(client: pg.Client): Promise<{ pending: string[]; foreign: string[] }> {
  const [known, ran] = [await readMigrations(), await ranMigrations(client)];
  const numbers = new Set(ran.map(({ number }) => number));
  const same = (row: { number: number; checksum: string }) =>
    known.some(({ number, checksum }) => number === row.number && checksum === row.checksum);
  return {
    pending: known.filter(({ number }) => !numbers.has(number)).map(({ name }) => name),
    foreign: ran.filter((row) => !same(row)).map(({ name }) => name),
  };
}

/** The number of the newest migration that this version has. */
export async function newestKnownMigration(): Promise<number> {
  return (await readMigrations()).at(-1)?.number ?? 0;
}

/** The number of the newest migration that ran. */
export function newestMigration(ownerUrl: string): Promise<number> {
  return asOwner(ownerUrl, async (client) => {
    const [row] = (await client.query<{ number: number }>('select max(number) as number from migrations')).rows;
    return row?.number ?? 0;
  });
}

function refuseForeign(known: Migration[], ran: readonly { number: number; checksum: string }[]): void {
  const checksums = new Map(known.map((migration) => [migration.number, migration.checksum]));
  for (const { number, checksum } of ran) {
    const ours = checksums.get(number);
    if (ours === undefined)
      throw new DatabaseNotOurs(
        `The database has migration ${number}, which this version does not know. Start the newer version of the server instead.`,
      );
    if (ours !== checksum)
      throw new DatabaseNotOurs(
        `Migration ${number} has changed since it ran on this database. Restore the file as it was released.`,
      );
  }
}

// What Postgres answers the slower of two that change one role: "tuple concurrently updated", or that it exists by now.
const ROLE_RACES = new Set(['XX000', '42710', '23505']);
const ROLE_TRIES = 20;

/** Roles belong to the whole cluster and the migration lock to one database, so two databases' servers may meet here. */
async function ensureRole(
  client: pg.Client,
  role: 'nudgescribe_app' | 'nudgescribe_operator',
  password: string,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await setRole(client, role, password);
    } catch (error) {
      const isRace = error instanceof pg.DatabaseError && ROLE_RACES.has(error.code ?? '');
      if (!isRace || attempt === ROLE_TRIES) throw error;
      await pause(Math.random() * 50);
    }
  }
}

async function setRole(
  client: pg.Client,
  role: 'nudgescribe_app' | 'nudgescribe_operator',
  password: string,
): Promise<void> {
  const exists = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  // Statements that name a role take no bound values; both names are literals above, the verifier is quoted by Postgres' own
  // rule. The password itself would stand in the log of a PostgreSQL that logs such statements.
  const verb = exists.rowCount === 0 ? 'create' : 'alter';
  // The same at each start: a server that finds nothing to change leaves the role as it is for the others.
  const salt = createHash('sha256').update(`salt ${role} ${password}`).digest().subarray(0, 16);
  const verifier = scramVerifier(password, salt);
  await client.query(
    `${verb} role ${role} login nosuperuser nocreatedb nocreaterole nobypassrls noinherit password ${pg.escapeLiteral(verifier)}`,
  );
}
