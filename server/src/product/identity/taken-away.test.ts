import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { send, startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';
import { type App, startApp } from '../../app.ts';
import { readConfig } from '../../config.ts';

// Access is taken away on one process; the next call on another one, which has just served the same token, is refused, and
// so is one after a restart of both.

const PASSWORD = 'seven horses in the rain';

let server: TestServer;
let a: Tenant;
let second: App;

before(async () => {
  server = await startTestServer({ workers: false });
  a = server.a;
  second = await startSecond();
});

const startSecond = () =>
  startApp(readConfig({ ...server.environment, NUDGESCRIBE_PORT: '0' }), { checkReplies: true, workers: false });

type Held = { userId: string; keyId: string; token: string; roleCode: string };

const change = async (method: string, path: string, body: unknown, token = a.token) => {
  const answer = await a.call(method, path, body, { token });
  assert.equal(answer.status, 200, `${method} ${path}: ${answer.text}`);
  return answer.body;
};

/** Everything by which access ends or shrinks, from that moment on. */
const WAYS: Record<string, (held: Held) => Promise<unknown>> = {
  'the user is disabled': ({ userId }) => change('PATCH', '/v1/user', { user_id: userId, disabled: true }),
  'the user is deleted': ({ userId }) => change('DELETE', '/v1/user', { user_id: userId }),
  'the role is a lesser one': ({ userId }) => change('PATCH', '/v1/user', { user_id: userId, role_code: 'VIEWER' }),
  'the role holds in another workspace only': async ({ userId }) => {
    const { workspace_id } = await change('PUT', '/v1/workspace', { workspace_name: `Other of ${userId}` });
    await change('PATCH', '/v1/user', { user_id: userId, workspaces: [{ workspace_id, role_code: 'EDITOR' }] });
  },
  'a role of the account itself allows less': ({ roleCode }) =>
    change('PATCH', '/v1/role', { role_code: roleCode, permissions: ['groups.read', 'workspaces.read'] }),
  'the key is revoked': ({ keyId }) => change('DELETE', '/v1/api-key', { api_key_id: keyId }),
  'the key allows less': ({ keyId }) =>
    change('PATCH', '/v1/api-key', { api_key_id: keyId, permissions: ['groups.read', 'workspaces.read'] }),
  'the session is signed out': ({ token }) => change('DELETE', '/v1/session', {}, token),
  'the session is ended by an administrator': async ({ userId }) => {
    const [{ session_id }] = await change('POST', '/v1/session', { user_id: userId });
    await change('DELETE', '/v1/session', { session_id });
  },
  'the password is set by a link': async ({ userId }) => {
    const { token } = await change('PUT', '/v1/user/link', { user_id: userId });
    await change('PATCH', '/v1/password-link', { token, password: 'nine geese over the water' });
  },
};

async function held(index: number): Promise<Held> {
  const email = `held-${index}@example.test`;
  const role = await change('PUT', '/v1/role', {
    role_name: `Role ${index}`,
    permissions: ['workspaces.read', 'groups.read', 'groups.write'],
  });
  const user = await change('PUT', '/v1/user', { email, password: PASSWORD, role_code: role.role_code });
  const key = await change('PUT', '/v1/api-key', { key_name: `Key ${index}` });
  const pair = await a.call(
    'POST',
    '/v1/auth',
    { email, password: PASSWORD },
    { token: null, headers: { 'x-api-key': key.api_key } },
  );
  assert.equal(pair.status, 200, pair.text);
  return { userId: user.user_id, keyId: key.api_key_id, token: pair.body.access_token, roleCode: role.role_code };
}

test('what is taken away is gone at the next call on every process, and after a restart', async () => {
  const makes = async (url: string, token: string, group_name: string) =>
    (await send(url, 'PUT', '/v1/cg', { workspace_id: a.workspaceId, group_name }, { token })).status;
  const all: { way: string; token: string }[] = [];
  for (const [index, [way, take]] of Object.entries(WAYS).entries()) {
    const one = await held(index);
    for (const [place, url] of [server.url, second.url].entries())
      assert.equal(await makes(url, one.token, `Before ${index} ${place}`), 200, way);
    await take(one);
    assert.equal(await makes(second.url, one.token, 'After'), 403, `${way}: on the other process`);
    assert.equal(await makes(server.url, one.token, 'After'), 403, `${way}: on this one`);
    all.push({ way, token: one.token });
  }
  await second.stop();
  await server.restart();
  second = await startSecond();
  for (const { way, token } of all)
    for (const url of [server.url, second.url])
      assert.equal(await makes(url, token, 'After'), 403, `${way}: after a restart`);
  await second.stop();
});
