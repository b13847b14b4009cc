import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { type Answer, startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';
import type { Database } from '../../platform/database/database.ts';
import { createAccount } from './create-account.ts';

let server: TestServer;
let a: Tenant;
let owner: pg.Client;

before(async () => {
  server = await startTestServer();
  a = server.a;
  owner = new pg.Client({ connectionString: server.databaseUrl });
  // The server's database is dropped with everybody in it before this connection is closed.
  owner.on('error', () => undefined);
  await owner.connect();
});
after(() => owner.end());

const workspace = (method: string, body: unknown, token = a.token) => a.call(method, '/v1/workspace', body, { token });
const refused = (answer: Answer) => [answer.status, answer.body.code];

describe('workspaces', () => {
  test('are created, listed oldest first, renamed and deleted', async () => {
    const made = await workspace('PUT', { workspace_name: '  Retail  ' });
    assert.equal(made.status, 200);
    assert.deepEqual(Object.keys(made.body).sort(), [
      'account_id',
      'created_at',
      'created_by',
      'review',
      'updated_at',
      'workspace_id',
      'workspace_name',
    ]);
    assert.deepEqual(made.body.review, { two_person: false, quorum: 1 });
    assert.deepEqual([made.body.workspace_name, made.body.created_by], ['Retail', a.userId]);
    const { workspace_id } = made.body;
    const listed = await workspace('POST', {});
    assert.deepEqual(
      listed.body.map((one: { workspace_name: string }) => one.workspace_name),
      ['Main', 'Retail'],
    );
    const renamed = await workspace('PATCH', { workspace_id, workspace_name: 'Wholesale' });
    assert.deepEqual([renamed.status, renamed.body.workspace_name], [200, 'Wholesale']);
    assert.ok(renamed.body.updated_at >= renamed.body.created_at);
    assert.equal((await workspace('DELETE', { workspace_id })).status, 200);
    assert.equal((await workspace('DELETE', { workspace_id })).status, 403);
    assert.equal((await workspace('POST', {})).body.length, 1);
  });

  test('are deleted once, whoever else deletes or changes them at the same time', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { workspace_id } = (await workspace('PUT', { workspace_name: `Passing ${round}` })).body;
      const answers = await Promise.all([
        ...Array.from({ length: 6 }, () => workspace('DELETE', { workspace_id })),
        workspace('PATCH', { workspace_id, review: { quorum: 2 } }),
        workspace('PATCH', { workspace_id, review: { quorum: 3 } }),
        a.call('PUT', '/v1/cg', { workspace_id, group_name: 'Late' }),
      ]);
      const [group] = answers.slice(8);
      // Either the group came first, and the workspace is in use, or one call deleted it.
      const deleted = answers.slice(0, 6).filter(({ status }) => status === 200);
      assert.equal(deleted.length, group?.status === 200 ? 0 : 1);
      for (const { status, text } of answers) assert.ok([200, 400, 403].includes(status), text);
    }
  });

  test('have names of 1 to 100 characters, unique in the account ignoring case', async () => {
    assert.deepEqual(refused(await workspace('PUT', { workspace_name: 'MAIN' })), [400, 'workspace_name_taken']);
    for (const workspace_name of ['', '   ', 'x'.repeat(101), 5, 'a\0b'])
      assert.deepEqual(refused(await workspace('PUT', { workspace_name })), [400, 'invalid_fields']);
    assert.deepEqual(refused(await workspace('PUT', { workspace_name: null })), [401, 'missing_fields']);
    const { workspace_id } = (await workspace('PUT', { workspace_name: 'Second' })).body;
    assert.deepEqual(refused(await workspace('PATCH', { workspace_id, workspace_name: ' main ' })), [
      400,
      'workspace_name_taken',
    ]);
    // Its own name in another case is its own.
    assert.equal((await workspace('PATCH', { workspace_id, workspace_name: 'SECOND' })).status, 200);
    assert.equal((await workspace('PUT', { workspace_name: 'second' }, server.b.token)).status, 200);
    await workspace('DELETE', { workspace_id });
  });

  test('are not deleted while anything is in them', async () => {
    const { workspace_id } = (await workspace('PUT', { workspace_name: 'In use' })).body;
    const { customer_group_id } = (await a.call('PUT', '/v1/cg', { workspace_id, group_name: 'Group' })).body;
    assert.deepEqual(refused(await workspace('DELETE', { workspace_id })), [400, 'workspace_in_use']);
    assert.equal((await a.call('DELETE', '/v1/cg', { workspace_id, customer_group_id })).status, 200);
    assert.equal((await workspace('DELETE', { workspace_id })).status, 200);
  });

  test('that have had an import stay, and say so', async () => {
    const { workspace_id } = (await workspace('PUT', { workspace_name: 'With a past' })).body;
    const { customer_group_id } = (await a.call('PUT', '/v1/cg', { workspace_id, group_name: 'Group' })).body;
    await a.call('PUT', '/v1/cpf', { workspace_id, field_name: 'code', field_type: 'string' });
    const checked = { workspace_id, customer_group_id, customer_data: [{ code: 'C-1' }] };
    assert.equal((await a.call('POST', '/v1/customer/check', checked)).status, 200);
    const emptied = { workspace_id, customer_group_id, delete_customers: true };
    assert.equal((await a.call('DELETE', '/v1/cg', emptied)).status, 200);
    const [field] = (await a.call('POST', '/v1/cpf', { workspace_id })).body;
    const { customer_profile_field_id } = field;
    assert.equal((await a.call('DELETE', '/v1/cpf', { workspace_id, customer_profile_field_id })).status, 200);
    const answer = await workspace('DELETE', { workspace_id });
    assert.deepEqual(refused(answer), [400, 'workspace_in_use']);
    assert.match(answer.body.message, /imports/);
  });

  test('of another account are as unknown as unreal ones', async () => {
    const mine = (await workspace('POST', {})).body;
    assert.ok(mine.every((one: { account_id: string }) => one.account_id === a.accountId));
    for (const method of ['PATCH', 'DELETE']) {
      const more = method === 'PATCH' ? { workspace_name: 'Taken over' } : {};
      assert.deepEqual(refused(await workspace(method, { workspace_id: server.b.workspaceId, ...more })), [
        403,
        'workspace_forbidden',
      ]);
    }
  });
});

