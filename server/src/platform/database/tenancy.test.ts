import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { beginRotation } from '../../product/keys/rotate-account-keys.ts';
import type { Database } from './database.ts';

const ROLES = ['nudgescribe_app', 'nudgescribe_operator'];

/** Unique across accounts on purpose. */
const UNIQUE_ANYWHERE: Readonly<Record<string, string>> = {
  api_keys_key_hash_key: 'The hash of 256 random bits is how the account of a caller is found: none is set yet.',
  accounts_living_account: "The account's own id for as long as it is not erased.",
};

/**
 * Ids in tenant tables that refer to nothing the database keeps for them. What they name was looked up in the account, and is
 * looked up there again by whoever follows them.
 */
const UNTIED: Readonly<Record<string, string>> = {
  'audit_events.actor_user_id': 'The log outlives users,',
  'audit_events.session_id': 'their sessions,',
  'audit_events.workspace_id': 'and workspaces.',
  'audit_pending.event_id':
    'An event that is not there is a finding of the verification, not an error of who writes it.',
  'campaign_authors.user_id': 'Who wrote a text is kept when the user is deleted: nobody else approves in their place.',
  'campaign_runs.customer_group_id': 'History outlives the group.',
  'campaigns.customer_group_id': 'Held by group_holds until the campaign is published; history afterwards.',
  'imports.customer_group_id': 'An import stays on record when its group is gone.',
  'imports.repairs_import_id': 'Told to the caller; nothing follows it.',
  'group_snapshots.customer_group_id': 'A group may be deleted while an export reads how it was.',
  'snapshot_profiles.customer_id': 'Erasing the customer takes it away by a trigger,',
  'snapshot_members.customer_id': 'which also leaves a mark where the customer stood.',
  'customer_identifiers.customer_profile_field_id': 'A field goes at once, its values by a job afterwards.',
  'customer_erasures.customer_id': 'Names whom a caller wants erased, who need not be there,',
  'file_erasures.customer_id': 'or is erased already, but for the files,',
  'erasure_notes.workspace_id': 'or went with the workspace, but for older copies of the database.',
  'exports.publication_id': 'The publication that the export will be, when it has ended.',
  'group_holds.holder_id': 'A campaign or an export.',
  'field_holds.holder_id': 'A campaign or an export.',
  'model_calls.segment_id': 'Segments are frozen anew; what was asked about them stays on record.',
  'segment_people.segment_id': 'Such a segment may be gone, and a question about it still on record.',
  'emptied_segments.segment_id': 'The same,',
  'emptied_segments.campaign_id': 'and the campaign: the job finds out.',
  'kept_answers.campaign_id': 'An answer is kept a day, whatever becomes of the campaign.',
  'review_decisions.decision_id': 'The id of the decision itself, of which there is a row a message.',
  // A job's row is under the same account and ends with the workspace. These are to be compared with the job that runs now.
  'campaigns.active_job_id': 'A job that may have ended.',
  'emptied_segments.job_id': 'A job that may have ended.',
  'customer_profile_fields.moving_job_id': 'A job that may have ended.',
  'file_erasures.job_id': 'A job that may have ended.',
  'imports.job_id': 'A job that may have ended.',
  'messages.rewrite_job_id': 'A job that may have ended.',
  'model_calls.job_id': 'A job that may have ended.',
  'retired_objects.job_id': 'A job that may have ended.',
  'run_files.export_job_id': 'A job that may have ended.',
};

/** What the app may touch outside of its own schema: the tables of pg-boss, each with its partitions. */
const QUEUE_TABLES = [
  'bam',
  'instance',
  'job',
  'job_dependency',
  'queue',
  'queue_stats',
  'schedule',
  'subscription',
  'version',
  'warning',
].map((name) => `job_queue.${name}`);

let server: TestServer;
let owner: pg.Client;
let database: Database;
let tables: string[];

