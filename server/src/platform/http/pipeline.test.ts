import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Answer, send, startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';
import { createFrontDoor } from './front-door.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const GZIP = { ...JSON_TYPE, 'content-encoding': 'gzip' };
const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}$/;

let server: TestServer;
let a: Tenant;

before(async () => {
  server = await startTestServer({ workers: false });
  a = server.a;
});

const list = (
  raw: string | Uint8Array | undefined,
  headers: Record<string, string> = JSON_TYPE,
  token: string | null = a.token,
) => send(server.url, 'POST', '/v1/cg', undefined, { token, headers, ...(raw === undefined ? {} : { raw }) });
const body = (more: Record<string, unknown> = {}) => JSON.stringify({ workspace_id: a.workspaceId, ...more });

function check(answer: Answer, status: number, code: string): void {
  assert.deepEqual([answer.status, answer.body?.code], [status, code], answer.text);
  assert.match(answer.headers.get('x-request-id') ?? '', REQUEST_ID);
  assert.equal(answer.body.request_id, answer.headers.get('x-request-id'));
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
}

/**
 * Sends bytes as they are and reads all that comes back: what no HTTP client would send. Unless it stays, the sender hangs
 * up behind them, and what takes the server a moment is not answered any more.
 */
async function raw(bytes: string, stays = false): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.setEncoding('latin1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  socket.setTimeout(5_000, () => socket.destroy());
  if (stays) socket.write(bytes, 'latin1');
  else socket.end(bytes, 'latin1');
  await once(socket, 'close');
  return text;
}

describe('bodies', () => {
  test('nothing at all, and white space, is an empty object', async () => {
    for (const empty of [undefined, '', ' \n']) check(await list(empty), 401, 'missing_fields');
    assert.deepEqual((await list('{}')).body.fields, ['workspace_id']);
    assert.equal((await a.call('POST', '/v1/role')).status, 200);
  });

  test('that cannot be read are 400, each with its reason', async () => {
    for (const broken of ['{', '{"workspace_id":}', "{'a':1}", '{"a":1}x', 'NaN', '\u0000', '{"a":1,}'])
      check(await list(broken), 400, 'broken_json');
    check(await list(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), 400, 'broken_json');
    check(await list(Uint8Array.of(0x7b, 0x22, 0xc3)), 400, 'broken_json');
    for (const other of ['[]', '"text"', '5', 'null', 'true']) check(await list(other), 400, 'body_not_an_object');
  });

  test('with a byte order mark or without a type are read, nested by the thousand refused', async () => {
    assert.equal((await list(`\ufeff${body()}`)).status, 200);
    assert.equal((await list(new TextEncoder().encode(body()), {})).status, 200);
    const deep = `{"workspace_id":"${a.workspaceId}","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    check(await list(deep), 400, 'broken_json');
  });

  test('packed with gzip are unpacked, broken ones are 400', async () => {
    assert.equal((await list(gzipSync(body()), GZIP)).status, 200);
    check(await list(gzipSync('{'), GZIP), 400, 'broken_json');
    check(await list(body(), GZIP), 400, 'broken_gzip');
    check(await list(gzipSync(body()).subarray(0, -6), GZIP), 400, 'broken_gzip');
    check(await list(body(), { ...JSON_TYPE, 'content-encoding': 'deflate' }), 415, 'media_type_unknown');
  });

  test('past the limit are 413, also when they are small until unpacked', async () => {
    check(await list(body({ x: 'x'.repeat(1024 * 1024) })), 413, 'body_too_large');
    check(await list('x'.repeat(20 * 1024 * 1024)), 413, 'body_too_large');
    const before = process.memoryUsage().rss;
    check(await list(gzipSync(Buffer.alloc(200 * 1024 * 1024, 32)), GZIP), 413, 'body_too_large');
    assert.ok(process.memoryUsage().rss - before < 400 * 1024 * 1024);
    assert.equal((await list(body())).status, 200);
  });

  test('of another type are 415', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'text/csv', 'application/xml'])
      check(await list(body(), { 'content-type': type }), 415, 'media_type_unknown');
    assert.equal((await list(body(), { 'content-type': 'Application/JSON; charset=utf-8' })).status, 200);
  });

  test('__proto__ and its like are unknown fields and change nothing', async () => {
    for (const name of ['__proto__', 'constructor', 'prototype', 'toString']) {
      const answer = await list(`{"workspace_id":"${a.workspaceId}","${name}":{"polluted":true}}`);
      check(answer, 400, 'invalid_fields');
      assert.equal(answer.body.details[0].field, name);
    }
    check(await list('{"__proto__":{"workspace_id":"x"}}'), 401, 'missing_fields');
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });

  test('are decoded once: what looks encoded in a text stays as it was sent', async () => {
    const { workspaceId: workspace_id } = a;
    for (const group_name of ['%41%2541', 'a+b%20c', '&lt;b&gt;&amp;amp;', '\\u0041\\x41', '=?utf-8?q?=41?=', 'QQ==']) {
      const made = await a.call('PUT', '/v1/cg', { workspace_id, group_name });
      assert.equal(made.body.group_name, group_name, made.text);
      const listed = (await a.call('POST', '/v1/cg', { workspace_id })).body;
      assert.ok(listed.some((group: { group_name: string }) => group.group_name === group_name));
    }
    // In a query, too: this is no workspace, though it would be one if it were decoded a second time.
    const twice = workspace_id.replaceAll('-', '%2d');
    const query = { workspace_id: twice, customer_group_id: workspace_id };
    const refused = await a.call('POST', '/v1/customer/check', undefined, {
      raw: 'number\n',
      headers: { 'content-type': 'text/csv' },
      query,
    });
    check(refused, 403, 'workspace_forbidden');
  });

  test('with half of a surrogate pair are refused instead of stored with another character', async () => {
    const answer = await a.call('PUT', '/v1/cg', { workspace_id: a.workspaceId, group_name: 'Half \ud800' });
    check(answer, 400, 'invalid_fields');
    assert.equal(answer.body.details[0].field, 'group_name');
    // Also inside of something, as a key, and as a NUL.
    for (const [brief, field] of [
      [{ tone: 'a\0b' }, 'brief.tone'],
      [{ required_phrases: ['fine', '\udc00'] }, 'brief.required_phrases.1'],
      [{ '\0': 'x' }, 'brief'],
    ] as const) {
      const inside = await a.call('PUT', '/v1/campaign', {
        workspace_id: a.workspaceId,
        customer_group_id: a.workspaceId,
        campaign_name: 'Halves',
        channels: ['email'],
        segment_by: [],
        brief,
      });
      check(inside, 400, 'invalid_fields');
      assert.equal(inside.body.details[0].field, field);
    }
  });

  test('name the caller nothing of the inside, and at most a hundred problems', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field_${index}`, 1]));
    const answer = await list(body(many));
    check(answer, 400, 'invalid_fields');
    assert.equal(answer.body.details.length, 100);
    assert.ok((await list(body({ ['x'.repeat(100_000)]: 1 }))).text.length < 5_000);
  });
});

