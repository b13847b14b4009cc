import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { KEYED_POINTS } from './crash/kill-points.ts';
import { type Running, startServerBeside } from './crash/processes.ts';
import { connectAsOwner } from './database-digest.ts';
import { type Answer, send, startTestServer, type Tenant, type TestServer, until } from './harness.ts';
import { openTableHolder, type TableHolder } from './table-holder.ts';

// What a second call under an Idempotency-Key is told while the first one runs, on the same server and on another one, and
// after the first one's server died. The first call is held in the database by a lock on a table that it writes to.

let server: TestServer;
let beside: Running & { url: string };
let a: Tenant;
let client: pg.Client;
let holder: TableHolder;
let group: string;

before(async () => {
  server = await startTestServer({ workers: false });
  a = server.a;
  beside = await startServerBeside(server.environment);
  client = await connectAsOwner(server.databaseUrl);
  holder = await openTableHolder(server.databaseUrl);
  group = (await makeGroup(server.url, randomUUID(), 'All')).body.customer_group_id;
  const field = { workspace_id: a.workspaceId, field_name: 'number', field_type: 'string', is_unique: true };
  assert.equal((await a.call('PUT', '/v1/cpf', field)).status, 200);
});
after(async () => {
  await beside.end('SIGKILL');
  await Promise.all([client.end(), holder.end()]);
});

const makeGroup = (url: string, key: string, group_name: string): Promise<Answer> =>
  send(
    url,
    'PUT',
    '/v1/cg',
    { workspace_id: a.workspaceId, group_name },
    { token: a.token, headers: { 'idempotency-key': key } },
  );
const upload = (url: string, key: string, raw: string): Promise<Answer> =>
  send(url, 'POST', '/v1/customer/check', undefined, {
    raw,
    query: { workspace_id: a.workspaceId, customer_group_id: group, on_error: 'skip' },
    token: a.token,
    headers: { 'content-type': 'text/csv', 'idempotency-key': key },
  });
const numbers = (count: number, mark: string) =>
  `number\n${Array.from({ length: count }, (_, index) => `${mark}${index}`).join('\n')}\n`;
const told = ({ status, body, headers }: Answer) => [status, body.code, headers.get('retry-after')];
const IN_USE = [409, 'idempotency_key_in_use', '1'];

const countOf = async (table: string) =>
  Number((await client.query(`select count(*) from ${table} where account_id = $1`, [a.accountId])).rows[0].count);

const held = () => holder.held();
/** Does something while nobody can write to the table, which can be read. */
const whileHeld = <T>(table: string, work: () => Promise<T>) => holder.whileHeld(table, 'share', work);

/** The answers there are, as they come. */
function collected(calls: readonly Promise<Answer>[]): Answer[] {
  const answers: Answer[] = [];
  for (const call of calls) call.then((answer) => answers.push(answer)).catch(() => undefined);
  return answers;
}

