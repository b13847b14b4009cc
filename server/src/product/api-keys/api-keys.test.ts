import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startServerBeside } from '../../../test/crash/processes.ts';
import { type Answer, send, startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';
import { isMistyped, newApiKey } from './api-key.ts';
import { ownerOfKey } from './key-in-use.ts';

const HOUR_MS = 60 * 60_000;

let server: TestServer;
let a: Tenant;
let other: string;
let now = Date.now();
const clock = { now: () => new Date(now) };

before(async () => {
  server = await startTestServer({ clock, workers: false });
  a = server.a;
  other = (await a.call('PUT', '/v1/workspace', { workspace_name: 'Other' })).body.workspace_id;
});

const refusal = ({ status, body }: Answer) => [status, body.code];
const inHours = (hours: number) => new Date(now + hours * HOUR_MS).toISOString();

async function newKey(more: Record<string, unknown>) {
  const made = await a.call('PUT', '/v1/api-key', { key_name: 'Test', ...more });
  assert.equal(made.status, 200, made.text);
  return { id: made.body.api_key_id as string, key: made.body.api_key as string };
}

const signIn = (key: string, url = server.url) => {
  const { email, password } = a;
  return send(url, 'POST', '/v1/auth', { email, password }, { token: null, headers: { 'x-api-key': key } });
};

/** Signed in by a key of these limits, as the account's administrator. */
async function by(more: Record<string, unknown>) {
  const { id, key } = await newKey(more);
  const signed = await signIn(key);
  assert.equal(signed.status, 200, signed.text);
  const token = signed.body.access_token as string;
  return {
    id,
    key,
    token,
    refresh: signed.body.refresh_token as string,
    call: (method: string, path: string, body?: unknown) => a.call(method, path, body, { token }),
  };
}

describe('an API key', () => {
  test('limits what is done by it to some permissions, from the next call on', async () => {
    const { id, call } = await by({ permissions: ['groups.read', 'groups.write', 'customers.read'] });
    const { workspaceId: workspace_id } = a;
    const made = await call('PUT', '/v1/cg', { workspace_id, group_name: 'By key' });
    assert.equal(made.status, 200, made.text);
    const page = { workspace_id, customer_group_id: made.body.customer_group_id, page: 1 };
    assert.equal((await call('POST', '/v1/customer', page)).status, 200);
    assert.equal((await call('POST', '/v1/customer', { ...page, decrypt: true })).status, 403);
    for (const path of ['/v1/user', '/v1/cpf', '/v1/audit', '/v1/workspace'])
      assert.equal((await call('POST', path, path === '/v1/cpf' ? { workspace_id } : {})).status, 403, path);
    assert.deepEqual((await call('GET', '/v1/session')).body.permissions, [
      'customers.read',
      'groups.read',
      'groups.write',
    ]);
    await a.call('PATCH', '/v1/api-key', { api_key_id: id, permissions: ['fields.read'] });
    assert.equal((await call('POST', '/v1/cg', { workspace_id })).status, 403);
    assert.equal((await call('POST', '/v1/cpf', { workspace_id })).status, 200);
    await a.call('PATCH', '/v1/api-key', { api_key_id: id, permissions: null });
    assert.equal((await call('POST', '/v1/user', {})).status, 200);
  });

  test('limits what is done by it to some workspaces, which are all that is seen', async () => {
    const { call } = await by({ workspace_ids: [other] });
    assert.equal((await call('POST', '/v1/cg', { workspace_id: other })).status, 200);
    const refused = [a.workspaceId, server.b.workspaceId].map((workspace_id) =>
      call('POST', '/v1/cg', { workspace_id }),
    );
    const texts = (await Promise.all(refused)).map(
      ({ status, text, body }) => `${status} ${text.replace(body.request_id, '')}`,
    );
    assert.equal(new Set(texts).size, 1, texts.join('\n'));
    const ids = (answer: Answer) => answer.body.map((one: { workspace_id: string }) => one.workspace_id);
    assert.deepEqual(ids(await call('POST', '/v1/workspace', {})), [other]);
    assert.deepEqual(ids(await call('POST', '/v1/campaign/all', {})), [other]);
    assert.equal((await call('GET', '/v1/session')).body.workspaces.length, 1);
  });

  test('gives nobody more than their role, and makes no key that reaches further', async () => {
    const { call, id } = await by({
      permissions: ['api_keys.write', 'api_keys.read', 'groups.read'],
      workspace_ids: [other],
    });
    const put = (more: object) => call('PUT', '/v1/api-key', { key_name: 'More', ...more });
    const within = { permissions: ['groups.read'], workspace_ids: [other] };
    for (const more of [
      {},
      { ...within, permissions: null },
      { ...within, workspace_ids: null },
      { ...within, permissions: ['groups.write'] },
    ])
      assert.deepEqual(refusal(await put(more)), [403, 'grants_too_much'], JSON.stringify(more));
    assert.deepEqual(refusal(await put({ ...within, workspace_ids: [a.workspaceId] })), [400, 'unknown_key_workspace']);
    assert.equal((await put(within)).status, 200);
    const wide = await newKey({});
    for (const [method, body] of [
      ['PATCH', { api_key_id: wide.id, key_name: 'Mine' }],
      ['DELETE', { api_key_id: wide.id }],
      ['PATCH', { api_key_id: id, permissions: null }],
    ] as const)
      assert.deepEqual(refusal(await call(method, '/v1/api-key', body)), [403, 'grants_too_much']);
    const email = 'viewer@example.test';
    const password = 'a long and secret sentence';
    await a.call('PUT', '/v1/user', { email, password, role_code: 'VIEWER' });
    const all = await newKey({ permissions: ['groups.write', 'groups.read'] });
    const viewer = await a.call(
      'POST',
      '/v1/auth',
      { email, password },
      { token: null, headers: { 'x-api-key': all.key } },
    );
    const make = { workspace_id: a.workspaceId, group_name: 'No' };
    assert.equal((await a.call('PUT', '/v1/cg', make, { token: viewer.body.access_token })).status, 403);
  });

  test('ends at its time, with all that was begun by it, on every process', async () => {
    const beside = await startServerBeside(server.environment);
    try {
      const { key, token, refresh, id } = await by({ expires_at: inHours(1) });
      const ask = (path: string, of: string) =>
        Promise.all(
          [server.url, beside.url].map(async (url) => (await send(url, 'GET', path, undefined, { token: of })).status),
        );
      assert.deepEqual(await ask('/v1/session', token), [200, 200]);
      // The other process has the machine's clock, which goes on while this test's stands still: there it is over at once.
      const change = (more: object) => a.call('PATCH', '/v1/api-key', { api_key_id: id, ...more });
      assert.equal((await change({ expires_at: new Date(now + 1).toISOString() })).status, 200);
      assert.deepEqual(await ask('/v1/session', token), [200, 403]);
      now += HOUR_MS;
      assert.deepEqual(await ask('/v1/session', token), [403, 403]);
      assert.deepEqual(await ask('/v1/auth', refresh), [403, 403]);
      for (const url of [server.url, beside.url])
        assert.deepEqual(refusal(await signIn(key, url)), [403, 'sign_in_refused']);
      assert.deepEqual(refusal(await change({ expires_at: inHours(-1) })), [400, 'api_key_over']);
      // A name may be changed without touching the time that is over.
      assert.equal((await change({ key_name: 'Over' })).status, 200);
      await change({ expires_at: inHours(1) });
      assert.deepEqual(await ask('/v1/session', token), [200, 200]);
      await a.call('DELETE', '/v1/api-key', { api_key_id: id });
      assert.deepEqual(await ask('/v1/session', token), [403, 403]);
      assert.deepEqual(await ask('/v1/auth', refresh), [403, 403]);
    } finally {
      await beside.end('SIGKILL');
    }
  });

  test('that is mistyped is known without a look-up, and answered as an unknown one', async () => {
    const key = newApiKey();
    assert.ok(!isMistyped(key));
    for (let at = 4; at < key.length; at += 1) {
      const typed = `${key.slice(0, at)}${key[at] === 'x' ? 'y' : 'x'}${key.slice(at + 1)}`;
      assert.ok(isMistyped(typed), typed);
    }
    assert.ok(!isMistyped('a key that the operator chose'));
    const never = new Proxy(server.app.services.database, {
      get: () => {
        throw new Error('The database was asked.');
      },
    });
    assert.equal(await ownerOfKey(never, `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`, clock.now()), null);
    const answers = [await signIn(`${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`), await signIn(key)];
    const texts = answers.map(({ status, text, body }) => `${status} ${text.replace(body.request_id, '')}`);
    assert.equal(new Set(texts).size, 1);
  });
});
