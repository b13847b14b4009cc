import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type Answer, startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';

const PASSWORD = 'a long and secret sentence';

let server: TestServer;
let a: Tenant;
let count = 0;

before(async () => {
  server = await startTestServer({ workers: false });
  a = server.a;
});

const refusal = ({ status, body }: Answer) => [status, body.code];
const sessionOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).sid;

type Person = { userId: string; email: string; call(method: string, path: string, body: unknown): Promise<Answer> };

async function person(role_code: string, workspaces?: { workspace_id: string; role_code: string }[]): Promise<Person> {
  count += 1;
  const email = `person-${count}@example.test`;
  const made = await a.call('PUT', '/v1/user', {
    email,
    password: PASSWORD,
    role_code,
    ...(workspaces && { workspaces }),
  });
  assert.equal(made.status, 200, made.text);
  const signed = await a.call(
    'POST',
    '/v1/auth',
    { email, password: PASSWORD },
    { token: null, headers: { 'x-api-key': a.apiKey } },
  );
  assert.deepEqual([signed.status, signed.body.role_code], [200, role_code], signed.text);
  const token = signed.body.access_token;
  return {
    userId: made.body.user_id,
    email,
    call: (method, path, body) => a.call(method, path, body, { token }),
  };
}

async function role(role_name: string, permissions: string[]): Promise<string> {
  const made = await a.call('PUT', '/v1/role', { role_name, permissions });
  assert.equal(made.status, 200, made.text);
  return made.body.role_code;
}

describe('roles of your own', () => {
  test('let do what they say, from the next call on, and nothing else', async () => {
    const code = await role('Group keeper', ['groups.read', 'groups.write']);
    assert.equal(code, 'CUSTOM_GROUP_KEEPER');
    const keeper = await person(code);
    const { workspaceId: workspace_id } = a;
    const make = (group_name: string) => keeper.call('PUT', '/v1/cg', { workspace_id, group_name });
    assert.equal((await make('One')).status, 200);
    assert.equal((await keeper.call('POST', '/v1/cpf', { workspace_id })).status, 403);
    assert.equal((await keeper.call('POST', '/v1/user', {})).status, 403);
    assert.deepEqual((await keeper.call('GET', '/v1/session', undefined)).body.permissions, [
      'groups.read',
      'groups.write',
    ]);
    const changed = await a.call('PATCH', '/v1/role', { role_code: code, permissions: ['groups.read', 'fields.read'] });
    assert.deepEqual(changed.body.permissions, ['fields.read', 'groups.read']);
    assert.equal((await make('Two')).status, 403);
    assert.equal((await keeper.call('POST', '/v1/cpf', { workspace_id })).status, 200);
    const listed = (await keeper.call('POST', '/v1/role', {})).body;
    assert.deepEqual(
      listed.map((one: { role_code: string; is_built_in: boolean }) => [one.role_code, one.is_built_in]).slice(-2),
      [
        ['API_CLIENT', true],
        [code, false],
      ],
    );
    assert.ok(!(await server.b.call('POST', '/v1/role', {})).text.includes(code), "another account's");
  });

  test('hold in single workspaces', async () => {
    const code = await role('Looks at groups', ['groups.read']);
    const other = (await a.call('PUT', '/v1/workspace', { workspace_name: 'Only there' })).body.workspace_id;
    const one = await person('VIEWER', [{ workspace_id: other, role_code: code }]);
    assert.equal((await one.call('POST', '/v1/cg', { workspace_id: other })).status, 200);
    assert.equal((await one.call('POST', '/v1/cpf', { workspace_id: other })).status, 403);
    assert.equal((await one.call('POST', '/v1/cg', { workspace_id: a.workspaceId })).status, 403);
    const { workspaces } = (await one.call('GET', '/v1/session', undefined)).body;
    assert.deepEqual(workspaces, [
      { workspace_id: other, workspace_name: 'Only there', role_code: code, permissions: ['groups.read'] },
    ]);
  });

  test('are not deleted while somebody holds them, here or there', async () => {
    const code = await role('Held', ['groups.read']);
    const drop = () => a.call('DELETE', '/v1/role', { role_code: code });
    const held = await person(code);
    assert.deepEqual(refusal(await drop()), [400, 'role_in_use']);
    const workspaces = [{ workspace_id: a.workspaceId, role_code: code }];
    await a.call('PATCH', '/v1/user', { user_id: held.userId, role_code: 'VIEWER', workspaces });
    assert.deepEqual(refusal(await drop()), [400, 'role_in_use']);
    await a.call('PATCH', '/v1/user', { user_id: held.userId, workspaces: null });
    assert.equal((await drop()).status, 200);
    assert.deepEqual(refusal(await drop()), [400, 'unknown_role']);
  });

  test('have names and permissions that are checked', async () => {
    const put = (role_name: unknown, permissions: unknown) => a.call('PUT', '/v1/role', { role_name, permissions });
    await role('Taken name', ['groups.read']);
    assert.deepEqual(refusal(await put('taken NAME', ['groups.read'])), [400, 'role_name_taken']);
    for (const wrong of [
      await put('', ['groups.read']),
      await put('a;b', ['groups.read']),
      await put('X', []),
      await put('X', ['everything']),
    ])
      assert.equal(wrong.status, 400, wrong.text);
    for (const method of ['PATCH', 'DELETE'])
      assert.deepEqual(refusal(await a.call(method, '/v1/role', { role_code: 'ACCOUNT_ADMIN' })), [
        400,
        'role_built_in',
      ]);
    for (const role_code of ['CUSTOM_NOBODY', 'nonsense', 'custom_taken_name']) {
      const made = await a.call('PUT', '/v1/user', { email: 'x@example.test', password: PASSWORD, role_code });
      assert.deepEqual(refusal(made), [400, 'unknown_role'], role_code);
    }
  });
});

