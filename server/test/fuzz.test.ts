import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Database, Transaction } from '../src/platform/database/database.ts';
import { endpoints } from '../src/product/endpoints.ts';
import { isLongForm } from './form.ts';
import { fuzzer, randomFrom } from './fuzz-inputs.ts';
import { type Answer, startTestServer, type Tenant } from './harness.ts';
import { makeTenantObjects } from './tenant-objects.ts';

// Inputs made from every call's own schema. No answer may be 500, the process stays, and no statement may be one that
// Postgres does not understand: where a filter, a sort key or a field's name reaches SQL as text, it shows as that.

const SEED = 20_261_126;
/** In the long form until so many were sent, or the time is over: the whole run has an hour. */
const INPUTS = isLongForm ? 1_000_000 : 4_000;
const LONGEST_MS = isLongForm ? 20 * 60_000 : 60_000;
const AT_ONCE = 8;
/** What would end the caller's own access, or take away what the others stand on. */
const SPARED = new Set([
  'sessions.end',
  'workspaces.delete',
  'users.change',
  'api_keys.revoke',
  'auth.refresh',
  'groups.delete',
  'campaigns.delete',
  'fields.delete',
]);
/** What Postgres may refuse: a text it cannot keep (answered with 400), a conflict, a value that is taken, a retry. */
const EXPECTED_STATES = /^(22021|22P05|23505|23503|23001|40001|40P01|57014)$/;

/** Tells of every SQL state with which a statement failed. */
function watched(database: Database, failed: (state: string, statement: string) => void): Database {
  const watch =
    <A extends unknown[], T>(run: (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> =>
      run(...args).catch((error: { code?: string }) => {
        const [text] = args;
        const statement = typeof text === 'string' ? text : ((text as { text?: string })?.text ?? '');
        if (/^[0-9A-Z]{5}$/.test(error.code ?? '')) failed(error.code ?? '', statement.slice(0, 300));
        throw error;
      });
  const wrap = (tx: Transaction): Transaction =>
    ({ ...tx, rows: watch(tx.rows), row: watch(tx.row), run: watch(tx.run), runAll: watch(tx.runAll) }) as Transaction;
  return {
    ...database,
    tenant: (accountId, work) => database.tenant(accountId, (tx) => work(wrap(tx))),
    tenantSnapshot: (accountId, work) => database.tenantSnapshot(accountId, (tx) => work(wrap(tx))),
    acrossAccounts: (work) => database.acrossAccounts((tx) => work(wrap(tx))),
  };
}

describe('inputs made from the schemas', () => {
  test('of every call: no 500, no statement that Postgres does not understand', async (t) => {
    const states = new Map<string, string>();
    const server = await startTestServer({
      services: (real) => ({ database: watched(real.database, (state, statement) => states.set(state, statement)) }),
    });
    const { a } = server;
    const ids = await makeTenantObjects(a, a.workspaceId, 'Fuzzed');
    const tier = { field_name: 'tier', field_type: 'enum', options: ['a', 'b'], is_sensitive: false };
    await a.call('PUT', '/v1/cpf', { workspace_id: a.workspaceId, ...tier });
    const random = randomFrom(SEED);
    const inputs = endpoints.map((endpoint) => ({ endpoint, next: fuzzer(endpoint, ids, random) }));
    const shares = inputs.filter(({ endpoint }) => !SPARED.has(endpoint.name));
    const statuses = new Map<number, number>();
    const deadline = performance.now() + LONGEST_MS;
    let sent = 0;

    const credentials = (kind: string, tenant: Tenant) =>
      kind === 'api_key' ? { token: null, headers: { 'x-api-key': tenant.apiKey } } : {};
    const one = async () => {
      const { endpoint, next } = shares[sent % shares.length] as (typeof shares)[number];
      sent += 1;
      const call = next();
      const access = credentials(endpoint.access.kind, a);
      const answer: Answer = await a.call(endpoint.method, endpoint.path, call.body, {
        ...access,
        headers: { ...access.headers, ...call.headers },
        ...(call.raw === undefined ? {} : { raw: call.raw }),
        ...(call.query === undefined ? {} : { query: call.query }),
      });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      assert.notEqual(answer.status, 500, `${endpoint.name} ${JSON.stringify(call).slice(0, 2_000)}: ${answer.text}`);
      assert.ok(
        answer.status !== 403 || answer.body?.code !== 'unauthorised' || endpoint.access.kind !== 'workspace',
        endpoint.name,
      );
    };
    const worker = async () => {
      while (sent < INPUTS && performance.now() < deadline) await one();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));

    assert.equal((await fetch(new URL('/readyz', server.url))).status, 200);
    const unexpected = [...states].filter(([state]) => !EXPECTED_STATES.test(state));
    assert.deepEqual(unexpected, [], 'SQL errors');
    // Most inputs must get past the reading, and some through: else nothing was tried.
    assert.ok(
      (statuses.get(200) ?? 0) > sent / 20 && (statuses.get(400) ?? 0) > sent / 20,
      JSON.stringify([...statuses]),
    );
    t.diagnostic(`${sent} inputs: ${[...statuses].map(([status, count]) => `${status} ${count}`).join(', ')}`);
  });
});