before(async () => {
  server = await startTestServer({ workers: false });
  database = server.app.services.database;
  owner = new pg.Client({ connectionString: server.databaseUrl });
  // The server's database is dropped with everybody in it before this connection is closed.
  owner.on('error', () => undefined);
  await owner.connect();
  const { rows } = await owner.query<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'account_id' order by 1`,
  );
  tables = rows.map(({ name }) => name);
  const workspace_id = server.b.workspaceId;
  await server.b.call('PUT', '/v1/cg', { workspace_id, group_name: 'Of B' });
  await server.b.call('PUT', '/v1/cpf', { workspace_id, field_name: 'number', field_type: 'string', is_unique: true });
});
after(() => owner.end());

test('every table with account_id has forced row security and one wall for the app', async () => {
  assert.ok(tables.length > 15, tables.join());
  for (const table of tables) {
    const { rows } = await owner.query(
      'select relrowsecurity, relforcerowsecurity, relkind from pg_class where oid = $1::regclass',
      [table],
    );
    assert.deepEqual(rows, [{ relrowsecurity: true, relforcerowsecurity: true, relkind: 'r' }], table);
    const policies = await owner.query(
      `select polcmd, polpermissive, polroles::regrole[]::text as roles,
         pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as check
       from pg_policy where polrelid = $1::regclass`,
      [table],
    );
    const wall = "(account_id = (current_setting('app.account_id'::text))::uuid)";
    // Whoever else has a policy, PUBLIC (which is told as a hyphen) and so the app among them, stands here as well.
    assert.deepEqual(
      policies.rows.filter(({ roles }) => roles !== '{nudgescribe_operator}'),
      [{ polcmd: '*', polpermissive: true, roles: '{nudgescribe_app}', using: wall, check: wall }],
      table,
    );
  }
});

test('no table without account_id is open to the app', async () => {
  const { rows } = await owner.query<{ name: string }>(
    `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'p')
       and has_table_privilege('nudgescribe_app', c.oid, 'select, insert, update, delete')`,
  );
  assert.deepEqual(
    rows.map(({ name }) => name).filter((name) => !tables.includes(name)),
    [],
  );
});

test('neither role passes the walls by its own attributes', async () => {
  const { rows } = await owner.query(
    `select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname in ('nudgescribe_app', 'nudgescribe_operator') order by 1`,
  );
  const plain = { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false };
  assert.deepEqual(rows, [
    { rolname: 'nudgescribe_app', ...plain },
    { rolname: 'nudgescribe_operator', ...plain },
  ]);
});

test('neither role owns anything or is a member of another role', async () => {
  // One catalogue for owners of all kinds: relations, schemas, functions, types, databases.
  const owned = await owner.query(
    `select d.classid::regclass::text as kind, d.objid from pg_shdepend d join pg_roles r on r.oid = d.refobjid
     where d.refclassid = 'pg_authid'::regclass and d.deptype = 'o' and r.rolname = any($1)
       and d.dbid in (0, (select oid from pg_database where datname = current_database()))`,
    [ROLES],
  );
  assert.deepEqual(owned.rows, []);
  const memberships = await owner.query(
    'select member::regrole::text as member, roleid::regrole::text as of from pg_auth_members where member = any($1::regrole[])',
    [ROLES],
  );
  assert.deepEqual(memberships.rows, []);
});

test('every foreign key between tenant tables, and every key, contains account_id', async () => {
  const { rows } = await owner.query<{ table: string; name: string; type: string; columns: string[] }>(
    `select c.conrelid::regclass::text as table, c.conname as name, c.contype as type,
       array(select attname::text from unnest(c.conkey) k join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k) as columns
     from pg_constraint c where c.contype in ('f', 'p') and c.conrelid::regclass::text = any($1)`,
    [tables],
  );
  assert.ok(rows.length > tables.length);
  for (const { table, name, columns } of rows) assert.ok(columns.includes('account_id'), `${table} ${name}`);
});

test('what is emptied when an account is erased refers, by itself or through others, to an account that lives', async () => {
  const { rows } = await owner.query<{ table: string; to: string; by: string }>(
    `select c.conrelid::regclass::text as table, c.confrelid::regclass::text as to,
       (select attname::text from pg_attribute where attrelid = c.confrelid and attnum = c.confkey[1]) as by
     from pg_constraint c where c.contype = 'f' and c.conrelid::regclass::text = any($1)`,
    [tables],
  );
  const stays = (table: string) => /^(accounts|account_quotas|usage_counts|audit_\w+)$/.test(table);
  const emptied = tables.filter((table) => !stays(table));
  assert.ok(emptied.length > 30 && emptied.length < tables.length);
  const tied = new Set<string>();
  for (let before = -1; before < tied.size; ) {
    before = tied.size;
    for (const { table, to, by } of rows) if (tied.has(to) || by === 'living_account') tied.add(table);
  }
  assert.deepEqual(
    emptied.filter((table) => !tied.has(table)),
    [],
  );
  assert.deepEqual(
    rows.filter(({ table, to, by }) => to === 'accounts' && (by === 'living_account') === stays(table)),
    [],
  );
});

test('what is unique is unique in an account, but for what is declared', async () => {
  const { rows } = await owner.query<{ name: string; first: string }>(
    `select i.indexrelid::regclass::text as name, a.attname as first
     from pg_index i left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
     where i.indisunique and i.indrelid::regclass::text = any($1)`,
    [tables],
  );
  assert.ok(rows.length > tables.length);
  const anywhere = rows.filter(({ first }) => first !== 'account_id').map(({ name }) => name);
  assert.deepEqual(anywhere.sort(), Object.keys(UNIQUE_ANYWHERE).sort());
});

test("every id in a tenant table is the table's own, or tied to another one's by a key with the account, or declared", async () => {
  const { rows } = await owner.query<{ table: string; column: string; is_tied: boolean; is_key: boolean }>(
    `select a.attrelid::regclass::text as table, a.attname as column,
       exists (select 1 from pg_constraint c
         where c.contype = 'f' and c.conrelid = a.attrelid and a.attnum = any(c.conkey) and cardinality(c.conkey) > 1) as is_tied,
       exists (select 1 from pg_constraint c
         where c.contype = 'p' and c.conrelid = a.attrelid and c.conkey[2:] = array[a.attnum]) as is_key
     from pg_attribute a
     where a.attrelid::regclass::text = any($1) and a.attnum > 0 and a.atttypid = 'uuid'::regtype
       and a.attname ~ '_id$' and a.attname <> 'account_id'`,
    [tables],
  );
  const untied = rows.filter((row) => !row.is_tied).map((row) => ({ ...row, name: `${row.table}.${row.column}` }));
  const own = untied.filter(({ is_key, name }) => is_key && !Object.hasOwn(UNTIED, name));
  // One table each is where such an id comes from; another one by the same id refers to it.
  assert.equal(new Set(own.map(({ column }) => column)).size, own.length, own.map(({ name }) => name).join());
  const left = untied.filter((row) => !own.includes(row)).map(({ name }) => name);
  assert.deepEqual(left.sort(), Object.keys(UNTIED).sort());
});

test('with no account set every tenant table raises', async () => {
  const { a } = server;
  for (const table of tables)
    await assert.rejects(
      database.tenant(a.accountId, async (tx) => {
        await tx.run(`set local app.account_id = ''`);
        await tx.rows(`select 1 from ${table}`);
      }),
      { code: '22P02' },
      table,
    );
});

test("with one account set nothing of another's is seen, changed, removed or put in", async () => {
  const { a, b } = server;
  let seen = 0;
  for (const table of tables) {
    const ofB = (await owner.query(`select count(*)::int as n from ${table} where account_id = $1`, [b.accountId]))
      .rows[0].n;
    seen += ofB > 0 ? 1 : 0;
    await database.tenant(a.accountId, async (tx) => {
      assert.deepEqual(await tx.rows(`select 1 from ${table} where account_id = $1`, [b.accountId]), [], table);
      assert.deepEqual(await tx.rows(`select 1 from ${table} where account_id <> $1`, [a.accountId]), [], table);
    });
    // Nothing to touch, or no right to touch anything.
    for (const statement of [
      `update ${table} set account_id = account_id where account_id = $1`,
      `delete from ${table} where account_id = $1`,
    ])
      assert.equal(
        await database
          .tenant(a.accountId, (tx) => tx.run(statement, [b.accountId]))
          .catch((error: { code?: string }) => (error.code === '42501' ? 0 : error)),
        0,
        statement,
      );
    const after = (await owner.query(`select count(*)::int as n from ${table} where account_id = $1`, [b.accountId]))
      .rows[0].n;
    // The server links events meanwhile: rows may come, none may go.
    assert.ok(after >= ofB, `${table}: ${ofB} → ${after}`);
  }
  assert.ok(seen >= 7, `${seen} tables have rows of the other account`);
  await assert.rejects(
    database.tenant(a.accountId, (tx) =>
      tx.run('insert into workspaces (account_id, workspace_id, workspace_name, created_by) values ($1, $2, $3, $2)', [
        b.accountId,
        a.workspaceId,
        'Smuggled',
      ]),
    ),
    { code: '42501' },
  );
});

test('the account of a transaction does not outlive it, and only a uuid is one', async () => {
  const { a, b } = server;
  const names = async (accountId: string) =>
    (await database.tenant(accountId, (tx) => tx.rows<{ account_id: string }>('select account_id from accounts'))).map(
      ({ account_id }) => account_id,
    );
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) => names(index % 2 === 0 ? a.accountId : b.accountId)),
  );
  for (const [index, seen] of answers.entries()) assert.deepEqual(seen, [index % 2 === 0 ? a.accountId : b.accountId]);
  for (const odd of ['', 'x', `${a.accountId}'`, `${a.accountId}'; reset role; --`, a.accountId.toUpperCase()])
    for (const open of [database.tenant, database.tenantSnapshot])
      await assert.rejects(
        open(odd, async () => 1),
        TypeError,
      );
});

test('the operator sees no customer data, user or session', async () => {
  for (const table of ['customers', 'customer_identifiers', 'users', 'sessions', 'audit_events', 'workspaces'])
    await assert.rejects(
      database.acrossAccounts((tx) => tx.rows(`select * from ${table}`)),
      { code: '42501' },
      table,
    );
});

/** Has work of several kinds queued for the account, with the word in whatever a caller may fill in. */
async function queueWork(word: string): Promise<string[]> {
  const { call, accountId, workspaceId: workspace_id } = server.b;
  const ok = async (method: string, path: string, body: Record<string, unknown>) => {
    const answer = await call(method, path, { workspace_id, ...body });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };
  const { customer_group_id } = await ok('PUT', '/v1/cg', { group_name: word });
  const many = Array.from({ length: 1_001 }, (_, index) => ({ number: `${word} ${index}` }));
  await ok('POST', '/v1/customer/check', { customer_group_id, customer_data: [{ number: word }] });
  const brief = { objective: word, product: word, call_to_action: word };
  const shape = { campaign_name: word, brief, channels: [{ channel: 'sms' }], segment_by: [] };
  const { campaign_id } = await ok('PUT', '/v1/campaign', { customer_group_id, ...shape });
  const field = { field_name: word, display_name: word, field_type: 'string' };
  const { customer_profile_field_id } = await ok('PUT', '/v1/cpf', field);
  await ok('DELETE', '/v1/cpf', { customer_profile_field_id });
  await ok('POST', '/v1/campaign/generate', { campaign_id });
  await ok('POST', '/v1/customer/check', { customer_group_id, customer_data: many });
  await ok('DELETE', '/v1/customer', { identifiers: many });
  await beginRotation(server.app.services, accountId);
  const { rows } = await owner.query<{ kind: string }>('select distinct kind from jobs where account_id = $1', [
    accountId,
  ]);
  return rows.map(({ kind }) => kind);
}

test('outside its schema the app may touch the job queue only, which holds ids and nothing else, also of what failed', async () => {
  const { rows: touchable } = await owner.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname not in ('public', 'pg_catalog', 'information_schema') and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
       and has_schema_privilege('nudgescribe_app', n.oid, 'usage')
       and has_table_privilege('nudgescribe_app', c.oid, 'select, insert, update, delete') order by 1`,
  );
  assert.deepEqual(
    touchable.map(({ name }) => name),
    QUEUE_TABLES,
  );
  const word = 'Quentin';
  const kinds = await queueWork(word);
  assert.ok(kinds.length >= 5, kinds.join());
  const entries = async () =>
    (await owner.query('select data, group_id, singleton_key, output, source_output from job_queue.job')).rows;
  const queued = await entries();
  assert.ok(queued.length >= kinds.length);
  for (const { data, ...others } of queued) {
    assert.deepEqual(Object.keys(data).sort(), ['account_id', 'job_id']);
    for (const id of Object.values(data)) assert.match(String(id), /^[0-9a-f-]{36}$/);
    assert.deepEqual(others, { group_id: data.account_id, singleton_key: null, output: null, source_output: null });
  }
  // What a handler throws is kept beside the entry, and errors quote values.
  await server.app.services.queue.work(async () => {
    throw new Error(word, { cause: Object.assign(new Error(word), { detail: `Failing row contains (${word})` }) });
  }, 2);
  await until(async () => (await entries()).some(({ output }) => output !== null));
  for (const table of QUEUE_TABLES) {
    const { rows } = await owner.query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`);
    for (const { row } of rows) assert.ok(!row.includes(word), `${table}: ${row}`);
  }
});
