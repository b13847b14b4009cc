import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { startTestServer, type TestServer } from '../harness.ts';
import { expectAccessible, expectNoComplaints, visitAs } from './browser.ts';
import { dropFile } from './drop-file.ts';

const LARGE = 100_000;

let server: TestServer;

before(async () => {
  server = await startTestServer();
});

const HEADER = 'number,first_name,email,tier,joined';
const line = (index: number) =>
  `N${index},Person ${index},p${index}@example.test,${['gold', 'silver', 'plain'][index % 3]},2020-01-${String((index % 28) + 1).padStart(2, '0')}`;

test('a file dropped anywhere is mapped, checked, and imported without its bad rows, which come back as a repair file', async () => {
  const visitor = await visitAs(server, server.a, `/w/${server.a.workspaceId}/groups`);
  const { page } = visitor;
  await page.getByText('No groups yet').waitFor();
  const good = Array.from({ length: 30 }, (_, index) => line(index));
  await dropFile(
    page,
    'members.csv',
    [HEADER, ...good, 'N99,Nameless,n@example.test,gold,2020-02-02,too much', ''].join('\n'),
  );
  await page.getByRole('cell', { name: 'number', exact: true }).waitFor();
  const personal = page.getByRole('checkbox', { name: 'first_name is personal' });
  assert.equal(await personal.isChecked(), true);
  assert.equal(await page.getByLabel('Name of the new group').inputValue(), 'members');
  await page.getByRole('checkbox', { name: 'number identifies a customer' }).setChecked(true);
  await page.getByRole('checkbox', { name: 'first_name is required' }).setChecked(true);
  await page.getByLabel('Kind of tier').selectOption({ label: 'Text' });
  assert.equal(await page.getByLabel('How joined is written').inputValue(), 'yyyy-MM-dd');
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByRole('heading', { name: 'Dry run: nothing is stored yet' }).waitFor();
  await page.getByText('1 row would be left out').waitFor();
  const { body: groups } = await server.a.call('POST', '/v1/cg', { workspace_id: server.a.workspaceId });
  const ids = { workspace_id: server.a.workspaceId, customer_group_id: groups[0].customer_group_id };
  assert.equal((await server.a.call('POST', '/v1/customer/pages', ids)).body.total_customers, 0);
  const { body: fields } = await server.a.call('POST', '/v1/cpf', { workspace_id: server.a.workspaceId });
  const kept = fields.map((field: Record<string, unknown>) => [field.field_name, field.field_type, field.is_required]);
  assert.deepEqual(
    kept.filter(([name]: string[]) => name === 'first_name' || name === 'tier'),
    [
      ['first_name', 'string', true],
      ['tier', 'string', false],
    ],
  );
  await page.getByRole('button', { name: 'Import 30 customers' }).click();
  await page.getByText('Done', { exact: true }).waitFor();
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download the repair file' }).click();
  assert.match(await readFile(await (await downloading).path(), 'utf8'), /Nameless/);
  await expectAccessible(visitor, 'an import with mistakes');
  expectNoComplaints(visitor);
  await visitor.close();
});

test('values are masked until they are asked for, and the asking is in the audit log', async () => {
  const visitor = await visitAs(server, server.a, `/w/${server.a.workspaceId}/groups`);
  const { page } = visitor;
  const shown = async () =>
    (await server.a.call('POST', '/v1/audit', { action: 'customers.decrypted' })).body.length as number;
  await page.getByRole('link', { name: 'members' }).click();
  await page.getByText('••••••').first().waitFor();
  assert.equal(await page.getByText('Person 7', { exact: true }).count(), 0);
  await expectAccessible(visitor, 'a group');
  const before = await shown();
  await page.getByRole('button', { name: 'Show values' }).click();
  await page.getByText('Person 7', { exact: true }).waitFor();
  assert.ok((await shown()) > before);
  await expectAccessible(visitor, 'a group with values');
  const kept = JSON.stringify(
    await page.evaluate('[location.href, { ...localStorage }, { ...sessionStorage }, document.cookie]'),
  );
  assert.doesNotMatch(kept, /Person|@example/);
  expectNoComplaints(visitor);
  await visitor.close();
});

test('fields are made, changed and deleted, and deleting says what it would touch', async () => {
  const visitor = await visitAs(server, server.a, `/w/${server.a.workspaceId}/fields`);
  const { page } = visitor;
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'New field' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('balance');
  await dialog.getByLabel('Kind').selectOption({ label: 'Amount' });
  await dialog.getByLabel('Currency').selectOption('EUR');
  await expectAccessible(visitor, 'a new field');
  await dialog.getByRole('button', { name: 'Make the field' }).click();
  await page.getByRole('cell', { name: 'balance balance' }).waitFor();
  await page.getByRole('button', { name: /^Edit balance/i }).click();
  await dialog.getByLabel('Shown as').fill('Monthly balance');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: 'Monthly balance balance' }).waitFor();
  await expectAccessible(visitor, 'fields');
  await page.getByRole('button', { name: 'Delete Monthly balance' }).click();
  await page.getByText('No campaign uses it').waitFor();
  await page.getByRole('button', { name: 'Delete the field' }).click();
  await page.getByRole('cell', { name: 'Monthly balance balance' }).waitFor({ state: 'detached' });
  expectNoComplaints(visitor);
  await visitor.close();
});

test('100,000 customers: progress survives a reload, and the last page is a press away', async () => {
  const visitor = await visitAs(server, server.a, `/w/${server.a.workspaceId}/imports/new`);
  const { page } = visitor;
  const rows = Array.from({ length: LARGE }, (_, index) => line(index + 1_000));
  await page.getByLabel('CSV file').setInputFiles({
    name: 'large.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from([HEADER, ...rows, ''].join('\n')),
  });
  await page.getByRole('button', { name: 'Check the file' }).click();
  await page.getByRole('button', { name: 'Import 100,000 customers' }).click({ timeout: 90_000 });
  await page.getByRole('heading', { name: 'Import', exact: true }).waitFor({ timeout: 60_000 });
  await page.reload();
  await page.getByText('Done', { exact: true }).waitFor({ timeout: 90_000 });
  await page.getByText('100,000', { exact: true }).first().waitFor();
  await page.getByRole('link', { name: 'See the groups' }).click();
  await page.getByRole('row', { name: /large 100,000/ }).waitFor();
  await page.getByRole('link', { name: 'large' }).click();
  await page.getByText('Page 1 of 2,000').waitFor();
  await page.getByRole('button', { name: 'Last' }).click();
  await page.getByText('Page 2,000 of 2,000').waitFor();
  await page.getByRole('row').nth(50).waitFor();
  expectNoComplaints(visitor);
  await visitor.close();
});