describe('nobody grants more than they hold', () => {
  const MANAGING = ['users.read', 'users.write', 'roles.write', 'groups.read', 'workspaces.read'];

  test('by roles, users, links, or by ruling over those above them', async () => {
    const manager = await person(await role('Manager', MANAGING));
    const small = await role('Small', ['groups.read']);
    const large = await role('Large', ['groups.read', 'customers.decrypt']);
    const refused: [string, string, Record<string, unknown>][] = [
      ['PUT', '/v1/role', { role_name: 'More', permissions: ['customers.decrypt'] }],
      ['PATCH', '/v1/role', { role_code: small, permissions: ['groups.read', 'customers.delete'] }],
      ['PATCH', '/v1/role', { role_code: large, permissions: ['groups.read'] }],
      ['DELETE', '/v1/role', { role_code: large }],
      ['PUT', '/v1/user', { email: 'up@example.test', password: PASSWORD, role_code: 'ACCOUNT_ADMIN' }],
      ['PUT', '/v1/user', { email: 'up@example.test', password: PASSWORD, role_code: large }],
      [
        'PUT',
        '/v1/user',
        {
          email: 'up@example.test',
          password: PASSWORD,
          role_code: small,
          workspaces: [{ workspace_id: a.workspaceId, role_code: large }],
        },
      ],
      ['PATCH', '/v1/user', { user_id: manager.userId, role_code: 'ACCOUNT_ADMIN' }],
      ['PATCH', '/v1/user', { user_id: a.userId, disabled: true }],
      ['PATCH', '/v1/user', { user_id: a.userId, display_name: 'Nobody' }],
      ['PUT', '/v1/user/link', { user_id: a.userId }],
      ['DELETE', '/v1/user/otp', { user_id: a.userId }],
      ['DELETE', '/v1/user', { user_id: a.userId }],
      ['DELETE', '/v1/session', { session_id: sessionOf(a.token) }],
    ];
    for (const [method, path, body] of refused)
      assert.deepEqual(refusal(await manager.call(method, path, body)), [403, 'grants_too_much'], `${method} ${path}`);
    // Reach counts too: who works in one workspace lets nobody work in all of them, not even themselves.
    const local = await person('CUSTOM_MANAGER', [{ workspace_id: a.workspaceId, role_code: 'CUSTOM_MANAGER' }]);
    for (const [method, body] of [
      ['PUT', { email: 'wide@example.test', password: PASSWORD, role_code: small }],
      ['PATCH', { user_id: local.userId, workspaces: null }],
      ['PATCH', { user_id: manager.userId, disabled: true }],
    ] as const)
      assert.deepEqual(refusal(await local.call(method, '/v1/user', body)), [403, 'grants_too_much'], method);
    const allowed = await manager.call('PUT', '/v1/user', {
      email: 'small@example.test',
      password: PASSWORD,
      role_code: small,
    });
    assert.equal(allowed.status, 200, allowed.text);
    const user_id = allowed.body.user_id;
    assert.equal((await manager.call('PUT', '/v1/user/link', { user_id })).status, 200);
    assert.equal((await manager.call('PATCH', '/v1/user', { user_id, disabled: true })).status, 200);
    // Whoever holds more in one workspace only is above the manager too.
    const there = await person(small, [{ workspace_id: a.workspaceId, role_code: large }]);
    assert.deepEqual(refusal(await manager.call('PUT', '/v1/user/link', { user_id: there.userId })), [
      403,
      'grants_too_much',
    ]);
  });

  test('in a workspace by a role that they hold for the account only', async () => {
    const { workspaceId: workspace_id } = a;
    const there = ['groups.read', 'customers.read'];
    const code = await role('Reads there', there);
    const account = await role('Rules roles', [...there, 'customers.decrypt', 'roles.write', 'workspaces.write']);
    const { customer_group_id } = (await a.call('PUT', '/v1/cg', { workspace_id, group_name: 'Sealed' })).body;
    const one = await person(account, [{ workspace_id, role_code: code }]);
    const decrypt = () => one.call('POST', '/v1/customer', { workspace_id, customer_group_id, page: 1, decrypt: true });
    const widen = (permission: string) =>
      one.call('PATCH', '/v1/role', { role_code: code, permissions: [...there, permission] });
    assert.equal((await decrypt()).status, 403);
    for (const refused of [
      await widen('customers.decrypt'),
      await widen('workspaces.write'),
      await one.call('PUT', '/v1/role', { role_name: 'Decrypts', permissions: ['customers.decrypt'] }),
      await one.call('DELETE', '/v1/role', { role_code: code }),
    ])
      assert.deepEqual(refusal(refused), [403, 'grants_too_much'], refused.text);
    assert.equal((await decrypt()).status, 403);
    assert.equal((await one.call('DELETE', '/v1/workspace', { workspace_id })).status, 403);
    // Whose role holds in every workspace holds there what it lets do.
    await a.call('PATCH', '/v1/user', { user_id: one.userId, workspaces: null });
    assert.equal((await decrypt()).status, 200);
    assert.equal((await widen('customers.decrypt')).status, 200);
  });
});
