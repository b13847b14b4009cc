import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Answer, send, startTestServer, type Tenant, type TestServer, until } from '../../../test/harness.ts';
import { passwordLinkCommand } from '../../operator/password-link.ts';

const PASSWORD = 'a long and secret sentence';
const NEXT = 'seven horses under an old bridge';
const HOUR_MS = 60 * 60_000;

let server: TestServer;
let a: Tenant;
let now = Date.now();

before(async () => {
  server = await startTestServer({ clock: { now: () => new Date(now) } });
  a = server.a;
});

const refusal = ({ status, body }: Answer) => [status, body.code];
const signIn = (email: string, password: string) =>
  a.call('POST', '/v1/auth', { email, password }, { token: null, headers: { 'x-api-key': a.apiKey } });
const open = (method: string, body: unknown) => send(server.url, method, '/v1/password-link', body, { token: null });
const works = async (token: string) => (await a.call('POST', '/v1/otp', {}, { token })).status;

async function newUser(name: string, more: Record<string, unknown> = { password: PASSWORD }) {
  const email = `${name}@example.test`;
  const made = await a.call('PUT', '/v1/user', { email, role_code: 'EDITOR', ...more });
  assert.equal(made.status, 200, made.text);
  return { email, userId: made.body.user_id as string };
}

describe('changing your password', () => {
  test('needs the current one, ends every other session, and keeps this one', async () => {
    const { email } = await newUser('change');
    const here = (await signIn(email, PASSWORD)).body;
    const there = (await signIn(email, PASSWORD)).body;
    const cookie = await send(server.url, 'PUT', '/v1/session', { email, password: PASSWORD }, { token: null });
    const change = (current_password: string, new_password: string) =>
      a.call('PATCH', '/v1/user/password', { current_password, new_password }, { token: here.access_token });
    assert.deepEqual(refusal(await change('wrong', NEXT)), [403, 'password_refused']);
    const weak = await change(PASSWORD, 'password1234');
    assert.deepEqual([...refusal(weak), weak.body.details[0].field], [400, 'weak_password', 'new_password']);
    assert.deepEqual(refusal(await change(PASSWORD, `${email}`)), [400, 'weak_password']);
    assert.deepEqual(refusal(await change(PASSWORD, PASSWORD)), [400, 'password_unchanged']);
    assert.equal(await works(there.access_token), 200);
    assert.equal((await change(PASSWORD, NEXT)).status, 200);
    assert.deepEqual([await works(here.access_token), await works(there.access_token)], [200, 403]);
    const refreshed = await a.call('GET', '/v1/auth', undefined, { token: there.refresh_token });
    assert.equal(refreshed.status, 403);
    const byCookie = await send(server.url, 'GET', '/v1/session', undefined, {
      token: null,
      headers: { cookie: (cookie.headers.get('set-cookie') ?? '').split(';')[0] ?? '' },
    });
    assert.equal(byCookie.status, 403);
    assert.deepEqual([(await signIn(email, PASSWORD)).status, (await signIn(email, NEXT)).status], [403, 200]);
  });

  test('twice at once has one effect', async () => {
    const { email } = await newUser('twice');
    const { access_token: token } = (await signIn(email, PASSWORD)).body;
    const wishes = ['first of two long sentences', 'second of two long sentences'];
    const answers = await Promise.all(
      wishes.map((new_password) =>
        a.call('PATCH', '/v1/user/password', { current_password: PASSWORD, new_password }, { token }),
      ),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 403]);
    const held = wishes[answers.findIndex(({ status }) => status === 200)] ?? '';
    assert.equal((await signIn(email, held)).status, 200);
  });
});

