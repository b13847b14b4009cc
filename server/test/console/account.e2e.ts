import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import type { Locator, Page } from 'playwright-core';
import { startTestServer, type TestServer } from '../harness.ts';
import { expectAccessible, expectNoComplaints, signIn, type Visitor, visit, visitAs } from './browser.ts';

const PASSWORD = 'a long and secret sentence';
const NEXT = 'seven horses under an old bridge';
const STEP_MS = 30_000;

let server: TestServer;
let ahead = 0;

before(async () => {
  // The server's clock is moved on so that each code is a new one.
  server = await startTestServer({ clock: { now: () => new Date(Date.now() + ahead) } });
});

const press = (page: Page | Locator, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Goes through the dialog that sets up a second factor, from the page that offers it. */
async function setUp(visitor: Visitor) {
  const { page } = visitor;
  await press(page, 'Set up');
  await page.getByLabel('Your password').fill(PASSWORD);
  await press(page, 'Next');
  await page.getByRole('img', { name: 'The secret as a QR code' }).waitFor();
  const secret = ((await page.getByRole('dialog').locator('code').textContent()) ?? '').replaceAll(' ', '');
  const code = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + ahead });
  await expectAccessible(visitor, 'setting up a second factor');
  await page.getByLabel('Code that the app shows').fill(code());
  await press(page, 'Turn it on');
  await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
  const codes = await page.getByRole('alertdialog').getByRole('listitem').allTextContents();
  assert.equal(codes.length, 10);
  await expectAccessible(visitor, 'recovery codes');
  await press(page, 'I have kept them');
  return { code, codes };
}

