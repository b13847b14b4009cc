import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startTestServer, type TestServer } from '../harness.ts';
import { expectAccessible, expectNoComplaints, visitAs } from './browser.ts';
import { makeCustomers } from './campaign-data.ts';
import { shoot } from './shoot.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
  // 25 towns × 20 plans: 500 segments; years say something else of everybody.
  const customers = Array.from({ length: 2_000 }, (_, index) => ({
    number: `C${index}`,
    first_name: `Person ${index}`,
    town: `Town ${index % 25}`,
    plan: `Plan ${Math.floor(index / 25) % 20}`,
    years: index % 31,
  }));
  await makeCustomers(server.a, customers);
});

test('500 segments are a picture and a list, bands are dragged and moved by keys, and the messages are written', async () => {
  const visitor = await visitAs(server, server.a, `/w/${server.a.workspaceId}/campaigns/new`);
  const { page } = visitor;
  const attribute = page.getByLabel('Make segments by');
  await attribute.selectOption({ label: 'years' });
  await page.getByText('31 segments as a list').waitFor();
  const limit = page.getByLabel('New limit for years');
  for (const value of ['10', '20']) {
    await limit.fill(value);
    await limit.press('Enter');
  }
  await page.getByText('3 segments as a list').waitFor();
  const first = page.getByRole('slider', { name: 'years, limit 1' });
  const start = Number(await first.getAttribute('aria-valuenow'));
  await first.focus();
  await page.keyboard.press('ArrowRight');
  const moved = Number(await first.getAttribute('aria-valuenow'));
  assert.ok(moved > start, `${start} → ${moved}`);
  const box = await first.boundingBox();
  assert.ok(box !== null);
  await page.mouse.move(box.x + 12, box.y + 12);
  await page.mouse.down();
  await page.mouse.move(box.x - 120, box.y + 12, { steps: 5 });
  await page.mouse.up();
  assert.ok(Number(await first.getAttribute('aria-valuenow')) < moved);
  await expectAccessible(visitor, 'bands');
  await page.getByRole('button', { name: 'Leave out years' }).click();
  await attribute.selectOption({ label: 'town' });
  await attribute.selectOption({ label: 'plan' });
  await page.getByText('500 segments as a list').waitFor();
  await page.getByText('500 segments as a list').click();
  await page.getByRole('list', { name: 'Segments' }).waitFor();
  assert.ok((await page.getByRole('listitem').count()) < 60, 'The list of 500 is virtual.');
  await expectAccessible(visitor, '500 segments');
  await page.getByRole('img', { name: /^500 segments as areas/ }).scrollIntoViewIfNeeded();
  await shoot(visitor, 'segments');
  await page.getByLabel('Name', { exact: true }).fill('Five hundred');
  await page.getByLabel('What it shall bring about').fill('Try the new plan');
  await page.getByLabel('Product').fill('Plan Plus');
  await page.getByLabel('Call to action').fill('Switch in the app');
  await page.getByRole('button', { name: 'Write the messages' }).click();
  await page
    .getByRole('progressbar', { name: 'Writing the messages' })
    .or(page.getByRole('link', { name: 'Review the messages' }))
    .waitFor();
  await page.getByRole('link', { name: 'Review the messages' }).click({ timeout: 60_000 });
  await page.getByText(/0 approved · 500 open/).waitFor();
  await page.getByRole('link', { name: 'Campaigns' }).click();
  await page.getByRole('link', { name: 'Five hundred' }).waitFor();
  await expectAccessible(visitor, 'campaigns');
  expectNoComplaints(visitor);
  await visitor.close();
});

test('a draft is saved, changed, and deleted', async () => {
  const visitor = await visitAs(server, server.a, `/w/${server.a.workspaceId}/campaigns/new`);
  const { page } = visitor;
  await page.getByLabel('Name', { exact: true }).fill('A thought');
  await page.getByLabel('What it shall bring about').fill('Think');
  await page.getByLabel('Product').fill('Thought');
  await page.getByLabel('Call to action').fill('Think twice');
  await page.getByRole('checkbox', { name: 'SMS' }).check();
  await page.getByRole('button', { name: 'Add a rule' }).click();
  await page.getByRole('button', { name: 'Save as a draft' }).click();
  await page.getByRole('heading', { name: 'A thought' }).waitFor();
  await page.getByLabel('Product').fill('Second thought');
  await page.getByRole('button', { name: 'Save the draft' }).click();
  await page.getByText('The draft is saved.').waitFor();
  await page.reload();
  assert.equal(await page.getByLabel('Product').inputValue(), 'Second thought');
  await expectAccessible(visitor, 'a draft');
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: 'Delete the campaign' }).click();
  await page.getByRole('heading', { name: 'Campaigns', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'A thought' }).waitFor({ state: 'detached' });
  expectNoComplaints(visitor);
  await visitor.close();
});
