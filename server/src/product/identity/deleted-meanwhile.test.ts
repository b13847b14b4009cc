import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { openTableHolder } from '../../../test/table-holder.ts';

const PASSWORD = 'seven horses in the rain';

let server: TestServer;
before(async () => {
  server = await startTestServer({ workers: false });
});

describe('a role or workspace that is deleted in the moment in which somebody is given it', () => {
  test('is told as one that is not there', async (t) => {
    const { a } = server;
    const holder = await openTableHolder(server.databaseUrl);
    t.after(() => holder.end());
    const make = (more: object) =>
      a.call('PUT', '/v1/user', { email: 'given@example.test', password: PASSWORD, role_code: 'VIEWER', ...more });
    const { user_id } = (await make({ email: 'there@example.test' })).body;
    const makeRole = async (n: number): Promise<string> => {
      const role = { role_name: `Gone ${n}`, permissions: ['groups.read'] };
      return (await a.call('PUT', '/v1/role', role)).body.role_code;
    };
    const makeWorkspace = async (n: number): Promise<string> =>
      (await a.call('PUT', '/v1/workspace', { workspace_name: `Gone ${n}` })).body.workspace_id;
    const roles = await Promise.all([0, 1, 2].map(makeRole));
    const workspaces = await Promise.all([0, 1].map(makeWorkspace));
    const memberOf = (workspace_id = '', role_code = 'VIEWER') => ({ workspaces: [{ workspace_id, role_code }] });
    const give = (more: object) => a.call('PATCH', '/v1/user', { user_id, ...more });
    const [ROLE, WORKSPACE] = ['/v1/role', '/v1/workspace'];
    for (const [path, deleted, given, code] of [
      [ROLE, { role_code: roles[0] }, () => give({ role_code: roles[0] }), 'unknown_role'],
      [ROLE, { role_code: roles[1] }, () => give(memberOf(a.workspaceId, roles[1])), 'unknown_role'],
      [ROLE, { role_code: roles[2] }, () => make({ role_code: roles[2] }), 'unknown_role'],
      [WORKSPACE, { workspace_id: workspaces[0] }, () => give(memberOf(workspaces[0])), 'unknown_workspace'],
      [WORKSPACE, { workspace_id: workspaces[1] }, () => make(memberOf(workspaces[1])), 'unknown_workspace'],
    ] as const) {
      // Deleting ends with its event: until then the other call sees what is being deleted, and waits for that.
      const [deleting, giving] = await holder.whileHeld('audit_events', 'share', async () => {
        const first = a.call('DELETE', path, deleted);
        await until(async () => (await holder.held()) === 1);
        const second = given();
        await until(async () => (await holder.held()) === 2);
        return [first, second];
      });
      assert.equal((await deleting).status, 200, (await deleting).text);
      const { status, body } = await giving;
      assert.deepEqual([status, body.code], [400, code], `${path} ${JSON.stringify(deleted)}: ${JSON.stringify(body)}`);
    }
  });
});
