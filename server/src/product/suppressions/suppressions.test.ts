import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startTestServer, type Tenant } from '../../../test/harness.ts';

let a: Tenant;
let b: Tenant;
let ids: string[];

const call = (who: Tenant, method: string, body: Record<string, unknown>) =>
  who.call(method, '/v1/suppression', { workspace_id: who.workspaceId, ...body });

before(async () => {
  ({ a, b } = await startTestServer());
  await a.call('PUT', '/v1/cpf', {
    workspace_id: a.workspaceId,
    field_name: 'email',
    field_type: 'string',
    is_unique: true,
    validation_rules: { format: 'email' },
  });
  await a.call('PUT', '/v1/cpf', { workspace_id: a.workspaceId, field_name: 'name', field_type: 'string' });
  const group = await a.call('PUT', '/v1/cg', { workspace_id: a.workspaceId, group_name: 'G' });
  const groupId = group.body.customer_group_id;
  await a.call('POST', '/v1/customer/check', {
    workspace_id: a.workspaceId,
    customer_group_id: groupId,
    customer_data: [1, 2, 3].map((n) => ({ email: `c${n}@example.test`, name: `N${n}` })),
  });
  const customers = await a.call('POST', '/v1/customer', { workspace_id: a.workspaceId, customer_group_id: groupId });
  ids = customers.body.map((customer: { customer_id: string }) => customer.customer_id);
});

test('by identifier in any case, also for people who are not customers yet; twice changes nothing', async () => {
  const identifiers = [{ email: 'C1@Example.test' }, { email: 'later@example.test' }];
  assert.deepEqual((await call(a, 'PUT', { identifiers, reason: 'Asked' })).body, { suppressed: 2, not_found: 0 });
  assert.deepEqual((await call(a, 'PUT', { identifiers })).body, { suppressed: 0, not_found: 0 });
  const { body } = await call(a, 'POST', {});
  assert.deepEqual(
    new Set(body.map((entry: { customer_id: string | null }) => entry.customer_id)),
    new Set([ids[0], null]),
  );
  const suppressed = await Promise.all(
    [ids[0], ids[2]].map((customer_id) =>
      a.call('POST', '/v1/customer/export', { workspace_id: a.workspaceId, customer_id }),
    ),
  );
  assert.deepEqual(
    suppressed.map((exported) => exported.body.is_suppressed),
    [true, false],
    'told to who asks for everything on one person',
  );
});

test('a suppression outlives the erasure of its customer', async () => {
  assert.deepEqual((await call(a, 'PUT', { customer_ids: [ids[1], 'nobody'] })).body, { suppressed: 1, not_found: 1 });
  await a.call('DELETE', '/v1/customer', { workspace_id: a.workspaceId, customer_ids: [ids[1]] });
  assert.equal((await call(a, 'POST', {})).body.length, 3);
  assert.deepEqual((await call(a, 'DELETE', { identifiers: [{ email: 'c2@example.test' }] })).body, { removed: 1 });
});

test('lifted by entry, by customer, and never by another account', async () => {
  const { body } = await call(a, 'POST', {});
  const all = body.map((entry: { suppression_id: string }) => entry.suppression_id);
  assert.deepEqual((await call(b, 'DELETE', { suppression_ids: all })).body, { removed: 0 });
  assert.deepEqual((await call(b, 'PUT', { customer_ids: ids })).body, { suppressed: 0, not_found: 3 });
  assert.deepEqual((await call(a, 'DELETE', { customer_ids: [ids[0]] })).body, { removed: 1 });
  assert.deepEqual((await call(a, 'DELETE', { suppression_ids: all })).body, { removed: 1 });
  assert.deepEqual((await call(a, 'POST', {})).body, []);
});

test('the audit log names entries and customers, by whatever they were named, and never an identifier', async () => {
  const told = async (object: string | undefined) => {
    const { body } = await a.call('POST', '/v1/audit', { object, action: 'suppression.' });
    return body as { action: string; object_ids: Record<string, unknown>; actor_user_id: string }[];
  };
  const before = (await told(ids[2])).length;
  await call(a, 'PUT', { identifiers: [{ email: 'c3@example.test' }, { email: 'nobody@example.test' }] });
  const entries = (await call(a, 'POST', {})).body as { suppression_id: string; customer_id: string | null }[];
  const all = entries.map((entry) => entry.suppression_id).sort();
  const [added] = await told(ids[2]);
  assert.deepEqual(
    [added?.action, added?.actor_user_id, [...((added?.object_ids.suppression_ids ?? []) as string[])].sort()],
    ['suppression.added', a.userId, all],
  );
  assert.deepEqual(added?.object_ids.customer_ids, [ids[2]]);
  await call(a, 'PUT', { customer_ids: [ids[2], ids[0]] });
  assert.equal((await told(ids[2])).length, before + 1, 'was suppressed already');
  await call(a, 'DELETE', { suppression_ids: [...all, ids[1]] });
  const [removed] = await told(ids[2]);
  assert.deepEqual([removed?.action, removed?.object_ids.removed], ['suppression.removed', 2]);
  assert.deepEqual(removed?.object_ids.customer_ids, [ids[2]]);
  assert.deepEqual(await told(all[1]).then((events) => events.map(({ action }) => action)), [
    'suppression.removed',
    'suppression.added',
  ]);
  assert.doesNotMatch(JSON.stringify(await told(undefined)), /example|nobody/);
  await call(a, 'POST', { page: 2 });
  const [read] = await told(undefined);
  assert.deepEqual([read?.action, read?.object_ids], ['suppression.read', { page: 2, suppressions: 0 }]);
  await call(a, 'DELETE', { customer_ids: ids });
});

test('exactly one way to say who', async () => {
  for (const body of [{}, { identifiers: [{ email: 'x@example.test' }], customer_ids: ids }]) {
    const answer = await call(a, 'PUT', body);
    assert.equal(answer.status, 400);
    assert.equal(answer.body.code, 'one_of_required');
  }
  const wrong = await call(a, 'PUT', { identifiers: [{ name: 'N1' }] });
  assert.equal(wrong.body.code, 'identifier_unusable');
});
