import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { type Answer, send, startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { endpoints } from '../endpoints.ts';
import { ROLE_CODES, ROLE_PERMISSIONS, type RoleCode } from '../roles/roles.ts';

const PASSWORD = 'seven horses in the rain';

let server: TestServer;
let count = 0;

type Signed = { userId: string; email: string; token: string };

async function signInAs(email: string): Promise<Answer> {
  return server.a.call(
    'POST',
    '/v1/auth',
    { email, password: PASSWORD },
    { token: null, headers: { 'x-api-key': server.a.apiKey } },
  );
}

async function makeUser(
  role_code: RoleCode,
  workspaces?: { workspace_id: string; role_code: RoleCode }[],
): Promise<Signed> {
  count += 1;
  const email = `user-${count}@example.test`;
  const made = await server.a.call('PUT', '/v1/user', {
    email,
    password: PASSWORD,
    role_code,
    ...(workspaces && { workspaces }),
  });
  assert.equal(made.status, 200, made.text);
  const signed = await signInAs(email);
  assert.equal(signed.status, 200, signed.text);
  return { userId: made.body.user_id, email, token: signed.body.access_token };
}

const as = (token: string, method: string, path: string, body: unknown) => server.a.call(method, path, body, { token });
const listGroups = async (token: string) =>
  (await as(token, 'POST', '/v1/cg', { workspace_id: server.a.workspaceId })).status;
const change = (user_id: string, more: Record<string, unknown>) =>
  server.a.call('PATCH', '/v1/user', { user_id, ...more });
const plain = (answer: Answer) => `${answer.status} ${answer.text.replace(answer.body.request_id, '')}`;

before(async () => {
  server = await startTestServer({ workers: false });
});

describe('roles', () => {
  test('every call asks for its permission before it looks at the rest', async () => {
    for (const role of ROLE_CODES) {
      const { token } = await makeUser(role);
      for (const { name, method, path, access, example } of endpoints) {
        if ((access.kind !== 'account' && access.kind !== 'workspace') || method === 'GET') continue;
        // An unknown field is found after the permission and before the work: nothing happens.
        const body = {
          ...example,
          no_such_field: 1,
          ...('workspace_id' in example && { workspace_id: server.a.workspaceId }),
        };
        const allowed = access.permission === null || ROLE_PERMISSIONS[role].has(access.permission as never);
        const answer = await as(token, method, path, body);
        assert.equal(answer.status, allowed ? 400 : 403, `${role} ${name}: ${answer.text}`);
      }
    }
  });

  test('who may do what, by name', () => {
    const may: Record<string, string> = {
      'workspaces.write': 'ACCOUNT_ADMIN',
      'workspaces.configure': 'ACCOUNT_ADMIN WORKSPACE_ADMIN',
      'users.write': 'ACCOUNT_ADMIN',
      'api_keys.write': 'ACCOUNT_ADMIN',
      'groups.write': 'ACCOUNT_ADMIN WORKSPACE_ADMIN EDITOR API_CLIENT',
      'customers.write': 'ACCOUNT_ADMIN WORKSPACE_ADMIN EDITOR API_CLIENT',
      'customers.decrypt': 'ACCOUNT_ADMIN WORKSPACE_ADMIN API_CLIENT',
      'customers.delete': 'ACCOUNT_ADMIN WORKSPACE_ADMIN API_CLIENT',
      'customers.export': 'ACCOUNT_ADMIN WORKSPACE_ADMIN API_CLIENT',
      'campaigns.approve': 'ACCOUNT_ADMIN WORKSPACE_ADMIN REVIEWER API_CLIENT',
      'messages.publish': 'ACCOUNT_ADMIN WORKSPACE_ADMIN API_CLIENT',
      'groups.read': ROLE_CODES.join(' '),
    };
    for (const [permission, roles] of Object.entries(may))
      assert.equal(
        ROLE_CODES.filter((role) => ROLE_PERMISSIONS[role].has(permission as never)).join(' '),
        roles,
        permission,
      );
  });

  test('a viewer reads, and neither writes nor decrypts', async () => {
    const { token } = await makeUser('VIEWER');
    const workspace_id = server.a.workspaceId;
    const { customer_group_id } = (await server.a.call('PUT', '/v1/cg', { workspace_id, group_name: 'To look at' }))
      .body;
    const page = { workspace_id, customer_group_id, page: 1, page_size: 10 };
    assert.equal((await as(token, 'POST', '/v1/customer', page)).status, 200);
    assert.equal((await as(token, 'POST', '/v1/customer', { ...page, decrypt: true })).status, 403);
    assert.equal((await as(token, 'PUT', '/v1/cg', { workspace_id, group_name: 'Mine' })).status, 403);
    assert.equal((await as(token, 'DELETE', '/v1/cg', { workspace_id, customer_group_id })).status, 403);
    assert.equal((await server.a.call('POST', '/v1/customer', { ...page, decrypt: true })).status, 200);
  });
});

describe('a user of one workspace', () => {
  test('is refused elsewhere as in a workspace that is not there', async () => {
    const { a } = server;
    const other = (await a.call('PUT', '/v1/workspace', { workspace_name: 'The other' })).body.workspace_id;
    const { token, userId } = await makeUser('VIEWER', [{ workspace_id: other, role_code: 'WORKSPACE_ADMIN' }]);
    const make = (workspace_id: string) => as(token, 'PUT', '/v1/cg', { workspace_id, group_name: 'Of mine' });
    assert.equal((await make(other)).status, 200);
    const refused = [
      await make(a.workspaceId),
      await make(server.b.workspaceId),
      await make(randomUUID()),
      await make('nowhere'),
    ];
    assert.equal(new Set(refused.map(plain)).size, 1, refused.map(plain).join('\n'));
    assert.equal(refused[0]?.status, 403);
    const seen = await as(token, 'POST', '/v1/workspace', {});
    assert.deepEqual(
      seen.body.map((one: { workspace_id: string }) => one.workspace_id),
      [other],
    );
    // Taking the workspace away, and giving all of them, hold at the next call.
    assert.equal((await change(userId, { workspaces: [{ workspace_id: other, role_code: 'VIEWER' }] })).status, 200);
    assert.equal((await make(other)).status, 403);
    assert.equal((await change(userId, { workspaces: null, role_code: 'EDITOR' })).status, 200);
    assert.equal((await make(a.workspaceId)).status, 200);
  });

  test('is limited to workspaces of the account, each once', async () => {
    const { a, b } = server;
    const make = (workspaces: unknown, role_code = 'VIEWER') =>
      a.call('PUT', '/v1/user', {
        email: `limited-${randomUUID()}@example.test`,
        password: PASSWORD,
        role_code,
        workspaces,
      });
    const one = { workspace_id: a.workspaceId, role_code: 'EDITOR' };
    for (const workspaces of [
      [{ ...one, workspace_id: b.workspaceId }],
      [{ ...one, workspace_id: 'nowhere' }],
      [one, one],
    ])
      assert.deepEqual(
        [(await make(workspaces)).status, (await make(workspaces)).body.code],
        [400, 'unknown_workspace'],
      );
    assert.equal((await make([])).status, 400);
    assert.equal((await make([{ ...one, role_code: 'ACCOUNT_ADMIN' }])).status, 400);
    assert.equal((await make([one], 'ACCOUNT_ADMIN')).body.code, 'administrator_limited');
  });
});

describe('what is taken away is gone at the next call, and after a restart', () => {
  test('a disabled user', async () => {
    const user = await makeUser('EDITOR');
    assert.equal(await listGroups(user.token), 200);
    assert.equal((await change(user.userId, { disabled: true })).body.disabled, true);
    assert.equal(await listGroups(user.token), 403);
    const wrong = await signInAs(user.email);
    assert.deepEqual([wrong.status, wrong.body.code], [403, 'sign_in_refused']);
    await server.restart();
    assert.equal(await listGroups(user.token), 403);
    // Enabled again, old sessions stay ended.
    assert.equal((await change(user.userId, { disabled: false })).status, 200);
    assert.equal(await listGroups(user.token), 403);
    assert.equal((await signInAs(user.email)).status, 200);
  });

  test('a demoted user', async () => {
    const user = await makeUser('EDITOR');
    const make = (group_name: string) =>
      as(user.token, 'PUT', '/v1/cg', { workspace_id: server.a.workspaceId, group_name });
    assert.equal((await make('Before')).status, 200);
    await change(user.userId, { role_code: 'VIEWER' });
    assert.equal((await make('After')).status, 403);
    assert.equal((await as(user.token, 'GET', '/v1/auth', undefined)).body.role_code, 'VIEWER');
    await server.restart();
    assert.equal((await make('After')).status, 403);
  });

  test('an API key, with the sessions that were begun with it', async () => {
    const { a } = server;
    const made = await a.call('PUT', '/v1/api-key', { key_name: 'To be revoked' });
    assert.equal(made.status, 200);
    const headers = { 'x-api-key': made.body.api_key };
    const body = { email: a.email, password: a.password };
    const pair = await a.call('POST', '/v1/auth', body, { token: null, headers });
    const token = pair.body.access_token;
    assert.equal(await listGroups(token), 200);
    const listed = await a.call('POST', '/v1/api-key', {});
    assert.ok(!listed.text.includes(made.body.api_key), 'a key is shown once');
    assert.equal((await a.call('DELETE', '/v1/api-key', { api_key_id: made.body.api_key_id })).status, 200);
    assert.equal(await listGroups(token), 403);
    assert.equal((await as(pair.body.refresh_token, 'GET', '/v1/auth', undefined)).status, 403);
    assert.equal((await a.call('POST', '/v1/auth', body, { token: null, headers })).status, 403);
    assert.equal(await listGroups(a.token), 200);
    assert.equal((await a.call('POST', '/v1/cg', { workspace_id: a.workspaceId }, { headers })).status, 403);
    const again = await a.call('DELETE', '/v1/api-key', { api_key_id: made.body.api_key_id });
    assert.deepEqual([again.status, again.body.code], [400, 'api_key_revoked']);
    await server.restart();
    assert.equal(await listGroups(token), 403);
  });
});

describe('administrators', () => {
  test('the last one can neither be demoted, disabled nor limited', async () => {
    const { a } = server;
    const limited = [{ workspace_id: a.workspaceId, role_code: 'EDITOR' }];
    for (const more of [{ role_code: 'EDITOR' }, { disabled: true }, { role_code: 'VIEWER', workspaces: limited }]) {
      // Earlier tests made a second one: it goes first.
      for (const user of (await a.call('POST', '/v1/user', {})).body)
        if (user.role_code === 'ACCOUNT_ADMIN' && user.user_id !== a.userId)
          await change(user.user_id, { role_code: 'VIEWER' });
      const answer = await change(a.userId, more);
      assert.deepEqual([answer.status, answer.body.code], [400, 'last_administrator'], JSON.stringify(more));
    }
    const answer = await change(a.userId, { workspaces: limited });
    assert.deepEqual([answer.status, answer.body.code], [400, 'administrator_limited']);
  });

  test('of two who demote each other at once, one stays', async () => {
    const { a } = server;
    const other = await makeUser('ACCOUNT_ADMIN');
    const answers = await Promise.all([
      as(other.token, 'PATCH', '/v1/user', { user_id: a.userId, role_code: 'VIEWER' }),
      change(other.userId, { role_code: 'VIEWER' }),
    ]);
    assert.ok(
      answers.every(({ status }) => status < 500),
      answers.map(({ text }) => text).join('\n'),
    );
    const stays = answers[0]?.status === 200 ? other.token : a.token;
    const users = (await as(stays, 'POST', '/v1/user', {})).body;
    const administrators = users.filter((user: { role_code: string }) => user.role_code === 'ACCOUNT_ADMIN');
    assert.equal(administrators.length, 1);
    await as(stays, 'PATCH', '/v1/user', { user_id: a.userId, role_code: 'ACCOUNT_ADMIN' });
  });

  test('who are demoted or disabled while a call of theirs waits do no more by it', async () => {
    const { userId: target } = await makeUser('ACCOUNT_ADMIN');
    for (const [set, refused] of [
      [`disabled_at = now()`, 'unauthorised'],
      [`role_code = 'EDITOR'`, 'forbidden'],
    ] as const) {
      const { userId, token } = await makeUser('ACCOUNT_ADMIN');
      const { calls } = await server.app.services.database.tenant(server.a.accountId, async (tx) => {
        // Whoever changes users locks the administrators first.
        await tx.run(`select 1 from users where role_code = 'ACCOUNT_ADMIN' for update`);
        const calls = [
          as(token, 'PATCH', '/v1/user', { user_id: target, display_name: 'By who waited' }),
          as(token, 'DELETE', '/v1/user', { user_id: target }),
        ];
        await until(async () => {
          const row = await tx.row<{ n: number }>(
            'select count(distinct pid)::int as n from pg_locks where not granted',
          );
          return (row?.n ?? 0) >= calls.length;
        });
        await tx.run(`update users set ${set} where user_id = $1`, [userId]);
        return { calls };
      });
      for (const answer of await Promise.all(calls))
        assert.deepEqual([answer.status, answer.body.code], [403, refused]);
    }
    const { body: users } = await server.a.call('POST', '/v1/user', { page_size: 1_000 });
    const found = users.find((user: { user_id: string }) => user.user_id === target);
    assert.notEqual(found.display_name, 'By who waited');
  });

  test('delete a user: nothing of theirs stays but what they made, and every token ends', async () => {
    const { a, b } = server;
    const gone = await makeUser('WORKSPACE_ADMIN');
    const made = await as(gone.token, 'PUT', '/v1/cg', {
      workspace_id: a.workspaceId,
      group_name: 'made by the deleted',
    });
    assert.equal(made.status, 200);
    const remove = (user_id: string) => a.call('DELETE', '/v1/user', { user_id });
    const answers = await Promise.all([remove(gone.userId), remove(gone.userId)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400]);
    assert.equal((await as(gone.token, 'POST', '/v1/cg', { workspace_id: a.workspaceId })).status, 403);
    assert.equal((await signInAs(gone.email)).status, 403);
    const groups = (await a.call('POST', '/v1/cg', { workspace_id: a.workspaceId })).body;
    const [group] = groups.filter((one: { group_name: string }) => one.group_name === 'made by the deleted');
    assert.equal(group.created_by, gone.userId);
    const left = await server.app.services.database.tenant(a.accountId, (tx) =>
      tx.rows('select 1 from users where email = $1 union all select 1 from sessions where user_id = $2', [
        gone.email,
        gone.userId,
      ]),
    );
    assert.equal(left.length, 0);
    assert.equal((await a.call('PUT', '/v1/user', { email: gone.email, role_code: 'VIEWER' })).status, 200);
    for (const [user_id, code] of [
      [a.userId, 'own_user'],
      [b.userId, 'not_found'],
      ['nobody', 'not_found'],
    ] as const)
      assert.equal((await remove(user_id)).body.code, code);
  });

  test('list users by the page, each once and oldest first', async () => {
    const { a } = server;
    const all = (await a.call('POST', '/v1/user', { page_size: 1_000 })).body.map(
      (user: { user_id: string }) => user.user_id,
    );
    const walked: string[] = [];
    for (let page = 1; walked.length < all.length; page += 1) {
      const { body } = await a.call('POST', '/v1/user', { page, page_size: 2 });
      assert.ok(body.length > 0 && body.length <= 2);
      walked.push(...body.map((user: { user_id: string }) => user.user_id));
    }
    assert.deepEqual(walked, all);
    assert.deepEqual((await a.call('POST', '/v1/user', { page: 1_000 })).body, []);
    const [last, previous] = (await a.call('POST', '/v1/audit', { action: 'users.listed' })).body;
    assert.deepEqual(last.object_ids, { page: 1_000, users: 0 });
    assert.equal(previous.object_ids.page, Math.ceil(all.length / 2), 'each page that was read is on record');
  });

  test('see nobody of another account', async () => {
    const { a, b } = server;
    const foreign = await change(b.userId, { disabled: true });
    const unreal = await change(randomUUID(), { disabled: true });
    assert.equal(plain(foreign), plain(unreal));
    assert.equal(foreign.status, 400);
    assert.ok(!(await a.call('POST', '/v1/user', {})).text.includes(b.email));
    assert.equal(
      (await send(server.url, 'POST', '/v1/cg', { workspace_id: b.workspaceId }, { token: b.token })).status,
      200,
    );
  });

  test('take no weak passwords and no email twice', async () => {
    const make = (email: string, password: string) =>
      server.a.call('PUT', '/v1/user', { email, password, role_code: 'VIEWER' });
    for (const password of ['short', 'aaaaaaaaaaaaaaaa', 'password1234', 'x@example-mail.test', 'a'.repeat(300)]) {
      const answer = await make('x@example-mail.test', password);
      assert.deepEqual([answer.status, answer.body.code], [400, 'weak_password']);
      assert.ok(!answer.text.includes(password));
    }
    const answer = await make(server.a.email.toUpperCase(), PASSWORD);
    assert.deepEqual([answer.status, answer.body.code], [400, 'email_taken']);
    // The same person may be in two accounts.
    assert.equal((await make(server.b.email, PASSWORD)).status, 200);
  });
});
