import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../../test/harness.ts';
import { testWorkspace } from '../customers/test-workspace.ts';
import { colleague } from '../reviews/test-colleagues.ts';

test('sealed values are laid open only by who may read them, which the log tells', async () => {
  const server = await startTestServer({ workers: false });
  const space = await testWorkspace(server.a);
  const customer_profile_field_id = await space.field({ field_name: 'shoe', field_type: 'number' });
  const change = { workspace_id: server.a.workspaceId, customer_profile_field_id };
  const editor = await colleague(server, 'EDITOR', 'opening');
  const opens = { ...change, is_sensitive: false };
  const refused = await editor.call('PATCH', '/v1/cpf', opens);
  assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden']);
  assert.equal((await editor.call('PATCH', '/v1/cpf', { ...change, display_name: 'Shoe' })).status, 200);
  assert.equal((await server.a.call('PATCH', '/v1/cpf', opens)).body.is_sensitive, false);
  const told = (await server.a.call('POST', '/v1/audit', { action: 'field.changed', page_size: 1 })).body;
  assert.equal(told[0].object_ids.opened, true);
});
