import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createClient } from '@nudgescribe/sdk';
import { type Answer, send, startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';
import { createAccount } from '../accounts/create-account.ts';

const PASSWORD = 'a long and secret sentence';

let server: TestServer;
let a: Tenant;

before(async () => {
  server = await startTestServer({ workers: false });
  a = server.a;
});

const put = (body: unknown) => send(server.url, 'PUT', '/v1/session', body, { token: null });
const login = () => ({ email: a.email, password: a.password });

async function makeUser(email: string, role_code: string, more: Record<string, unknown> = {}): Promise<string> {
  const made = await a.call('PUT', '/v1/user', { email, password: PASSWORD, role_code, ...more });
  assert.equal(made.status, 200, made.text);
  return made.body.user_id;
}

const refusal = ({ status, body }: Answer) => [status, body.code];

describe('signing in to the console', () => {
  test('refuses an unknown email, a wrong password and a disabled user with one answer', async () => {
    const user_id = await makeUser('gone@example.test', 'EDITOR');
    await a.call('PATCH', '/v1/user', { user_id, disabled: true });
    const answers = [
      await put({ ...login(), password: 'wrong' }),
      await put({ ...login(), email: 'nobody@example.test' }),
      await put({ email: 'gone@example.test', password: PASSWORD }),
      await put({ ...login(), account_id: server.b.accountId }),
      await put({ ...login(), account_id: 'nowhere' }),
    ];
    assert.equal(new Set(answers.map(({ text, body }) => text.replace(body.request_id, ''))).size, 1);
    for (const answer of answers) {
      assert.deepEqual(refusal(answer), [403, 'console_sign_in_refused']);
      assert.equal(answer.headers.get('set-cookie'), null);
    }
  });

  test('takes as long for an email that is nobody as for a password that is wrong', async () => {
    const took = async (body: Record<string, unknown>) => {
      const begun = performance.now();
      assert.equal((await put(body)).status, 403);
      return performance.now() - begun;
    };
    // Less is known of the first one, which would be told sooner.
    assert.ok((await took({ ...login(), email: 'nobody@example.test' })) >= 745);
    assert.ok((await took({ ...login(), password: 'wrong' })) >= 745);
  });

  test('is not for service users', async () => {
    await makeUser('robot@example.test', 'API_CLIENT');
    const robot = { email: 'robot@example.test', password: PASSWORD };
    assert.deepEqual(refusal(await put(robot)), [403, 'console_closed']);
    assert.equal(refusal(await put({ ...robot, password: 'wrong' }))[1], 'console_sign_in_refused');
    const byKey = await a.call('POST', '/v1/auth', robot, { token: null, headers: { 'x-api-key': a.apiKey } });
    assert.equal(byKey.status, 200);
  });

  test('finds the account by the password when an email stands in several, and asks when it is right in both', async () => {
    const twin = (password: string) =>
      createAccount(server.app.services, {
        accountName: 'Twin',
        workspaceName: 'Main',
        email: a.email,
        password,
        apiKey: null,
      });
    const other = await twin('another secret sentence');
    const found = await put({ email: a.email, password: 'another secret sentence' });
    assert.deepEqual([found.status, found.body.account_id], [200, other.accountId]);
    assert.equal((await put(login())).body.account_id, a.accountId);
    const same = await twin(a.password);
    const asked = await put(login());
    assert.deepEqual(refusal(asked), [400, 'account_needed']);
    assert.deepEqual(
      asked.body.details.map((one: { account_id: string }) => one.account_id),
      [a.accountId, same.accountId],
    );
    // Each of the accounts is told that the password was right and let nobody in.
    for (const { accountId } of [a, same]) {
      const [latest] = await server.app.services.database.tenant(accountId, (tx) =>
        tx.rows('select action, outcome from audit_events where account_id = $1 order by event_id desc limit 1', [
          accountId,
        ]),
      );
      assert.deepEqual(latest, { action: 'auth.signed_in', outcome: 'refused' }, accountId);
    }
    assert.equal((await put({ ...login(), account_id: same.accountId })).body.account_id, same.accountId);
  });

  test('works through the client library, which brings the CSRF token and fetches it after a reload', async () => {
    let cookie = '';
    const keepCookies: typeof fetch = async (input, init) => {
      assert.equal(init?.credentials, 'same-origin');
      const headers = { ...(init.headers as Record<string, string>), ...(cookie === '' ? {} : { cookie }) };
      const response = await fetch(input, { ...init, headers });
      cookie = (response.headers.get('set-cookie') ?? cookie).split(';')[0] ?? '';
      return response;
    };
    const page = () => createClient({ baseUrl: server.url, credentials: 'cookie', fetch: keepCookies });
    const client = page();
    await client.sessions.begin({ ...login(), account_id: a.accountId });
    const { workspaceId: workspace_id } = a;
    await client.groups.create({ workspace_id, group_name: 'First page' });
    await page().groups.create({ workspace_id, group_name: 'Loaded anew' });
    assert.equal((await page().sessions.get()).user_id, a.userId);
    await client.sessions.end();
    await assert.rejects(client.groups.list({ workspace_id }), { status: 403, code: 'unauthorised' });
  });
});
