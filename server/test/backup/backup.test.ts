import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { openServices } from '../../src/open-services.ts';
import { backupCommand } from '../../src/operator/backup.ts';
import { eraseAccountCommand } from '../../src/operator/erase-account.ts';
import { setQuotaCommand } from '../../src/operator/quota.ts';
import { createAccount } from '../../src/product/accounts/create-account.ts';
import { verifyAccount } from '../../src/product/audit/verify-account.ts';
import { backUp } from '../../src/product/backups/back-up.ts';
import { BRIEF, type TestCampaigns, testCampaigns } from '../../src/product/campaigns/test-campaign.ts';
import { databaseUrl } from '../cluster.ts';
import { contentOf } from '../database-content.ts';
import { send, startTestServer, type TestServer, until } from '../harness.ts';
import { placesWith } from '../kept-texts.ts';
import { emptyInstallation, onServer, restore, signedIn, withApp } from './installation.ts';

let server: TestServer;
let six: TestCampaigns;
let other: TestCampaigns;
let campaignId: string;
let importId: string;
let folder: string;
const databases: { drop(): Promise<void> }[] = [];

const backupPath = () => join(folder, 'backup');
const keysPath = () => join(folder, 'keys-copy');
const quiet = () => undefined;
const command = (...args: string[]) => backupCommand(args, server.environment, quiet);

async function published(campaigns: TestCampaigns): Promise<string> {
  const made = await campaigns.draft('Backed up');
  await campaigns.written(made);
  await campaigns.decide(made, { all: true, review_status: 'Approved' });
  await campaigns.ok('POST', '/v1/campaign/approve', { campaign_id: made });
  await campaigns.ended((await campaigns.ok('POST', '/v1/messages/publish', { campaign_id: made })).job_id);
  return made;
}

async function emptyPlace(): Promise<Record<string, string>> {
  const { environment, drop } = await emptyInstallation(server, folder);
  databases.push({ drop });
  return environment;
}

const whole = () => ['--from', backupPath(), '--keys', keysPath()];

/** A database without any table, on the test's cluster. */
async function bareDatabase(): Promise<string> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  await onServer(server.databaseUrl, `create database ${name}`);
  databases.push({ drop: () => onServer(server.databaseUrl, `drop database ${name} with (force)`) });
  return databaseUrl(server.databaseUrl, name);
}

