import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startTestServer, type TestServer, until } from '../harness.ts';
import { expectAccessible, expectNoComplaints, visitAs } from './browser.ts';
import { makeCustomers, makeWrittenCampaign } from './campaign-data.ts';

let server: TestServer;
let campaignId: string;

before(async () => {
  server = await startTestServer();
  const customers = (prefix: string, towns: number) =>
    Array.from({ length: 30 }, (_, index) => ({
      number: `${prefix}${index}`,
      first_name: 'Ada',
      town: `Town ${index % towns}`,
      years: 3,
    }));
  const ids = await makeCustomers(server.a, customers('A', 3));
  await makeCustomers(server.a, customers('B', 4), 'Newcomers');
  campaignId = await makeWrittenCampaign(server.a, ids, { segment_by: [{ field_name: 'town' }] });
  const body = { workspace_id: ids.workspace_id, campaign_id: campaignId };
  await server.a.call('PATCH', '/v1/campaign/messages', { ...body, all: true, review_status: 'Approved' });
  await server.a.call('POST', '/v1/campaign/approve', body);
  const { body: published } = await server.a.call('POST', '/v1/messages/publish', body);
  await until(async () => {
    const { body: job } = await server.a.call('POST', '/v1/job', {
      workspace_id: ids.workspace_id,
      job_id: published.job_id,
    });
    return job.status === 'completed';
  });
});

test('a file is verified and handed out by a timed link, and the campaign is run again for another group', async () => {
  const visitor = await visitAs(server, server.a, `/w/${server.a.workspaceId}/campaigns/${campaignId}/files`);
  const { page } = visitor;
  await page.getByRole('button', { name: /^Verify / }).click();
  await page.getByText('verified', { exact: true }).waitFor();
  await page.getByRole('button', { name: /^Timed link to / }).click();
  const link = await page.getByRole('status').locator('code').textContent();
  assert.match(link ?? '', /^http/);
  const file = await fetch(link ?? '');
  assert.equal(file.status, 200);
  assert.equal((await file.text()).trim().split('\r\n').length, 31);
  await expectAccessible(visitor, 'a timed link');
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await page.getByLabel('For the group').selectOption('Newcomers');
  await page.getByRole('button', { name: 'Begin the run' }).click();
  await page.getByText('Run 2: 3 segments reused, 1 new.').waitFor();
  await page.getByRole('cell', { name: /3 reused, 1 written/ }).waitFor();
  await expectAccessible(visitor, 'a second run');
  expectNoComplaints(visitor);
  await visitor.close();
});
