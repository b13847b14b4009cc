import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import pg from 'pg';
import { startTestServer, type Tenant, type TestServer, until } from '../../../test/harness.ts';
import { countsOf, newGroup, type TestWorkspace, testWorkspace } from '../customers/test-workspace.ts';

const line = (prefix: string, index: number, city = 'Rome') => `${prefix}${index}@x.example,,Name ${index},${city},,`;
const file = (lines: string[]) => ['email,phone,name,city,age,born', ...lines, ''].join('\n');
const many = (prefix: string, count: number, city?: string) =>
  Array.from({ length: count }, (_, index) => line(prefix, index + 1, city));

const ended = (tenant: Tenant, importId: string) =>
  until(async () => {
    const { body } = await tenant.call('POST', '/v1/customer/imports', {
      workspace_id: tenant.workspaceId,
      import_id: importId,
    });
    return !['queued', 'running'].includes(body.status) && body;
  });

describe('queued imports of customers who are partly there', () => {
  let server: TestServer;
  let space: TestWorkspace;

  before(async () => {
    server = await startTestServer();
    space = await testWorkspace(server.a);
  });

  async function freshGroup(name: string): Promise<string> {
    const groupId = await newGroup(server.a, name);
    space.ids.customer_group_id = groupId;
    return groupId;
  }

  for (const onError of ['skip', 'reject'])
    test(`customers who are there already, behind thousands of new ones, stay themselves (${onError})`, async () => {
      await freshGroup(`Known ${onError}`);
      const known = await space.upload(file(many(`old-${onError}`, 900)));
      assert.equal(known.body.created, 900, known.text);
      const groupId = await freshGroup(`Mixed ${onError}`);
      const lines = [
        ...many(`new-${onError}`, 13_000),
        ...many(`old-${onError}`, 800, 'Oslo'),
        ...many(`too-${onError}`, 9_000),
      ];
      const { body } = await space.upload(file(lines), 'text/csv', { on_error: onError });
      const done = await ended(server.a, body.import_id);
      assert.deepEqual(countsOf(done), { total_rows: 22_800, created: 22_000, updated: 800 });
      const members = await server.app.services.database.tenant(server.a.accountId, (tx) =>
        tx.row(
          `select count(*)::int as members, min(position)::int as first, max(position)::int as last,
             (select member_count::int from customer_groups where account_id = $1 and customer_group_id = $2) as counted
           from group_members where account_id = $1 and customer_group_id = $2`,
          [server.a.accountId, groupId],
        ),
      );
      assert.deepEqual(members, { members: 22_800, first: 1, last: 22_800, counted: 22_800 });
    });

  for (const onError of ['skip', 'reject'])
    test(`a file sent again: only what differs is touched (${onError})`, async () => {
      const groupId = await freshGroup(`Sent again ${onError}`);
      const lines = many(`sent-${onError}`, 13_000);
      await ended(server.a, (await space.upload(file(lines))).body.import_id);
      const membersAndPositions = () =>
        server.app.services.database.tenant(server.a.accountId, (tx) =>
          tx.rows<{ customer_id: string; position: number; updated: boolean }>(
            `select m.customer_id, m.position, c.updated_at > c.created_at as updated from group_members m join customers c using (account_id, customer_id)
             where m.account_id = $1 and m.customer_group_id = $2 order by m.position`,
            [server.a.accountId, groupId],
          ),
        );
      const before = await membersAndPositions();
      const left = before[10_999];
      await server.a.call('DELETE', '/v1/cg/members', {
        workspace_id: server.a.workspaceId,
        customer_group_id: groupId,
        customer_ids: [left?.customer_id],
      });
      for (const index of [0, 4_500, 12_999]) lines[index] = line(`sent-${onError}`, index + 1, 'Oslo');
      lines[9_000] = `sent-${onError}9001@x.example,,,Rome,,`;
      lines.splice(8_000, 0, line(`sent-${onError}-new`, 1));
      const again = await ended(
        server.a,
        (await space.upload(file(lines), 'text/csv', { on_error: onError })).body.import_id,
      );
      assert.deepEqual(
        [again.status, countsOf(again)],
        ['completed', { total_rows: 13_001, created: 1, updated: 3, unchanged: 12_997 }],
        JSON.stringify(again.errors),
      );
      const after = await membersAndPositions();
      const joined = after.splice(12_999);
      assert.deepEqual(
        after.map(({ customer_id, position }) => [customer_id, position]),
        before.filter((one) => one !== left).map(({ customer_id, position }) => [customer_id, position]),
      );
      assert.deepEqual(
        [joined.map((one) => one.position), joined[1]?.customer_id],
        [[13_001, 13_002], left?.customer_id],
      );
      assert.equal(after.filter((one) => one.updated).length, 3);
    });

  test('a group that is younger than the statistics is not walked for each customer', async () => {
    await freshGroup('Measured');
    await ended(server.a, (await space.upload(file(many('measured', 2_000)))).body.import_id);
    const owner = new pg.Client({ connectionString: server.databaseUrl });
    await owner.connect();
    try {
      await owner.query('analyze group_members');
      await freshGroup('Younger');
      await ended(server.a, (await space.upload(file(many('younger', 2_000)))).body.import_id);
      const positionsRead = async () => {
        const { rows } = await owner.query<{ read: number }>(
          `select idx_tup_read::int as read from pg_stat_user_indexes where indexrelname = 'group_members_position'`,
        );
        return rows[0]?.read ?? Number.NaN;
      };
      const before = await positionsRead();
      // What differs is asked for whole chunks, and who is a member of those that differ.
      const changed = many('younger', 2_000).map((text, index) =>
        index % 2 === 0 ? text.replace('Rome', 'Oslo') : text,
      );
      const { body } = await space.upload(file(changed));
      assert.deepEqual(countsOf(await ended(server.a, body.import_id)), {
        total_rows: 2_000,
        updated: 1_000,
        unchanged: 1_000,
      });
      // A connection publishes what it counted at its next statement, a second after the last time.
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      await Promise.all(Array.from({ length: 10 }, () => server.app.services.database.ping()));
      const read = (await positionsRead()) - before;
      // Walking them would read millions; what earlier tests' connections publish late is some ten thousand.
      assert.ok(read < 200_000, `${read} positions were read`);
    } finally {
      await owner.end();
    }
  });
});
