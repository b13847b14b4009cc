import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startProcess } from '../../../test/crash/processes.ts';
import { type Answer, send, startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { startApp } from '../../app.ts';
import { type Config, readConfig } from '../../config.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { KeyStore } from '../../providers/key-store/key-store.ts';
import { createLocalRootKeys } from '../../providers/root-key/local-keys.ts';
import { readWrapped } from '../../providers/root-key/root-key.ts';
import { loadRootKey, readRootKeyFile } from '../../root-key.ts';
import { rotateRootKey } from '../../rotate-root-key.ts';
import { createAccount } from '../accounts/create-account.ts';
import { testCampaigns } from '../campaigns/test-campaign.ts';
import { type AccountKeyring, createAccountKeyring } from '../sealing/account-keys.ts';
import { parseRootKey } from '../sealing/root-key.ts';
import { versionOfObject } from '../sealing/sealed-stream.ts';
import { beginRotation } from './rotate-account-keys.ts';
import { SEALED_COLUMNS } from './sealed-rows.ts';

const DYING = fileURLToPath(new URL('../../../test/crash/dying-process.ts', import.meta.url));
const DYING_ROTATION = fileURLToPath(new URL('../../../test/crash/dying-rotation.ts', import.meta.url));
const CUSTOMERS = 2_500;
/** As long as it takes to see that nobody meets a key that is not known yet. */
const keyTiming = { refreshMs: 100, sealsAfterMs: 1_000, dropsAfterMs: 2_000 };

let server: TestServer;
before(async () => {
  server = await startTestServer({ keyTiming, workers: false });
});

test('every column that is sealed like a profile is known to the rotation', async () => {
  const rows = await server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.rows<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
       where table_schema = 'public' and data_type = 'bytea' and column_name like 'sealed%' order by 1`,
    ),
  );
  assert.deepEqual(
    rows.map((row) => row.name),
    SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort(),
  );
});

test("an account's key rotates under load and through a kill: nothing fails to open, and nothing is left to the old key", async () => {
  const { a } = server;
  const { services } = server.app;
  const six = await testCampaigns(() => a);
  const settings = { ...server.environment, NUDGESCRIBE_TEST_KEY_TIMING: JSON.stringify(keyTiming) };
  const early = startProcess(['worker', 'never', '1', '0'], settings, DYING);
  const campaignId = await six.draft('Published before', { export_fields: ['first_name'] });
  await six.written(campaignId);
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
  const publishing = await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId });
  assert.equal((await six.ended(publishing.job_id)).status, 'completed');
  await early.end('SIGTERM');
  const fileOf = () =>
    a.call('POST', '/v1/messages/fetch', {
      workspace_id: a.workspaceId,
      campaign_id: campaignId,
      page: 1,
      format: 'csv',
    });
  const published = (await fileOf()).text;
  // Files that nobody can fetch, as an export left them that ended before its files were swept.
  for (const key of await services.objects.list(`published/${a.accountId}/${campaignId}`))
    await services.objects.put(key.replace('/run-1/', `/run-1/${newId()}/`), services.objects.get(key));
  const manifest = await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
  const group = await six.ok('PUT', '/v1/cg', { group_name: 'Many' });
  const ids = { workspace_id: a.workspaceId, customer_group_id: group.customer_group_id };
  const numberOf = (index: number) => `K-${String(index).padStart(5, '0')}`;
  const send = (from: number, count: number, name: string) =>
    a.call('POST', '/v1/customer/check', {
      ...ids,
      on_error: 'skip',
      customer_data: [
        // One without its identifier: a row for the repair file.
        { first_name: 'Nobody' },
        ...Array.from({ length: count }, (_, index) => ({
          customer_number: numberOf(from + index),
          first_name: name,
        })),
      ],
    });
  for (let from = 0; from < CUSTOMERS; from += 500) {
    const answer = await send(from, 500, 'Before');
    assert.equal(answer.body.created, 500, answer.text);
  }
  const jobId = await beginRotation(services, a.accountId);
  assert.ok(jobId !== null);
  assert.equal(await beginRotation(services, a.accountId), jobId, 'one at a time');
  const jobOf = async () => (await a.call('POST', '/v1/job', { workspace_id: a.workspaceId, job_id: jobId })).body;

  let stopped = false;
  let reads = 0;
  const failures: string[] = [];
  const reader = (async () => {
    for (let page = 1; !stopped; page = (page % 5) + 1) {
      const answer = await a.call('POST', '/v1/customer', { ...ids, page, page_size: 500, decrypt: true });
      reads += 1;
      if (answer.status !== 200) failures.push(answer.text);
      else if (answer.body.some((one: { profile: { first_name: string } }) => one.profile.first_name.length === 0))
        failures.push('a value is missing');
      await sleep(20);
    }
  })();
  const writer = (async () => {
    for (let from = 0; !stopped; from = (from + 20) % CUSTOMERS) {
      const answer = await send(from, 20, `Changed ${from}`);
      if (answer.status !== 200) failures.push(answer.text);
      await sleep(20);
    }
  })();

  const victim = startProcess(['worker', 'before step', '2', '0'], settings, DYING);
  assert.equal(await victim.ended, 'SIGKILL', victim.output());
  assert.ok(['running', 'queued'].includes((await jobOf()).status));
  const worker = startProcess(['worker', 'never', '1', '0'], settings, DYING);
  const job = await until(async () => {
    const now = await jobOf();
    return now.status === 'completed' && now;
  }, 60_000).finally(() => {
    stopped = true;
  });
  await Promise.all([reader, writer]);
  await worker.end('SIGTERM');
  assert.deepEqual(failures, []);
  assert.ok(reads > 10, `${reads} reads`);
  assert.equal(job.result.key_version, 2);

  const versions: { of: string; versions: number[] }[] = [];
  await services.database.tenant(a.accountId, async (tx) => {
    for (const { table, column } of SEALED_COLUMNS) {
      const rows = await tx.rows<{ version: number }>(
        `select distinct get_byte(${column}, 2) as version from ${table} where account_id = $1 and ${column} is not null`,
        [a.accountId],
      );
      versions.push({ of: `${table}.${column}`, versions: rows.map((row) => row.version) });
    }
  });
  for (const { of, versions: found } of versions)
    assert.ok(
      found.every((version) => version === 2),
      `${of}: ${found}`,
    );
  assert.deepEqual(versions.find(({ of }) => of === 'customers.sealed_profile')?.versions, [2]);
  assert.deepEqual(versions.find(({ of }) => of === 'import_failed_rows.sealed_row')?.versions, [2]);
  assert.equal((await fileOf()).text, published);
  assert.deepEqual(await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId }), manifest);
  const stored = await services.objects.list(`published/${a.accountId}`);
  assert.equal(stored.length, 3, stored.join());
  for (const key of stored) assert.equal(await versionOfObject(services.objects, key), 2);
  const record = (await services.keyStore.get(a.accountId))?.record;
  assert.ok(record?.kind === 'account' && record.versions.length === 1 && record.versions[0]?.version === 2);
});

test('the root key rotates under a running server that is not started again', async () => {
  const { a, b } = server;
  const path = join(server.dataDir, 'the-root-key');
  const { NUDGESCRIBE_ROOT_KEY: old = '', ...others } = server.environment;
  await writeFile(path, `${old}\n`, { mode: 0o600 });
  const settings = { ...others, NUDGESCRIBE_ROOT_KEY_FILE: path };
  const config = readConfig(settings);
  const running = await startApp(config, { keyTiming, workers: false });
  const { database, keyring, keyStore } = running.services;
  const told = (accountId: string) =>
    database.tenant(accountId, (tx) =>
      tx.rows<{ client: string; actor_user_id: string | null }>(
        "select client, actor_user_id from audit_events where account_id = $1 and action = 'keys.rewrapped' limit 10",
        [accountId],
      ),
    );
  const nameOf = async (name: string) => {
    const record = (await keyStore.get(name))?.record;
    assert.ok(record !== undefined && record.kind !== 'destroyed');
    return readWrapped(record.kind === 'server' ? record.wrapped_secret : record.wrapped_index_secret).keyName;
  };
  const load = await startLoad(running.url, () => freshKeyring(config, keyStore), keyring);
  try {
    const read = async (accountId: string) => (await keyring.forAccount(accountId)).current.version;
    assert.equal(await read(a.accountId), 2);
    for (let more = 0; more < 5; more += 1) await keyring.create(newId());
    const [oldName, names] = [await nameOf(a.accountId), await keyStore.names()];
    const victim = startProcess(['3'], settings, DYING_ROTATION);
    assert.equal(await victim.ended, 'SIGKILL', victim.output());
    // Both keys are there, and each wraps some.
    assert.equal((await readRootKeyFile(path))?.length, 2);
    const wrappedBy = await Promise.all(names.map(nameOf));
    assert.equal(wrappedBy.filter((name) => name !== oldName).length, 3);
    await load.goesOn();
    const { rewrapped } = await rotateRootKey(config, { database, keyring, keyStore, settleMs: 300 });
    assert.ok(rewrapped >= names.length - 3, `${rewrapped} of ${names.length} records, the server's own among them`);
    for (const { accountId } of [a, b]) {
      // Told before it is done: whose turn it was when the process was killed is told twice, if at all.
      const [event, ...again] = await told(accountId);
      assert.deepEqual([event, again.length <= 1], [{ client: 'operator', actor_user_id: null }, true]);
    }
    const [left, ...more] = (await readRootKeyFile(path)) ?? [];
    assert.equal(more.length, 0);
    assert.notEqual(left?.toString('hex'), old);
    await load.goesOn();
    assert.deepEqual(await load.end(), []);
    for (const { accountId } of [a, b]) assert.ok((await read(accountId)) > 0);
    const made = await createAccount(running.services, {
      accountName: 'Third',
      workspaceName: 'Main',
      email: 'third@example.test',
      password: null,
      apiKey: null,
    });
    assert.equal(await read(made.accountId), 1, 'what is made now is wrapped by the new one');
    const oldOnly = await createLocalRootKeys(async () => [parseRootKey(old)]);
    for (const name of await keyStore.names())
      assert.equal(
        await createAccountKeyring({ rootKey: oldOnly, keyStore })
          .rewrap(name)
          .catch((error: Error) => error.name),
        'SealBroken',
      );
  } finally {
    await load.end();
    await running.stop();
  }
});

