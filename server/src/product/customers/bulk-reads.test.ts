import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../../test/harness.ts';
import { testWorkspace } from './test-workspace.ts';

test('who looks customers up by identifiers is on record: by numbers, and where values are shown by whose', async () => {
  const { a } = await startTestServer({ workers: false });
  const space = await testWorkspace(a);
  await space.check({ customer_data: [{ email: 'ada@x.example', name: 'Ada' }] });
  const identifiers = ['ada', 'bob', 'cyd'].map((name) => ({ email: `${name}@x.example` }));
  const find = async (decrypt: boolean) =>
    (await a.call('POST', '/v1/customer/find', { workspace_id: a.workspaceId, identifiers, decrypt })).body;
  const [ada] = await find(false);
  await find(true);
  const told = (await a.call('POST', '/v1/audit', { action: 'customers.' })).body;
  assert.deepEqual(
    told
      .slice(0, 2)
      .map(({ action, object_ids, workspace_id }: Record<string, unknown>) => [action, object_ids, workspace_id]),
    [
      ['customers.decrypted', { customer_ids: [ada.customer_id] }, a.workspaceId],
      ['customers.found', { asked: 3, found: 1 }, a.workspaceId],
    ],
  );
  assert.doesNotMatch(JSON.stringify(told), /x\.example/);
});
