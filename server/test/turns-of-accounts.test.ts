import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Answer, send, startTestServer, type Tenant, type TestServer, until } from './harness.ts';
import { onItsWay } from './on-its-way.ts';
import { openTableHolder, type TableHolder } from './table-holder.ts';

// Whatever an account asks of the database, it asks so many times at once and no more, so that connections are left for
// the others. Calls are held in the database by a lock on a table that they need.

const AT_ONCE = 3;
/** More than there are connections. */
const MANY = 40;

let server: TestServer;
let a: Tenant;
let b: Tenant;
let holder: TableHolder;

before(async () => {
  server = await startTestServer({ workers: false, environment: { NUDGESCRIBE_CALLS_AT_ONCE: `${AT_ONCE}` } });
  ({ a, b } = server);
  holder = await openTableHolder(server.databaseUrl);
});
after(() => holder.end());

const held = () => holder.held();
const whileHeld = <T>(table: string, work: () => Promise<T>, mode: 'share' | 'access exclusive' = 'access exclusive') =>
  holder.whileHeld(table, mode, work);

const many = (call: () => Promise<Answer>) => Array.from({ length: MANY }, call);
const roles = (who: Tenant) => who.call('POST', '/v1/role', {});
const groupOf = (who: Tenant, group_name: string, workspace_id = who.workspaceId) =>
  who.call('PUT', '/v1/cg', { workspace_id, group_name });
const statuses = async (calls: readonly Promise<Answer>[]) =>
  new Set((await Promise.all(calls)).map(({ status }) => status));

/** Calls once the first of them are held, and sees that no more of them come to be, while another account's still do. */
async function heldTo(calls: readonly Promise<Answer>[], expected: number): Promise<readonly Promise<Answer>[]> {
  await until(async () => (await held()) === expected);
  // Whoever came through another way would be seen by now: the other account's calls take several looks at the database.
  for (let time = 0; time < 5; time += 1) assert.equal(await held(), expected);
  return calls;
}

describe('an account with many calls under way', () => {
  test('is looked up so many times at once, and another one beside it', async () => {
    const { ofA, ofB } = await whileHeld('sessions', async () => {
      const ofA = await heldTo(
        many(() => roles(a)),
        AT_ONCE,
      );
      const ofB = await heldTo([roles(b)], AT_ONCE + 1);
      return { ofA, ofB };
    });
    assert.deepEqual([await statuses(ofA), await statuses(ofB)], [new Set([200]), new Set([200])]);
  });

  test('works so many times at once, and another one goes on', async () => {
    let made = 0;
    const calls = await whileHeld('customer_groups', async () => {
      const calls = await heldTo(
        many(() => groupOf(a, `Group ${++made}`)),
        AT_ONCE,
      );
      assert.equal((await roles(b)).status, 200);
      return calls;
    });
    assert.deepEqual(await statuses(calls), new Set([200]));
  });

  test('is asked for its permission so many times at once, before files are received', async () => {
    const group = (await groupOf(a, 'Uploads')).body.customer_group_id;
    const calls = await whileHeld('workspaces', async () =>
      heldTo(
        many(() =>
          a.call('POST', '/v1/customer/check', undefined, {
            raw: 'number\n1\n',
            query: { workspace_id: a.workspaceId, customer_group_id: group },
            headers: { 'content-type': 'text/csv' },
          }),
        ),
        AT_ONCE,
      ),
    );
    const answers = (await Promise.all(calls)).map(({ status }) => status).sort();
    // There is no such field yet; and of files so many are on their way at once and no more.
    assert.deepEqual(answers, [...Array(16).fill(400), ...Array(MANY - 16).fill(429)]);
  });

  test('is told so many refusals at once, each of which leaves its event', async () => {
    const calls = await whileHeld(
      'audit_events',
      async () => {
        const calls = await heldTo(
          many(() => groupOf(a, 'Not ours', b.workspaceId)),
          AT_ONCE,
        );
        assert.equal((await roles(b)).status, 200);
        return calls;
      },
      'share',
    );
    assert.deepEqual(await statuses(calls), new Set([403]));
    const refused = (await a.call('POST', '/v1/audit', { outcome: 'refused', page_size: 100 })).body;
    assert.equal(refused.length, MANY);
  });
});

test('calls whose bodies took long are looked up again in the turn they have: none waits for itself', async () => {
  const calls = Array.from({ length: 4 * AT_ONCE }, () =>
    onItsWay(server.url, { authorization: `Bearer ${a.token}` }, ['POST', '/v1/cg', { workspace_id: a.workspaceId }]),
  );
  await sleep(1_200);
  const answers = await Promise.all(calls.map(({ finish }) => finish()));
  assert.deepEqual(new Set(answers), new Set([200]));
});

