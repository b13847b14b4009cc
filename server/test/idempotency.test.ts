import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { deleteOldAnswers } from '../src/platform/http/kept-answers-store.ts';
import { endpoints } from '../src/product/endpoints.ts';
import { type Answer, startTestServer, type Tenant, type TestServer } from './harness.ts';

let server: TestServer;
let a: Tenant;
let client: pg.Client;
let group: string;

before(async () => {
  server = await startTestServer();
  a = server.a;
  client = new pg.Client({ connectionString: server.databaseUrl });
  // The database goes with the server, at the end, maybe before this connection.
  client.on('error', () => undefined);
  await client.connect();
  const made = await a.call('PUT', '/v1/cg', { workspace_id: a.workspaceId, group_name: 'All' });
  group = made.body.customer_group_id;
  const field = { workspace_id: a.workspaceId, field_name: 'number', field_type: 'string', is_unique: true };
  assert.equal((await a.call('PUT', '/v1/cpf', field)).status, 200);
});
after(() => client.end());

const withKey = (key: string) => ({ headers: { 'idempotency-key': key } });
const makeGroup = (key: string, name: string, by: Tenant = a) =>
  by.call('PUT', '/v1/cg', { workspace_id: by.workspaceId, group_name: name }, withKey(key));
const csvImport = (key: string, raw: string, by: Tenant = a) =>
  by.call('POST', '/v1/customer/check', undefined, {
    raw,
    query: { workspace_id: by.workspaceId, customer_group_id: group, on_error: 'skip' },
    headers: { 'content-type': 'text/csv', 'idempotency-key': key },
  });
const refusal = (answer: Answer) => [answer.status, answer.body.code];
/** As if all that is kept had been kept so many hours ago. */
const ageAnswers = (hours: number) =>
  client.query('update kept_answers set created_at = now() - make_interval(hours => $1)', [hours]);
const countOf = async (table: string) =>
  Number((await client.query(`select count(*) from ${table} where account_id = $1`, [a.accountId])).rows[0].count);

