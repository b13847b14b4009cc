import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { type Database, openDatabase, prepared, type Transaction } from './database.ts';
import { runPipelined } from './pipelined.ts';
import { queryWithin } from './query-within.ts';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const OWN_ACCOUNTS = 'select account_id from accounts';
const ACCOUNT_NOW = "select current_setting('app.account_id', true) as account";

let server: TestServer;
/** With a single connection in its pool, so that whatever one use leaves on it the next one meets. */
let database: Database;
let owner: pg.Client;
/** The pool's one connection, to look at it while nobody has it. */
let lent: pg.PoolClient;

before(async () => {
  server = await startTestServer({ workers: false });
  owner = new pg.Client({ connectionString: server.databaseUrl });
  owner.on('error', () => undefined);
  await owner.connect();
  await owner.query(`
    create table notes (account_id uuid not null, note text unique);
    alter table notes enable row level security;
    alter table notes force row level security;
    create policy wall on notes to nudgescribe_app
      using (account_id = current_setting('app.account_id')::uuid) with check (account_id = current_setting('app.account_id')::uuid);
    grant select, insert on notes to nudgescribe_app;
    create function fails_first() returns integer language plpgsql as $$
      begin
        -- A lock of the session outlives the transaction that took it.
        if pg_advisory_unlock(7) then return 1; end if;
        perform pg_advisory_lock(7);
        raise exception 'again' using errcode = '40P01';
      end $$`);
  const { app } = server;
  const roleUrl = new URL(server.databaseUrl);
  roleUrl.username = 'nudgescribe_app';
  roleUrl.password = await passwordOfApp(app.services.database);
  database = openDatabase(
    { app: roleUrl.toString(), operator: roleUrl.toString() },
    { poolSize: 1, seal: () => Buffer.alloc(0), onIdleError: () => undefined },
  );
  await database.tenant(server.a.accountId, async (tx) => {
    lent = await tx.client();
  });
});
after(async () => {
  await database.close();
  await owner.end();
});

/** The pool's own connection knows it. */
async function passwordOfApp(of: Database): Promise<string> {
  return of.tenant(server.a.accountId, async (tx) => {
    const { password } = (await tx.client()) as unknown as { password: string };
    return password;
  });
}

const accountsSeen = async (accountId: string) =>
  (await database.reads(accountId).rows<{ account_id: string }>(OWN_ACCOUNTS)).map(({ account_id }) => account_id);
const notes = async () => (await owner.query<{ note: string }>('select note from notes order by note')).rows.length;

describe('looks in transactions of their own', () => {
  test('see their account and leave nothing of it on the connection', async () => {
    const { a, b } = server;
    assert.deepEqual(await accountsSeen(a.accountId), [a.accountId]);
    assert.deepEqual(await accountsSeen(b.accountId), [b.accountId]);
    assert.deepEqual(await accountsSeen(NOBODY), []);
    assert.deepEqual((await lent.query(ACCOUNT_NOW)).rows, [{ account: '' }]);
    assert.deepEqual(await database.reads(a.accountId).rows(ACCOUNT_NOW), [{ account: a.accountId }]);
    assert.deepEqual((await lent.query(ACCOUNT_NOW)).rows, [{ account: '' }]);
    assert.deepEqual(await database.readsAcross.rows(ACCOUNT_NOW), [{ account: null }]);
  });

  test('change nothing', async () => {
    const { accountId } = server.a;
    await assert.rejects(
      database.reads(accountId).rows('insert into notes values ($1, $2) returning note', [accountId, 'by a look']),
      { code: '25006' },
    );
    assert.equal(await notes(), 0);
  });

  test('that fail leave the connection as good as new', async () => {
    const { a, b } = server;
    const failing = prepared('select 1 / (select count(*)::integer from accounts where account_id <> $1)');
    for (let round = 0; round < 3; round += 1) {
      await assert.rejects(database.reads(a.accountId).row(failing, [a.accountId]), { code: '22012' });
      await assert.rejects(database.reads(a.accountId).row('select nothing_like_that'), { code: '42703' });
      assert.deepEqual(await accountsSeen(b.accountId), [b.accountId]);
    }
    assert.deepEqual(await database.reads(a.accountId).rows(failing, [NOBODY]), [{ '?column?': 1 }]);
  });

  test('of values that cannot be sent are refused, and the next ones are not', async () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const { accountId } = server.a;
    await assert.rejects(database.reads(accountId).rows('select $1::text', [circular]), TypeError);
    assert.deepEqual(await accountsSeen(accountId), [accountId]);
  });

  test('that Postgres asks to try again are tried again', async () => {
    assert.deepEqual(await database.reads(server.a.accountId).rows('select fails_first() as n'), [{ n: 1 }]);
  });

  test('only of a uuid', () => {
    for (const odd of ['', 'x', `${server.a.accountId}'; reset role; --`])
      assert.throws(() => database.reads(odd), TypeError);
  });
});