test('who hangs up while they wait for their turn leaves no place taken', async () => {
  const begin = (type: string, encoding: object, content: Buffer | string) => {
    const headers = { authorization: `Bearer ${a.token}`, 'content-type': type, ...encoding };
    const call = request(`${server.url}/v1/customer/check`, { method: 'POST', headers });
    call.on('error', () => undefined);
    call.write(content);
    return call;
  };
  await whileHeld('sessions', async () => {
    const calls = Array.from({ length: 20 }, () => [
      begin(
        'multipart/form-data; boundary=X',
        {},
        '--X\r\nContent-Disposition: form-data; name="workspace_id"\r\n\r\n',
      ),
      begin('application/json', { 'content-encoding': 'gzip' }, gzipSync('{}').subarray(0, 12)),
    ]).flat();
    await until(async () => (await held()) === AT_ONCE);
    await sleep(200);
    for (const call of calls) call.destroy();
    await sleep(200);
  });
  const fields = { workspace_id: a.workspaceId, customer_group_id: a.userId };
  const sent = [
    a.call('POST', '/v1/customer/check', undefined, {
      raw: 'number\n1\n',
      query: fields,
      headers: { 'content-type': 'text/csv' },
    }),
    a.call('POST', '/v1/customer/check', undefined, {
      raw: gzipSync(JSON.stringify({ ...fields, customer_data: [{ number: '1' }] })),
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    }),
  ];
  const codes = (await Promise.all(sent)).map(({ body }) => body.code);
  assert.deepEqual(codes, ['not_found', 'not_found'], 'there is no such group');
});

test('refreshing waits in the line of the account, too', async () => {
  const refresh = () => send(server.url, 'GET', '/v1/auth', undefined, { token: a.refreshToken });
  const calls = await whileHeld(
    'audit_events',
    async () => {
      // The server links events meanwhile, for which it reads them.
      const calls = await heldTo(many(refresh), AT_ONCE);
      assert.equal((await roles(b)).status, 200);
      return calls;
    },
    'share',
  );
  assert.deepEqual(await statuses(calls), new Set([200]));
});

test('who says to be of an account fills no line of it, and is looked up so many times at once', async () => {
  const cookie = () =>
    send(
      server.url,
      'POST',
      '/v1/role',
      {},
      {
        token: null,
        headers: { cookie: `nudgescribe=${a.accountId}.${a.userId}.${randomBytes(32).toString('base64url')}` },
      },
    );
  const { forged, ours } = await whileHeld('sessions', async () => {
    const forged = await heldTo(many(cookie), AT_ONCE);
    const ours = await heldTo([roles(a), roles(b)], AT_ONCE + 2);
    return { forged, ours };
  });
  assert.deepEqual([await statuses(forged), await statuses(ours)], [new Set([403]), new Set([200])]);
});

test('who tries to sign in, by whichever way, waits in a line of the account or of the place', async () => {
  const wrong = { email: a.email, password: 'wrong wrong wrong' };
  const byKey = () => send(server.url, 'POST', '/v1/auth', wrong, { token: null, headers: { 'x-api-key': a.apiKey } });
  const byEmail = () => send(server.url, 'PUT', '/v1/session', wrong, { token: null });
  // Each leaves an event at its end, for which it waits here.
  const { first, second } = await whileHeld(
    'audit_events',
    async () => {
      const first = await heldTo(many(byKey), AT_ONCE);
      const second = await heldTo(many(byEmail), 2 * AT_ONCE);
      assert.equal((await roles(b)).status, 200);
      return { first, second };
    },
    'share',
  );
  const refused = new Set([403, 429]);
  for (const calls of [first, second]) assert.ok((await Promise.all(calls)).every(({ status }) => refused.has(status)));
});

test('who has no call left is told without asking the database', async () => {
  const few = await startTestServer({ workers: false, environment: { NUDGESCRIBE_CALLS_PER_MINUTE: '5' } });
  for (let left = 5; left > 0; left -= 1) assert.equal((await roles(few.a)).status, 200);
  const other = await openTableHolder(few.databaseUrl);
  const refused = await other.whileHeld('sessions', 'access exclusive', () => roles(few.a));
  assert.deepEqual(
    [refused.status, refused.body.code, refused.headers.get('ratelimit-remaining')],
    [429, 'too_many_calls', '0'],
  );
  await other.end();
  assert.equal((await roles(few.b)).status, 200);
});
