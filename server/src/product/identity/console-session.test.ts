import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, send, startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';
import { onItsWay } from '../../../test/on-its-way.ts';

const MINUTE_MS = 60_000;
const PASSWORD = 'a long and secret sentence';

let server: TestServer;
let a: Tenant;
let now = Date.now();

before(async () => {
  server = await startTestServer({ clock: { now: () => new Date(now) } });
  a = server.a;
});

const put = (body: unknown, headers: Record<string, string> = {}) =>
  send(server.url, 'PUT', '/v1/session', body, { token: null, headers });
const login = () => ({ email: a.email, password: a.password });
const cookieOf = (answer: Answer) => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

/** A browser that is signed in: its calls carry the cookie, and the CSRF token unless told otherwise. */
async function browser(body: unknown = login()) {
  const answer = await put(body);
  assert.equal(answer.status, 200, answer.text);
  const cookie = cookieOf(answer);
  return {
    answer,
    cookie,
    csrf: answer.body.csrf_token as string,
    call: (method: string, path: string, content?: unknown, csrf: string | null = answer.body.csrf_token) =>
      send(server.url, method, path, content, {
        token: null,
        headers: { cookie, ...(csrf === null ? {} : { 'x-csrf-token': csrf }) },
      }),
  };
}

async function makeUser(email: string, role_code: string, more: Record<string, unknown> = {}): Promise<string> {
  const made = await a.call('PUT', '/v1/user', { email, password: PASSWORD, role_code, ...more });
  assert.equal(made.status, 200, made.text);
  return made.body.user_id;
}

const refusal = ({ status, body }: Answer) => [status, body.code];