describe('making an account', () => {
  const wish = (more: Record<string, unknown> = {}) => ({
    accountName: 'Third',
    workspaceName: 'Main',
    email: 'third@example.test',
    password: null,
    apiKey: null,
    ...more,
  });
  const traces = async () => {
    const counts: Record<string, unknown> = {};
    for (const table of ['accounts', 'workspaces', 'users', 'api_keys', 'audit_events'])
      counts[table] = (await owner.query(`select count(*) from ${table}`)).rows[0].count;
    // The audit log's anchor and notes of erasures come a moment after what they tell of, whoever's it is, by way of a
    // file of another name.
    const files = (await readdir(server.dataDir, { recursive: true })).filter(
      (name) => !/upload|audit|erasures|\.unfinished\//.test(name) && !/^objects\/[0-9a-f-]+$/.test(name),
    );
    return { counts, files: files.sort() };
  };

  test('leaves nothing behind when it fails', async () => {
    const before = await traces();
    await assert.rejects(createAccount(server.app.services, wish({ apiKey: a.apiKey })), { code: 'api_key_taken' });
    await assert.rejects(createAccount(server.app.services, wish({ password: 'short' })), { code: 'weak_password' });
    await assert.rejects(createAccount(server.app.services, wish({ workspaceName: 'a\0' })));
    assert.deepEqual(await traces(), before);
  });

  test('keeps the keys when nobody can tell whether the account was made', async () => {
    const { database, keyring } = server.app.services;
    let accountId = '';
    const losesTheAnswer: Database = {
      ...database,
      tenant: async (id, work) => {
        accountId = id;
        await database.tenant(id, work);
        throw new Error('The connection was lost after the commit.');
      },
    };
    await assert.rejects(createAccount({ database: losesTheAnswer, keyring }, wish()), /after the commit/);
    const { rowCount } = await owner.query('select 1 from accounts where account_id = $1', [accountId]);
    assert.equal(rowCount, 1);
    assert.equal((await keyring.forAccount(accountId)).accountId, accountId);
  });

  test('makes secrets that work, and gives back only those it made', async () => {
    const made = await createAccount(server.app.services, wish());
    assert.match(made.apiKey ?? '', /^nsk_[0-9A-Za-z]{49}$/);
    const headers = { 'x-api-key': made.apiKey ?? '' };
    const body = { email: made.email, password: made.password };
    assert.equal((await a.call('POST', '/v1/auth', body, { token: null, headers })).status, 200);
    const given = { password: randomBytes(12).toString('hex'), apiKey: randomBytes(24).toString('hex') };
    const other = await createAccount(server.app.services, wish(given));
    assert.deepEqual([other.password, other.apiKey], [null, null]);
  });
});