describe('backup and restore', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nudgescribe-backup-'));
    server = await startTestServer();
    six = await testCampaigns(() => server.a);
    other = await testCampaigns(() => server.b);
    campaignId = await published(six);
    await published(other);
    // With one import that waits: its upload belongs to the backup, and it is worked off where that is restored.
    await server.app.stop();
    server.app = await startApp(readConfig(server.environment), { checkReplies: true, workers: false });
    const upload = await send(server.app.url, 'POST', '/v1/customer/check', undefined, {
      token: server.b.token,
      raw: `customer_number\n${Array.from({ length: 3_000 }, (_, row) => `c${row}\n`).join('')}`,
      headers: { 'content-type': 'text/csv' },
      query: { workspace_id: server.b.workspaceId, customer_group_id: other.groupId, on_error: 'skip' },
    });
    assert.equal(upload.status, 200, upload.text);
    importId = upload.body.import_id;
    const quota = ['--account', server.a.accountId, '--kind', 'exports', '--per-month', '500'];
    await setQuotaCommand(quota, server.environment);
    await command('--to', backupPath(), '--keys', keysPath());
  });

  after(async () => {
    for (const database of databases) await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  describe('a backup', () => {
    test('brings everything back as it was, into an empty installation', async () => {
      const place = await emptyPlace();
      assert.match(await restore(place, ...whole()), /Erased again, as they had been since: 0 customers, 0 accounts/);
      const [was, is] = [await contentOf(server.databaseUrl), await contentOf(place.NUDGESCRIBE_DATABASE_URL ?? '')];
      const changes = Object.keys(was).filter((table) => was[table] !== is[table]);
      // Sessions are over, and what is done is noted: the audit trail is verified below.
      assert.deepEqual(
        changes.filter((table) => !table.startsWith('audit_')),
        ['sessions'],
      );
      assert.match(is.sessions ?? '', /^0 /);
      assert.match(is.account_quotas ?? '', /^1 /);
      assert.ok(!(was.customers ?? '').startsWith('0 ') && !(was.publication_parts ?? '').startsWith('0 '));
      await withApp(place, true, async (app) => {
        assert.equal(
          (await send(app.url, 'POST', '/v1/workspace', {}, { token: server.a.token })).status,
          403,
          'old tokens',
        );
        const call = await signedIn(app, server.a);
        const wish = { campaign_id: campaignId, page: 1, format: 'csv' };
        const fetched = await call('POST', '/v1/messages/fetch', wish);
        const original = await send(
          server.app.url,
          'POST',
          '/v1/messages/fetch',
          { workspace_id: server.a.workspaceId, ...wish },
          { token: server.a.token },
        );
        assert.equal(fetched.text, original.text);
        // Life goes on: what waited is done, and columns that number rows go on behind what came.
        const wishes = { campaign_name: 'After', customer_group_id: six.groupId, brief: BRIEF };
        const draft = { ...wishes, channels: [{ channel: 'sms' }], segment_by: [] };
        const made = (await call('PUT', '/v1/campaign', draft)).body.campaign_id;
        const { job_id } = (await call('POST', '/v1/campaign/generate', { campaign_id: made })).body;
        await until(async () => (await call('POST', '/v1/job', { job_id })).body.status === 'completed');
        await call('PATCH', '/v1/campaign/messages', { campaign_id: made, all: true, review_status: 'Approved' });
        const callB = await signedIn(app, server.b);
        const done = await until(async () => {
          const found = (await callB('POST', '/v1/customer/imports', { import_id: importId })).body;
          return found.status === 'completed' && found;
        });
        assert.equal(done.created, 3_000);
        for (const { accountId } of [server.a, server.b]) {
          const report = await verifyAccount(app.services, accountId, []);
          assert.ok(report.intact, JSON.stringify(report));
        }
        const told = await app.services.database.tenant(server.a.accountId, (tx) =>
          tx.rows<{ action: string }>(
            `select action from audit_events where account_id = $1 and action in ('account.backed_up', 'account.restored') order by event_id`,
            [server.a.accountId],
          ),
        );
        assert.deepEqual(
          told.map(({ action }) => action),
          ['account.restored'],
          'a backup is told of when it is whole',
        );
      });
    });

    test('holds no keys, is for its owner alone, and opens nothing by itself', async () => {
      const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
      assert.ok(files.length > 20);
      for (const entry of files.filter(({ parentPath }) => !parentPath.includes('data-')))
        assert.equal((await stat(join(entry.parentPath, entry.name))).mode & 0o077, 0, entry.name);
      const store = server.app.services.keyStore;
      const wrapped =
        JSON.stringify((await store.get(server.a.accountId))?.record).match(/"wrapped_key":"([^"]+)"/)?.[1] ?? '';
      assert.ok(wrapped.length > 20);
      // As they stand in JSON, rows and sentences: sealed bytes have three letters by chance.
      const names = ['Ada', 'Fay'].flatMap((name) => [`"${name}"`, ` ${name}`, `${name},`]);
      let bytes = 0;
      for (const entry of files.filter(({ parentPath }) => parentPath.startsWith(backupPath()))) {
        const content = await readFile(join(entry.parentPath, entry.name));
        bytes += content.length;
        for (const secret of [wrapped, ...names, server.a.password, server.a.apiKey])
          assert.ok(!content.includes(secret), `${entry.name} has ${secret}`);
      }
      assert.ok(bytes > 50_000);
      const place = await emptyPlace();
      await assert.rejects(restore(place, '--from', backupPath()), /has no keys/);
    });

    test('does not bring back who was erased since: neither rows, nor lines of published files, nor accounts', async () => {
      const erasing = await emptyPlace();
      await restore(erasing, ...whole());
      await withApp(erasing, true, async (app) => {
        const call = await signedIn(app, server.a);
        // One of several on a plan, and the only one on another.
        const both = { identifiers: [{ customer_number: '2' }, { customer_number: '5' }] };
        assert.equal((await call('DELETE', '/v1/customer', both)).body.deleted, 2);
      });
      await eraseAccountCommand(['--account', server.b.accountId, '--name', 'Second'], erasing, quiet);
      // A newer copy of the keys knows of it, whatever older copy is brought beside it.
      const newer = join(folder, 'newer-keys');
      await mkdir(newer);
      await cp(join(erasing.NUDGESCRIBE_DATA_DIR ?? '', 'keys'), join(newer, 'keys'), { recursive: true });
      for (const copies of [[newer], [keysPath(), newer], [newer, keysPath()]]) {
        const place = await emptyPlace();
        const [first = '', second] = copies;
        if (second !== undefined) {
          await mkdir(join(place.NUDGESCRIBE_DATA_DIR ?? '', 'keys'), { recursive: true });
          await cp(join(first, 'keys'), join(place.NUDGESCRIBE_DATA_DIR ?? '', 'keys'), { recursive: true });
        }
        const told = await restore(place, '--from', backupPath(), '--keys', second ?? first);
        assert.match(told, /Erased again, as they had been since: 2 customers, 1 accounts/);
        // Without workers: what is gone is gone before anybody is answered.
        await withApp(place, false, async (app) => {
          const call = await signedIn(app, server.a);
          const found = await call('POST', '/v1/customer/find', {
            identifiers: [{ customer_number: '2' }, { customer_number: '3' }],
          });
          assert.equal(found.body.length, 1);
          const file = await call('POST', '/v1/messages/fetch', { campaign_id: campaignId, page: 1, format: 'json' });
          assert.equal(file.body.row_count, 4);
          assert.deepEqual(
            await placesWith(app, server.a.accountId, 'Basic'),
            [],
            'nor is anything left of their plan',
          );
          const { email, password, apiKey } = server.b;
          const refused = await send(
            app.url,
            'POST',
            '/v1/auth',
            { email, password },
            { token: null, headers: { 'x-api-key': apiKey } },
          );
          assert.equal(refused.status, 403);
          assert.deepEqual(await app.services.objects.list(`published/${server.b.accountId}`), []);
        });
      }
    });

    test('tells which files storage has lost, and has none in their place', async () => {
      const { objects } = server.app.services;
      const lost = (await objects.list(`published/${server.b.accountId}`)).find((key) => !key.includes('manifest'));
      assert.ok(lost !== undefined);
      const path = join(server.dataDir, 'objects', ...lost.split('/'));
      await rename(path, join(folder, 'aside'));
      const to = join(folder, 'with-a-loss');
      const told: string[] = [];
      await assert.rejects(
        backupCommand(['--to', to], server.environment, (text) => told.push(text)),
        /The backup is written, but storage has lost 1 files/,
      );
      await rename(join(folder, 'aside'), path);
      assert.ok(told.includes(`Not there, though the database names it: ${lost}`), told.join('\n'));
      const kept = join(to, 'accounts', server.b.accountId, 'objects', ...lost.split('/'));
      await assert.rejects(stat(kept), /ENOENT/);
      const list = await readFile(join(to, 'accounts', server.b.accountId, 'account.json'), 'utf8');
      assert.deepEqual(JSON.parse(list).missing, [lost]);
    });

    test('of an older version comes back, and is brought up to this one', async () => {
      const dataDir = await mkdtemp(join(folder, 'data-'));
      const older = { ...server.environment, NUDGESCRIBE_DATA_DIR: dataDir };
      await cp(join(server.dataDir, 'keys'), join(dataDir, 'keys'), { recursive: true });
      const { services, close } = await openServices(
        readConfig({ ...older, NUDGESCRIBE_DATABASE_URL: await bareDatabase() }),
        { migrateUpTo: 39 },
      );
      const made = await createAccount(services, {
        accountName: 'Old',
        workspaceName: 'Main',
        email: 'old@example.test',
        password: null,
        apiKey: null,
      });
      const to = join(folder, 'older-backup');
      await backUp(services, to, 39, { accounts: 0, rows: 0, objects: 0, bytes: 0 });
      await close();
      const place = { ...older, NUDGESCRIBE_DATABASE_URL: await bareDatabase() };
      await restore(place, '--from', to);
      await withApp(place, false, async (app) => {
        const found = await app.services.database.tenant(made.accountId, (tx) =>
          tx.row('select account_name from accounts'),
        );
        assert.deepEqual(found, { account_name: 'Old' });
        const headers = { 'x-api-key': made.apiKey ?? '' };
        const answer = await send(
          app.url,
          'POST',
          '/v1/auth',
          { email: made.email, password: made.password },
          { token: null, headers },
        );
        assert.equal(answer.status, 200, answer.text);
      });
    });
  });

  describe('a restore', () => {
    test('refuses what was altered, cut off, is unfinished, or of other keys, and stores no account of it', async () => {
      const altered = join(folder, 'altered');
      const again = async () => {
        await rm(altered, { recursive: true, force: true });
        await cp(backupPath(), altered, { recursive: true });
      };
      const account = () => join(altered, 'accounts', server.a.accountId);
      const flip = async (path: string) => {
        const bytes = await readFile(path);
        const at = bytes.length >> 1;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        await writeFile(path, bytes);
      };
      const ways: [name: string, harm: () => Promise<void>, told: RegExp][] = [
        [
          'a bit of a table',
          () => flip(join(account(), 'tables', 'customers.copy')),
          /customers\.copy is not as it was written/,
        ],
        [
          'a table that is gone',
          () => rm(join(account(), 'tables', 'messages.copy')),
          /messages\.copy is not as it was written/,
        ],
        [
          'a longer table',
          () => appendFile(join(account(), 'tables', 'users.copy'), 'x'),
          /users\.copy is not as it was written/,
        ],
        ['a list', () => flip(join(account(), 'account.json')), /account\.json is not as it was written/],
        [
          'the manifest',
          async () => {
            const path = join(altered, 'backup.json');
            await writeFile(path, (await readFile(path, 'utf8')).replace(/"made_at": "20/, '"made_at": "19'));
          },
          /altered since/,
        ],
        ['no manifest', () => rm(join(altered, 'backup.json')), /no finished backup/],
        [
          'an object',
          async () => {
            const [key = ''] = await server.app.services.objects.list(`published/${server.a.accountId}`);
            await flip(join(account(), 'objects', ...key.split('/')));
          },
          /is not as it was written/,
        ],
      ];
      for (const [name, harm, told] of ways) {
        await again();
        await harm();
        const place = await emptyPlace();
        await assert.rejects(restore(place, '--from', altered, '--keys', keysPath()), told, name);
        const { accounts } = await contentOf(place.NUDGESCRIBE_DATABASE_URL ?? '');
        assert.match(accounts ?? '', /^0 /, name);
        assert.deepEqual(
          await readdir(join(place.NUDGESCRIBE_DATA_DIR ?? '', 'objects', '.unfinished')).catch(() => []),
          [],
          name,
        );
      }
      const stranger = await emptyPlace();
      await assert.rejects(
        restore({ ...stranger, NUDGESCRIBE_ROOT_KEY: randomBytes(32).toString('hex') }, ...whole()),
        /do not open under this root key/,
      );
    });
  });

  test('commands say what they need, and a backup writes over nothing', async () => {
    await assert.rejects(command(), /backup needs --to FOLDER/);
    await assert.rejects(command('--to', backupPath()), /is not empty/);
    await assert.rejects(command('--to', join(server.dataDir, 'x')), /lies in the data folder/);
    await assert.rejects(command('--to', join(folder, 'x'), '--keys', join(folder, 'x', 'keys')), /Keep them apart/);
    await assert.rejects(restore(await emptyPlace()), /restore needs --from FOLDER/);
    await assert.rejects(restore(await emptyPlace(), '--from', folder, '--keys', folder), /There are no keys/);
    const { NUDGESCRIBE_ROOT_KEY: _, ...keyless } = await emptyPlace();
    await assert.rejects(restore(keyless, ...whole()), /There is no root key/);
    assert.deepEqual(await readdir(keyless.NUDGESCRIBE_DATA_DIR ?? ''), [], 'none was made');
  });
});
