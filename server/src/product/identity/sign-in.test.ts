import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { isLongForm } from '../../../test/form.ts';
import { type Answer, send, startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';

const PAIR_KEYS = [
  'access_token',
  'account_id',
  'expires_in',
  'refresh_expires_in',
  'refresh_token',
  'role_code',
  'token_type',
  'user_id',
];
const [AT_ONCE, ROUNDS] = isLongForm ? [100, 100] : [20, 3];
const DAY_MS = 24 * 60 * 60 * 1000;

let server: TestServer;
let a: Tenant;
let now = Date.now();

before(async () => {
  server = await startTestServer({ clock: { now: () => new Date(now) } });
  a = server.a;
});

const signIn = (body: unknown, apiKey: string | null = a.apiKey) =>
  a.call('POST', '/v1/auth', body, { token: null, headers: apiKey === null ? {} : { 'x-api-key': apiKey } });
const login = () => ({ email: a.email, password: a.password });
const auth = (token: string | null) => a.call('GET', '/v1/auth', undefined, { token });
const works = async (token: string) =>
  (await a.call('POST', '/v1/cg', { workspace_id: a.workspaceId }, { token })).status;
const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

/** Outcomes of the events of one action that the log has of a session, the oldest first. */
async function toldOf(sessionId: string, action: string): Promise<string[]> {
  const rows = await server.app.services.database.tenant(a.accountId, (tx) =>
    tx.rows<{ outcome: string }>(
      'select outcome from audit_events where account_id = $1 and session_id = $2 and action = $3 order by event_id limit 1000',
      [a.accountId, sessionId, action],
    ),
  );
  return rows.map(({ outcome }) => outcome);
}

describe('signing in', () => {
  test('answers with a pair of the documented shape and lifetimes', async () => {
    const { status, body } = await signIn(login());
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body).sort(), PAIR_KEYS);
    assert.deepEqual(
      [body.token_type, body.expires_in, body.refresh_expires_in, body.user_id, body.account_id, body.role_code],
      ['Bearer', 1_209_600, 1_296_000, a.userId, a.accountId, 'ACCOUNT_ADMIN'],
    );
    const access = claimsOf(body.access_token);
    assert.deepEqual(Object.keys(access).sort(), 'account_id,aud,exp,iat,iss,jti,role_code,sid,typ,user_id'.split(','));
    assert.equal(access.exp - access.iat, 1_209_600);
    const refresh = claimsOf(body.refresh_token);
    assert.equal(refresh.exp - refresh.iat, 1_296_000);
    assert.deepEqual([access.typ, refresh.typ, access.sid], ['access', 'refresh', refresh.sid]);
    assert.notEqual(access.jti, refresh.jti);
    assert.equal(await works(body.access_token), 200);
  });

  test('takes the email in any case', async () => {
    assert.equal((await signIn({ ...login(), email: a.email.toUpperCase() })).status, 200);
  });

  test('refuses in the order: key, fields, login', async () => {
    for (const key of [null, '', 'wrong', `${a.apiKey}x`]) {
      const { status, body } = await signIn({}, key);
      assert.deepEqual([status, body.code], [403, 'sign_in_refused']);
    }
    for (const [body, fields] of [
      [{}, ['email', 'password']],
      [undefined, ['email', 'password']],
      [{ email: a.email }, ['password']],
      [{ email: null, password: 'x' }, ['email']],
    ] as const) {
      const answer = await signIn(body);
      assert.deepEqual([answer.status, answer.body.code, answer.body.fields], [401, 'missing_fields', fields]);
    }
    assert.equal((await signIn({ ...login(), no_such_field: 1 })).status, 400);
    assert.equal((await signIn({ email: 5, password: a.password })).status, 400);
    assert.equal((await signIn({ ...login(), password: 'wrong' })).status, 403);
  });

  test('a wrong key, an unknown email and a wrong password get one answer, byte for byte', async () => {
    const answers = [
      await signIn(login(), 'wrong'),
      await signIn({ ...login(), email: 'nobody@example.test' }),
      await signIn({ ...login(), password: 'wrong' }),
      // Another account's user and key, each right by itself.
      await signIn({ email: server.b.email, password: server.b.password }),
      await signIn(login(), server.b.apiKey),
      await signIn({ ...login(), password: 'x'.repeat(1_000) }),
    ];
    const texts = answers.map(({ status, text, body }) => `${status} ${text.replace(body.request_id, '')}`);
    assert.equal(new Set(texts).size, 1, [...new Set(texts)].join('\n'));
    assert.equal(answers[0]?.status, 403);
    // What no text may hold is refused for anybody, before it is looked at whose it is.
    const holding = await Promise.all(
      [a.email, 'nobody@example.test'].map((email) => signIn({ ...login(), email: `${email}\0` })),
    );
    for (const { status, body } of holding) assert.deepEqual([status, body.code], [400, 'invalid_fields']);
  });
});

