import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startTestServer, type TestServer } from '../harness.ts';
import { expectAccessible, expectNoComplaints, visitAs } from './browser.ts';

const PASSWORD = 'a long and secret sentence';

let server: TestServer;

before(async () => {
  server = await startTestServer();
});

test('people, keys, workspaces and the audit log are kept from the screen', async () => {
  const visitor = await visitAs(server, server.a, '/administration');
  const { page } = visitor;
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  await expectAccessible(visitor, 'workspaces');
  await press('New workspace');
  await page.getByRole('dialog').getByLabel('Name').fill('Second team');
  await press('Make the workspace');
  await page.getByRole('cell', { name: 'Second team', exact: true }).waitFor();
  await page.getByLabel('Workspace', { exact: true }).selectOption('Second team');
  await page.getByText('Welcome to Nudgescribe').waitFor();

  await page.goto('/administration/people');
  await press('Add a person');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Email').fill('viewer@example.test');
  await dialog.getByLabel('Name').fill('Vera Viewer');
  await dialog.getByLabel('First password').fill(PASSWORD);
  await dialog.getByLabel('Role').selectOption('VIEWER');
  await dialog.getByLabel('Only in some workspaces').check();
  await dialog.getByLabel('Second team').selectOption('VIEWER');
  await expectAccessible(visitor, 'adding a person');
  await press('Add');
  await page.getByText('in Second team (Viewer)').waitFor();
  await expectAccessible(visitor, 'people');

  await page.goto('/administration/keys');
  await press('New key');
  await page.getByRole('dialog').getByLabel('Name').fill('Nightly import');
  await press('Make the key');
  await page.getByText('This is the only time it is shown.').waitFor();
  await press('I have kept it');
  await expectAccessible(visitor, 'keys');
  await press('Revoke Nightly import');
  await press('Revoke the key');
  await page.getByRole('row', { name: /Nightly import revoked/ }).waitFor();

  await page.goto('/administration/audit');
  await page.getByLabel('Action').fill('api_key.');
  await page.getByRole('cell', { name: 'api_key.revoked' }).first().waitFor();
  await page.getByRole('cell', { name: 'workspace.created' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Verify the log' }).click();
  await page.getByText('intact', { exact: true }).waitFor();
  await expectAccessible(visitor, 'audit');
  await page.goto('/administration/system');
  await page.getByText('ready', { exact: true }).waitFor();
  await expectAccessible(visitor, 'system');
  expectNoComplaints(visitor);
  await visitor.close();
});

test('who may only look sees no action, and only the workspace of their role', async () => {
  const { workspaceId } = server.a;
  const viewer = { email: 'viewer@example.test', password: PASSWORD };
  const visitor = await visitAs(server, viewer);
  const { page } = visitor;
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  assert.deepEqual(await page.getByLabel('Workspace', { exact: true }).locator('option').allTextContents(), [
    'Second team',
  ]);
  for (const name of ['Groups', 'Imports', 'Fields', 'Campaigns']) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await expectAccessible(visitor, `${name}, for who may only look`);
    const actions = await page
      .getByRole('main')
      .getByRole('button')
      .or(page.getByRole('main').getByRole('link'))
      .count();
    assert.equal(actions, 0, name);
  }
  await page.goto(`/w/${workspaceId}/groups`);
  await page.getByText('There is no such workspace').waitFor();
  await page.goto('/administration/audit');
  await page.getByText('Your role does not allow this').waitFor();
  await expectAccessible(visitor, 'no permission');
  await page.goto('/no/such/page');
  await page.getByText('There is no such page').waitFor();
  expectNoComplaints(visitor);
  await visitor.close();
});

test('a session that ends elsewhere leads to the sign-in page, and back to where one was', async () => {
  const visitor = await visitAs(server, server.a, `/w/${server.a.workspaceId}/fields`);
  const { page } = visitor;
  await page.getByRole('heading', { name: 'Fields', level: 1 }).waitFor();
  await visitor.context.clearCookies();
  await page.getByRole('link', { name: 'Groups' }).click();
  await page.getByText('Your session has ended.').waitFor();
  await page.getByLabel('Email').fill(server.a.email);
  await page.getByLabel('Password').fill(server.a.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
  await visitor.close();
});
