import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startTestServer, type TestServer, until } from '../harness.ts';
import { expectAccessible, expectNoComplaints, visitAs } from './browser.ts';
import { makeCustomers, makeWrittenCampaign } from './campaign-data.ts';

let server: TestServer;
let ids: { workspace_id: string; customer_group_id: string };

before(async () => {
  server = await startTestServer();
  const towns = ['Aachen', 'Bonn', 'Calw', 'Demmin', 'Erfurt', 'Fulda'];
  ids = await makeCustomers(
    server.a,
    Array.from({ length: 60 }, (_, index) => ({
      number: `C${index}`,
      first_name: index % 7 === 0 ? null : `Person ${index}`,
      town: towns[index % towns.length],
      years: index,
    })),
  );
});

const inCampaign = (campaign_id: string, path: string, body: Record<string, unknown> = {}) =>
  server.a.call('POST', path, { workspace_id: ids.workspace_id, campaign_id, ...body });

test('a campaign is reviewed by keys alone: next, reject with a reason, edit, leave out, approve, undo', async () => {
  const campaignId = await makeWrittenCampaign(server.a, ids, { segment_by: [{ field_name: 'town' }] });
  const visitor = await visitAs(server, server.a, `/w/${ids.workspace_id}/campaigns/${campaignId}/review`);
  const { page } = visitor;
  const status = page.getByRole('region', { name: 'Progress of the review' }).getByRole('status');
  const says = (text: RegExp) => status.getByText(text).waitFor();
  const current = () => page.locator('button[aria-current=true]').textContent();
  await says(/^0 approved · 6 open/);
  const first = await current();
  await page.keyboard.press('j');
  await until(async () => (await current()) !== first);
  await page.keyboard.press('k');
  await until(async () => (await current()) === first);
  await page.keyboard.press('r');
  await page.getByRole('dialog').waitFor();
  await expectAccessible(visitor, 'rejecting');
  await page.keyboard.type('Too long for this town');
  await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).focus();
  await page.keyboard.press('Enter');
  await says(/ [1-9] rejected/);
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('a');
  await says(/^[1-9] approved/);
  await page.keyboard.press('u');
  await says(/^0 approved/);
  await page.keyboard.press('x');
  await says(/ [1-9] left out/);
  await page.keyboard.press('e');
  const text = page.getByRole('dialog').getByLabel('Message');
  await text.fill('Hello {{first_name | fallback: "there"}}, Spring Saver is waiting. Open it in the app.');
  await expectAccessible(visitor, 'editing');
  await page.getByRole('dialog').getByRole('button', { name: 'Save the text' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Spring Saver is waiting').first().waitFor();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('w');
  await page.getByRole('dialog').getByRole('button', { name: 'shorter' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rewrite' }).click();
  await page.getByText('Spring Saver is waiting').first().waitFor({ state: 'detached' });
  await page.getByRole('checkbox', { name: 'Single-key shortcuts' }).uncheck();
  await page.keyboard.press('a');
  await says(/^0 approved/);
  expectNoComplaints(visitor);
  await visitor.close();
});

test('a finding with a fix is mended by one press, and approval waits until nothing is open', async () => {
  const campaignId = await makeWrittenCampaign(server.a, ids, { campaign_name: 'Fixes' });
  const [message] = (await inCampaign(campaignId, '/v1/campaign/messages')).body;
  await server.a.call('PATCH', '/v1/campaign/messages', {
    workspace_id: ids.workspace_id,
    campaign_id: campaignId,
    message_ids: [message.message_id],
    message: 'Hi {{first_name | fallback: "there"}}, Spring Saver is here!!! Open it in the app.',
  });
  const visitor = await visitAs(server, server.a, `/w/${ids.workspace_id}/campaigns/${campaignId}/review`);
  const { page } = visitor;
  await page.getByRole('heading', { name: 'Findings' }).waitFor();
  await expectAccessible(visitor, 'findings');
  const fixes = page.getByRole('button', { name: /^Fix it: / });
  const before = await fixes.count();
  assert.ok(before >= 1);
  for (let left = before; left > 0; left--) {
    await fixes.first().click();
    await until(async () => (await fixes.count()) < left);
  }
  const approve = page.getByRole('button', { name: 'Approve the campaign' });
  assert.equal(await approve.isDisabled(), true);
  await page.getByRole('button', { name: 'Approve 1 message' }).click();
  await page.getByRole('heading', { name: 'Everything is decided' }).waitFor();
  await approve.click();
  await page.getByRole('link', { name: 'Publish', exact: true }).waitFor();
  expectNoComplaints(visitor);
  await visitor.close();
});

test('what changed since the last run is shown word by word', async () => {
  const campaignId = await makeWrittenCampaign(server.a, ids, { campaign_name: 'Again' });
  const body = { workspace_id: ids.workspace_id, campaign_id: campaignId };
  await server.a.call('PATCH', '/v1/campaign/messages', { ...body, all: true, review_status: 'Approved' });
  await server.a.call('POST', '/v1/campaign/approve', body);
  await server.a.call('POST', '/v1/messages/publish', body);
  const again = await server.a.call('POST', '/v1/campaign/rerun/initiate', {
    ...body,
    customer_group_id: ids.customer_group_id,
  });
  assert.equal(again.status, 200, again.text);
  const [message] = (await inCampaign(campaignId, '/v1/campaign/messages')).body;
  await server.a.call('PATCH', '/v1/campaign/messages', {
    ...body,
    message_ids: [message.message_id],
    message: `${message.message} Marvellous.`,
  });
  const visitor = await visitAs(server, server.a, `/w/${ids.workspace_id}/campaigns/${campaignId}/review`);
  await visitor.page.getByRole('heading', { name: 'Since the last run' }).waitFor();
  await visitor.page.locator('ins').getByText('Marvellous.').waitFor();
  await expectAccessible(visitor, 'what changed');
  expectNoComplaints(visitor);
  await visitor.close();
});
