import assert from 'node:assert/strict';
import { type Answer, send, type TestServer } from '../../../test/harness.ts';
import type { RoleCode } from '../roles/roles.ts';

const PASSWORD = 'seven horses in the rain';

/** Another user of the first tenant, signed in; calls carry the workspace. */
export type Colleague = {
  userId: string;
  call(method: string, path: string, body: Record<string, unknown>): Promise<Answer>;
};

/** Makes a user with this role in the first tenant's account, and signs in. */
export async function colleague(server: TestServer, role: RoleCode, name: string): Promise<Colleague> {
  const { a } = server;
  const email = `${name}@example.test`;
  const made = await a.call('PUT', '/v1/user', { email, password: PASSWORD, role_code: role });
  assert.equal(made.status, 200, made.text);
  const signed = await send(
    server.url,
    'POST',
    '/v1/auth',
    { email, password: PASSWORD },
    { token: null, headers: { 'x-api-key': a.apiKey } },
  );
  assert.equal(signed.status, 200, signed.text);
  const token = signed.body.access_token;
  return {
    userId: made.body.user_id,
    call: (method, path, body) => send(server.url, method, path, { workspace_id: a.workspaceId, ...body }, { token }),
  };
}
