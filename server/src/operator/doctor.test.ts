import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import pg from 'pg';
import { startTestServer, type TestServer } from '../../test/harness.ts';
import { queueJob } from '../product/jobs/queue-job.ts';
import { createAccountKeyring } from '../product/sealing/account-keys.ts';
import { createLocalRootKeys } from '../providers/root-key/local-keys.ts';
import { backupCommand } from './backup.ts';
import { checkDatabase } from './check-database.ts';
import { examine } from './doctor.ts';
import { type Finding, findingsText } from './finding.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer({ workers: false });
});

const badOnes = (findings: readonly Finding[]) =>
  findings.filter(({ level }) => level === 'bad').map(({ what }) => what);

/** Does something to the installation, has it examined, and takes it back. */
async function whatIsBadAfter(doIt: () => Promise<unknown>, undo: () => Promise<unknown>): Promise<string> {
  await doIt();
  try {
    return badOnes(await examine(server.environment)).join(' ');
  } finally {
    await undo();
  }
}

async function asOwner(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  await client.query(text).finally(() => client.end());
}

describe('doctor', () => {
  test('finds nothing to mend in a sound installation beside its server, and tells each thing it looked at', async () => {
    const findings = await examine(server.environment);
    // The tests' Postgres does not wait for the disk, which is the one thing that is rightly found.
    assert.deepEqual(badOnes(findings), ['fsync is off: what was acknowledged can be lost.']);
    const text = findingsText(findings);
    for (const word of [
      'root key',
      'Object storage',
      'GiB',
      'PostgreSQL is',
      'clocks',
      'walled',
      'job',
      'audit trails',
      'holds no values of statements',
      '2 of 2 accounts were not backed up',
      '2 accounts leave the second factor',
      'Secrets',
    ])
      assert.ok(text.includes(word), `${word} in\n${text}`);
    assert.match(text, /\d+ good, \d+ to think of, 1 to mend$/);
  });

  test('knows of backups, and of accounts that demand a second factor', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nudgescribe-doctor-'));
    const backup = (...args: string[]) => backupCommand(args, server.environment, () => undefined);
    const text = async () => findingsText(await examine(server.environment));
    await backup('--to', join(folder, 'keyless'));
    assert.match(await text(), /note {2}2 of 2 accounts were backed up without their keys only/);
    await backup('--to', join(folder, 'backup'), '--keys', join(folder, 'keys'));
    await rm(folder, { recursive: true });
    await asOwner('update accounts set second_factor_required = true');
    const after = await text();
    await asOwner('update accounts set second_factor_required = false');
    assert.match(after, /Every account was backed up in the last 7 days, with its keys/);
    assert.match(after, /Every account demands a second factor/);
  });

  test('says what a trusted proxy has to do with the addresses of callers', async () => {
    const text = async (proxies: string) =>
      findingsText(await examine({ ...server.environment, NUDGESCRIBE_TRUSTED_PROXIES: proxies }));
    assert.match(
      await text('10.0.0.1, 10.0.1.0/24'),
      /What 10\.0\.0\.1, 10\.0\.1\.0\/24 say .*\n.*x-forwarded-for.*x-ip/,
    );
    assert.doesNotMatch(await text(''), /x-ip/);
  });

  test('takes no job for stuck that waits for a time which has not come yet', async () => {
    const { database, queue } = server.app.services;
    const { accountId, workspaceId, userId } = server.a;
    const job = { accountId, workspaceId, kind: 'test.work', subject: {}, createdBy: userId };
    const [jobId] = await database.tenant(accountId, async (tx) => [
      await queueJob(queue, tx, job),
      await queueJob(queue, tx, job),
    ]);
    await asOwner(`update jobs set updated_at = now() - interval '1 hour' where kind = 'test.work'`);
    const told = async () => findingsText(await examine(server.environment));
    assert.match(await told(), /2 jobs have not moved for a quarter of an hour/);
    await asOwner(
      `update job_queue.job set start_after = now() + interval '1 hour' where data->>'job_id' = '${jobId}'`,
    );
    assert.match(await told(), /1 jobs have not moved for a quarter of an hour/);
    await asOwner(`delete from jobs where kind = 'test.work'`);
  });

  test('finds secrets that others can read', async () => {
    const file = join(server.dataDir, 'keys', server.a.accountId, '1.json');
    const found = await whatIsBadAfter(
      () => chmod(file, 0o644),
      () => chmod(file, 0o600),
    );
    assert.match(found, /1 of the secrets' files .*\.json/);
  });

  test('finds accounts whose keys are missing, or open under another root key only', async () => {
    assert.match(findingsText(await examine(server.environment)), /The keys of all 2 accounts in use open/);
    const { accountId } = server.b;
    const folder = join(server.dataDir, 'keys', accountId);
    const aside = join(server.dataDir, 'aside');
    const takeAway = () => rename(folder, aside);
    const bringBack = async () => {
      await rm(folder, { recursive: true, force: true });
      await rename(aside, folder);
    };
    assert.match(
      await whatIsBadAfter(takeAway, bringBack),
      new RegExp(`keys of 1 accounts are missing in .*${accountId}\\.`),
    );
    const { keyStore } = server.app.services;
    const rootKey = await createLocalRootKeys(async () => [randomBytes(32)]);
    const found = await whatIsBadAfter(async () => {
      await takeAway();
      await createAccountKeyring({ rootKey, keyStore }).create(accountId);
    }, bringBack);
    assert.match(found, new RegExp(`keys of 1 accounts do not open, such as those of ${accountId}\\.`));
  });

  test('finds a wall that was taken down, and a role with too much power', async () => {
    assert.match(
      await whatIsBadAfter(
        () => asOwner('alter table customers no force row level security'),
        () => asOwner('alter table customers force row level security'),
      ),
      /without the wall between tenants: customers/,
    );
    const facts = {
      version: 140_002,
      clockAheadMs: -9_000,
      settings: [
        { name: 'synchronous_commit', value: 'off' },
        { name: 'log_min_duration_statement', value: '250' },
        { name: 'log_parameter_max_length', value: '-1' },
        { name: 'log_parameter_max_length_on_error', value: '64' },
      ],
      isEncrypted: false,
      roles: [{ name: 'nudgescribe_app', isSuperuser: true, bypassesWalls: true, mayCreate: true, owns: 3 }],
      withoutWall: [],
      pending: [],
      foreign: ['0999_new.sql'],
    };
    const found = badOnes(checkDatabase(facts)).join(' ');
    for (const word of [
      '14.2',
      'in clear',
      '-9 s',
      'synchronous_commit',
      'log_parameter_max_length, log_parameter_max_length_on_error',
      'superuser, bypasses',
      'owns 3',
      'role of the server is missing',
      '0999_new',
    ])
      assert.ok(found.includes(word), `${word} in ${found}`);
  });

  test('takes nothing but the wall itself for one, and finds every way past it', async () => {
    const wall = `to nudgescribe_app using (account_id = current_setting('app.account_id')::uuid)
      with check (account_id = current_setting('app.account_id')::uuid)`;
    const ways: [string, string][] = [
      ['create policy way on customers using (true)', 'drop policy way on customers'],
      ['create policy way on customers to nudgescribe_app using (true)', 'drop policy way on customers'],
      [
        'drop policy tenant on customers; create policy way on customers using (true)',
        `drop policy way on customers; create policy tenant on customers ${wall}`,
      ],
      ['drop policy tenant on customers', `create policy tenant on customers ${wall}`],
      ['alter policy tenant on customers to public', 'alter policy tenant on customers to nudgescribe_app'],
      [
        'alter policy tenant on customers with check (true)',
        "alter policy tenant on customers with check (account_id = current_setting('app.account_id')::uuid)",
      ],
    ];
    for (const [doIt, undo] of ways)
      assert.match(
        await whatIsBadAfter(
          () => asOwner(doIt),
          () => asOwner(undo),
        ),
        /without the wall between tenants: customers\./,
        doIt,
      );
    const othersOwn = await whatIsBadAfter(
      () => asOwner('create policy report on customers to nudgescribe_operator using (true)'),
      () => asOwner('drop policy report on customers'),
    );
    assert.doesNotMatch(othersOwn, /wall/);
  });

  test('finds an altered audit trail', async () => {
    const change = (from: string, to: string) =>
      asOwner(
        `update audit_events set action = '${to}' where action = '${from}' and account_id = '${server.b.accountId}'`,
      );
    const found = await whatIsBadAfter(
      () => change('auth.signed_in', 'auth.signed_out'),
      () => change('auth.signed_out', 'auth.signed_in'),
    );
    assert.match(found, /audit trail of 1 accounts is not intact/);
  });

  test('tells mistakes in settings, a weak root key, a database that is away, and an empty folder', async () => {
    const told = async (changed: Record<string, string>) =>
      badOnes(await examine({ ...server.environment, ...changed })).join(' ');
    assert.match(
      await told({ NUDGESCRIBE_ROOT_KEY: randomBytes(32).toString('hex') }),
      /does not open under this root key/,
    );
    assert.match(await told({ NUDGESCRIBE_PORT: 'x' }), /NUDGESCRIBE_PORT must be/);
    assert.match(await told({ NUDGESCRIBE_ROOT_KEY: '00'.repeat(32) }), /root key is too regular/);
    assert.match(await told({ NUDGESCRIBE_TRUSTED_PROXIES: '0.0.0.0/0' }), /Everybody is trusted/);
    assert.match(await told({ NUDGESCRIBE_TRUSTED_PROXIES: '10.0.0.1, ::/00' }), /Everybody is trusted/);
    const writer = { name: 'w', kind: 'openai-compatible', model: 'm', base_url: 'http://localhost:1' };
    const allowed = { NUDGESCRIBE_WRITERS: JSON.stringify([writer]), NUDGESCRIBE_OUTBOUND_ALLOW: '0.0.0.0/0' };
    assert.match(await told(allowed), /may call every address/);
    assert.match(await told({ NUDGESCRIBE_HOST: '0.0.0.0' }), /without TLS/);
    assert.match(
      await told({ NUDGESCRIBE_DATABASE_URL: 'postgres://x:y@127.0.0.1:1/z' }),
      /database cannot be used \(ECONNREFUSED\)/,
    );
    const folder = await mkdtemp(join(tmpdir(), 'nudgescribe-doctor-'));
    await writeFile(join(folder, 'file'), '');
    const empty = await examine({ NUDGESCRIBE_DATA_DIR: folder });
    assert.ok(empty.some(({ what }) => what.includes('no installation')));
    await rm(folder, { recursive: true });
  });

  test('notes a root key in a file that its group may read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nudgescribe-doctor-'));
    const path = join(folder, 'key');
    await writeFile(path, `${server.environment.NUDGESCRIBE_ROOT_KEY}\n`);
    const { NUDGESCRIBE_ROOT_KEY: _, ...others } = server.environment;
    const environment = { ...others, NUDGESCRIBE_ROOT_KEY_FILE: path };
    const notes = async (mode: number) => {
      await chmod(path, mode);
      const findings = await examine(environment);
      return findings.filter(({ level, what }) => level === 'note' && what.includes(path)).length;
    };
    assert.deepEqual([await notes(0o600), await notes(0o640)], [0, 1]);
    await rm(folder, { recursive: true });
  });
});
