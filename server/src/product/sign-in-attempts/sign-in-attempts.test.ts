import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Answer, send, startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';
import { startApp } from '../../app.ts';
import { readConfig } from '../../config.ts';
import { countCodeAttempt, countPasswordAttempt, forgetOldAttempts } from './count-attempt.ts';

const PASSWORD = 'a long and secret sentence';
const MINUTE_MS = 60_000;

let server: TestServer;
let a: Tenant;
let now = Date.now();
const clock = { now: () => new Date(now) };

before(async () => {
  server = await startTestServer({ clock, environment: { NUDGESCRIBE_TRUSTED_PROXIES: '127.0.0.1' } });
  a = server.a;
});

const from = (address: string) => ({ 'x-ip': address });
const signIn = (email: string, password: string, address: string, url = server.url): Promise<Answer> =>
  send(
    url,
    'POST',
    '/v1/auth',
    { email, password },
    { token: null, headers: { 'x-api-key': a.apiKey, ...from(address) } },
  );
const openConsole = (email: string, password: string, address: string): Promise<Answer> =>
  send(server.url, 'PUT', '/v1/session', { email, password }, { token: null, headers: from(address) });

async function newUser(name: string): Promise<string> {
  const email = `${name}@example.test`;
  const made = await a.call('PUT', '/v1/user', { email, password: PASSWORD, role_code: 'EDITOR' });
  assert.equal(made.status, 200, made.text);
  return email;
}

/** How many of so many wrong passwords at once were looked at. */
async function guess(email: string, times: number, addressOf: (index: number) => string): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: times }, (_, index) => signIn(email, `wrong ${index}`, addressOf(index))),
  );
  for (const { status, headers } of answers) {
    assert.ok(status === 403 || status === 429, String(status));
    if (status === 429) assert.ok(Number(headers.get('retry-after')) > 0);
  }
  return answers.filter(({ status }) => status === 403).length;
}