describe('a sign-in under way', () => {
  /** Answers of both ways in, begun with the password that was right, while `change` has the user locked. */
  async function signInDuring(email: string, userId: string, change: string): Promise<Answer[]> {
    const { database } = server.app.services;
    return database
      .tenant(a.accountId, async (tx) => {
        await tx.run('select 1 from users where user_id = $1 for update', [userId]);
        const answers = Promise.all([
          signIn(email, PASSWORD),
          send(server.url, 'PUT', '/v1/session', { email, password: PASSWORD }, { token: null }),
        ]);
        await until(async () => {
          // The first waits for this transaction, the second for the first to go on.
          const row = await tx.row<{ n: number }>(
            `select count(*)::int as n from pg_locks where not granted and
               (transactionid = pg_current_xact_id()::xid or (database = (select oid from pg_database where datname = current_database())
                 and relation = 'users'::regclass))`,
          );
          return row?.n === 2;
        });
        await tx.run(`update users set ${change} where user_id = $1`, [userId]);
        return { answers };
      })
      .then(({ answers }) => answers);
  }

  test('ends with a change of password or disabling, as those before it do', async () => {
    const { email, userId } = await newUser('under-way');
    const unchanged = await signInDuring(email, userId, 'display_name = display_name');
    assert.deepEqual(
      unchanged.map(({ status }) => status),
      [200, 200],
    );
    const disabled = await signInDuring(email, userId, 'disabled_at = now()');
    assert.deepEqual(disabled.map(refusal), [
      [403, 'sign_in_refused'],
      [403, 'console_sign_in_refused'],
    ]);
    await a.call('PATCH', '/v1/user', { user_id: userId, disabled: false });
    const changed = await signInDuring(email, userId, `password_hash = 'another'`);
    assert.deepEqual(changed.map(refusal), [
      [403, 'sign_in_refused'],
      [403, 'console_sign_in_refused'],
    ]);
  });
});

test('a password is the same however its letters are composed', async () => {
  const composed = 'fünf kühle Bäche über Moos'.normalize('NFC');
  const { email } = await newUser('composed', { password: composed });
  assert.equal((await signIn(email, composed.normalize('NFD'))).status, 200);
  assert.equal((await signIn(email, composed.replaceAll(' ', '\u00a0'))).status, 200);
  assert.equal((await signIn(email, composed.replaceAll('ü', 'u'))).status, 403);
});

test('a password counts in its case, with the blanks around it, and to its last letter', async () => {
  const long = Array.from({ length: 50 }, (_, index) => `${index * 7} Geese`.slice(0, 5)).join('');
  const { email } = await newUser('whole', { password: ` ${long} ` });
  assert.equal((await signIn(email, ` ${long} `)).status, 200);
  for (const other of [long, ` ${long}`, ` ${long.toLowerCase()} `, ` ${long.slice(0, -1)}_ `, ` ${long.slice(0, 72)}`])
    assert.equal((await signIn(email, other)).status, 403, other);
});

