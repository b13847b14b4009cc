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

test('signing out leaves nothing of what was seen in the page, also when the server cannot be reached', async () => {
  const kept = await server.b.call('PUT', '/v1/cg', {
    workspace_id: server.b.workspaceId,
    group_name: 'Seen before',
  });
  assert.equal(kept.status, 200, kept.text);
  const visitor = await visitAs(server, server.b, `/w/${server.b.workspaceId}/groups`);
  const { page, context } = visitor;
  await page.getByText('Seen before').waitFor();
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('The server could not be reached').waitFor();
  const content = await page.content();
  for (const seen of ['Seen before', server.b.email, server.b.workspaceId])
    assert.ok(!content.includes(seen), `${seen} is still in the page`);
  assert.deepEqual(await page.evaluate('[Object.keys(localStorage), Object.keys(sessionStorage)]'), [[], []]);
  await context.setOffline(false);
  await signIn(visitor, server.b);
  await page.getByText('Seen before').waitFor();
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
