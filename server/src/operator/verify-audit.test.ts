import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { cloneDatabase, onCluster, prepareKeys } from '../../test/cluster.ts';
import { clusterWithLog, startTestServer, type TestServer } from '../../test/harness.ts';
import { newId } from '../platform/ids/ids.ts';
import { linkEvents, raiseAnchor } from '../product/audit/link-events.ts';
import { examine } from './doctor.ts';
import { findingsText } from './finding.ts';
import { UsageMistake } from './usage-mistake.ts';
import { verifyAuditCommand } from './verify-audit.ts';

let server: TestServer;

async function verified(environment: Record<string, string>, ...args: string[]) {
  const told: string[] = [];
  const isIntact = await verifyAuditCommand(args, environment, (text) => told.push(text));
  return { isIntact, told: told.join('\n') };
}

/** Deletes an account with all its rows, as whoever owns the database can. */
async function deleteWhole(accountId: string): Promise<void> {
  await onCluster(server.databaseUrl, async (client) => {
    await client.query(`set session_replication_role = 'replica'`);
    const tables = await client.query<{ name: string }>(
      `select distinct polrelid::regclass::text as name from pg_policy where polname = 'tenant'`,
    );
    for (const { name } of tables.rows) await client.query(`delete from ${name} where account_id = $1`, [accountId]);
  });
}

describe('audit verify', () => {
  before(async () => {
    server = await startTestServer({ workers: false });
  });

  test('says that there is no such account, and nothing about its trail', async () => {
    await assert.rejects(
      verified(server.environment, '--account', newId()),
      (error: Error) => error instanceof UsageMistake && error.message === 'There is no such account.',
    );
  });

  test('says so, and is not content, where there is no account at all', async (t) => {
    const { url, rootKey } = await clusterWithLog();
    const database = await cloneDatabase(url);
    const dataDir = await mkdtemp(join(tmpdir(), 'nudgescribe-none-'));
    t.after(async () => {
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    });
    await prepareKeys(dataDir, rootKey);
    const environment = {
      NUDGESCRIBE_DATABASE_URL: database.url,
      NUDGESCRIBE_DATA_DIR: dataDir,
      NUDGESCRIBE_ROOT_KEY: rootKey,
      NUDGESCRIBE_LOG_LEVEL: 'silent',
    };
    const { isIntact, told } = await verified(environment);
    assert.equal(isIntact, false);
    assert.match(told, /^There is no account/);
    assert.match(findingsText(await examine(environment)), /note {2}There is no account/);
  });

  test('finds an account that was deleted with all its rows, as doctor does, and takes unused keys for none', async () => {
    const { services } = server.app;
    const { accountId } = server.b;
    await linkEvents(services, accountId);
    await raiseAnchor(services, accountId);
    // Keys come before the account they are for: a kill in between leaves them alone.
    await services.keyring.create(newId());
    assert.equal((await verified(server.environment)).isIntact, true);
    await deleteWhole(accountId);
    for (const args of [[], ['--account', accountId]]) {
      const { isIntact, told } = await verified(server.environment, ...args);
      assert.equal(isIntact, false);
      assert.match(told, new RegExp(`^${accountId}  NOT INTACT  the account is gone`, 'm'));
      assert.equal(told.split('NOT INTACT').length, 2);
    }
    assert.equal((await verified(server.environment, '--account', server.a.accountId)).isIntact, true);
    assert.match(findingsText(await examine(server.environment)), /BAD {3}The audit trail of 1 accounts is not intact/);
  });
});