describe('re-authenticating', () => {
  test('with an access token tells whose it is and how long it is good for', async () => {
    const { access_token } = (await signIn(login())).body;
    now += 60_000;
    const { status, body } = await auth(access_token);
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body).sort(), ['account_id', 'expires_in', 'role_code', 'user_id']);
    assert.ok(Math.abs(body.expires_in - (1_209_600 - 60)) <= 1, String(body.expires_in));
    assert.deepEqual([body.user_id, body.account_id], [a.userId, a.accountId]);
  });

  test('with neither token is refused', async () => {
    for (const token of [null, 'nonsense', a.apiKey]) assert.equal((await auth(token)).status, 403);
  });

  test('with a refresh token gives a new pair; a repeat within ten seconds gives the very same one', async () => {
    const first = (await signIn(login())).body;
    now += 1_000;
    const second = await auth(first.refresh_token);
    assert.equal(second.status, 200);
    assert.deepEqual(Object.keys(second.body).sort(), PAIR_KEYS);
    assert.notEqual(second.body.refresh_token, first.refresh_token);
    assert.notEqual(second.body.access_token, first.access_token);
    now += 10_000;
    assert.deepEqual((await auth(first.refresh_token)).body, second.body);
    // What was issued before stays valid.
    assert.equal(await works(first.access_token), 200);
    assert.equal(await works(second.body.access_token), 200);
    // A refresh token opens nothing but this call.
    assert.equal(await works(second.body.refresh_token), 403);
  });

  test(`${AT_ONCE} at once get one successor and leave one event, ${ROUNDS} times over`, async () => {
    let { refresh_token } = (await signIn(login())).body;
    const { sid } = claimsOf(refresh_token);
    for (let round = 0; round < ROUNDS; round += 1) {
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => auth(refresh_token)));
      assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
      assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
      assert.deepEqual(await toldOf(sid, 'auth.refreshed'), Array(round + 1).fill('done'));
      refresh_token = answers[0]?.body.refresh_token;
    }
  });

  test('reuse after the ten seconds is refused and revokes the family', async () => {
    const first = (await signIn(login())).body;
    const other = (await signIn(login())).body;
    const second = (await auth(first.refresh_token)).body;
    now += 10_001;
    assert.equal((await auth(first.refresh_token)).status, 403);
    assert.equal((await auth(second.refresh_token)).status, 403);
    assert.equal(await works(second.access_token), 403);
    assert.equal(await works(first.access_token), 403);
    assert.equal(await works(other.access_token), 200);
    assert.deepEqual(await toldOf(claimsOf(first.access_token).sid, 'auth.refreshed'), ['done', 'refused']);
  });

  test('a token two generations old is reuse, however young', async () => {
    const first = (await signIn(login())).body;
    const second = (await auth(first.refresh_token)).body;
    const third = (await auth(second.refresh_token)).body;
    assert.equal((await auth(first.refresh_token)).status, 403);
    assert.equal(await works(third.access_token), 403);
  });

  test('tokens end at their time, the refresh token a day after the access token', async () => {
    const { access_token, refresh_token } = (await signIn(login())).body;
    now += 14 * DAY_MS - 2_000;
    assert.equal(await works(access_token), 200);
    now += 2_000;
    assert.equal(await works(access_token), 403);
    assert.equal((await auth(access_token)).status, 403);
    now += DAY_MS - 2_000;
    const renewed = await auth(refresh_token);
    assert.equal(renewed.status, 200);
    assert.equal(await works(renewed.body.access_token), 200);
    now += 2_000;
    assert.equal((await auth(refresh_token)).status, 403);
  });

  test('a token that is over leaves one event an hour for each call, and gets the answer of one that never was', async () => {
    const { access_token, refresh_token } = (await signIn(login())).body;
    const { sid } = claimsOf(access_token);
    now += 15 * DAY_MS;
    const body = { workspace_id: a.workspaceId };
    const ask = (token: string) => a.call('POST', '/v1/cg', body, { token });
    const plain = ({ status, text, headers, body: { request_id } }: Answer) => [
      status,
      text.replaceAll(request_id, ''),
      [...headers].filter(([name]) => !/^(date|x-request-id|ratelimit-.*)$/.test(name)),
    ];
    const unreal = await ask(`${access_token.slice(0, -3)}AAA`);
    const asked = await Promise.all(Array.from({ length: 8 }, () => ask(access_token)));
    for (const answer of asked) assert.deepEqual(plain(answer), plain(unreal));
    assert.deepEqual(await toldOf(sid, 'access.refused'), ['refused']);
    assert.equal((await auth(refresh_token)).status, 403);
    assert.equal((await auth(refresh_token)).status, 403);
    assert.deepEqual(await toldOf(sid, 'access.refused'), ['refused', 'refused'], 'another call is another event');
    const { access_token: later } = (await signIn(login())).body;
    const { body: events } = await a.call(
      'POST',
      '/v1/audit',
      { action: 'access.refused', page_size: 2 },
      { token: later },
    );
    assert.deepEqual(
      events.map(({ actor_user_id, object_ids }: Record<string, unknown>) => [actor_user_id, object_ids]),
      ['auth.refresh', 'groups.list'].map((call) => [a.userId, { call, code: 'unauthorised' }]),
    );
  });
});