describe('a console session', () => {
  test('tells who is signed in, what they may do and where', async () => {
    const { answer, call } = await browser();
    const { body } = answer;
    assert.deepEqual(
      [body.user_id, body.account_id, body.email, body.role_code, body.idle_seconds],
      [a.userId, a.accountId, a.email, 'ACCOUNT_ADMIN', 1800],
    );
    assert.ok(body.permissions.includes('users.write'));
    assert.equal(Date.parse(body.expires_at) - now, 12 * 60 * MINUTE_MS);
    assert.deepEqual(
      body.workspaces.map((one: { workspace_id: string; workspace_name: string }) => [
        one.workspace_id,
        one.workspace_name,
      ]),
      [[a.workspaceId, 'Main']],
    );
    assert.deepEqual((await call('GET', '/v1/session')).body, body);
    const byToken = (await a.call('GET', '/v1/session')).body;
    assert.deepEqual([byToken.user_id, byToken.csrf_token, byToken.idle_seconds], [a.userId, null, null]);
  });

  test('shows only workspaces the user may see, each with its own role', async () => {
    const { workspace_id } = (await a.call('PUT', '/v1/workspace', { workspace_name: 'Reviewed' })).body;
    const workspaces = [{ workspace_id, role_code: 'REVIEWER' }];
    await makeUser('reviewer@example.test', 'VIEWER', { workspaces });
    const { answer, call } = await browser({ email: 'REVIEWER@example.test', password: PASSWORD });
    assert.deepEqual(
      answer.body.workspaces.map((one: { workspace_id: string; role_code: string }) => [
        one.workspace_id,
        one.role_code,
      ]),
      [[workspace_id, 'REVIEWER']],
    );
    assert.ok(answer.body.workspaces[0].permissions.includes('campaigns.approve'));
    assert.ok(!answer.body.permissions.includes('campaigns.approve'));
    assert.deepEqual(refusal(await call('POST', '/v1/cg', { workspace_id: a.workspaceId })), [
      403,
      'workspace_forbidden',
    ]);
  });

  test('has a cookie that scripts, other sites and other hosts cannot use', async () => {
    const attributes = ((await browser()).answer.headers.get('set-cookie') ?? '').split('; ').slice(1);
    assert.deepEqual(attributes, ['Path=/', 'Max-Age=43200', 'HttpOnly', 'SameSite=Strict']);
    const behindTls = await startTestServer({ environment: { NUDGESCRIBE_MODE: 'production' } });
    const { email, password } = behindTls.a;
    const signedIn = await send(behindTls.url, 'PUT', '/v1/session', { email, password }, { token: null });
    const secure = signedIn.headers.get('set-cookie') ?? '';
    assert.match(secure, /^__Host-nudgescribe=\S+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/);
    const asked = async (cookie: string) =>
      (await send(behindTls.url, 'GET', '/v1/session', undefined, { token: null, headers: { cookie } })).status;
    assert.equal(await asked(cookieOf(signedIn)), 200);
    // Without the prefix any page of a sister host, or of the same host over HTTP, could have set it.
    assert.equal(await asked(cookieOf(signedIn).replace('__Host-', '')), 403);
    await behindTls.stop();
  });

  test('is known by 256 random bits, of which the database keeps a hash', async () => {
    const secrets = new Set<string>();
    for (let time = 0; time < 5; time += 1) {
      const { cookie } = await browser();
      const [accountId, sessionId, secret = '', ...more] = cookie.split('=')[1]?.split('.') ?? [];
      assert.deepEqual([accountId, more], [a.accountId, []]);
      assert.equal(Buffer.from(secret, 'base64url').length, 32);
      secrets.add(secret);
      const rows = await server.app.services.database.tenant(a.accountId, (tx) =>
        tx.rows<{ text: string }>('select s::text as text from sessions s where session_id = $1', [sessionId]),
      );
      assert.equal(rows.length, 1);
      const kept = rows[0]?.text ?? '';
      for (const form of [secret, Buffer.from(secret, 'base64url').toString('hex')]) assert.ok(!kept.includes(form));
    }
    assert.equal(secrets.size, 5);
  });

  test('is taken by calls of every kind; those that change something need the CSRF token too', async () => {
    const { call, csrf } = await browser();
    const workspace_id = a.workspaceId;
    const create = (token: string | null) => call('PUT', '/v1/cg', { workspace_id, group_name: 'By cookie' }, token);
    for (const wrong of [null, '', 'x'.repeat(43), (await browser()).csrf, `${csrf}x`])
      assert.deepEqual(refusal(await create(wrong)), [403, 'csrf_refused']);
    const made = await create(csrf);
    assert.equal(made.status, 200);
    const { customer_group_id } = made.body;
    assert.equal((await call('POST', '/v1/cg', { workspace_id }, null)).status, 200);
    // Reads that open their own transaction might change something: they are asked for the token.
    for (const [method, path] of [
      ['DELETE', '/v1/cg'],
      ['POST', '/v1/customer/check'],
      ['DELETE', '/v1/session'],
    ] as const)
      assert.deepEqual(refusal(await call(method, path, { workspace_id, customer_group_id }, null)), [
        403,
        'csrf_refused',
      ]);
    assert.equal((await call('DELETE', '/v1/cg', { workspace_id, customer_group_id })).status, 200);
    const events = (await a.call('POST', '/v1/audit', { object: customer_group_id })).body;
    assert.deepEqual(
      events.map((event: { action: string; actor_user_id: string }) => [event.action, event.actor_user_id]),
      [
        ['group.deleted', a.userId],
        ['group.created', a.userId],
      ],
    );
  });

  test('ends when signed out, and nothing brings it back', async () => {
    const { call, cookie } = await browser();
    const other = await browser();
    const out = await call('DELETE', '/v1/session', {});
    assert.equal(out.status, 200);
    assert.match(out.headers.get('set-cookie') ?? '', /^nudgescribe=; Path=\/; Max-Age=0;/);
    assert.deepEqual(refusal(await call('GET', '/v1/session')), [403, 'unauthorised']);
    assert.equal((await other.call('GET', '/v1/session')).status, 200);
    assert.equal((await put(login(), { cookie })).status, 200);
    assert.equal((await call('GET', '/v1/session')).status, 403);
  });

  test('is replaced by a new sign-in of the same browser', async () => {
    const { call, cookie } = await browser();
    const again = await put(login(), { cookie });
    assert.notEqual(cookieOf(again), cookie);
    assert.equal((await call('GET', '/v1/session')).status, 403);
  });

  test('that a sign-in replaces is named by the event of the sign-in, and in another account by one there', async () => {
    const sessionOf = (cookie: string) => cookie.split('=')[1]?.split('.')[1] ?? '';
    const told = async (who: Tenant, object: string) => {
      const { body } = await who.call('POST', '/v1/audit', { object });
      return body.map(({ action, outcome, actor_user_id, object_ids }: Record<string, unknown>) => [
        [action, outcome, actor_user_id],
        object_ids,
      ]);
    };
    const { cookie } = await browser();
    const wrong = await put({ ...login(), password: 'another long sentence' }, { cookie });
    assert.equal(wrong.status, 403);
    assert.deepEqual(await told(a, sessionOf(cookie)), [], 'who is refused ends nothing');
    const again = cookieOf(await put(login(), { cookie }));
    const replaced = { kind: 'console', replaced_session_id: sessionOf(cookie) };
    assert.deepEqual(await told(a, sessionOf(cookie)), [[['auth.signed_in', 'done', a.userId], replaced]]);
    assert.equal((await put(login(), { cookie })).status, 200);
    assert.equal((await told(a, sessionOf(cookie))).length, 1, 'it was over');
    const { b } = server;
    const elsewhere = await put({ email: b.email, password: b.password }, { cookie: again });
    assert.equal(elsewhere.status, 200, elsewhere.text);
    assert.deepEqual(await told(b, sessionOf(again)), []);
    assert.deepEqual(await told(a, sessionOf(again)), [
      [['auth.signed_out', 'done', a.userId], { ended_session_id: sessionOf(again) }],
    ]);
  });

  test('that is over leaves one event an hour for each call, however often a browser asks', async () => {
    const { call, cookie } = await browser();
    const [accountId, sessionId = '', secret = ''] = cookie.split('=')[1]?.split('.') ?? [];
    const told = async () => {
      const { body } = await a.call('POST', '/v1/audit', { action: 'access.refused', page_size: 1_000 });
      return body
        .filter((event: { session_id: string }) => event.session_id === sessionId)
        .map(({ actor_user_id, object_ids }: Record<string, unknown>) => [actor_user_id, object_ids]);
    };
    const { b } = server;
    assert.equal((await call('DELETE', '/v1/session')).status, 200);
    const refused = (name: string) => [a.userId, { call: name, code: 'unauthorised' }];
    const polls = await Promise.all(Array.from({ length: 8 }, () => call('GET', '/v1/session')));
    assert.ok(polls.every((answer) => answer.status === 403 && answer.body.code === 'unauthorised'));
    assert.deepEqual(await told(), [refused('sessions.get')]);
    assert.equal((await call('PUT', '/v1/cg', { workspace_id: a.workspaceId, group_name: 'Over' })).status, 403);
    assert.deepEqual(await told(), [refused('groups.create'), refused('sessions.get')]);
    // With another secret, or in another account's name, it is nobody's that is known.
    const others = [`${accountId}.${sessionId}.${'A'.repeat(43)}`, `${b.accountId}.${sessionId}.${secret}`];
    const count = (await told()).length;
    for (const value of others) {
      const headers = { cookie: `nudgescribe=${value}` };
      const answer = await send(server.url, 'GET', '/v1/session', undefined, { token: null, headers });
      assert.deepEqual(refusal(answer), [403, 'unauthorised']);
    }
    assert.equal((await told()).length, count);
    const theirs = await b.call('POST', '/v1/audit', { action: 'access.refused' });
    assert.deepEqual(
      theirs.body.filter((event: { session_id: string }) => event.session_id === sessionId),
      [],
    );
  });

  test('ends after 30 minutes without a call, and 12 hours after it began', async () => {
    const began = now;
    const { call } = await browser();
    const lasts = async (minutes: number) => {
      now = began + minutes * MINUTE_MS;
      return (await call('GET', '/v1/session')).status;
    };
    for (let minutes = 29; minutes < 12 * 60; minutes += 29) assert.equal(await lasts(minutes), 200, `${minutes}`);
    assert.equal(await lasts(12 * 60), 403);
    const idle = await browser();
    now += 30 * MINUTE_MS;
    assert.equal((await idle.call('GET', '/v1/session')).status, 403);
  });

  test('ends at once with its user, also when the user becomes a service user', async () => {
    const user_id = await makeUser('leaving@example.test', 'EDITOR');
    const signIn = () => browser({ email: 'leaving@example.test', password: PASSWORD });
    const first = await signIn();
    await a.call('PATCH', '/v1/user', { user_id, role_code: 'VIEWER' });
    assert.equal((await first.call('GET', '/v1/session')).body.role_code, 'VIEWER');
    await a.call('PATCH', '/v1/user', { user_id, role_code: 'API_CLIENT' });
    assert.equal((await first.call('GET', '/v1/session')).status, 403);
    await a.call('PATCH', '/v1/user', { user_id, role_code: 'VIEWER' });
    const second = await signIn();
    await a.call('PATCH', '/v1/user', { user_id, disabled: true });
    assert.equal((await second.call('GET', '/v1/session')).status, 403);
    assert.equal((await put({ email: 'leaving@example.test', password: PASSWORD })).status, 403);
  });

  test('of a user who is deleted while a body is on its way does nothing more, and leaves its event', async () => {
    const user_id = await makeUser('deleted-meanwhile@example.test', 'EDITOR');
    const { cookie, csrf } = await browser({ email: 'deleted-meanwhile@example.test', password: PASSWORD });
    const fields = { workspace_id: a.workspaceId, group_name: 'By nobody' };
    const call = onItsWay(server.url, { cookie, 'x-csrf-token': csrf }, ['PUT', '/v1/cg', fields]);
    await sleep(300);
    assert.equal((await a.call('DELETE', '/v1/user', { user_id })).status, 200);
    await sleep(1_000);
    assert.equal(await call.finish(), 403);
    const events = (await a.call('POST', '/v1/audit', { action: 'access.refused', actor: user_id })).body;
    assert.deepEqual(
      events.map(({ object_ids }: Record<string, unknown>) => object_ids),
      [{ call: 'groups.create', code: 'unauthorised' }],
    );
  });

  test('cannot be had with a cookie that is not whole, not ours, or given twice', async () => {
    const { cookie } = await browser();
    const [name, value = ''] = cookie.split('=');
    const [account, session, secret = ''] = value.split('.');
    const swapped = secret.startsWith('A') ? `B${secret.slice(1)}` : `A${secret.slice(1)}`;
    for (const text of [
      '',
      value.slice(0, -1),
      `${value}A`,
      `${value}=`,
      `${server.b.accountId}.${session}.${secret}`,
      `${account}.${account}.${secret}`,
      `${account}.${session}.${swapped}`,
      `${account}.${session}.`,
      `${account}'--.${session}.${secret}`,
    ])
      assert.equal(
        (
          await send(server.url, 'GET', '/v1/session', undefined, {
            token: null,
            headers: { cookie: `${name}=${text}` },
          })
        ).status,
        403,
        text,
      );
    const get = (headers: Record<string, string>) =>
      send(server.url, 'GET', '/v1/session', undefined, { token: null, headers });
    assert.equal((await get({ cookie: `${cookie}; ${cookie}` })).status, 403);
    assert.equal((await get({ cookie: `__Host-${cookie}` })).status, 403);
    assert.equal((await get({ cookie: `other=1; ${cookie}; more=2` })).status, 200);
    // A token that is sent is the one that counts, and a wrong API key beside the cookie is refused.
    assert.equal((await get({ cookie, authorization: 'Bearer wrong' })).status, 403);
    assert.equal((await get({ cookie, 'x-api-key': server.b.apiKey })).status, 403);
    assert.equal((await get({ cookie, 'x-api-key': a.apiKey })).status, 200);
  });

  test('is no token and gives none: neither refreshes nor stands in for one', async () => {
    const { answer, cookie, call } = await browser();
    for (const { text } of [answer, await call('GET', '/v1/session')])
      assert.doesNotMatch(text, /eyJ|token":"ey|refresh/);
    const headers = { cookie };
    assert.equal((await send(server.url, 'GET', '/v1/auth', undefined, { token: null, headers })).status, 403);
  });
});
