import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { Transaction } from '../src/platform/database/database.ts';
import { createFrontDoor } from '../src/platform/http/front-door.ts';
import { freePort } from './crash/processes.ts';
import { send, startTestServer, type Tenant, until } from './harness.ts';

/** A parameter as the API's description lists it. */
type Listed = { parameters?: { name: string; in: string }[] };

/** The headers that come back for bytes that no client would send. */
async function headersOfRaw(url: string, bytes: string): Promise<Headers> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.end(bytes);
  const [head = ''] = (await text(socket)).split('\r\n\r\n');
  return new Headers(
    head
      .split('\r\n')
      .slice(1)
      .map((line): [string, string] => {
        const [name = '', ...value] = line.split(': ');
        return [name, value.join(': ')];
      }),
  );
}

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

  test('a token that holds no more counts its calls too, and takes none from those that hold', async () => {
    const server = await startTestServer({ workers: false, environment: { NUDGESCRIBE_CALLS_PER_MINUTE: '20' } });
    const { a } = server;
    const login = { email: 'leaves@example.test', password: 'a long and secret sentence' };
    const { user_id } = (await a.call('PUT', '/v1/user', { ...login, role_code: 'VIEWER' })).body;
    const headers = { 'x-api-key': a.apiKey };
    const { access_token: token } = (await send(server.url, 'POST', '/v1/auth', login, { token: null, headers })).body;
    await a.call('PATCH', '/v1/user', { user_id, disabled: true });
    const statuses = [];
    for (let n = 0; n < 30; n += 1) statuses.push((await a.call('POST', '/v1/role', {}, { token })).status);
    assert.deepEqual(
      [statuses.filter((status) => status === 403).length, statuses.filter((status) => status === 429).length],
      [20, 10],
    );
    assert.equal((await a.call('POST', '/v1/role', {})).status, 200);
  });

  const ROWS = 1_001;
  const prepare = async (tenant: Tenant): Promise<string> => {
    const { workspaceId: workspace_id } = tenant;
    await tenant.call('PUT', '/v1/cpf', {
      workspace_id,
      field_name: 'number',
      field_type: 'string',
      is_unique: true,
    });
    return (await tenant.call('PUT', '/v1/cg', { workspace_id, group_name: 'All' })).body.customer_group_id;
  };
  const upload = async (tenant: Tenant, groupId: string, from: number, rows = ROWS): Promise<string> => {
    const answer = await tenant.call('POST', '/v1/customer/check', undefined, {
      raw: `number\n${Array.from({ length: rows }, (_, n) => from + n).join('\n')}\n`,
      query: { workspace_id: tenant.workspaceId, customer_group_id: groupId },
      headers: { 'content-type': 'text/csv' },
    });
    assert.equal(answer.body.status, 'queued', answer.text);
    return answer.body.import_id;
  };
  const importOf = async (tenant: Tenant, import_id: string) =>
    (await tenant.call('POST', '/v1/customer/imports', { workspace_id: tenant.workspaceId, import_id })).body;
  const statusOf = async (tenant: Tenant, importId: string) => (await importOf(tenant, importId)).status;

  test('a job of another account does not wait behind all those of one', async () => {
    const server = await startTestServer({ environment: { NUDGESCRIBE_JOBS_AT_ONCE: '2' } });
    const { a, b } = server;
    const [groupA, groupB] = [await prepare(a), await prepare(b)];
    const ofA: string[] = [];
    for (let n = 0; n < 12; n += 1) ofA.push(await upload(a, groupA, n * ROWS));
    const ofB = await upload(b, groupB, 0);
    await until(async () => (await statusOf(b, ofB)) === 'completed');
    const left = await Promise.all(ofA.map((id) => statusOf(a, id)));
    assert.ok(left.filter((status) => status === 'queued').length > 2, left.join());
  });

  test('a hundred imports of one account that wait for each other keep neither others nor one another waiting', async (t) => {
    const server = await startTestServer();
    const { a, b } = server;
    const [groupA, groupB] = [await prepare(a), await prepare(b)];
    const first = await upload(a, groupA, 1_000_000, 50_000);
    const waiting: string[] = [];
    /** How often A's imports have looked for their turn, or worked. */
    const looksOf = async (tx: Transaction) =>
      (
        await tx.row<{ looks: number }>('select sum(attempt)::integer as looks from jobs where account_id = $1', [
          a.accountId,
        ])
      )?.looks ?? 0;
    const { tookMs, looks } = await server.app.services.database.tenant(a.accountId, async (tx) => {
      // Whoever has the job's row keeps the import from its next step, and so from its end.
      await tx.row('select 1 from jobs where job_id = (select job_id from imports where import_id = $1) for update', [
        first,
      ]);
      for (let n = 0; n < 100; n += 1) waiting.push(await upload(a, groupA, n * ROWS));
      // By then all of them have looked for their turn, and would again if they did so at one pace.
      await sleep(6_000);
      const took: number[] = [];
      const before = await looksOf(tx);
      for (let n = 0; n < 6; n += 1) {
        const sentAt = performance.now();
        const ofB = await upload(b, groupB, n * ROWS);
        await until(async () => (await statusOf(b, ofB)) === 'completed');
        took.push(Math.round(performance.now() - sentAt));
      }
      assert.equal(await statusOf(a, waiting[0] ?? ''), 'queued');
      return { tookMs: took, looks: (await looksOf(tx)) - before };
    });
    t.diagnostic(`the other account's took ${tookMs.join(', ')} ms, behind ${looks} looks for their turn`);
    // At a look every five seconds each it would be two hundred in ten seconds.
    assert.ok(looks < 60, `${looks}`);
    const some = waiting.slice(0, 30);
    await until(async () => (await statusOf(a, some.at(-1) ?? '')) === 'completed');
    const ends = await Promise.all(some.map(async (id) => Date.parse((await importOf(a, id)).completed_at)));
    assert.deepEqual(
      ends,
      ends.toSorted((one, other) => one - other),
      'in the order in which they came',
    );
    const eachMs = ((ends.at(-1) ?? 0) - (ends[0] ?? 0)) / (ends.length - 1);
    t.diagnostic(`one ended every ${Math.round(eachMs)} ms`);
  });

  test('short jobs of one account, however many, are worked off without a wait for each', async () => {
    const server = await startTestServer();
    const { accountId: account_id } = server.a;
    const { database, queue } = server.app.services;
    // There is nothing to do for an entry whose job is gone.
    const refs = Array.from({ length: 100 }, () => ({ account_id, job_id: randomUUID() }));
    await database.tenant(account_id, async (tx) => {
      for (const ref of refs) await queue.send(tx, ref);
    });
    // At a worker's poll for each it would be three minutes.
    await until(() =>
      database.tenant(account_id, async (tx) => {
        for (const ref of refs) if (await queue.holds(tx, ref)) return false;
        return true;
      }),
    );
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
  test('every answer has the security headers, whoever gives it', async (t) => {
    const check = (headers: Headers, what: string) => {
      assert.equal(headers.get('x-content-type-options'), 'nosniff', what);
      assert.equal(headers.get('x-frame-options'), 'DENY', what);
      assert.equal(headers.get('referrer-policy'), 'no-referrer', what);
      assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin', what);
      assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', what);
      assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/, what);
      assert.equal(headers.get('access-control-allow-origin'), null, what);
      assert.equal(headers.get('server') ?? headers.get('x-powered-by'), null, what);
      if (headers.get('content-length') !== '0')
        assert.match(
          headers.get('content-type') ?? '',
          /^(application\/json|text\/html|application\/javascript); charset=utf-8$/,
          what,
        );
    };
    const { a, environment } = await startTestServer({ workers: false });
    for (const isHttps of [false, true]) {
      const url = `http://127.0.0.1:${await freePort()}`;
      const beside = { ...environment, NUDGESCRIBE_PORT: new URL(url).port };
      const publicUrl: Record<string, string> = isHttps
        ? { NUDGESCRIBE_PUBLIC_URL: 'https://nudgescribe.example' }
        : {};
      const app = await startApp(readConfig({ ...beside, ...publicUrl }), { workers: false });
      t.after(() => app.stop());
      const door = createFrontDoor(isHttps);
      t.after(() => door.close(0));
      const { port } = await door.listen(0, '127.0.0.1');
      const asPage = { token: null, headers: { accept: 'text/html' } };
      const answers: [string, Headers][] = [];
      for (const [method, path, options] of [
        ['POST', '/v1/role', {}],
        ['POST', '/v1/role', { token: null }],
        ['POST', '/v1/no-such-call', {}],
        ['OPTIONS', '/v1/role', {}],
        ['GET', '/openapi.json', {}],
        ['GET', '/healthz', {}],
        ['GET', '/readyz', {}],
        ['GET', '/docs', {}],
        ['GET', '/docs/', {}],
        ['GET', '/docs/js/scalar.js', {}],
        ['GET', '/%E0%A4%A', {}],
        ['GET', '/', asPage],
        ['GET', '/w/1/groups', asPage],
        ['GET', '/assets/none.js', asPage],
        ['GET', '/v1/messages/file', { token: null }],
      ] as const) {
        const body = method === 'POST' ? {} : undefined;
        answers.push([
          `${method} ${path}`,
          (await send(url, method, path, body, { token: a.token, ...options })).headers,
        ]);
      }
      for (const path of ['/healthz', '/readyz', '/', '/v1/cg'])
        answers.push([
          `${path} early`,
          (await send(`http://127.0.0.1:${port}`, 'GET', path, undefined, asPage)).headers,
        ]);
      answers.push(['what is no HTTP', await headersOfRaw(url, 'nonsense\r\n\r\n')]);
      for (const [what, headers] of answers) {
        check(headers, what);
        const expected = isHttps ? 'max-age=31536000; includeSubDomains' : null;
        assert.equal(headers.get('strict-transport-security'), expected, `${what}: only where callers come by HTTPS`);
      }
    }
  });

  test('neither a credential nor a customer is taken from an address, and no call asks for one there', async () => {
    const { a } = await startTestServer({ workers: false });
    const login = { email: a.email, password: a.password };
    for (const name of ['authorization', 'access_token', 'token', 'bearer']) {
      const query = { [name]: name === 'authorization' ? `Bearer ${a.token}` : a.token };
      assert.equal((await a.call('POST', '/v1/role', {}, { token: null, query })).status, 403, name);
    }
    for (const name of ['x-api-key', 'api_key', 'key'])
      assert.equal((await a.call('POST', '/v1/auth', login, { token: null, query: { [name]: a.apiKey } })).status, 403);
    const headers = { 'x-api-key': a.apiKey };
    assert.equal((await a.call('POST', '/v1/auth', {}, { token: null, query: login, headers })).status, 401);

    const { workspaceId: workspace_id } = a;
    const group = await a.call('PUT', '/v1/cg', { workspace_id, group_name: 'All' });
    await a.call('PUT', '/v1/cpf', { workspace_id, field_name: 'number', field_type: 'string', is_unique: true });
    const into = { workspace_id, customer_group_id: group.body.customer_group_id };
    const boundary = { 'content-type': 'multipart/form-data; boundary=X' };
    for (const [name, value] of [
      ['customer_data', '[{"number":"5"}]'],
      ['data_file', 'number\n5\n'],
    ] as const)
      for (const [raw, type] of [
        ['--X--\r\n', boundary],
        ['number\n6\n', { 'content-type': 'text/csv' }],
      ] as const) {
        const query = { ...into, [name]: value };
        const refused = await a.call('POST', '/v1/customer/check', undefined, { raw, headers: type, query });
        assert.deepEqual([refused.status, refused.body.details?.[0].field], [400, name], refused.text);
      }
    assert.deepEqual((await a.call('POST', '/v1/customer', into)).body, []);

    // What the description lists as standing in an address, but for signed links: the options of an upload.
    const { paths } = (await a.call('GET', '/openapi.json')).body as { paths: Record<string, Record<string, Listed>> };
    const listed = Object.entries(paths).flatMap(([path, calls]) =>
      Object.values(calls).flatMap(({ parameters = [] }) =>
        parameters.flatMap(({ name, in: place }) => (place === 'header' ? [] : [`${path} ${name}`])),
      ),
    );
    assert.deepEqual(
      listed.sort(),
      [
        ...['workspace_id', 'customer_group_id', 'validate_only', 'on_error', 'mode', 'blank_cells', 'field_map'],
        ...['delimiter', 'repairs_import_id'],
      ]
        .map((name) => `/v1/customer/check ${name}`)
        .sort(),
    );
  });

  test('a refusal stands in the log with its code, also a mistaken body and a limit, and nothing of what was sent', async () => {
    const lines: [string, Record<string, unknown>][] = [];
    const note = (event: string, fields: Record<string, unknown> = {}) => void lines.push([event, fields]);
    const { a } = await startTestServer({
      workers: false,
      log: { info: note, warn: note, error: note },
      environment: { NUDGESCRIBE_CALLS_PER_MINUTE: '6' },
    });
    const { workspaceId: workspace_id } = a;
    const answers = [
      await a.call('POST', '/v1/cg', { workspace_id, cockatoo: 1 }),
      await a.call('POST', '/v1/cg', undefined, { raw: '{"cockatoo"' }),
      await a.call('POST', '/v1/cg', { cockatoo: 1 }),
      await a.call('POST', '/v1/cg', { workspace_id: 'cockatoo' }),
      await a.call('POST', '/v1/cockatoo', {}),
      await a.call('POST', '/v1/role', {}, { token: 'cockatoo' }),
    ];
    for (let more = 0; more < 4; more += 1) answers.push(await a.call('POST', '/v1/cg', { workspace_id }));
    assert.ok(answers.some(({ status }) => status === 200) && answers.some(({ status }) => status === 429));
    for (const { status, body, headers } of answers) {
      const id = headers.get('x-request-id');
      const line = lines.find(([event, fields]) => event === 'request' && fields.request_id === id)?.[1];
      assert.deepEqual([line?.status, line?.code], [status, body.code], JSON.stringify(line));
    }
    assert.deepEqual(
      answers.map(({ body }) => body.code),
      [
        'invalid_fields',
        'broken_json',
        'missing_fields',
        'workspace_forbidden',
        'unknown_route',
        'unauthorised',
        ...[undefined, undefined],
        ...Array(2).fill('too_many_calls'),
      ],
    );
    assert.ok(!JSON.stringify(lines).includes('cockatoo'));
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
