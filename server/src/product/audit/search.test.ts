import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type Tenant, type TestServer } from '../../../test/harness.ts';

type Event = { event_id: string; action: string; outcome: string; actor_user_id: string; object_ids: object };

let server: TestServer;
let a: Tenant;
let groups: string[];

before(async () => {
  server = await startTestServer({ workers: false });
  a = server.a;
  groups = [];
  for (let index = 0; index < 7; index += 1) {
    const answer = await a.call('PUT', '/v1/cg', { workspace_id: a.workspaceId, group_name: `Group ${index}` });
    groups.push(answer.body.customer_group_id as string);
  }
});

const search = async (body: Record<string, unknown>): Promise<Event[]> => {
  const answer = await a.call('POST', '/v1/audit', body);
  assert.equal(answer.status, 200, answer.text);
  return answer.body as unknown as Event[];
};

describe('searching the audit log', () => {
  test('pages walk every event once, newest first, while others come', async () => {
    const found: string[] = [];
    for (let last: string | undefined; ; ) {
      const page = await search({ action: 'group.', before: last, page_size: 3 });
      found.push(...page.map(({ event_id }) => event_id));
      last = page.at(-1)?.event_id;
      if (page.length < 3) break;
    }
    assert.equal(found.length, 7);
    assert.deepEqual(found, [...new Set(found)].sort().reverse());
  });

  test('every filter leaves what fits', async () => {
    assert.equal((await search({ object: groups[3] })).length, 1);
    assert.equal((await search({ object: '%' })).length, 0);
    assert.equal((await search({ action: 'group.' })).length, 7);
    assert.equal((await search({ action: 'group' })).length, 0);
    assert.equal((await search({ action: 'group.', actor: a.userId })).length, 7);
    assert.equal((await search({ action: 'group.', actor: server.b.userId })).length, 0);
    assert.equal((await search({ action: 'group.', workspace: a.workspaceId })).length, 7);
    assert.equal((await search({ action: 'group.', workspace: 'nobody' })).length, 0);
    assert.equal((await search({ action: 'group.', outcome: 'refused' })).length, 0);
    assert.equal((await search({ action: 'group.', since: '2100-01-01T00:00:00Z' })).length, 0);
    assert.equal((await search({ action: 'group.', until: '2100-01-01T00:00:00Z' })).length, 7);
    assert.equal((await search({ action: 'group.', until: '2000-01-01T00:00:00Z' })).length, 0);
  });

  test('a refused call leaves one event, without what was asked for', async () => {
    const answer = await a.call('PUT', '/v1/cg', { workspace_id: server.b.workspaceId, group_name: 'Foreign' });
    assert.equal(answer.status, 403);
    const events = await search({ outcome: 'refused', action: 'access.refused' });
    assert.deepEqual(
      events.map(({ object_ids }) => object_ids),
      [{ call: 'groups.create', code: 'workspace_forbidden' }],
    );
  });

  test('another account sees nothing of it, and reading it is an event', async () => {
    const answer = await server.b.call('POST', '/v1/audit', { object: groups[0] });
    assert.deepEqual([answer.status, answer.body], [200, []]);
    assert.ok((await search({ action: 'audit.read' })).length > 0);
  });

  test('it is verified through the API too, against an end that was told before', async () => {
    const { body, status } = await server.a.call('POST', '/v1/audit/verify', {});
    assert.deepEqual([status, body.intact, body.problems], [200, true, []]);
    assert.ok(body.events > 0 && /^\d+:[0-9a-f]{64}$/.test(body.end));
    const again = await server.a.call('POST', '/v1/audit/verify', { known: [body.end] });
    assert.equal(again.body.intact, true);
    const wrong = await server.a.call('POST', '/v1/audit/verify', {
      known: [body.end.replace(/.$/, (hex: string) => (hex === '0' ? '1' : '0'))],
    });
    assert.deepEqual([wrong.body.intact, wrong.body.problems[0]?.kind], [false, 'cut']);
    assert.equal((await server.a.call('POST', '/v1/audit/verify', { known: ['x'] })).body.code, 'end_unreadable');
  });
});