describe('a transaction that begins with its first statement', () => {
  const insert = 'insert into notes values ($1, $2)';

  test('whichever kind that is, it sees one account and is kept as a whole', async () => {
    const { accountId } = server.a;
    const inAll = await notes();
    await database.tenant(accountId, async (tx) => {
      assert.equal(await tx.run(insert, [accountId, 'run']), 1);
      assert.deepEqual(await tx.rows(ACCOUNT_NOW), [{ account: accountId }]);
    });
    await database.tenant(accountId, async (tx) => {
      const two = await tx.runAll([
        { text: insert, values: [accountId, 'all 1'] },
        { text: insert, values: [accountId, 'all 2'] },
      ]);
      assert.deepEqual(two, [1, 1]);
    });
    await database.tenant(accountId, async (tx) => {
      const client = await tx.client();
      await client.query(`insert into notes values ('${accountId}', 'client')`);
    });
    await database.tenant(accountId, async (tx) => {
      const [first, second] = await Promise.all([
        tx.run(insert, [accountId, 'one of two']),
        tx.rows<{ note: string }>('select note from notes where note = $1', ['one of two']),
      ]);
      assert.deepEqual([first, second.length], [1, 1]);
    });
    assert.equal(await notes(), inAll + 5);
  });

  test('one that fails, first or later, leaves nothing and a connection as good as new', async () => {
    const { a, b } = server;
    const inAll = await notes();
    const taken = (tx: { run(text: string, values: unknown[]): Promise<number> }) =>
      tx.run(insert, [b.accountId, "another's"]);
    await assert.rejects(database.tenant(a.accountId, taken), { code: '42501' });
    await assert.rejects(
      database.tenant(a.accountId, async (tx) => {
        await tx.run(insert, [a.accountId, 'before']);
        await taken(tx);
      }),
      { code: '42501' },
    );
    await assert.rejects(
      database.tenant(a.accountId, async (tx) => {
        await tx.run(insert, [a.accountId, 'and then']);
        throw new Error('Not so.');
      }),
      /Not so/,
    );
    await assert.rejects(
      database.tenant(a.accountId, async (tx) => {
        const client = await tx.client();
        await client.query(`insert into notes values ('${b.accountId}', 'by the client')`);
      }),
      { code: '42501' },
    );
    await assert.rejects(
      database.tenant(a.accountId, async (tx) => {
        await tx.rows('select nothing_like_that').catch(() => undefined);
        await tx.run(insert, [a.accountId, 'in no transaction']);
      }),
      /first statement failed/,
    );
    assert.equal(await notes(), inAll);
    assert.deepEqual(await accountsSeen(b.accountId), [b.accountId]);
  });

  test('one that asks nothing sends nothing, and gives what it made', async (t) => {
    const sent = t.mock.method(lent, 'query');
    assert.equal(await database.tenant(server.a.accountId, async () => 7), 7);
    await assert.rejects(
      database.tenant(server.a.accountId, () => Promise.reject(new Error('Nothing was asked.'))),
      /Nothing was asked/,
    );
    assert.equal(sent.mock.callCount(), 0);
    await accountsSeen(server.a.accountId);
    assert.equal(sent.mock.callCount(), 1);
  });

  test('one that has ended asks nothing more, whosever the connection is by then', async () => {
    const { a, b } = server;
    for (const asked of [false, true]) {
      let stray: Transaction | undefined;
      await database.tenant(a.accountId, async (tx) => {
        stray = tx;
        if (asked) await tx.rows('select 1');
      });
      await database.tenant(b.accountId, async (tx) => {
        await tx.rows('select 1');
        for (const late of [
          () => stray?.rows('select 1'),
          () => stray?.run(insert, [a.accountId, 'late']),
          () => stray?.runAll([{ text: insert, values: [a.accountId, 'late'] }]),
          () => stray?.client(),
        ])
          await assert.rejects(async () => late(), /has ended/);
        assert.deepEqual(await tx.rows(ACCOUNT_NOW), [{ account: b.accountId }]);
      });
    }
    // One part of the work fails at once, and the other asks when the connection is given back already.
    let late: Promise<unknown> | undefined;
    await assert.rejects(
      database.tenant(a.accountId, (tx) => {
        late = sleep(20).then(() => tx.rows('select 1'));
        return Promise.all([Promise.reject(new Error('At once.')), late]);
      }),
      /At once/,
    );
    await assert.rejects(async () => late, /has ended/);
    assert.deepEqual((await lent.query(ACCOUNT_NOW)).rows, [{ account: '' }]);
    const { rows } = await owner.query(
      "select 1 from pg_stat_activity where datname = current_database() and state like 'idle in%'",
    );
    assert.deepEqual(rows, []);
  });

  test('COPY needs the client: as a statement it is refused', async () => {
    const { accountId } = server.a;
    // Into a temporary table even a read-only transaction may copy.
    await lent.query('create temp table aside (note text)');
    const copy = 'copy aside from stdin';
    await assert.rejects(
      database.tenant(accountId, (tx) => tx.run(copy)),
      { code: '57014' },
    );
    await assert.rejects(database.reads(accountId).rows(copy), { code: '08P01' });
    assert.deepEqual(await accountsSeen(accountId), [accountId]);
  });

  test('one that Postgres asks to try again begins anew', async () => {
    const { accountId } = server.a;
    let attempts = 0;
    const seen = await database.tenant(accountId, async (tx) => {
      attempts += 1;
      await tx.run(insert, [accountId, 'tried']);
      if (attempts < 3) await tx.rows("do $$ begin raise exception 'again' using errcode = '40001'; end $$");
      return (await tx.rows(ACCOUNT_NOW))[0];
    });
    assert.deepEqual([attempts, seen], [3, { account: accountId }]);
    assert.equal((await owner.query("select 1 from notes where note = 'tried'")).rows.length, 1);
  });
});

test('a named statement behind one that failed is not held for known', async () => {
  const named = prepared('select $1::integer as n');
  const broken = { before: ['begin', 'select nothing_like_that'], after: ['commit'] };
  await assert.rejects(queryWithin(owner, broken, named, [1]), { code: '42703' });
  await owner.query('rollback');
  const whole = { before: ['begin'], after: ['commit'] };
  for (let round = 0; round < 2; round += 1)
    assert.deepEqual((await queryWithin(owner, whole, named, [round])).rows, [{ n: round }]);
  const { rows } = await owner.query('select count(*)::integer as n from pg_prepared_statements');
  assert.deepEqual(rows, [{ n: 1 }]);
});

test('on a connection that has ended, that is what is told', async () => {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  (client as unknown as { connection: { stream: Socket } }).connection.stream.end();
  const around = { before: ['begin'], after: ['commit'] };
  await assert.rejects(queryWithin(client, around, 'select 1'), /Connection terminated/);
  await assert.rejects(runPipelined(client, [{ text: 'select 1', values: [] }]), /not queryable|terminated/);
});
