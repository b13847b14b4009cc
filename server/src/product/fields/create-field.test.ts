import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onCluster } from '../../../test/cluster.ts';
import { startTestServer, until } from '../../../test/harness.ts';

test('a field of a workspace that is deleted in the same moment is refused like one of any unknown workspace', async () => {
  const { a, databaseUrl } = await startTestServer();
  const { workspace_id } = (await a.call('PUT', '/v1/workspace', { workspace_name: 'Short-lived' })).body;
  const answer = await onCluster(databaseUrl, async (client) => {
    await client.query('begin');
    await client.query('delete from workspaces where workspace_id = $1', [workspace_id]);
    const called = a.call('PUT', '/v1/cpf', { workspace_id, field_name: 'late', field_type: 'string' });
    await until(async () => {
      const { rows } = await client.query<{ waits: boolean }>(
        'select exists (select from pg_locks where pg_backend_pid() = any (pg_blocking_pids(pid))) as waits',
      );
      return rows[0]?.waits;
    }, 10_000);
    await client.query('commit');
    return called;
  });
  assert.deepEqual([answer.status, answer.body.code], [403, 'workspace_forbidden'], answer.text);
});