describe('Idempotency-Key', () => {
  test('is taken by every call that changes something, and by no other', () => {
    const reads =
      /\.(get|list|all|pages|find|formats|infer|segments|lint|queue|preview|history|messages|manifest|fetch|download|export|verify)$/;
    for (const { name, access, changes } of endpoints) {
      const signedIn = access.kind === 'account' || access.kind === 'workspace';
      assert.equal(changes, signedIn && !reads.test(name), `${name}: does it change something?`);
    }
  });

  test('the same call again gets the first answer and has no second effect', async () => {
    const key = randomUUID();
    const [groups, events] = [await countOf('customer_groups'), await countOf('audit_events')];
    const first = await makeGroup(key, 'Once');
    const again = await makeGroup(key, 'Once');
    assert.equal(first.status, 200);
    assert.equal(again.text, first.text);
    assert.deepEqual(
      [first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')],
      [null, 'true'],
    );
    assert.deepEqual([await countOf('customer_groups'), await countOf('audit_events')], [groups + 1, events + 1]);
  });

  test('another body under the same key is 422, another call too; keys in another order are the same body', async () => {
    const key = randomUUID();
    assert.equal((await makeGroup(key, 'First')).status, 200);
    assert.deepEqual(refusal(await makeGroup(key, 'Second')), [422, 'idempotency_key_reused']);
    const workspace = await a.call('PUT', '/v1/workspace', { workspace_name: 'Other' }, withKey(key));
    assert.deepEqual(refusal(workspace), [422, 'idempotency_key_reused']);
    const turned = { group_name: 'First', workspace_id: a.workspaceId };
    assert.equal((await a.call('PUT', '/v1/cg', turned, withKey(key))).status, 200);
  });

  test('belongs to the caller: the same key of another account is another key', async () => {
    const key = randomUUID();
    const [of, other] = [await makeGroup(key, 'Mine'), await makeGroup(key, 'Mine', server.b)];
    assert.deepEqual([of.status, other.status], [200, 200]);
    assert.notEqual(of.body.customer_group_id, other.body.customer_group_id);
  });

  test('of a call that was refused may be used for the mended one', async () => {
    const key = randomUUID();
    assert.equal((await makeGroup(key, '')).status, 400);
    assert.equal((await makeGroup(key, 'Mended')).status, 200);
  });

  test('of an upload: the file is part of the call, and a refused import is answered as it was', async () => {
    const key = randomUUID();
    const imports = await countOf('imports');
    const first = await csvImport(key, 'number\n1\n2\n');
    assert.equal(first.body.created, 2, first.text);
    assert.equal((await csvImport(key, 'number\n1\n2\n')).text, first.text);
    assert.deepEqual(refusal(await csvImport(key, 'number\n1\n3\n')), [422, 'idempotency_key_reused']);
    const body = { workspace_id: a.workspaceId, customer_group_id: group, customer_data: [{ nothing: 'x' }, {}] };
    const rejected = await a.call('POST', '/v1/customer/check', body, withKey('rejected'));
    const repeated = await a.call('POST', '/v1/customer/check', body, withKey('rejected'));
    assert.deepEqual([rejected.status, repeated.status], [400, 400]);
    assert.deepEqual({ ...repeated.body, request_id: '' }, { ...rejected.body, request_id: '' });
    assert.equal(await countOf('imports'), imports + 2);
  });

  test('that cannot be read is 400, after the permission', async () => {
    assert.deepEqual(refusal(await makeGroup('a b', 'Odd')), [400, 'idempotency_key_invalid']);
    const foreign = { workspace_id: server.b.workspaceId, group_name: 'x' };
    assert.equal((await a.call('PUT', '/v1/cg', foreign, withKey('a b'))).status, 403);
  });

  test('lasts 24 hours: an hour before it is up the answer is the first one, an hour after it the call is a new one', async () => {
    const [key, later] = ['kept-for-a-day', 'another-of-that-day'];
    const [first, other] = [await makeGroup(key, 'Kept'), await makeGroup(later, 'Kept too')];
    const [groups, events] = [await countOf('customer_groups'), await countOf('audit_events')];
    await ageAnswers(23);
    const within = await makeGroup(key, 'Kept');
    assert.deepEqual([within.status, within.text], [200, first.text]);
    assert.equal(within.headers.get('idempotency-replayed'), 'true');
    assert.deepEqual([await countOf('customer_groups'), await countOf('audit_events')], [groups, events]);
    assert.deepEqual(refusal(await makeGroup(key, 'Changed')), [422, 'idempotency_key_reused']);
    await ageAnswers(25);
    // A name stands for one group only: it is free again for the second one.
    const { customer_group_id } = first.body;
    const renamed = { workspace_id: a.workspaceId, customer_group_id, group_name: 'Kept the day before' };
    assert.equal((await a.call('PATCH', '/v1/cg', renamed)).status, 200);
    // Nothing was swept: what is over counts no more, whether it is still there or not.
    const kept = await countOf('kept_answers');
    const beyond = await makeGroup(key, 'Kept');
    assert.deepEqual([beyond.status, beyond.headers.get('idempotency-replayed')], [200, null]);
    assert.notEqual(beyond.body.customer_group_id, customer_group_id);
    assert.deepEqual([await countOf('customer_groups'), await countOf('kept_answers')], [groups + 1, kept]);
    assert.equal((await makeGroup(key, 'Kept')).text, beyond.text, 'and is kept for a day again');
    const changed = await makeGroup(later, 'Something else');
    assert.deepEqual([changed.status, changed.headers.get('idempotency-replayed')], [200, null]);
    assert.notEqual(changed.body.customer_group_id, other.body.customer_group_id);
  });

  test('is forgotten by the sweep when its day is over, and not before', async () => {
    await client.query('delete from kept_answers');
    for (const [key, hours] of Object.entries({ young: 0, old: 23, over: 25 })) {
      assert.equal((await makeGroup(key, `Swept ${key}`)).status, 200);
      await client.query(
        `update kept_answers set created_at = created_at - make_interval(hours => $1)
        where created_at = (select max(created_at) from kept_answers)`,
        [hours],
      );
    }
    assert.equal(await server.app.services.database.acrossAccounts(deleteOldAnswers), 1);
    const replayed = async (key: string) => (await makeGroup(key, `Swept ${key}`)).headers.get('idempotency-replayed');
    assert.deepEqual([await replayed('young'), await replayed('old'), await replayed('over')], ['true', 'true', null]);
  });

  test('is not readable where it is kept, nor is the answer', async () => {
    const key = 'kept-unreadable';
    const first = await makeGroup(key, 'Unreadable');
    const { rows } = await client.query('select * from kept_answers');
    const stored = rows.flatMap((row) =>
      Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))),
    );
    assert.ok(rows.length > 0);
    for (const secret of [key, 'Unreadable', first.body.customer_group_id])
      assert.ok(!stored.some((text) => text.includes(secret)), 'something readable is kept');
  });
});