test('an invited person chooses a password, sets up a second factor and signs in with it and with a recovery code', async () => {
  const admin = await visitAs(server, server.a, '/administration/people');
  await press(admin.page, 'Add a person');
  const dialog = admin.page.getByRole('dialog');
  await dialog.getByLabel('Email').fill('invited@example.test');
  await dialog.getByLabel('Name').fill('Ines Invited');
  await press(admin.page, 'Add');
  const link = await admin.page.getByRole('alertdialog').locator('code').textContent();
  await expectAccessible(admin, 'a link for a person');
  await press(admin.page, 'Close');

  const visitor = await visit(server, new URL(link ?? '').pathname + new URL(link ?? '').hash);
  const { page } = visitor;
  await page.getByText('invited@example.test').waitFor();
  assert.ok(!page.url().includes('#'), 'the token has left the address');
  await expectAccessible(visitor, 'choosing a password');
  await page.getByLabel('New password', { exact: true }).fill('password1234');
  await page.getByLabel('New password, once more').fill('password1234');
  await press(page, 'Set the password');
  await page.getByRole('alert').getByText('too easy to guess').waitFor();
  await page.getByLabel('New password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('New password, once more').fill(PASSWORD);
  await press(page, 'Set the password');
  await page.getByText('The password of invited@example.test is set.').waitFor();
  await page.getByRole('link', { name: 'To the sign-in page' }).click();
  const person = { email: 'invited@example.test', password: PASSWORD };
  await signIn(visitor, person);

  await page.getByRole('link', { name: 'Your account' }).click();
  const { code, codes } = await setUp(visitor);
  await page.getByText('10 of your recovery codes are left.').waitFor();
  await expectAccessible(visitor, 'your account');

  const signInWith = async (otp: string) => {
    await press(page, 'Sign out');
    await page.getByLabel('Email').fill(person.email);
    await page.getByLabel('Password').fill(person.password);
    await press(page, 'Sign in');
    await page.getByLabel('Code').fill(otp);
    await press(page, 'Confirm');
  };
  ahead += 2 * STEP_MS;
  await signInWith(code());
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  await signInWith(codes[0] ?? '');
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
  await page.getByRole('link', { name: 'Your account' }).click();
  await page.getByText('9 of your recovery codes are left.').waitFor();
  await signInWith(codes[0] ?? '');
  await page.getByRole('alert').getByText('The email, password or code is not right.').waitFor();
  expectNoComplaints(visitor);
  await visitor.close();

  const byProgram = { ...person, otp: codes[1] };
  const headers = { 'x-api-key': server.a.apiKey };
  assert.equal((await server.a.call('POST', '/v1/auth', byProgram, { token: null, headers })).status, 200);
  await admin.page.reload();
  await press(admin.page, 'Sessions of Ines Invited');
  const sessions = admin.page.getByRole('dialog');
  await sessions.getByText('A program').waitFor();
  await expectAccessible(admin, "a person's sessions");
  await sessions.getByRole('button', { name: /^End the session/ }).click();
  await sessions.getByText('Signed in nowhere.').waitFor();
  await press(admin.page, 'Close');
  await press(admin.page, 'Reset the second factor of Ines Invited');
  await press(admin.page, 'Reset it');
  await admin.page
    .getByRole('button', { name: 'Reset the second factor of Ines Invited' })
    .waitFor({ state: 'detached' });
  expectNoComplaints(admin);
  await admin.close();
});

test('an account demands a second factor: who has none is led to set one up, and goes on', async () => {
  const person = { email: 'demanded@example.test', password: PASSWORD };
  const ruler = { email: 'ruler@example.test', password: PASSWORD };
  for (const [who, role_code] of [
    [person, 'EDITOR'],
    [ruler, 'ACCOUNT_ADMIN'],
  ] as const) {
    const made = await server.b.call('PUT', '/v1/user', { ...who, role_code });
    assert.equal(made.status, 200, made.text);
  }
  const visitor = await visit(server, '/');
  await signIn(visitor, person);

  const admin = await visitAs(server, ruler, '/administration/people');
  assert.ok(await admin.page.getByRole('button', { name: 'Demand it of everybody' }).isDisabled());
  await admin.page.getByRole('link', { name: 'set up your own' }).click();
  await setUp(admin);
  await admin.page.getByText('10 of your recovery codes are left.').waitFor();
  await admin.page.goto(`${server.url}/administration/people`);
  await admin.page.getByText('2 people of 3 have none yet.').waitFor();
  await press(admin.page, 'Demand it of everybody');
  await expectAccessible(admin, 'demanding a second factor');
  await press(admin.page, 'Demand it');
  await admin.page.getByText('demanded', { exact: true }).waitFor();
  await admin.page.getByRole('link', { name: 'Your account' }).click();
  await admin.page.getByText('it stays on').waitFor();
  assert.equal(await admin.page.getByRole('button', { name: 'Turn off' }).count(), 0);

  // Whoever was signed in already meets it at the next call, a click or what the page asks by itself.
  await visitor.page.goto(`${server.url}/w/${server.b.workspaceId}/fields`);
  await visitor.page.getByRole('heading', { name: 'One more step' }).waitFor();
  assert.equal(await visitor.page.getByRole('navigation', { name: 'Main' }).count(), 0);
  await expectAccessible(visitor, 'a second factor before anything else');
  await setUp(visitor);
  await visitor.page.getByRole('heading', { name: 'Fields', level: 1 }).waitFor();
  await admin.page.goto(`${server.url}/administration/people`);
  await admin.page.getByText('1 person of 3 has none yet, and must set one up before anything else.').waitFor();
  await press(admin.page, 'Demand it no more');
  await press(admin.page.getByRole('alertdialog'), 'Demand it no more');
  await admin.page.getByText('offered', { exact: true }).waitFor();
  for (const one of [admin, visitor]) {
    expectNoComplaints(one);
    await one.close();
  }
});

test('a password is changed, and sessions elsewhere are seen and ended', async () => {
  const other = await visitAs(server, server.b);
  const visitor = await visitAs(server, server.b, '/account');
  const { page } = visitor;
  const card = page.getByRole('region', { name: 'Where you are signed in' });
  await card.getByText('this one').waitFor();
  await card.getByText('A program').first().waitFor();
  await press(page, 'Sign out everywhere else');
  await card.getByText('A program').first().waitFor({ state: 'detached' });
  await other.page.getByRole('link', { name: 'Fields' }).click();
  await other.page.getByText('Your session has ended.').waitFor();
  await other.close();
  await page.getByLabel('Current password').fill(server.b.password);
  await page.getByLabel('New password', { exact: true }).fill(NEXT);
  await page.getByLabel('New password, once more').fill(NEXT);
  await press(page, 'Change the password');
  await page.getByText('Your password is changed.').waitFor();
  await press(page, 'Sign out');
  await signIn(visitor, { email: server.b.email, password: NEXT });
  expectNoComplaints(visitor);
  await visitor.close();
});

test('a role of its own is made, given and taken away', async () => {
  const visitor = await visitAs(server, server.a, '/administration/roles');
  const { page } = visitor;
  await press(page, 'New role');
  await page.getByRole('dialog').getByLabel('Name').fill('Publisher');
  await page.getByLabel('Messages: publish').check();
  await page.getByLabel('Messages: read').check();
  await expectAccessible(visitor, 'a new role');
  await press(page, 'Make the role');
  await page.getByRole('row').filter({ hasText: 'Publisher' }).getByText('2 permissions').waitFor();
  await expectAccessible(visitor, 'roles');
  await page.getByRole('link', { name: 'People' }).click();
  await press(page, 'Edit Ines Invited');
  await page.getByRole('dialog').getByLabel('Role').selectOption('Publisher');
  await press(page, 'Save');
  await page.getByRole('row').filter({ hasText: 'Ines Invited' }).getByText('Publisher').waitFor();
  await page.getByRole('link', { name: 'Roles' }).click();
  await press(page, 'Delete Publisher');
  await press(page, 'Delete the role');
  await page.getByRole('alertdialog').getByText('Somebody holds this role.').waitFor();
  expectNoComplaints(visitor);
  await visitor.close();
});