test('an error that nobody foresaw is a bare 500, and stands in the log without its message', async () => {
  const lines: unknown[] = [];
  const note = (event: string, fields?: Record<string, unknown>) => void lines.push([event, fields]);
  let isBroken = false;
  const breaking = await startTestServer({
    workers: false,
    log: { info: note, warn: note, error: note },
    services: ({ database }) => ({
      database: {
        ...database,
        tenant: async (accountId, work) => {
          if (isBroken) throw Object.assign(new Error('cockatoo: select 1 from users'), { code: 'X1234' });
          return database.tenant(accountId, work);
        },
      },
    }),
  });
  const make = () => breaking.a.call('PUT', '/v1/cg', { workspace_id: breaking.a.workspaceId, group_name: 'Any' });
  isBroken = true;
  const answer = await make();
  isBroken = false;
  check(answer, 500, 'server_error');
  assert.deepEqual(Object.keys(answer.body).sort(), ['code', 'error', 'message', 'request_id']);
  assert.doesNotMatch(answer.text, /cockatoo|X1234|select|\.ts/);
  const told = JSON.stringify(lines);
  assert.match(told, new RegExp(`"request_failed",{"request_id":"${answer.body.request_id}".*X1234`));
  assert.doesNotMatch(told, /cockatoo/);
  assert.equal((await make()).status, 200, 'and nothing was kept of it');
});

describe('the order of checks', () => {
  test('credentials, readable body, required fields, workspace, unknown fields', async () => {
    check(await list('{', JSON_TYPE, null), 403, 'unauthorised');
    check(await list('x'.repeat(2 * 1024 * 1024), JSON_TYPE, null), 403, 'unauthorised');
    check(await list('{'), 400, 'broken_json');
    check(await list('{"no_such_field":1}'), 401, 'missing_fields');
    check(await list('{"workspace_id":null}'), 401, 'missing_fields');
    check(await list(`{"workspace_id":"${server.b.workspaceId}","no_such_field":1}`), 403, 'workspace_forbidden');
    check(await list(body({ no_such_field: 1 })), 400, 'invalid_fields');
    check(await list('{"workspace_id":""}'), 400, 'invalid_fields');
    check(await list('{"workspace_id":5}'), 400, 'invalid_fields');
  });

  test('texts that the database cannot keep are 400, wherever they stand', async () => {
    const workspace_id = a.workspaceId;
    for (const [path, fields] of [
      ['/v1/cg', { workspace_id, group_name: 'a\0b' }],
      ['/v1/workspace', { workspace_name: 'a\0b' }],
      ['/v1/api-key', { key_name: 'a\0b' }],
    ] as const)
      check(await a.call('PUT', path, fields), 400, 'invalid_fields');
  });
});

