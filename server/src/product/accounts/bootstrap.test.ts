import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { cloneDatabase, prepareKeys } from '../../../test/cluster.ts';
import { clusterWithLog, send } from '../../../test/harness.ts';
import { type App, startApp } from '../../app.ts';
import { readConfig } from '../../config.ts';
import { BootstrapRefused } from './bootstrap.ts';

/** The settings of an installation that was never started. */
async function freshInstallation(t: TestContext, more: Record<string, string> = {}): Promise<Record<string, string>> {
  const { url, rootKey } = await clusterWithLog();
  const database = await cloneDatabase(url);
  const dataDir = await mkdtemp(join(tmpdir(), 'nudgescribe-first-'));
  t.after(async () => {
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  });
  await prepareKeys(dataDir, rootKey);
  return {
    NUDGESCRIBE_DATABASE_URL: database.url,
    NUDGESCRIBE_DATA_DIR: dataDir,
    NUDGESCRIBE_ROOT_KEY: rootKey,
    NUDGESCRIBE_PORT: '0',
    NUDGESCRIBE_LOG_LEVEL: 'silent',
    ...more,
  };
}

/** Starts the server, and stops it again whatever the look at it comes to. */
async function started(environment: Record<string, string>, look: (app: App) => Promise<void>): Promise<void> {
  const app = await startApp(readConfig(environment), { workers: false });
  await look(app).finally(() => app.stop());
}

describe('a first start', () => {
  test('makes password and key at random, gives them back once, and lets nobody in by what is usual', async (t) => {
    const secrets = new Set<string | null>();
    for (let installation = 0; installation < 2; installation += 1) {
      const environment = await freshInstallation(t);
      await started(environment, async ({ url, firstStart }) => {
        const { email, password, apiKey } = firstStart ?? assert.fail('It was a first start.');
        assert.equal(email, 'admin@nudgescribe.local');
        assert.match(password ?? '', /^[\w-]{24}$/, '18 random bytes');
        secrets.add(password).add(apiKey);
        const signIn = async (tried: string) =>
          (await send(url, 'PUT', '/v1/session', { email, password: tried }, { token: null })).status;
        for (const usual of ['admin', 'password', 'changeme', 'nudgescribe', email])
          assert.equal(await signIn(usual), 403, usual);
        assert.equal(await signIn(password ?? ''), 200);
      });
      await started(environment, async ({ firstStart }) => assert.equal(firstStart, null));
    }
    assert.equal(secrets.size, 4);
  });

  test('in production needs the operator’s own email, password and key, and makes nothing without', async (t) => {
    const own = {
      NUDGESCRIBE_BOOTSTRAP_EMAIL: 'owner@example.test',
      NUDGESCRIBE_BOOTSTRAP_PASSWORD: 'seven horses under an old bridge',
      NUDGESCRIBE_BOOTSTRAP_API_KEY: 'a-key-that-is-long-enough-for-the-first-start',
    };
    const production = { NUDGESCRIBE_MODE: 'production', NUDGESCRIBE_PUBLIC_URL: 'https://nudgescribe.example' };
    const environment = await freshInstallation(t, { ...production, ...own });
    for (const name of Object.keys(own))
      await assert.rejects(
        started({ ...environment, [name]: '' }, async () => undefined),
        BootstrapRefused,
      );
    await started(environment, async ({ firstStart, services }) => {
      assert.equal(firstStart?.email, own.NUDGESCRIBE_BOOTSTRAP_EMAIL);
      assert.deepEqual([firstStart?.password, firstStart?.apiKey], [null, null], 'nothing is there to be printed');
      const accounts = await services.database.acrossAccounts((tx) => tx.rows('select account_id from accounts'));
      assert.equal(accounts.length, 1);
    });
  });
});