describe('an Idempotency-Key whose first call runs', () => {
  test('is refused with 409 at once, on this server and on another one, and then answered alike on both', async () => {
    const key = randomUUID();
    const groups = await countOf('customer_groups');
    const { first } = await whileHeld('customer_groups', async () => {
      const first = makeGroup(server.url, key, 'Held');
      await until(async () => (await held()) === 1);
      for (const url of [server.url, beside.url, server.url, beside.url])
        assert.deepEqual(told(await makeGroup(url, key, 'Held')), IN_USE);
      // Also with another body: whether it is the same call is not known before the first one is done.
      assert.deepEqual(told(await makeGroup(beside.url, key, 'Other')), IN_USE);
      assert.equal(await held(), 1, 'the first call was held all the time');
      return { first };
    });
    const answer = await first;
    assert.equal(answer.status, 200, answer.text);
    for (const url of [server.url, beside.url]) {
      const again = await makeGroup(url, key, 'Held');
      assert.deepEqual([again.status, again.text], [200, answer.text]);
      assert.equal(again.headers.get('idempotency-replayed'), 'true');
      assert.equal((await makeGroup(url, key, 'Other')).body.code, 'idempotency_key_reused');
    }
    assert.equal(await countOf('customer_groups'), groups + 1);
  });

  test('sent many times at once has one effect: the others are told that it runs, and then get its answer', async () => {
    const key = randomUUID();
    const groups = await countOf('customer_groups');
    const { calls, answers } = await whileHeld('customer_groups', async () => {
      const calls = Array.from({ length: 12 }, (_, n) => makeGroup(n % 2 ? server.url : beside.url, key, 'At once'));
      const answers = collected(calls);
      await until(async () => answers.length === 11);
      assert.equal(await held(), 1);
      return { calls, answers };
    });
    await Promise.all(calls);
    for (const busy of answers.slice(0, 11)) assert.deepEqual(told(busy), IN_USE);
    assert.equal(answers[11]?.status, 200, answers[11]?.text);
    assert.equal((await makeGroup(server.url, key, 'At once')).text, answers[11]?.text);
    assert.equal(await countOf('customer_groups'), groups + 1);
  });

  for (const [size, count] of Object.entries({ small: 3, large: 1_500 }))
    test(`of a ${size} upload is refused with 409 on the same server; two servers make one import of it`, async () => {
      const key = randomUUID();
      const file = numbers(count, size);
      const [imports, events] = [await countOf('imports'), await countOf('audit_events')];
      const { calls, there } = await whileHeld('imports', async () => {
        const calls = Array.from({ length: 6 }, () => upload(server.url, key, file));
        const answers = collected(calls);
        await until(async () => answers.length === 5);
        for (const busy of answers) assert.deepEqual(told(busy), IN_USE);
        // The other server learns of the first one where the answer is kept.
        const there = upload(beside.url, key, file);
        await until(async () => (await held()) === 2);
        return { calls, there };
      });
      const [done, ...others] = (await Promise.all(calls)).filter(({ status }) => status === 200);
      const second = await there;
      const [here, elsewhere] = [await upload(server.url, key, file), await upload(beside.url, key, file)];
      assert.equal(here.status, 200, here.text);
      assert.equal(elsewhere.text, here.text);
      assert.deepEqual(others, []);
      for (const one of [done, second].filter((answer) => answer?.status !== 409)) assert.equal(one?.text, here.text);
      assert.ok(
        [done, second].some((answer) => answer?.status === 200),
        'one of them was the first',
      );
      assert.deepEqual([await countOf('imports'), await countOf('audit_events')], [imports + 1, events + 1]);
    });
});

describe('an Idempotency-Key whose server died', () => {
  test('while the call ran can be used again, and there is one effect', async () => {
    const key = randomUUID();
    const groups = await countOf('customer_groups');
    const victim = await startServerBeside(server.environment);
    await whileHeld('customer_groups', async () => {
      const lost = makeGroup(victim.url, key, 'Killed').catch((error: unknown) => error);
      await until(async () => (await held()) === 1);
      assert.equal(await victim.end('SIGKILL'), 'SIGKILL');
      assert.ok((await lost) instanceof Error, 'nobody was answered');
    });
    const next = await startServerBeside(server.environment);
    try {
      // Postgres notices that the caller is gone when the statement that was held ends.
      const again = await until(async () => {
        const answer = await makeGroup(next.url, key, 'Killed');
        if (answer.status !== 409) return answer;
        assert.deepEqual(told(answer), IN_USE);
        return false;
      });
      assert.deepEqual([again.status, again.headers.get('idempotency-replayed')], [200, null], again.text);
      assert.equal((await makeGroup(server.url, key, 'Killed')).text, again.text);
      assert.equal(await countOf('customer_groups'), groups + 1);
    } finally {
      await next.end('SIGKILL');
    }
  });

  for (const point of KEYED_POINTS)
    test(`${point.split(' ')[0]} the change was committed, and before the answer was sent: one effect`, async () => {
      const key = randomUUID();
      const groups = await countOf('customer_groups');
      const victim = await startServerBeside(server.environment, point);
      const lost = await makeGroup(victim.url, key, point).catch((error: unknown) => error);
      assert.ok(lost instanceof Error, 'nobody was answered');
      assert.equal(await victim.ended, 'SIGKILL');
      const committed = point === 'after kept';
      assert.equal(await countOf('customer_groups'), groups + (committed ? 1 : 0));
      const again = await until(async () => {
        const answer = await makeGroup(beside.url, key, point);
        return answer.status !== 409 && answer;
      });
      assert.equal(again.status, 200, again.text);
      assert.equal(again.headers.get('idempotency-replayed'), committed ? 'true' : null);
      assert.equal(await countOf('customer_groups'), groups + 1);
    });
});