describe('a one-time link', () => {
  const invite = (user_id: string, more = {}) => a.call('PUT', '/v1/user/link', { user_id, ...more });

  test('lets an invited person choose a password, once, and nobody sign in before', async () => {
    const { email, userId } = await newUser('invited', {});
    assert.equal((await signIn(email, PASSWORD)).status, 403);
    const first = (await invite(userId)).body;
    const { body, status } = await invite(userId);
    assert.equal(status, 200);
    assert.equal(body.link, `/choose-password#${body.token}`);
    assert.equal(Date.parse(body.expires_at) - now, 72 * HOUR_MS);
    assert.deepEqual(refusal(await open('POST', { token: first.token })), [403, 'link_refused'], 'replaced');
    const { body: seen } = await open('POST', { token: body.token });
    assert.deepEqual([seen.email, seen.display_name], [email, email]);
    assert.deepEqual(refusal(await open('PATCH', { token: body.token, password: 'short' })), [400, 'weak_password']);
    const answers = await Promise.all([
      open('PATCH', { token: body.token, password: NEXT }),
      open('PATCH', { token: body.token, password: PASSWORD }),
    ]);
    assert.deepEqual(answers.map(refusal).sort(), [
      [200, undefined],
      [403, 'link_refused'],
    ]);
    const chosen = answers[0]?.status === 200 ? NEXT : PASSWORD;
    assert.equal((await signIn(email, chosen)).status, 200);
    assert.deepEqual(refusal(await open('POST', { token: body.token })), [403, 'link_refused'], 'used');
  });

  test('ends the sessions of who had forgotten the password, and is over after its time', async () => {
    const { email, userId } = await newUser('forgotten');
    const { access_token: token } = (await signIn(email, PASSWORD)).body;
    const link = (await invite(userId, { valid_hours: 1 })).body;
    now += HOUR_MS;
    assert.deepEqual(refusal(await open('PATCH', { token: link.token, password: NEXT })), [403, 'link_refused']);
    const again = (await invite(userId, { valid_hours: 1 })).body;
    now += HOUR_MS - 1_000;
    assert.equal(await works(token), 200);
    assert.equal((await open('PATCH', { token: again.token, password: NEXT })).status, 200);
    assert.equal(await works(token), 403);
    assert.deepEqual([(await signIn(email, PASSWORD)).status, (await signIn(email, NEXT)).status], [403, 200]);
  });

  test('that was good once leaves an event when it is tried, and one that never was leaves none', async () => {
    const { userId } = await newUser('tried');
    const told = async () => {
      const { body } = await a.call('POST', '/v1/audit', { action: 'access.refused', actor: userId });
      return body.map(({ outcome, object_ids }: Record<string, unknown>) => [outcome, object_ids]);
    };
    const refused = (call: string) => ['refused', { call, code: 'link_refused' }];
    const first = (await invite(userId)).body.token;
    const second = (await invite(userId)).body.token;
    for (const token of [first, `${second.slice(0, 50)}${second.at(50) === 'A' ? 'B' : 'A'}${second.slice(51)}`])
      assert.deepEqual(refusal(await open('POST', { token })), [403, 'link_refused']);
    assert.deepEqual(await told(), [], 'replaced, altered');
    assert.equal((await open('PATCH', { token: second, password: NEXT })).status, 200);
    assert.equal((await open('POST', { token: second })).status, 403);
    assert.equal((await open('PATCH', { token: second, password: PASSWORD })).status, 403);
    assert.deepEqual(await told(), [refused('password_link.redeem'), refused('password_link.get')]);
    const third = (await invite(userId, { valid_hours: 1 })).body.token;
    now += HOUR_MS;
    assert.equal((await open('PATCH', { token: third, password: PASSWORD })).status, 403);
    const fourth = (await invite(userId)).body.token;
    await a.call('PATCH', '/v1/user', { user_id: userId, disabled: true });
    assert.equal((await open('POST', { token: fourth })).status, 403);
    assert.deepEqual((await told()).slice(0, 2), [refused('password_link.get'), refused('password_link.redeem')]);
    assert.equal((await told()).length, 4);
  });

  test('is refused with one answer, whatever is wrong with it', async () => {
    const { userId } = await newUser('one-answer');
    const { token } = (await invite(userId)).body;
    const bytes = Buffer.from(token, 'base64url');
    const altered = (at: number) => {
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy.toString('base64url');
    };
    const wrong = [
      'x',
      `${token}A`,
      token.slice(0, -1),
      ` ${token}`,
      altered(0),
      altered(20),
      altered(40),
      altered(63),
    ];
    const texts = new Set<string>();
    for (const one of wrong)
      for (const method of ['POST', 'PATCH']) {
        const { status, text, body } = await open(method, {
          token: one,
          ...(method === 'PATCH' ? { password: NEXT } : {}),
        });
        texts.add(`${status} ${text.replace(body.request_id, '')}`);
      }
    await a.call('PATCH', '/v1/user', { user_id: userId, disabled: true });
    const { status, text, body } = await open('POST', { token });
    texts.add(`${status} ${text.replace(body.request_id, '')}`);
    assert.equal(texts.size, 1, [...texts].join('\n'));
    assert.deepEqual(refusal(await invite(userId)), [400, 'user_disabled']);
  });

  test('is not for oneself, and does not outlive a change of what the user may do', async () => {
    assert.deepEqual(refusal(await invite(a.userId)), [403, 'not_for_yourself']);
    assert.deepEqual(refusal(await a.call('DELETE', '/v1/user/otp', { user_id: a.userId })), [403, 'not_for_yourself']);
    for (const change of [{ role_code: 'ACCOUNT_ADMIN' }, { disabled: false }]) {
      const { userId: user_id } = await newUser(`promoted-${Object.keys(change)[0]}`);
      const { token } = (await invite(user_id)).body;
      assert.equal((await a.call('PATCH', '/v1/user', { user_id, ...change })).status, 200);
      assert.deepEqual(refusal(await open('PATCH', { token, password: NEXT })), [403, 'link_refused']);
    }
  });

  test('is over when who made it could make it no more', async () => {
    const maker = async (name: string) => {
      const { email, userId } = await newUser(name, { password: PASSWORD, role_code: 'ACCOUNT_ADMIN' });
      return { userId, token: (await signIn(email, PASSWORD)).body.access_token as string };
    };
    const change = (user_id: string, more: Record<string, unknown>) =>
      a.call('PATCH', '/v1/user', { user_id, ...more });
    const ways: [name: string, (makerId: string, targetId: string) => Promise<unknown>, status: number][] = [
      ['disabled-maker', (id) => change(id, { disabled: true }), 403],
      ['deleted-maker', (id) => a.call('DELETE', '/v1/user', { user_id: id }), 403],
      ['demoted-maker', (id) => change(id, { role_code: 'EDITOR' }), 403],
      ['renamed-maker', (id) => change(id, { display_name: 'Another name' }), 200],
    ];
    for (const [name, take, status] of ways) {
      const { userId: makerId, token: theirs } = await maker(name);
      const { userId: user_id } = await newUser(`invited-by-${name}`, {});
      const { token } = (await a.call('PUT', '/v1/user/link', { user_id }, { token: theirs })).body;
      assert.equal((await open('POST', { token })).status, 200);
      await take(makerId, user_id);
      assert.equal((await open('POST', { token })).status, status, name);
      assert.equal((await open('PATCH', { token, password: NEXT })).status, status, name);
    }
  });

  test('is made by administrators of the account only', async () => {
    const { email, userId } = await newUser('no-administrator');
    const { access_token: token } = (await signIn(email, PASSWORD)).body;
    assert.deepEqual(refusal(await a.call('PUT', '/v1/user/link', { user_id: a.userId }, { token })), [
      403,
      'forbidden',
    ]);
    assert.deepEqual(refusal(await server.b.call('PUT', '/v1/user/link', { user_id: userId })), [400, 'not_found']);
  });

  test('is made by the operator for who cannot be helped otherwise', async () => {
    const { email, userId } = await newUser('locked-out');
    const command = (...args: string[]) => passwordLinkCommand(args, server.environment);
    await assert.rejects(command('--email', 'nobody@example.test'), /No user has this email/);
    await assert.rejects(command(), /--email needs/);
    const text = await command('--email', email.toUpperCase(), '--without-second-factor');
    const token = /#([\w-]+)$/.exec(text)?.[1] ?? '';
    // The operator's clock is the machine's, the server's is this test's.
    now = Date.now();
    assert.equal((await open('PATCH', { token, password: NEXT })).status, 200, text);
    assert.equal((await signIn(email, NEXT)).status, 200);
    const events = await a.call('POST', '/v1/audit', { action: 'user.invited', object: userId });
    assert.deepEqual(
      events.body.map((event: { client: string; actor_user_id: string | null }) => event.client),
      ['operator'],
    );
    await a.call('PATCH', '/v1/user', { user_id: userId, disabled: true });
    await assert.rejects(command('--email', email), /disabled/);
    const { email: twice } = await newUser('twice-there');
    await server.b.call('PUT', '/v1/user', { email: twice, password: PASSWORD, role_code: 'EDITOR' });
    await assert.rejects(command('--email', twice), /Several accounts/);
    assert.match(await command('--email', twice, '--account', server.b.accountId), /#/);
  });

  test('leaves no secret in the database', async () => {
    const { userId } = await newUser('secret');
    const { token } = (await invite(userId)).body;
    const secret = Buffer.from(token, 'base64url').subarray(32);
    const rows = await server.app.services.database.tenant(a.accountId, (tx) =>
      tx.rows<{ text: string }>(`select encode(secret_hash, 'hex') as text from password_links`),
    );
    assert.ok(rows.length > 0);
    assert.ok(rows.every(({ text }) => text !== secret.toString('hex')));
  });
});