describe('a token whose session was ended', () => {
  test('leaves one event an hour for each call, as one that is over does', async () => {
    const { access_token } = (await signIn(login())).body;
    const { sid } = claimsOf(access_token);
    assert.equal((await a.call('DELETE', '/v1/session', {}, { token: access_token })).status, 200);
    const body = { workspace_id: a.workspaceId };
    const asked = await Promise.all(
      Array.from({ length: 8 }, () => a.call('POST', '/v1/cg', body, { token: access_token })),
    );
    assert.deepEqual(new Set(asked.map(({ status }) => status)), new Set([403]));
    assert.deepEqual(await toldOf(sid, 'access.refused'), ['refused']);
  });

  test('leaves no more by what else is wrong with the call', async () => {
    const { access_token, refresh_token } = (await signIn(login())).body;
    const { sid } = claimsOf(access_token);
    assert.equal((await a.call('DELETE', '/v1/session', {}, { token: access_token })).status, 200);
    const ask = (token: string, headers = {}) =>
      a.call('POST', '/v1/cg', { workspace_id: a.workspaceId }, { token, headers });
    for (let time = 0; time < 3; time += 1) {
      assert.equal((await ask(access_token, { 'x-auth-context': 'x' })).body.code, 'gateway_refused');
      assert.equal((await ask(refresh_token)).body.code, 'unauthorised');
    }
    assert.deepEqual(await toldOf(sid, 'access.refused'), ['refused', 'refused'], 'one for each reason');
  });

  test('that is over takes no call from those of its session that hold', async () => {
    const few = await startTestServer({
      clock: { now: () => new Date(now) },
      workers: false,
      environment: { NUDGESCRIBE_CALLS_PER_MINUTE: '20' },
    });
    const { refreshToken, token: old } = few.a;
    now += 14 * DAY_MS - 60_000;
    const { access_token: young } = (await few.a.call('GET', '/v1/auth', undefined, { token: refreshToken })).body;
    now += 2 * 60_000;
    const statuses = [];
    for (let n = 0; n < 25; n += 1) statuses.push((await few.a.call('POST', '/v1/role', {}, { token: old })).status);
    assert.deepEqual(new Set(statuses), new Set([403, 429]));
    assert.equal((await few.a.call('POST', '/v1/role', {}, { token: young })).status, 200);
  });
});

describe('headers of the gateway', () => {
  test('without a code of ours: must parse and grant access', async () => {
    const { access_token: token } = (await signIn(login())).body;
    const status = async (context: string) =>
      (
        await a.call(
          'POST',
          '/v1/cg',
          { workspace_id: a.workspaceId },
          { token, headers: { 'x-auth-context': context } },
        )
      ).status;
    assert.equal(await status('{"api_access":true}'), 200);
    assert.equal(await status('{"api_access":true,"api_code":"anything"}'), 200);
    for (const odd of ['', '{', 'true', 'null', '[]', '{}', '{"api_access":"true"}', '{"api_access":false}', '"x"'])
      assert.equal(await status(odd), 403, odd);
  });

  test('with a code of ours: must carry it', async () => {
    const coded = await startTestServer({ environment: { NUDGESCRIBE_API_CODE: 'the code' } });
    const status = async (context?: string) =>
      (
        await coded.a.call(
          'POST',
          '/v1/cg',
          { workspace_id: coded.a.workspaceId },
          { headers: context === undefined ? {} : { 'x-auth-context': context } },
        )
      ).status;
    assert.equal(await status(), 200);
    assert.equal(await status('{"api_access":true,"api_code":"the code"}'), 200);
    for (const odd of ['{"api_access":true}', '{"api_access":true,"api_code":"the cod"}', '{"api_code":"the code"}'])
      assert.equal(await status(odd), 403, odd);
    await coded.stop();
  });

  test('an x-api-key sent along must be valid, and of the same account', async () => {
    const { access_token: token } = (await signIn(login())).body;
    const status = async (key: string) =>
      (
        await send(
          server.url,
          'POST',
          '/v1/cg',
          { workspace_id: a.workspaceId },
          { token, headers: { 'x-api-key': key } },
        )
      ).status;
    assert.equal(await status(a.apiKey), 200);
    for (const key of ['', 'wrong', server.b.apiKey]) assert.equal(await status(key), 403);
  });

  test('an x-api-key sent along with a signed link must be valid before the link is looked at', async () => {
    const code = async (headers: Record<string, string>) =>
      (await send(server.url, 'GET', '/v1/messages/file', undefined, { token: null, headers })).body.code;
    assert.equal(await code({}), 'link_refused');
    assert.equal(await code({ 'x-api-key': a.apiKey }), 'link_refused');
    for (const key of ['', 'wrong']) assert.equal(await code({ 'x-api-key': key }), 'unauthorised');
  });
});
