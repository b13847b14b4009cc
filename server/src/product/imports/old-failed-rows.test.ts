import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../../../test/harness.ts';
import { asOwner } from '../../platform/database/as-owner.ts';
import { newGroup, testWorkspace } from '../customers/test-workspace.ts';
import { forgetOldFailedRows } from './old-failed-rows.ts';

test('failed rows go 90 days after the end of their import; who asks then is told so', async () => {
  const server = await startTestServer({ workers: false });
  const { a } = server;
  const { services } = server.app;
  const space = await testWorkspace(a);
  const customer_group_id = await newGroup(a, 'Refused');
  const refused = async (count: number): Promise<string> => {
    const customer_data = Array.from({ length: count }, (_, row) => ({ email: `no address ${row}` }));
    return (await space.check({ customer_group_id, on_error: 'skip', customer_data })).body.import_id;
  };
  const [old, younger, running] = [await refused(3), await refused(2), await refused(1)];
  await asOwner(server.databaseUrl, async (client) => {
    const end = (importId: string, when: string | null) =>
      client.query('update imports set completed_at = now() + $2::interval where import_id = $1', [importId, when]);
    await end(old, '-90 days -1 minute');
    await end(younger, '-89 days -23 hours');
    await end(running, null);
  });
  const ask = (import_id: string) =>
    a.call('POST', '/v1/customer/imports', { workspace_id: a.workspaceId, import_id, format: 'csv' });
  const early = await ask(old);
  assert.deepEqual([early.status, early.body.code], [400, 'repair_file_gone'], 'whether or not they are deleted yet');
  await forgetOldFailedRows(services);
  const left = await services.database.tenant(a.accountId, (tx) =>
    tx.rows<{ import_id: string; rows: number }>(
      'select import_id, count(*)::integer as rows from import_failed_rows where account_id = $1 group by 1 order by 2',
      [a.accountId],
    ),
  );
  await forgetOldFailedRows(services);
  const told = (await a.call('POST', '/v1/audit', { action: 'customers.failed_rows_deleted' })).body;
  assert.deepEqual(
    told.map(({ actor_user_id, object_ids }: Record<string, unknown>) => [actor_user_id, object_ids]),
    [[null, { rows: 3, import_ids: [old] }]],
    'once, where there was something',
  );
  assert.deepEqual(left, [
    { import_id: running, rows: 1 },
    { import_id: younger, rows: 2 },
  ]);
  assert.equal((await ask(younger)).text.trimEnd().split('\r\n').length, 3);
  const kept = await a.call('POST', '/v1/customer/imports', { workspace_id: a.workspaceId, import_id: old });
  assert.deepEqual([kept.body.failed, kept.body.status], [3, 'completed'], 'the import itself stays');
});
