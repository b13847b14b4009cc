import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { startTestServer, type TestServer } from '../harness.ts';
import { expectAccessible, expectNoComplaints, visitAs } from './browser.ts';
import { shoot } from './shoot.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer({ environment: { NUDGESCRIBE_QUOTAS: '{"exported_rows": 10000}' } });
});

test('from an empty workspace to a downloaded, approved message file, by what the screen says', async () => {
  const visitor = await visitAs(server, server.a);
  const { page } = visitor;
  const press = (name: string | RegExp) => page.getByRole('button', { name }).click();
  const follow = (name: string) => page.getByRole('link', { name, exact: true }).click();

  await expectAccessible(visitor, 'an empty overview');
  await follow('Begin in five steps');
  await expectAccessible(visitor, 'welcome');
  await shoot(visitor, 'welcome');
  await press('Use sample customers');

  await page.getByRole('cell', { name: 'customer_number', exact: true }).waitFor();
  await expectAccessible(visitor, 'mapping');
  await shoot(visitor, 'import-mapping');
  await press('Check the file');
  await page.getByRole('heading', { name: 'Dry run: nothing is stored yet' }).waitFor();
  await expectAccessible(visitor, 'dry run');
  await shoot(visitor, 'import-dry-run');
  await press('Import 400 customers');
  await page.getByText('Done', { exact: true }).waitFor();
  await expectAccessible(visitor, 'an import');

  await page.goto(`/w/${server.a.workspaceId}/welcome`);
  await follow('Write a brief');
  await page.getByLabel('Name', { exact: true }).fill('Spring savings');
  await page.getByLabel('What it shall bring about', { exact: true }).fill('Open a savings account');
  await page.getByLabel('Product', { exact: true }).fill('Spring Saver');
  await page.getByLabel('Call to action', { exact: true }).fill('Open it in the app');
  await page.getByLabel('Make segments by', { exact: true }).selectOption({ label: 'Main product' });
  await page.getByText('4 segments as a list').waitFor();
  await expectAccessible(visitor, 'a brief');
  await shoot(visitor, 'audience');
  await press('Write the messages');

  await page.getByRole('link', { name: 'Review the messages' }).click();
  await page.getByRole('button', { name: /^Approve \d+ message/ }).waitFor();
  await page.getByText('Your organisation').first().waitFor();
  await expectAccessible(visitor, 'review');
  await shoot(visitor, 'review');
  await page.getByRole('checkbox', { name: 'Single-key shortcuts' }).waitFor();
  const approve = page.getByRole('button', { name: 'Approve the campaign' });
  await press('Choose all without errors');
  await press(/^Approve 4 messages/);
  await page.getByRole('heading', { name: 'Everything is decided' }).waitFor();
  await expectAccessible(visitor, 'a finished review');
  await approve.click();
  await page.getByRole('link', { name: 'Publish', exact: true }).click();
  await expectAccessible(visitor, 'ready to publish');
  await press('Publish the files');

  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: /^Download .*\.csv$/ }).click();
  const download = await downloading;
  await page.getByText('verified', { exact: true }).waitFor();
  await expectAccessible(visitor, 'files');
  await shoot(visitor, 'files');
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n');
  assert.match(lines[0] ?? '', /^customer_number,message_id,segment_id,variant,channel,subject,message/);
  assert.ok(lines.filter((line) => /^C\d{5},/.test(line)).length >= 390, `${lines.length} lines`);

  await follow('Runs');
  await page.getByRole('cell', { name: /0 reused, 4 written/ }).waitFor();
  await expectAccessible(visitor, 'runs');
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByRole('heading', { name: 'What needs you now' }).waitFor();
  // The dry run stored nobody.
  await page
    .locator('.stat')
    .filter({ hasText: 'customers created by imports' })
    .getByText('400', { exact: true })
    .waitFor();
  const used = page.getByRole('region', { name: 'Used this month' });
  await used.getByText('400, no limit').first().waitFor();
  await used.getByText('of 10,000').waitFor();
  await expectAccessible(visitor, 'overview');
  await shoot(visitor, 'overview');
  expectNoComplaints(visitor);
  await visitor.close();
});

test('the same on a phone and in the dark: a message is read and approved there', async () => {
  const { a } = server;
  const { body: campaigns } = await a.call('POST', '/v1/campaign', { workspace_id: a.workspaceId });
  const { campaign_id, customer_group_id } = campaigns[0];
  const ids = { workspace_id: a.workspaceId, campaign_id };
  await a.call('POST', '/v1/campaign/rerun/initiate', { ...ids, customer_group_id });
  const [{ message_id }] = (await a.call('POST', '/v1/campaign/messages', ids)).body;
  await a.call('PATCH', '/v1/campaign/messages', { ...ids, message_ids: [message_id], review_status: 'Rejected' });
  const path = `/w/${a.workspaceId}/campaigns/${campaign_id}/review`;
  const visitor = await visitAs(server, a, path, { width: 390, height: 844, dark: true });
  const { page } = visitor;
  await page.getByText('Your organisation').first().waitFor();
  await expectAccessible(visitor, 'review on a phone in the dark');
  await shoot(visitor, 'review-phone-dark');
  const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
  assert.ok(width <= 390, `The page is ${width} pixels wide on a phone of 390.`);
  await page.getByRole('button', { name: 'Approve 1 message' }).click();
  await page.getByRole('heading', { name: 'Everything is decided' }).waitFor();
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.goto(`/w/${a.workspaceId}`);
  await page.getByRole('heading', { name: 'What needs you now' }).waitFor();
  await expectAccessible(visitor, 'overview in the dark');
  await shoot(visitor, 'overview-dark');
  expectNoComplaints(visitor);
  await visitor.close();
});
