import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { send, startTestServer, until } from './harness.ts';

describe('limits of calls', () => {
  test('a token, an account and an address have so many a minute, told in headers', async () => {
    const server = await startTestServer({
      workers: false,
      environment: { NUDGESCRIBE_CALLS_PER_MINUTE: '20', NUDGESCRIBE_SIGN_INS_PER_MINUTE: '8' },
    });
    const { a, b } = server;
    const call = () => a.call('POST', '/v1/role', {});
    const answers = [];
    for (let n = 0; n < 22; n += 1) answers.push(await call());
    const first = answers[0];
    assert.deepEqual(
      ['limit', 'remaining', 'reset'].map((name) => first?.headers.get(`ratelimit-${name}`)),
      ['20', '19', '3'],
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 20);
    const last = answers.at(-1);
    assert.deepEqual([last?.status, last?.body.code], [429, 'too_many_calls']);
    assert.ok(Number(last?.headers.get('retry-after')) >= 1);
    assert.equal((await b.call('POST', '/v1/role', {})).status, 200);

    // Two of eight attempts were the test's own.
    const signIn = (password: string) =>
      send(
        server.url,
        'POST',
        '/v1/auth',
        { email: a.email, password },
        { token: null, headers: { 'x-api-key': a.apiKey } },
      );
    const attempts = [];
    for (let n = 0; n < 7; n += 1) attempts.push(await signIn('wrong wrong wrong'));
    assert.deepEqual(
      attempts.map(({ status }) => status),
      [403, 403, 403, 403, 403, 403, 429],
    );
    assert.equal((await signIn(a.password)).body.code, 'too_many_sign_ins');
    // Tokens that hold do not suffer from it; those that do not hold have ten times as many.
    const forged = await Promise.all(Array.from({ length: 82 }, () => b.call('POST', '/v1/role', {}, { token: 'x' })));
    assert.deepEqual(new Set(forged.map(({ status }) => status)), new Set([403, 429]));
    assert.equal((await b.call('POST', '/v1/role', {})).status, 200);
  });

  test('a job of another account does not wait behind all those of one', async () => {
    const server = await startTestServer({ environment: { NUDGESCRIBE_JOBS_AT_ONCE: '2' } });
    const { a, b } = server;
    const rows = 1_001;
    const upload = async (tenant: typeof a, groupId: string, from: number) => {
      const answer = await tenant.call('POST', '/v1/customer/check', undefined, {
        raw: `number\n${Array.from({ length: rows }, (_, n) => from + n).join('\n')}\n`,
        query: { workspace_id: tenant.workspaceId, customer_group_id: groupId },
        headers: { 'content-type': 'text/csv' },
      });
      assert.equal(answer.body.status, 'queued', answer.text);
      return answer.body.import_id as string;
    };
    const prepare = async (tenant: typeof a) => {
      const { workspaceId: workspace_id } = tenant;
      await tenant.call('PUT', '/v1/cpf', {
        workspace_id,
        field_name: 'number',
        field_type: 'string',
        is_unique: true,
      });
      return (await tenant.call('PUT', '/v1/cg', { workspace_id, group_name: 'All' })).body.customer_group_id;
    };
    const [groupA, groupB] = [await prepare(a), await prepare(b)];
    const ofA: string[] = [];
    for (let n = 0; n < 12; n += 1) ofA.push(await upload(a, groupA, n * rows));
    const ofB = await upload(b, groupB, 0);
    const statusOf = async (tenant: typeof a, import_id: string) =>
      (await tenant.call('POST', '/v1/customer/imports', { workspace_id: tenant.workspaceId, import_id })).body.status;
    await until(async () => (await statusOf(b, ofB)) === 'completed');
    const left = await Promise.all(ofA.map((id) => statusOf(a, id)));
    assert.ok(left.filter((status) => status === 'queued').length > 2, left.join());
  });
});

test('signed links are followed from one address so many times a minute, good ones or not', async () => {
  const server = await startTestServer({ workers: false, environment: { NUDGESCRIBE_CALLS_PER_MINUTE: '3' } });
  const follow = () => server.a.call('GET', '/v1/messages/file', undefined, { token: null });
  const statuses = [];
  for (let time = 0; time < 4; time += 1) statuses.push((await follow()).status);
  assert.deepEqual(statuses, [403, 403, 403, 429]);
  const { headers, body } = await follow();
  assert.deepEqual([headers.get('ratelimit-limit'), body.code], ['3', 'too_many_calls']);
  assert.equal((await server.a.call('POST', '/v1/role', {})).status, 200, 'calls with a token are counted by it');
});

describe('the surface', () => {
  test('every answer has the security headers, whoever gives it', async () => {
    const server = await startTestServer({ workers: false });
    const answers = await Promise.all([
      server.a.call('POST', '/v1/role', {}),
      server.a.call('POST', '/v1/role', {}, { token: null }),
      server.a.call('POST', '/v1/no-such-call', {}),
      server.a.call('GET', '/openapi.json'),
      server.a.call('GET', '/healthz'),
      server.a.call('GET', '/docs'),
      server.a.call('GET', '/%E0%A4%A'),
    ]);
    for (const { headers, status } of answers) {
      assert.equal(headers.get('x-content-type-options'), 'nosniff', `${status}`);
      assert.equal(headers.get('x-frame-options'), 'DENY');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
      assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/);
      assert.equal(headers.get('strict-transport-security'), null, 'only where callers come by HTTPS');
      assert.equal(headers.get('access-control-allow-origin'), null);
      assert.equal(headers.get('server') ?? headers.get('x-powered-by'), null);
    }
  });

  test('pages of other origins may not call, unless the operator names them', async () => {
    const origin = 'https://app.example.com';
    const asked = { headers: { origin, 'access-control-request-method': 'PUT' } };
    const closed = await startTestServer({ workers: false });
    const refused = await closed.a.call('OPTIONS', '/v1/cg', undefined, asked);
    assert.deepEqual([refused.status, refused.headers.get('access-control-allow-origin')], [405, null]);
    const open = await startTestServer({ workers: false, environment: { NUDGESCRIBE_ALLOWED_ORIGINS: origin } });
    const allowed = await open.a.call('OPTIONS', '/v1/cg', undefined, { ...asked, token: null });
    assert.equal(allowed.status, 204);
    assert.equal(allowed.headers.get('access-control-allow-origin'), origin);
    assert.match(allowed.headers.get('access-control-allow-headers') ?? '', /authorization.*idempotency-key/);
    assert.equal(allowed.headers.get('access-control-allow-credentials'), null);
    const called = await open.a.call('POST', '/v1/role', {}, { headers: { origin } });
    assert.deepEqual([called.status, called.headers.get('access-control-allow-origin')], [200, origin]);
    for (const other of ['https://app.example.com.evil.test', 'null', 'https://APP.example.com'])
      for (const answer of [
        await open.a.call('POST', '/v1/role', {}, { headers: { origin: other } }),
        await open.a.call('OPTIONS', '/v1/cg', undefined, { headers: { ...asked.headers, origin: other } }),
      ])
        assert.equal(answer.headers.get('access-control-allow-origin'), null);
  });
});