describe('requests that are no calls', () => {
  test('an unknown path is 404, a wrong method 405 with what is allowed', async () => {
    for (const path of ['/', '/v1', '/v1/', '/v1/cg/', '/v1/CG', '/v2/cg', '/v1/cg/../../etc/passwd', '/%00'])
      check(await a.call('POST', path, {}), 404, 'unknown_route');
    const answer = await a.call('OPTIONS', '/v1/cg');
    check(answer, 405, 'method_not_allowed');
    assert.deepEqual(answer.headers.get('allow')?.split(', ').sort(), ['DELETE', 'PATCH', 'POST', 'PUT']);
    const head = await fetch(new URL('/v1/cg', server.url), { method: 'HEAD' });
    assert.equal(head.status, 405);
    assert.match(head.headers.get('x-request-id') ?? '', REQUEST_ID);
    assert.equal((await a.call('POST', '/v1/auth', undefined, { token: null })).status, 403);
  });

  test('a path that cannot be decoded has a request id like any other answer', async () => {
    for (const path of ['/v1/%zz', '/%']) {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 40[04] /, answer);
      assert.match(answer, /x-request-id: [0-9a-f-]{36}/i, answer);
      assert.match(answer, /"request_id":"/, answer);
      assert.doesNotMatch(answer, /FST_|node_modules|\bat .+\.[jt]s/);
    }
  });

  test('what is no HTTP at all is answered with 400 and nothing of the inside', async () => {
    for (const bytes of [
      'nonsense\r\n\r\n',
      'GET / HTTP/1.1\r\nbad header\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`,
    ]) {
      const answer = await raw(bytes);
      assert.match(answer, /^HTTP\/1\.1 4\d\d /);
      assert.match(answer, /x-request-id: [0-9a-f-]{36}/i, answer);
      assert.doesNotMatch(answer, /node_modules|\bat .+\.[jt]s/);
    }
  });

  test('a body whose end can be read in two ways is refused, and what follows it is no call', async () => {
    const withHeaders = (lines: string) =>
      raw(
        [
          `POST /v1/cg HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${a.token}\r\n${lines}\r\n\r\n0\r\n\r\n`,
          'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
        ].join(''),
        true,
      );
    for (const lines of [
      'Content-Length: 5\r\nTransfer-Encoding: chunked',
      'Transfer-Encoding: chunked\r\nContent-Length: 5',
      'Transfer-Encoding: chunked\r\nContent-Length: 0',
      'Content-Length: 5\r\nContent-Length: 0',
      'Content-Length: 5, 0',
      'Content-Length: +5',
      'Transfer-Encoding: chunked, identity',
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
      'Transfer-Encoding: xchunked',
      'Transfer-Encoding: \x0bchunked',
      'Transfer-Encoding : chunked',
      'Transfer-Encoding:\r\n chunked',
      'X: y\nTransfer-Encoding: chunked',
    ]) {
      const answer = await withHeaders(lines);
      assert.match(answer, /^HTTP\/1\.1 400 /, lines);
      assert.equal(answer.split('HTTP/1.1 ').length, 2, `${lines} got more than one answer: ${answer}`);
    }
    // Behind one that is written soundly it is a call.
    for (const lines of ['Transfer-Encoding: chunked', 'Content-Length: 5'])
      assert.match(await withHeaders(lines), /"status":"ok"/, lines);
  });

  test('TRACE is answered nowhere, and nothing of the call comes back', async () => {
    for (const path of ['/', '/v1/cg', '/v1/auth', '/v1/no-such-call', '/docs/', '/healthz', '/openapi.json']) {
      const answer = await raw(`TRACE ${path} HTTP/1.1\r\nHost: x\r\nX-Mark: cockatoo\r\nConnection: close\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 40[45] /, path);
      assert.doesNotMatch(answer, /cockatoo|message\/http/, path);
    }
  });

  test('an upload that is cut off leaves the server answering', async () => {
    const answer = await raw(
      `POST /v1/cg HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${a.token}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"a":`,
    );
    assert.doesNotMatch(answer, /^HTTP\/1\.1 (200|500)/);
    assert.equal((await list(body())).status, 200);
  });

  test('every answer forbids storing and sniffing', async () => {
    for (const answer of [await list(body()), await list('{'), await a.call('GET', '/nowhere')]) {
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    }
  });
});

test('before it is ready the server is alive, and answers 503 with a request id', async (t) => {
  const door = createFrontDoor(false);
  t.after(() => door.close(0));
  const { port } = await door.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  const early = (path: string) => send(url, 'GET', path, undefined, { token: null });
  assert.equal((await early('/healthz')).status, 200);
  for (const path of ['/readyz', '/v1/cg', '/openapi.json']) {
    const answer = await early(path);
    check(answer, 503, 'not_ready');
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
  }
});