describe('the audit log', () => {
  const events = async () =>
    (await owner.query('select *, t::text as everything from audit_events t order by happened_at, event_id')).rows;

  test('has one event of each changing and each forbidden call, none of a reading or a mistaken one', async () => {
    const steps: [string, string, Record<string, unknown>, string | null][] = [];
    const workspace_id = a.workspaceId;
    const took = async (method: string, path: string, body: Record<string, unknown>, action: string | null) => {
      steps.push([method, path, body, action]);
      const earlier = await events();
      const answer = await a.call(method, path, body, { headers: { 'user-agent': 'audit test' } });
      const later = (await events()).slice(earlier.length);
      assert.deepEqual(
        later.map((event) => event.action),
        action === null ? [] : [action],
        `${method} ${path} ${answer.text}`,
      );
      const [event] = later;
      if (event !== undefined) {
        assert.deepEqual(
          [event.account_id, event.actor_user_id, event.outcome, event.client, event.address],
          [a.accountId, a.userId, action === 'access.refused' ? 'refused' : 'done', 'audit test', '127.0.0.1'],
        );
        assert.equal(event.request_id, answer.headers.get('x-request-id'));
      }
      return answer.body;
    };
    const space = await took('PUT', '/v1/workspace', { workspace_name: 'Watched' }, 'workspace.created');
    await took(
      'PATCH',
      '/v1/workspace',
      { workspace_id: space.workspace_id, workspace_name: 'Seen' },
      'workspace.changed',
    );
    await took('DELETE', '/v1/workspace', { workspace_id: space.workspace_id }, 'workspace.deleted');
    const email = 'zaphod@example.test';
    const user = await took(
      'PUT',
      '/v1/user',
      { email, password: 'two heads are better', role_code: 'VIEWER' },
      'user.created',
    );
    await took('PATCH', '/v1/user', { user_id: user.user_id, display_name: 'Zaphod' }, 'user.changed');
    const key = await took('PUT', '/v1/api-key', { key_name: 'Heart of Gold' }, 'api_key.created');
    await took('POST', '/v1/user', {}, 'users.listed');
    await took('DELETE', '/v1/api-key', { api_key_id: key.api_key_id }, 'api_key.revoked');
    const group = await took('PUT', '/v1/cg', { workspace_id, group_name: 'Audited' }, 'group.created');
    const field = { workspace_id, field_name: 'email', field_type: 'string', is_unique: true };
    await took('PUT', '/v1/cpf', field, 'field.created');
    for (const path of ['/v1/workspace', '/v1/role', '/v1/api-key']) await took('POST', path, {}, null);
    for (const path of ['/v1/cg', '/v1/cpf', '/v1/cpf/formats']) await took('POST', path, { workspace_id }, null);
    await took('PUT', '/v1/cg', { workspace_id, group_name: 'Audited' }, null);
    await took('PUT', '/v1/cg', { workspace_id: server.b.workspaceId, group_name: 'Foreign' }, 'access.refused');
    await took('PUT', '/v1/cg', { workspace_id }, null);
    await took('DELETE', '/v1/cg', { workspace_id, customer_group_id: group.customer_group_id }, 'group.deleted');
    assert.ok(steps.length > 15);
  });

  test('has one event of each attempt to sign in, and of each refresh', async () => {
    const { rows } = await owner.query('select count(*) from audit_events');
    const sign = (password: string, email = a.email) =>
      a.call(
        'POST',
        '/v1/auth',
        { email, password },
        { token: null, headers: { 'x-api-key': a.apiKey, 'user-agent': 'sign-in test' } },
      );
    const { refresh_token } = (await sign(a.password)).body;
    await sign('wrong');
    await sign('wrong', 'nobody@example.test');
    await a.call('GET', '/v1/auth', undefined, { token: refresh_token });
    await a.call('GET', '/v1/auth');
    const later = (await events()).slice(Number(rows[0].count));
    assert.deepEqual(
      later.map((event) => [event.action, event.outcome, event.actor_user_id]),
      [
        ['auth.signed_in', 'done', a.userId],
        ['auth.signed_in', 'refused', a.userId],
        ['auth.signed_in', 'refused', null],
        ['auth.refreshed', 'done', a.userId],
      ],
    );
    assert.deepEqual([later[1].client, later[1].address], ['sign-in test', '127.0.0.1']);
  });

  test('carries neither email, password, key nor name', async () => {
    const text = (await events()).map((event) => event.everything).join('\n');
    for (const secret of [
      a.email,
      a.password,
      a.apiKey,
      server.b.email,
      '@',
      'Zaphod',
      'zaphod',
      'Watched',
      'Audited',
      'nsk_',
    ])
      assert.ok(!text.includes(secret), secret);
  });

  test('is append only for the server', async () => {
    const { database } = server.app.services;
    for (const statement of ['update audit_events set action = $1', 'delete from audit_events where action = $1'])
      await assert.rejects(
        database.tenant(a.accountId, (tx) => tx.run(statement, ['x'])),
        { code: '42501' },
      );
  });
});
