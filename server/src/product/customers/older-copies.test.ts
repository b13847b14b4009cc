import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { copyDatabase } from '../../../test/copy-database.ts';
import { startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { workOff } from '../../../test/work-off.ts';
import { startApp } from '../../app.ts';
import { startWorker } from '../../background-work.ts';
import { readConfig } from '../../config.ts';
import { loadFields } from '../fields/load-fields.ts';
import type { Services } from '../services.ts';
import type { CustomerRow } from './customer.ts';
import { noteErasures } from './keep-erasures.ts';
import { openCustomerProfile } from './profile-values.ts';
import { testWorkspace } from './test-workspace.ts';

/*
 * Two identifiers a customer. When the copies are made, Paul, Quinn and Nora are customers and Xenia stands in an upload that
 * waits. Afterwards Xenia is imported, Paul and Nora have other addresses, and Paul's old one is Quinn's. Quinn and Xenia are
 * erased, and then the old addresses, which name nobody any more.
 */
const ROWS = 1_500;
let server: TestServer;
let folder: string;
let importId: string;
const copies: Record<string, string>[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-older-'));
  server = await startTestServer({ workers: false });
  const space = await testWorkspace(server.a);
  const ok = async (rows: readonly Record<string, string>[]) => {
    const answer = await space.check({ customer_data: rows });
    assert.equal(answer.status, 200, answer.text);
  };
  await ok([
    { name: 'Paul', email: 'paul@example.test', phone: '1' },
    { name: 'Quinn', email: 'quinn@example.test', phone: '2' },
    { name: 'Nora', email: 'nora@example.test' },
  ]);
  const file = [
    'name,email',
    'Xenia,xenia@example.test',
    ...Array.from({ length: ROWS }, (_, row) => `Other,other${row}@example.test`),
  ];
  const queued = await space.check({ data_file: file.join('\n'), on_error: 'skip' });
  importId = queued.body.import_id;
  await server.app.stop();
  for (const name of ['first', 'second']) {
    const dataDir = join(folder, name);
    await cp(server.dataDir, dataDir, { recursive: true });
    const url = await copyDatabase(server.databaseUrl, name);
    copies.push({ ...server.environment, NUDGESCRIBE_DATABASE_URL: url, NUDGESCRIBE_DATA_DIR: dataDir });
  }
  server.app = await startApp(readConfig(server.environment), { workers: false });
  // For the tenants, who call where their server was.
  await server.restart();
  const job = await server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.row<{ job_id: string }>('select job_id from imports where import_id = $1', [importId]),
  );
  assert.equal(await workOff(server, job?.job_id ?? ''), 'completed');
  const erase = async (identifier: Record<string, string>) =>
    (
      await server.a.call('DELETE', '/v1/customer', {
        workspace_id: server.a.workspaceId,
        identifiers: [identifier],
      })
    ).body.deleted;
  const change = (row: Record<string, string>) =>
    server.a.call('PATCH', '/v1/customer', {
      workspace_id: server.a.workspaceId,
      customer_group_id: space.ids.customer_group_id,
      customer_data: [row],
    });
  for (const row of [
    { phone: '1', email: 'paul@elsewhere.test' },
    { phone: '2', email: 'paul@example.test' },
    { phone: '3', email: 'nora@example.test' },
    { phone: '3', email: 'nora@elsewhere.test' },
  ])
    assert.equal((await change(row)).body.updated, 1);
  assert.equal(await erase({ phone: '2' }), 1);
  assert.equal(await erase({ email: 'xenia@example.test' }), 1);
  for (const email of ['paul@example.test', 'nora@example.test']) assert.equal(await erase({ email }), 0);
  await noteErasures(server.app.services);
});
after(() => rm(folder, { recursive: true, force: true }));

/** Has the copy know what was erased since. */
const bringKeys = (copy: Record<string, string>) =>
  cp(join(server.dataDir, 'keys'), join(copy.NUDGESCRIBE_DATA_DIR ?? '', 'keys'), { recursive: true });

/** Who is there when the import has ended, by the identifiers that name them. */
async function peopleIn({ database, keyring }: Services): Promise<string[]> {
  const { accountId, workspaceId } = server.a;
  await until(async () => {
    const [found] = await database.tenant(accountId, (tx) =>
      tx.rows<{ status: string }>('select status from imports where import_id = $1', [importId]),
    );
    return found?.status === 'completed';
  });
  const keys = await keyring.forAccount(accountId);
  return database.tenant(accountId, async (tx) => {
    const fields = await loadFields(tx, accountId, workspaceId);
    const rows = await tx.rows<CustomerRow>('select * from customers where workspace_id = $1 order by customer_id', [
      workspaceId,
    ]);
    const names = rows.map((row) => String(openCustomerProfile(keys, fields, row).name));
    return names.filter((name) => name !== 'Other');
  });
}

describe('an older copy of the database', () => {
  test('brings nobody back by an import that waited in it, also where a worker is the first to start', async () => {
    const [copy = {}] = copies;
    await bringKeys(copy);
    const worker = await startWorker(readConfig(copy));
    try {
      assert.deepEqual(await peopleIn(worker.services), ['Paul', 'Nora']);
    } finally {
      await worker.stop();
    }
  });

  test('in which that import was done first loses who came by it, under whatever id, and nobody else', async () => {
    const [, copy = {}] = copies;
    const unknowing = await startWorker(readConfig(copy));
    try {
      assert.deepEqual(await peopleIn(unknowing.services), ['Paul', 'Quinn', 'Nora', 'Xenia']);
    } finally {
      await unknowing.stop();
    }
    await bringKeys(copy);
    const app = await startApp(readConfig(copy), { workers: false });
    try {
      assert.deepEqual(await peopleIn(app.services), ['Paul', 'Nora']);
    } finally {
      await app.stop();
    }
  });
});
