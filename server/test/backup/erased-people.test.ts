import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { backupCommand } from '../../src/operator/backup.ts';
import { type TestCampaigns, testCampaigns } from '../../src/product/campaigns/test-campaign.ts';
import { noteErasures } from '../../src/product/customers/keep-erasures.ts';
import { startTestServer, type TestServer, until } from '../harness.ts';
import { placesWith } from '../kept-texts.ts';
import { workOff } from '../work-off.ts';
import { emptyInstallation, restore, signedIn, withApp } from './installation.ts';

/*
 * People of whom a backup holds no customer: only a row in an upload that waits, or a failed row of an import that ended. Each
 * has a mark of their own in every value.
 */
const IMPORTED = 'xenia7431';
const WAITING = 'zelda7432';
const FAILED_LATER = 'viola7433';
const FAILED_BEFORE = 'yvonn7434';
const MARKS = [IMPORTED, WAITING, FAILED_LATER, FAILED_BEFORE];
const OTHERS = 1_001;

let server: TestServer;
let six: TestCampaigns;
let folder: string;
const databases: { drop(): Promise<void> }[] = [];

const rowOf = (mark: string, tenure = '1') => `${mark}-1,Name ${mark},Plan ${mark},${tenure}`;
const othersOf = (word: string) => Array.from({ length: OTHERS }, (_, index) => `${word}${index},Name,Common,1`);

/** Queues an import, and gives it with its job. */
async function queue(rows: readonly string[]): Promise<{ importId: string; jobId: string }> {
  const data_file = ['customer_number,first_name,plan,tenure', ...rows].join('\n');
  const into = { customer_group_id: six.groupId, on_error: 'skip' };
  const { import_id, status } = await six.ok('POST', '/v1/customer/check', { ...into, data_file });
  assert.equal(status, 'queued');
  const [job] = await server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.rows<{ job_id: string }>('select job_id from imports where import_id = $1', [import_id]),
  );
  return { importId: import_id, jobId: job?.job_id ?? '' };
}

describe('a restored backup', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nudgescribe-erased-'));
    server = await startTestServer({ workers: false });
    six = await testCampaigns(() => server.a);
  });
  after(async () => {
    for (const database of databases) await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  test('brings back nobody who was erased since, by an import that waited in it or by rows that had failed', async () => {
    const ended = await queue([rowOf(FAILED_BEFORE, 'no number'), ...othersOf('early')]);
    assert.equal(await workOff(server, ended.jobId), 'completed');
    const waiting = await queue([
      rowOf(IMPORTED),
      rowOf(WAITING),
      rowOf(FAILED_LATER, 'no number'),
      ...othersOf('late'),
    ]);
    const [to, keys] = [join(folder, 'backup'), join(folder, 'keys-copy')];
    await backupCommand(['--to', to, '--keys', keys], server.environment, () => undefined);

    const erase = (mark: string) =>
      six.ok('DELETE', '/v1/customer', { identifiers: [{ customer_number: `${mark}-1` }] });
    assert.deepEqual(await erase(WAITING), { deleted: 0, not_found: 1 });
    assert.equal(await workOff(server, waiting.jobId), 'completed');
    assert.deepEqual(await erase(IMPORTED), { deleted: 1, not_found: 0 });
    for (const mark of [FAILED_LATER, FAILED_BEFORE]) assert.deepEqual(await erase(mark), { deleted: 0, not_found: 1 });
    for (const mark of MARKS) assert.deepEqual(await placesWith(server.app, server.a.accountId, mark), [], mark);
    await noteErasures(server.app.services);

    const newest = join(folder, 'newest-keys');
    await mkdir(newest);
    await cp(join(server.dataDir, 'keys'), join(newest, 'keys'), { recursive: true });
    /** What of everybody is left in an installation that was restored with these keys and has worked off what waited. */
    const restoredWith = async (copy: string) => {
      const { environment, drop } = await emptyInstallation(server, folder);
      databases.push({ drop });
      const told = await restore(environment, '--from', to, '--keys', copy);
      return withApp(environment, true, async (app) => {
        const call = await signedIn(app, server.a);
        const found = await until(async () => {
          const { body } = await call('POST', '/v1/customer/imports', { import_id: waiting.importId });
          const { database, objects } = app.services;
          const uploads = await objects.list(`uploads/${server.a.accountId}`);
          const left = await database.tenant(server.a.accountId, (tx) => tx.rows('select 1 from erased_identifiers'));
          return body.status === 'completed' && uploads.length === 0 && left.length === 0 && body;
        });
        const places = await Promise.all(MARKS.map((mark) => placesWith(app, server.a.accountId, mark)));
        return { told, created: found.created, skipped: found.skipped, failed: found.failed, places };
      });
    };
    const restored = await restoredWith(newest);
    assert.match(restored.told, /Erased again, as they had been since: 0 customers/);
    assert.deepEqual([restored.created, restored.skipped, restored.failed], [OTHERS, 3, 0]);
    assert.deepEqual(restored.places, [[], [], [], []]);
    // With the keys as they were then, nobody is known to have been erased: so the marks can be found.
    const unknowing = await restoredWith(keys);
    assert.ok(unknowing.places.every((places) => places.length > 0));
  });
});
