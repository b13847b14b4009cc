import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startTestServer, type TestServer } from '../harness.ts';
import { expectAccessible, expectNoComplaints, signIn, visit, visitAs } from './browser.ts';

let server: TestServer;

before(async () => {
  server = await startTestServer();
});

test('a wrong password is told in words, the right one opens the console, and signing out ends it', async () => {
  const visitor = await visit(server);
  const { page } = visitor;
  await expectAccessible(visitor, 'sign-in');
  await page.getByLabel('Email').fill(server.a.email);
  await page.getByLabel('Password').fill('not the right one');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').getByText('The email, password or code is not right.').waitFor();
  await signIn(visitor, server.a);
  await page.getByRole('link', { name: 'Groups' }).click();
  await page.getByRole('heading', { name: 'Groups', level: 1 }).waitFor();
  await page.getByText('No groups yet').waitFor();
  await page.reload();
  await page.getByText('No groups yet').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out.').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in to Nudgescribe' }).waitFor();
  expectNoComplaints(visitor);
  await visitor.close();
});

test('groups are made, renamed and deleted by keyboard alone', async () => {
  const visitor = await visitAs(server, server.a, `/w/${server.a.workspaceId}/groups`);
  const { page } = visitor;
  await page.getByRole('button', { name: 'New group' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('Spring');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Spring' }).waitFor();
  await page.getByRole('button', { name: 'Rename Spring' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Summer');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Summer' }).waitFor();
  await expectAccessible(visitor, 'groups');
  await page.getByRole('button', { name: 'Delete Summer' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('alertdialog').getByText('0 customers would leave this group').waitFor();
  await expectAccessible(visitor, 'deleting a group');
  await page.getByRole('button', { name: 'Delete the group' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('No groups yet').waitFor();
  expectNoComplaints(visitor);
  await visitor.close();
});

test('the first load is at most 250 kB of packed JavaScript, and everything is served with its policy', async () => {
  const visitor = await visit(server);
  const sizes: number[] = [];
  const policies: (string | undefined)[] = [];
  visitor.page.on('response', (response) => {
    if (response.url().endsWith('.js')) sizes.push(Number(response.headers()['content-length']));
    if (!response.url().includes('/v1/')) policies.push(response.headers()['content-security-policy']);
  });
  await visitor.page.reload({ waitUntil: 'networkidle' });
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(sizes.length > 0 && bytes <= 250_000, `${bytes} bytes in ${sizes.length} files`);
  for (const policy of policies) assert.match(policy ?? '', /script-src 'self'; style-src 'self'/);
  await visitor.close();
});
