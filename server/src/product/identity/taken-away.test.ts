import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Running, startServerBeside } from '../../../test/crash/processes.ts';
import { send, startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';
import { onItsWay } from '../../../test/on-its-way.ts';

// Access is taken away on one process; the next call on another one, which has just served the same token, is refused, and
// so is one after a restart of both. The other one is a process of its own, so that nothing in memory is common to both.

const PASSWORD = 'seven horses in the rain';

let server: TestServer;
let a: Tenant;
let beside: Running & { url: string };

before(async () => {
  server = await startTestServer({ workers: false });
  a = server.a;
  beside = await startServerBeside(server.environment);
});
after(() => beside.end('SIGKILL'));

/** Somebody who is signed in. What they have is taken away by a call to the server at `at`. */
type Held = { at: string; userId: string; keyId: string; token: string; refreshToken: string; roleCode: string };

const change = async (at: string, method: string, path: string, body: unknown, token = a.token) => {
  const answer = await send(at, method, path, body, { token });
  assert.equal(answer.status, 200, `${method} ${path}: ${answer.text}`);
  return answer.body;
};

type Way = (held: Held) => Promise<unknown>;

/** Everything by which access ends from that moment on, and with it what the refresh token is good for. */
const ENDS: Record<string, Way> = {
  'the user is disabled': ({ at, userId }) => change(at, 'PATCH', '/v1/user', { user_id: userId, disabled: true }),
  'the user is deleted': ({ at, userId }) => change(at, 'DELETE', '/v1/user', { user_id: userId }),
  'the key is revoked': ({ at, keyId }) => change(at, 'DELETE', '/v1/api-key', { api_key_id: keyId }),
  'the session is signed out': ({ at, token }) => change(at, 'DELETE', '/v1/session', {}, token),
  'the session is ended by an administrator': async ({ at, userId }) => {
    const [{ session_id }] = await change(at, 'POST', '/v1/session', { user_id: userId });
    await change(at, 'DELETE', '/v1/session', { session_id });
  },
  'the password is set by a link': async ({ at, userId }) => {
    const { token } = await change(at, 'PUT', '/v1/user/link', { user_id: userId });
    await change(at, 'PATCH', '/v1/password-link', { token, password: 'nine geese over the water' });
  },
};

const LESS = ['groups.read', 'workspaces.read'];

/** Everything by which access shrinks: the session goes on, and new tokens reach no further. */
const SHRINKS: Record<string, Way> = {
  'the role is a lesser one': ({ at, userId }) =>
    change(at, 'PATCH', '/v1/user', { user_id: userId, role_code: 'VIEWER' }),
  'the role holds in another workspace only': async ({ at, userId }) => {
    const { workspace_id } = await change(at, 'PUT', '/v1/workspace', { workspace_name: `Other of ${userId}` });
    await change(at, 'PATCH', '/v1/user', { user_id: userId, workspaces: [{ workspace_id, role_code: 'EDITOR' }] });
  },
  'a role of the account itself allows less': ({ at, roleCode }) =>
    change(at, 'PATCH', '/v1/role', { role_code: roleCode, permissions: LESS }),
  'the key allows less': ({ at, keyId }) =>
    change(at, 'PATCH', '/v1/api-key', { api_key_id: keyId, permissions: LESS }),
};

async function held(index: number): Promise<Held> {
  const at = index % 2 === 0 ? server.url : beside.url;
  const email = `held-${index}@example.test`;
  const role = await change(at, 'PUT', '/v1/role', {
    role_name: `Role ${index}`,
    permissions: ['workspaces.read', 'groups.read', 'groups.write'],
  });
  const user = await change(at, 'PUT', '/v1/user', { email, password: PASSWORD, role_code: role.role_code });
  const key = await change(at, 'PUT', '/v1/api-key', { key_name: `Key ${index}` });
  const headers = { 'x-api-key': key.api_key };
  const pair = await send(at, 'POST', '/v1/auth', { email, password: PASSWORD }, { token: null, headers });
  assert.equal(pair.status, 200, pair.text);
  const { access_token: token, refresh_token: refreshToken } = pair.body;
  return { at, userId: user.user_id, keyId: key.api_key_id, token, refreshToken, roleCode: role.role_code };
}

const makes = async (url: string, token: string, group_name: string) =>
  (await send(url, 'PUT', '/v1/cg', { workspace_id: a.workspaceId, group_name }, { token })).status;
const begins = (url: string, token: string, group_name: string) =>
  onItsWay(url, { authorization: `Bearer ${token}` }, ['PUT', '/v1/cg', { workspace_id: a.workspaceId, group_name }]);

const refreshes = (url: string, token: string) => send(url, 'GET', '/v1/auth', undefined, { token });

test('what is taken away does not help a call on whose body the server still waits', async () => {
  const ways = Object.entries({ ...ENDS, ...SHRINKS });
  const people = [];
  for (const index of ways.keys()) people.push(await held(100 + index));
  const calls = people.map(({ at, token }, index) => begins(at, token, `Under way ${index}`));
  const [kept, more] = [await held(200), await held(201)].map(({ at, token }) => begins(at, token, `Kept of ${at}`));
  // The servers have looked at the tokens of all of them by now.
  await sleep(500);
  for (const [index, one] of people.entries()) await ways[index]?.[1](one);
  await sleep(1_000);
  const answers = await Promise.all(calls.map(({ finish }) => finish()));
  assert.deepEqual(
    ways.flatMap(([way], index) => (answers[index] === 403 ? [] : [`${way}: ${answers[index]}`])),
    [],
  );
  assert.deepEqual([await kept?.finish(), await more?.finish()], [200, 200]);
  const { body } = await server.a.call('POST', '/v1/audit', {
    outcome: 'refused',
    action: 'access.refused',
    page_size: 100,
  });
  const refusals = people.map(({ userId }) =>
    body.filter((event: { actor_user_id: string }) => event.actor_user_id === userId),
  );
  assert.deepEqual(
    refusals.map(({ length }) => length),
    ways.map(() => 1),
    'one event for each',
  );
});

test('what is taken away is gone at the next call on every process, and after a restart', async () => {
  const gone: { way: string; token: string }[] = [];
  const ended: { way: string; refreshToken: string }[] = [];
  for (const [index, [way, take]] of Object.entries({ ...ENDS, ...SHRINKS }).entries()) {
    const one = await held(index);
    for (const [place, url] of [server.url, beside.url].entries())
      assert.equal(await makes(url, one.token, `Before ${index} ${place}`), 200, way);
    await take(one);
    const [elsewhere, here] = one.at === server.url ? [beside.url, server.url] : [server.url, beside.url];
    for (const url of [elsewhere, here]) assert.equal(await makes(url, one.token, 'After'), 403, `${way}: at ${url}`);
    gone.push({ way, token: one.token });
    const renewed = await refreshes(elsewhere, one.refreshToken);
    if (way in ENDS) {
      assert.deepEqual([renewed.status, (await refreshes(here, one.refreshToken)).status], [403, 403], way);
      ended.push({ way, refreshToken: one.refreshToken });
      continue;
    }
    assert.equal(renewed.status, 200, `${way}: ${renewed.text}`);
    const token = renewed.body.access_token;
    for (const url of [elsewhere, here]) assert.equal(await makes(url, token, 'After'), 403, `${way}: renewed`);
    gone.push({ way: `${way}: renewed`, token });
  }
  await beside.end('SIGTERM');
  await server.restart();
  beside = await startServerBeside(server.environment);
  for (const url of [server.url, beside.url]) {
    for (const { way, token } of gone) assert.equal(await makes(url, token, 'After'), 403, `${way}: after a restart`);
    for (const { way, refreshToken } of ended)
      assert.equal((await refreshes(url, refreshToken)).status, 403, `${way}: refreshed after a restart`);
  }
});