describe('failed sign-ins', () => {
  test('from one place are ten at once, and then one a minute', async () => {
    const email = await newUser('one-place');
    assert.equal(await guess(email, 25, () => '198.51.100.7'), 10);
    const refused = await signIn(email, PASSWORD, '198.51.100.7');
    assert.deepEqual([refused.status, refused.body.code], [429, 'too_many_attempts']);
    assert.equal(Number(refused.headers.get('retry-after')), 60);
    // The console counts the same attempts.
    assert.equal((await openConsole(email, PASSWORD, '198.51.100.7')).status, 429);
    now += MINUTE_MS;
    assert.equal((await signIn(email, PASSWORD, '198.51.100.7')).status, 200);
    assert.equal(await guess(email, 5, () => '198.51.100.7'), 1);
  });

  test('of a stranger do not lock out who signed in before, wherever they come from', async () => {
    const email = await newUser('owner');
    assert.equal((await signIn(email, PASSWORD, '203.0.113.1')).status, 200);
    assert.equal(await guess(email, 60, (index) => `198.51.100.${100 + index}`), 20);
    assert.equal((await signIn(email, PASSWORD, '192.0.2.200')).status, 429, 'a new place waits');
    assert.equal((await signIn(email, PASSWORD, '203.0.113.1')).status, 200);
    assert.equal((await openConsole(email, PASSWORD, '203.0.113.1')).status, 200);
    assert.equal(await guess(email, 15, () => '203.0.113.1'), 10);
  });

  test('of a stranger do not lock out who was invited and comes from where the link was redeemed', async () => {
    const email = 'invited@example.test';
    const { body: made } = await a.call('PUT', '/v1/user', { email, role_code: 'EDITOR' });
    const { body: link } = await a.call('PUT', '/v1/user/link', { user_id: made.user_id });
    const redeem = (token: string, password: string, address: string) =>
      send(server.url, 'PATCH', '/v1/password-link', { token, password }, { token: null, headers: from(address) });
    assert.equal(await guess(email, 40, (index) => `198.51.100.${100 + index}`), 20);
    assert.equal((await redeem(link.token, 'short', '203.0.113.11')).status, 400);
    assert.equal((await redeem(link.token, PASSWORD, '203.0.113.10')).status, 200);
    assert.equal((await redeem(link.token, PASSWORD, '203.0.113.12')).status, 403);
    for (const address of ['203.0.113.11', '203.0.113.12'])
      assert.equal((await signIn(email, PASSWORD, address)).status, 429, 'a link that was not redeemed tells nothing');
    assert.equal((await signIn(email, PASSWORD, '203.0.113.10')).status, 200);
    assert.equal((await openConsole(email, PASSWORD, '203.0.113.10')).status, 200);
    // So is who had forgotten the password and now comes from elsewhere.
    const { body: reset } = await a.call('PUT', '/v1/user/link', { user_id: made.user_id });
    assert.equal((await redeem(reset.token, 'seven horses under an old bridge', '203.0.113.13')).status, 200);
    assert.equal((await signIn(email, 'seven horses under an old bridge', '203.0.113.13')).status, 200);
    assert.equal(await guess(email, 15, () => '203.0.113.13'), 10, 'a known place has its own allowance, and no more');
  });

  test('are counted alike for an email that is nobody, and told alike', async () => {
    const email = await newUser('somebody');
    const told = async (of: string) => {
      const answers: string[] = [];
      for (let index = 0; index < 12; index += 1) {
        const { status, text, body } = await signIn(of, `wrong ${index}`, '198.51.100.9');
        answers.push(`${status} ${text.replace(body.request_id, '')}`);
      }
      return answers;
    };
    assert.deepEqual(await told('nobody-at-all@example.test'), await told(email));
  });

  test('do not count against who had the right password all along', async () => {
    const email = await newUser('often');
    for (let round = 0; round < 15; round += 1)
      assert.equal((await signIn(email, PASSWORD, '198.51.100.33')).status, 200);
    const other = await newUser('mixed');
    for (let round = 0; round < 9; round += 1) {
      assert.equal((await signIn(other, 'wrong', '198.51.100.34')).status, 403);
      assert.equal((await signIn(other, PASSWORD, '198.51.100.34')).status, 200);
    }
  });

  test('are remembered by every process and after a restart', async () => {
    const email = await newUser('remembered');
    const second = await startApp(readConfig({ ...server.environment, NUDGESCRIBE_PORT: '0' }), {
      clock,
      checkReplies: true,
    });
    try {
      assert.equal(await guess(email, 10, () => '198.51.100.50'), 10);
      assert.equal((await signIn(email, PASSWORD, '198.51.100.50', second.url)).status, 429);
    } finally {
      await second.stop();
    }
    await server.restart();
    a = server.a;
    assert.equal((await signIn(email, PASSWORD, '198.51.100.50')).status, 429);
  });

  test('leave an audit event each, and no email in the tables that count them', async () => {
    const email = await newUser('audited');
    await guess(email, 13, () => '198.51.100.60');
    const events = await a.call('POST', '/v1/audit', { action: 'auth.signed_in', outcome: 'refused', page_size: 13 });
    assert.deepEqual(
      new Set(events.body.map((event: { address: string }) => event.address)),
      new Set(['198.51.100.60']),
    );
    const rows = await server.app.services.database.acrossAccounts((tx) =>
      tx.rows<{ text: string }>(`select encode(subject, 'escape') as text from sign_in_attempts`),
    );
    assert.ok(rows.length > 0);
    assert.ok(rows.every(({ text }) => !text.includes('audited')));
  });

  test('leave one too where no code is looked at any more', async () => {
    const email = await newUser('throttled');
    const address = '198.51.100.65';
    const parts = server.app.services;
    for (let index = 0; index < 10; index += 1) await countCodeAttempt(parts, { email, address }, a.accountId);
    const headers = { 'x-api-key': a.apiKey, 'x-ip': address };
    const ways = [
      await send(
        server.url,
        'POST',
        '/v1/auth',
        { email, password: PASSWORD, otp: '123456' },
        { token: null, headers },
      ),
      await send(
        server.url,
        'PUT',
        '/v1/session',
        { email, password: PASSWORD, otp: '123456' },
        { token: null, headers },
      ),
    ];
    assert.deepEqual(
      ways.map(({ status, body }) => [status, body.code]),
      [
        [429, 'too_many_attempts'],
        [429, 'too_many_attempts'],
      ],
    );
    const events = await a.call('POST', '/v1/audit', { action: 'auth.signed_in', outcome: 'refused', page_size: 2 });
    assert.deepEqual(
      events.body.map(({ object_ids }: { object_ids: Record<string, string> }) => object_ids.second_factor),
      ['not_looked_at', 'not_looked_at'],
    );
  });

  test('with the right password and a wrong code are ten, and then one in ten minutes', async () => {
    const parts = server.app.services;
    const attempt = { email: 'codes@example.test', address: '198.51.100.70' };
    for (let index = 0; index < 10; index += 1)
      await countCodeAttempt(parts, { ...attempt, address: `198.51.100.${index}` }, a.accountId);
    await assert.rejects(countCodeAttempt(parts, attempt, a.accountId), {
      code: 'too_many_attempts',
      extras: { retryAfterSeconds: 600 },
    });
    now += 10 * MINUTE_MS;
    await countCodeAttempt(parts, attempt, a.accountId);
    await assert.rejects(countCodeAttempt(parts, attempt, a.accountId), { code: 'too_many_attempts' });
    // Who has the email in another account counts for themselves.
    await countCodeAttempt(parts, attempt, server.b.accountId);
  });

  test('are no fewer for who has the same email in an account of their own', async () => {
    const { b } = server;
    const email = await newUser('victim');
    const own = await b.call('PUT', '/v1/user', { email, password: PASSWORD, role_code: 'EDITOR' });
    assert.equal(own.status, 200);
    // The attacker's places become known in their own account, by either way in.
    for (let index = 0; index < 40; index += 1) {
      const address = `203.0.113.${100 + index}`;
      const headers = { 'x-api-key': b.apiKey, ...from(address) };
      const there = await send(server.url, 'POST', '/v1/auth', { email, password: PASSWORD }, { token: null, headers });
      assert.equal(there.status, 200);
    }
    assert.equal(await guess(email, 40, (index) => `203.0.113.${100 + index}`), 20);
    // The console tries both accounts: the one that does not know the place is left out when strangers used up theirs.
    const guessed = 'the sentence that is being guessed';
    const link = await b.call('PUT', '/v1/user/link', { user_id: own.body.user_id });
    const chosen = await send(
      server.url,
      'PATCH',
      '/v1/password-link',
      { token: link.body.token, password: guessed },
      { token: null },
    );
    assert.equal(chosen.status, 200);
    const opened = await openConsole(email, guessed, '203.0.113.100');
    assert.equal(opened.status, 200);
    assert.equal(opened.body.account_id, b.accountId);
    const [refused] = (await a.call('POST', '/v1/audit', { action: 'auth.signed_in', page_size: 1 })).body;
    assert.equal(refused.outcome, 'refused', 'the account that the guess was wrong for is told');
    // Being right in one's own account gives no guess at another's back.
    now += 24 * 60 * MINUTE_MS;
    let looked = 0;
    for (let index = 0; index < 30; index += 1)
      if ((await openConsole(email, guessed, `192.0.2.${index}`)).status === 200) looked += 1;
    assert.equal(looked, 20);
  });

  test('are not those with the right password that end otherwise', async () => {
    const email = 'service@example.test';
    await a.call('PUT', '/v1/user', { email, password: PASSWORD, role_code: 'API_CLIENT' });
    for (let round = 0; round < 12; round += 1)
      assert.equal((await openConsole(email, PASSWORD, '198.51.100.90')).body.code, 'console_closed');
    assert.equal((await signIn(email, PASSWORD, '198.51.100.90')).status, 200);
  });

  test('are forgotten when they no longer matter', async () => {
    const { database } = server.app.services;
    const count = () =>
      database.acrossAccounts((tx) => tx.row<{ n: number }>('select count(*)::int as n from sign_in_attempts'));
    now -= 3 * 24 * 60 * MINUTE_MS;
    const attempt = { email: 'old@example.test', address: '198.51.100.80' };
    await countPasswordAttempt(server.app.services, attempt, []);
    const before = (await count())?.n ?? 0;
    await forgetOldAttempts(database);
    assert.equal((await count())?.n, before - 2);
    now += 3 * 24 * 60 * MINUTE_MS;
  });
});
