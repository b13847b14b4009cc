import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { workOff } from '../../../test/work-off.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { type TestWorkspace, testWorkspace } from '../customers/test-workspace.ts';
import { setQuota } from '../usage/set-quota.ts';

// Without a worker: jobs are worked off where a test says so.
let server: TestServer;
let space: TestWorkspace;
/** Has the answer to the next commit that queues an import get lost, as of a connection that dies just then. */
let losesCommit = false;

before(async () => {
  server = await startTestServer({
    workers: false,
    services: ({ database }) => ({
      database: {
        ...database,
        tenant: async (accountId, work) => {
          const result = await database.tenant(accountId, work);
          const isImport = typeof result === 'object' && result !== null && 'object_key' in result;
          if (!losesCommit || !isImport) return result;
          losesCommit = false;
          throw platformFailures.dependency_away();
        },
      },
    }),
  });
  space = await testWorkspace(server.a);
});

const uploads = () => server.app.services.objects.list(`uploads/${server.a.accountId}`);
const file = (name: string, rows: number, city: string) =>
  `email,name,city\n${Array.from({ length: rows }, (_, n) => `${name}${n}@x.example,Name ${n},${city}\n`).join('')}`;

describe('an upload whose import is committed, and whose connection to the database dies before that is told', () => {
  // The second is in storage before it is known to be queued.
  for (const [size, text] of [
    ['in memory', file('small', 1_001, 'Rome')],
    ['in storage', file('large', 1_100, 'R'.repeat(4_000))],
  ] as const)
    test(`is kept for it (${size}): sent again under its key it is the same import, which completes`, async () => {
      const headers = { 'content-type': 'text/csv', 'idempotency-key': randomUUID() };
      const send = () =>
        server.a.call('POST', '/v1/customer/check', undefined, { raw: text, headers, query: space.ids });
      losesCommit = true;
      const lost = await send();
      assert.deepEqual([lost.status, lost.body.code, losesCommit], [503, 'dependency_away', false], lost.text);
      const again = await send();
      assert.deepEqual([again.status, again.body.status], [200, 'queued'], again.text);
      assert.equal(again.headers.get('idempotency-replayed'), 'true');
      assert.equal(await workOff(server, again.body.job_id), 'completed');
      assert.deepEqual(await uploads(), []);
    });

  test('is not kept where the import is refused', async () => {
    await setQuota(server.app.services.database, server.a.accountId, 'imports', 0);
    for (const raw of [file('small', 1_001, 'Oslo'), file('large', 1_100, 'O'.repeat(4_000))]) {
      const refused = await space.upload(raw);
      assert.deepEqual([refused.status, refused.body.code], [400, 'quota_exceeded'], refused.text);
    }
    assert.deepEqual(await uploads(), []);
  });
});
