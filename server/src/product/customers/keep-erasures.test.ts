import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { copyDatabase } from '../../../test/copy-database.ts';
import { send, startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { type App, startApp } from '../../app.ts';
import { readConfig } from '../../config.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { eraseCustomersAgain, noteErasures } from './keep-erasures.ts';

let server: TestServer;
let six: TestCampaigns;

before(async () => {
  server = await startTestServer();
  six = await testCampaigns(() => server.a);
});

const CUSTOMERS = ['1', '2', '3', '4', '5', '6'];

/** Which of the customers are there, and how many the group says it has. */
async function look(app: App): Promise<{ there: string[]; members: number }> {
  const ask = (path: string, body: Record<string, unknown>) =>
    send(app.url, 'POST', path, { workspace_id: server.a.workspaceId, ...body }, { token: server.a.token });
  const identifiers = CUSTOMERS.map((customer_number) => ({ customer_number }));
  const found = (await ask('/v1/customer/find', { identifiers, decrypt: true })).body;
  const pages = (await ask('/v1/customer/pages', { customer_group_id: six.groupId, page_size: 10 })).body;
  return {
    there: found.map((customer: { profile: { customer_number: string } }) => customer.profile.customer_number).sort(),
    members: pages.total_customers,
  };
}

test('customers who were erased do not come back with an older copy of the database', async () => {
  const { a, environment } = server;
  const { keyStore } = server.app.services;
  const campaignId = await six.draft('Published before');
  await six.written(campaignId);
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
  await six.ended((await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id);
  // One erasure is older than the copy, and known to it.
  await six.ok('DELETE', '/v1/customer', { identifiers: [{ customer_number: '6' }] });
  await until(async () => (await keyStore.erasures(a.accountId)).length === 1);
  await server.app.stop();
  const backup = await copyDatabase(server.databaseUrl);

  server.app = await startApp(readConfig(environment), { checkReplies: true });
  server.url = server.app.url;
  const call = (method: string, path: string, body: Record<string, unknown>) =>
    send(server.url, method, path, { workspace_id: a.workspaceId, ...body }, { token: a.token });
  const named = { identifiers: [{ customer_number: '1' }, { customer_number: '2' }] };
  const erased: string[] = (await call('POST', '/v1/customer/find', named)).body.map(
    ({ customer_id }: { customer_id: string }) => customer_id,
  );
  assert.equal((await call('DELETE', '/v1/customer', { identifiers: [{ customer_number: '1' }] })).body.deleted, 1);
  assert.equal((await call('DELETE', '/v1/customer', { identifiers: [{ customer_number: '2' }] })).body.deleted, 1);
  // What is committed is taken at once, and taking it again changes nothing.
  await Promise.all([noteErasures(server.app.services), noteErasures(server.app.services)]);
  await noteErasures(server.app.services);
  assert.equal((await keyStore.erasures(a.accountId)).length, 3);
  const lists = await server.app.services.database.tenant(a.accountId, (tx) =>
    tx.rows<{ many: number }>(
      'select cardinality(customer_ids) + cardinality(blind_indexes) as many from erasure_notes',
    ),
  );
  assert.deepEqual(
    lists.map(({ many }) => many),
    [0, 0, 0],
    'the lists stand in the key store only',
  );
  await server.app.stop();

  const restored = await startApp(readConfig({ ...environment, NUDGESCRIBE_DATABASE_URL: backup }), {
    checkReplies: true,
  });
  try {
    assert.deepEqual(await look(restored), { there: ['3', '4', '5'], members: 3 });
    const audit = (app: App) =>
      send(app.url, 'POST', '/v1/audit', { action: 'customers.deleted' }, { token: a.token }).then(({ body }) => body);
    const told = (await audit(restored)).slice(0, 2);
    for (const { actor_user_id, object_ids } of told)
      assert.deepEqual(
        [actor_user_id, object_ids.came_back, object_ids.customer_ids.length],
        [null, true, 1],
        JSON.stringify(object_ids),
      );
    assert.deepEqual(
      told.flatMap(({ object_ids }: { object_ids: { customer_ids: string[] } }) => object_ids.customer_ids).sort(),
      erased.sort(),
    );
    const token = { token: a.token };
    const ids = { workspace_id: a.workspaceId, campaign_id: campaignId };
    const { job_id } = (await send(restored.url, 'POST', '/v1/messages/publish', ids, token)).body;
    const job = await until(async () => {
      const found = (await send(restored.url, 'POST', '/v1/job', { workspace_id: a.workspaceId, job_id }, token)).body;
      return found.status === 'completed' && found;
    });
    assert.equal(job.result.rows, 3);
    const { services } = restored;
    assert.equal(await eraseCustomersAgain(services, [a.accountId]), 0, 'once is enough');
  } finally {
    await restored.stop();
  }
  server.app = await startApp(readConfig(environment), { checkReplies: true });
});
