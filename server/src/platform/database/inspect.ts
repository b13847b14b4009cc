import { asOwner } from './as-owner.ts';
import { migrationsState } from './migrate.ts';

export type RoleFacts = {
  name: string;
  isSuperuser: boolean;
  bypassesWalls: boolean;
  mayCreate: boolean;
  owns: number;
};

/** What a database says of itself. */
export type DatabaseFacts = {
  /** As server_version_num: 150004 is 15.4. */
  version: number;
  /** How much the database's clock is ahead of this machine's. */
  clockAheadMs: number;
  settings: { name: string; value: string }[];
  /** Null when the connection stays on this machine. */
  isEncrypted: boolean | null;
  /** Ours that exist. */
  roles: RoleFacts[];
  /** Tables with an account_id that lack the wall (forced row level security and its policy), or let the app past it. */
  withoutWall: string[];
  pending: string[];
  /** What this version does not know, or has otherwise. */
  foreign: string[];
};

const ROLES = ['nudgescribe_app', 'nudgescribe_operator'];
const SETTINGS = [
  'fsync',
  'full_page_writes',
  'synchronous_commit',
  'log_statement',
  'log_min_duration_statement',
  'log_min_duration_sample',
  'log_transaction_sample_rate',
  'log_parameter_max_length',
  'log_parameter_max_length_on_error',
];

/** The wall's expression as PostgreSQL tells it. */
const WALL = "(account_id = (current_setting('app.account_id'::text))::uuid)";

/** Looks at a database as its owner, and changes nothing. Throws what the driver throws when it cannot be reached. */
export function inspectDatabase(ownerUrl: string): Promise<DatabaseFacts> {
  return asOwner(ownerUrl, async (client) => {
    const before = Date.now();
    const [now] = (
      await client.query<{ at: Date; version: number; encrypted: boolean | null; remote: boolean }>(
        `select clock_timestamp() as at, current_setting('server_version_num')::int as version,
           (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as encrypted,
           coalesce(not (inet_client_addr() <<= '127.0.0.0/8' or inet_client_addr() = '::1'), false) as remote`,
      )
    ).rows;
    if (now === undefined) throw new Error('The database gave no answer.');
    const here = (before + Date.now()) / 2;
    const settings = await client.query<{ name: string; value: string }>(
      'select name, setting as value from pg_settings where name = any($1) order by name',
      [SETTINGS],
    );
    const roles = await client.query<RoleFacts>(
      `select rolname as name, rolsuper as "isSuperuser", rolbypassrls as "bypassesWalls",
         rolcreaterole or rolcreatedb as "mayCreate",
         (select count(*)::int from pg_class where relowner = pg_roles.oid) as owns
       from pg_roles where rolname = any($1) order by rolname`,
      [ROLES],
    );
    // Policies add up: any other one that the app comes under, by PUBLIC or by a role it is in, is a way past the wall.
    const open = await client.query<{ name: string }>(
      `select c.relname as name from pg_class c
       join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped
       where c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity
         and array[true] is not distinct from (
           select array_agg(p.polroles = array[app.oid] and p.polcmd = '*' and p.polpermissive
             and pg_get_expr(p.polqual, c.oid) = $1 and pg_get_expr(p.polwithcheck, c.oid) = $1)
           from pg_policy p join pg_roles app on app.rolname = 'nudgescribe_app'
           where p.polrelid = c.oid
             and exists (select 1 from unnest(p.polroles) r where r = 0 or pg_has_role(app.oid, r, 'member'))))
       order by c.relname`,
      [WALL],
    );
    return {
      version: now.version,
      clockAheadMs: Math.round(now.at.getTime() - here),
      settings: settings.rows,
      isEncrypted: now.remote ? now.encrypted === true : null,
      roles: roles.rows,
      withoutWall: open.rows.map(({ name }) => name),
      ...(await migrationsState(client)),
    };
  });
}
