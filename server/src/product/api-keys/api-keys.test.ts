import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startServerBeside } from '../../../test/crash/processes.ts';
import { type Answer, send, startTestServer, type Tenant, type TestServer, until } from '../../../test/harness.ts';
import { endpoints } from '../endpoints.ts';
import { ROLE_PERMISSIONS } from '../roles/roles.ts';
import { isMistyped, newApiKey } from './api-key.ts';
import { ownerOfKey } from './key-in-use.ts';

const HOUR_MS = 60 * 60_000;

let server: TestServer;
let a: Tenant;
let other: string;
let users = 0;
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

type Login = { email: string; password: string };

const signIn = (key: string, url = server.url, { email, password }: Login = a) =>
  send(url, 'POST', '/v1/auth', { email, password }, { token: null, headers: { 'x-api-key': key } });

/** A user with this role, in all workspaces or with others in some of them. */
async function newUser(role_code: string, workspaces?: { workspace_id: string; role_code: string }[]): Promise<Login> {
  users += 1;
  const login = { email: `user-${users}@example.test`, password: 'a long and secret sentence' };
  const made = await a.call('PUT', '/v1/user', { ...login, role_code, ...(workspaces && { workspaces }) });
  assert.equal(made.status, 200, made.text);
  return login;
}

/** A role of the account's own. */
async function newRole(role_name: string, permissions: string[]): Promise<string> {
  const made = await a.call('PUT', '/v1/role', { role_name, permissions });
  assert.equal(made.status, 200, made.text);
  return made.body.role_code;
}