/** The keyring of a process that starts now: it holds nothing yet, and knows what the root key's file says. */
async function freshKeyring(config: Config, keyStore: KeyStore): Promise<AccountKeyring> {
  return createAccountKeyring({ rootKey: await loadRootKey(config), keyStore, timing: keyTiming });
}

/**
 * Callers who read and write sealed profiles, processes that start and open the keys of both accounts, and new keys that are
 * made: all the time, until it is ended. What failed is told at the end.
 */
async function startLoad(url: string, fresh: () => Promise<AccountKeyring>, keyring: AccountKeyring) {
  const { a, b } = server;
  const call = (method: string, path: string, body: Record<string, unknown>) =>
    send(url, method, path, { workspace_id: b.workspaceId, ...body }, { token: b.token });
  await call('PUT', '/v1/cpf', { field_name: 'number', field_type: 'string', is_unique: true });
  await call('PUT', '/v1/cpf', { field_name: 'first_name', field_type: 'string' });
  const { customer_group_id } = (await call('PUT', '/v1/cg', { group_name: 'Read' })).body;
  const written = (name: string) =>
    call('POST', '/v1/customer/check', {
      customer_group_id,
      customer_data: Array.from({ length: 20 }, (_, index) => ({ number: `R-${index}`, first_name: name })),
    });
  assert.equal((await written('Before')).body.created, 20);
  const failures: string[] = [];
  let [stopped, rounds] = [false, 0];
  const again = async (work: () => Promise<unknown>) => {
    while (!stopped) {
      await work().catch((error: Error) => failures.push(`${error.name}: ${error.message}`));
      rounds += 1;
      await sleep(10);
    }
  };
  const good = ({ status, text }: Answer) => {
    if (status !== 200) failures.push(text);
  };
  const workers = [
    again(async () => {
      const answer = await call('POST', '/v1/customer', { customer_group_id, page: 1, page_size: 20, decrypt: true });
      good(answer);
      const names = answer.body.map((one: { profile: { first_name: string } }) => one.profile.first_name);
      if (names.length !== 20 || names.includes('')) failures.push(answer.text);
    }),
    again(async () => good(await written(`Changed ${rounds}`))),
    again(async () => {
      const opened = await fresh();
      for (const { accountId } of [a, b]) await opened.forAccount(accountId).finally(() => opened.close());
    }),
    again(() => keyring.create(newId())),
  ];
  return {
    /** Waits until each has done some more. */
    goesOn: () => {
      const from = rounds;
      return until(async () => rounds > from + 20);
    },
    end: async () => {
      stopped = true;
      await Promise.all(workers);
      return failures;
    },
  };
}