/** Signed in by a key of these limits, as the account's administrator unless as somebody else. */
async function by(more: Record<string, unknown>, login?: Login) {
  const { id, key } = await newKey(more);
  const signed = await signIn(key, server.url, login);
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

  test('of one workspace does nothing beyond it, even for the administrator, and in it all that the role may', async () => {
    const shownWithin = ['workspaces.read', 'campaigns.read_all'];
    for (const role of ['ACCOUNT_ADMIN', 'API_CLIENT'] as const) {
      const { call } = await by({ workspace_ids: [other] }, await newUser(role));
      for (const { name, method, path, access, example } of endpoints) {
        if ((access.kind !== 'account' && access.kind !== 'workspace') || method === 'GET') continue;
        const { permission } = access;
        const may = permission === null || ROLE_PERMISSIONS[role].has(permission as never);
        const beyond = access.kind === 'account' && permission !== null && !shownWithin.includes(permission);
        // An unknown field is found after the permission and before the work: nothing happens.
        const ask = (workspace_id: string) =>
          call(method, path, { ...example, no_such_field: 1, ...('workspace_id' in example && { workspace_id }) });
        const there = await ask(other);
        assert.deepEqual(
          there.status === 400 ? 400 : refusal(there),
          may && !beyond ? 400 : [403, access.kind === 'account' ? 'forbidden' : 'workspace_forbidden'],
          `${role} ${name}: ${there.text}`,
        );
        if (access.kind === 'workspace')
          assert.deepEqual(refusal(await ask(a.workspaceId)), [403, 'workspace_forbidden'], `${role} ${name}`);
      }
    }
  });

  test("of one workspace shows and changes nothing of another's, nor of the account", async () => {
    const role_code = await newRole('Held elsewhere', ['groups.read']);
    await newUser('VIEWER', [{ workspace_id: a.workspaceId, role_code }]);
    const { call } = await by({ workspace_ids: [other] });
    for (const [method, path, body] of [
      ['POST', '/v1/audit', { workspace: a.workspaceId }],
      ['POST', '/v1/audit/verify', {}],
      ['POST', '/v1/user', {}],
      ['POST', '/v1/session', { user_id: (await a.call('POST', '/v1/user', {})).body.at(-1).user_id }],
      ['PATCH', '/v1/account', { second_factor_required: false }],
      ['PATCH', '/v1/role', { role_code, permissions: ['groups.read', 'customers.decrypt'] }],
      ['PUT', '/v1/api-key', { key_name: 'Its heir', workspace_ids: [other] }],
    ] as const)
      assert.deepEqual(refusal(await call(method, path, body)), [403, 'forbidden'], `${method} ${path}`);
    const codes = async (ask: typeof call) =>
      (await ask('POST', '/v1/role', {})).body.map((one: { role_code: string }) => one.role_code);
    assert.ok((await codes(a.call)).includes(role_code));
    assert.deepEqual(await codes(call), Object.keys(ROLE_PERMISSIONS), 'no role of the account');
    // What is held is told, and the named workspace is the administrator's as before.
    const { permissions } = (await call('GET', '/v1/session')).body;
    assert.deepEqual(
      permissions.filter((one: string) =>
        /^(workspaces\.(read|write)|campaigns\.read_all|users|audit|roles)/.test(one),
      ),
      ['campaigns.read_all', 'workspaces.read'],
    );
    const renamed = await call('PATCH', '/v1/workspace', { workspace_id: other, workspace_name: 'Other one' });
    assert.equal(renamed.status, 200, renamed.text);
  });

  test('that is limited shows its own role and its own session, and ends no other', async () => {
    const own = await newRole('Held by the key', ['groups.read', 'groups.write']);
    await newRole('Held by nobody', ['groups.read']);
    const login = await newUser(own);
    const [whole, limited] = [await by({}, login), await by({ permissions: ['groups.read'] }, login)];
    const seen = async (ask: typeof whole.call) => {
      const [roles, sessions] = [await ask('POST', '/v1/role', {}), await ask('POST', '/v1/session', {})];
      const custom = roles.body.flatMap(({ role_code }: { role_code: string }) =>
        role_code.startsWith('CUSTOM_') ? [role_code] : [],
      );
      return [custom, sessions.body.map((one: { is_current: boolean }) => one.is_current)];
    };
    assert.deepEqual(await seen(limited.call), [[own], [true]]);
    assert.deepEqual((await seen(whole.call))[1]?.sort(), [false, true]);
    const [theirs] = (await whole.call('POST', '/v1/session', {})).body.filter(
      (one: { is_current: boolean }) => one.is_current,
    );
    for (const body of [{ others: true }, { session_id: theirs.session_id }])
      assert.deepEqual(refusal(await limited.call('DELETE', '/v1/session', body)), [403, 'forbidden']);
    assert.equal((await whole.call('POST', '/v1/session', {})).status, 200);
    assert.equal((await limited.call('DELETE', '/v1/session', {})).status, 200);
    assert.equal((await limited.call('POST', '/v1/session', {})).status, 403);
  });

  test('that is revoked while a sign-in by it is under way opens nothing', async () => {
    const { id, key } = await newKey({});
    const { database } = server.app.services;
    const answered = await database.tenant(a.accountId, async (tx) => {
      await tx.run('select 1 from users where user_id = $1 for update', [a.userId]);
      const signing = signIn(key);
      await until(async () => {
        const waits = await tx.row(
          `select 1 from pg_locks where not granted and transactionid = pg_current_xact_id()::xid`,
        );
        return waits !== undefined;
      });
      await tx.run('update api_keys set revoked_at = now() where api_key_id = $1', [id]);
      return { signing };
    });
    assert.deepEqual(refusal(await answered.signing), [403, 'sign_in_refused']);
    const [event] = (await a.call('POST', '/v1/audit', { action: 'auth.signed_in', page_size: 1 })).body;
    assert.deepEqual([event.outcome, event.object_ids.api_key_id], ['refused', id]);
  });

  test('gives nobody more than their role, and makes no key that reaches further', async () => {
    const { call, id } = await by({ permissions: ['api_keys.write', 'api_keys.read', 'groups.read'] });
    const put = (more: object) => call('PUT', '/v1/api-key', { key_name: 'More', ...more });
    const within = { permissions: ['groups.read'], workspace_ids: [other] };
    for (const more of [{}, { ...within, permissions: null }, { ...within, permissions: ['groups.write'] }])
      assert.deepEqual(refusal(await put(more)), [403, 'grants_too_much'], JSON.stringify(more));
    assert.deepEqual(refusal(await put({ ...within, workspace_ids: [server.b.workspaceId] })), [
      400,
      'unknown_key_workspace',
    ]);
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

  test('is made, widened and prolonged only by who holds what that sets free', async () => {
    const keeping = ['api_keys.read', 'api_keys.write', 'groups.read', 'fields.read'];
    const { call } = await by({}, await newUser(await newRole('Keeps keys', keeping)));
    const change = (api_key_id: string, more: object) => call('PATCH', '/v1/api-key', { api_key_id, ...more });
    const small = { permissions: ['groups.read'], workspace_ids: [other] };
    const held = await newKey(small);
    const above = await newKey({
      permissions: ['customers.decrypt', 'groups.read'],
      workspace_ids: [other],
      expires_at: inHours(1),
    });
    const everything = await newKey({ permissions: null, workspace_ids: [other] });
    // Whoever has the key gains nothing either: a program has no other way in.
    const program = await by(small, await newUser('API_CLIENT'));
    const page = { workspace_id: other, page: 1, decrypt: true };
    const { customer_group_id } = (await a.call('PUT', '/v1/cg', { workspace_id: other, group_name: 'Sealed' })).body;
    const decrypt = () => program.call('POST', '/v1/customer', { ...page, customer_group_id });
    assert.equal((await decrypt()).status, 403);
    for (const [id, more] of [
      [program.id, { permissions: null }],
      [program.id, { permissions: ['groups.read', 'customers.read', 'customers.decrypt'] }],
      [above.id, { workspace_ids: null }],
      [above.id, { workspace_ids: [other, a.workspaceId] }],
      [above.id, { expires_at: inHours(2) }],
      [above.id, { expires_at: null }],
      [everything.id, { workspace_ids: null }],
    ] as const)
      assert.deepEqual(refusal(await change(id, more)), [403, 'grants_too_much'], JSON.stringify(more));
    for (const more of [{}, { permissions: ['customers.decrypt'] }, { workspace_ids: [other] }])
      assert.deepEqual(refusal(await call('PUT', '/v1/api-key', { key_name: 'More', ...more })), [
        403,
        'grants_too_much',
      ]);
    assert.equal((await decrypt()).status, 403);
    for (const [id, more] of [
      [above.id, { key_name: 'Renamed' }],
      [above.id, { expires_at: inHours(0.5) }],
      [above.id, { permissions: ['customers.decrypt'] }],
      [everything.id, { permissions: ['customers.decrypt'] }],
      [held.id, { permissions: ['groups.read', 'fields.read'], workspace_ids: null, expires_at: inHours(1) }],
      [held.id, { expires_at: null }],
    ] as const)
      assert.equal((await change(id, more)).status, 200, JSON.stringify(more));
    assert.equal((await call('PUT', '/v1/api-key', { key_name: 'Small', permissions: ['groups.read'] })).status, 200);
    assert.equal((await call('DELETE', '/v1/api-key', { api_key_id: everything.id })).status, 200, 'takes away');
  });

  test('is widened in a workspace only by who holds there what that sets free', async () => {
    const account = await newRole('Keeps keys here', ['api_keys.write', 'customers.decrypt', 'groups.read']);
    const { call } = await by({}, await newUser(account, [{ workspace_id: other, role_code: 'VIEWER' }]));
    const here = await newKey({ permissions: ['groups.read'], workspace_ids: [other] });
    const elsewhere = await newKey({ permissions: ['groups.read'], workspace_ids: [a.workspaceId] });
    const change = async (api_key_id: string, more: object) =>
      refusal(await call('PATCH', '/v1/api-key', { api_key_id, ...more }));
    assert.deepEqual(await change(here.id, { permissions: ['groups.read', 'customers.decrypt'] }), [
      403,
      'grants_too_much',
    ]);
    assert.deepEqual(await change(here.id, { workspace_ids: null }), [403, 'grants_too_much']);
    assert.deepEqual(await change(elsewhere.id, { permissions: ['groups.read', 'fields.read'] }), [
      403,
      'grants_too_much',
    ]);
    assert.deepEqual(await change(here.id, { permissions: ['groups.read', 'fields.read'] }), [200, undefined]);
    assert.deepEqual(await change(elsewhere.id, { expires_at: inHours(1) }), [200, undefined]);
    // An administrator may do so also where a key names a workspace that is no more.
    const gone = (await a.call('PUT', '/v1/workspace', { workspace_name: 'Gone' })).body.workspace_id;
    const left = await newKey({ permissions: ['groups.read'], workspace_ids: [other, gone] });
    assert.equal((await a.call('DELETE', '/v1/workspace', { workspace_id: gone })).status, 200);
    assert.equal((await a.call('PATCH', '/v1/api-key', { api_key_id: left.id, permissions: null })).status, 200);
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
