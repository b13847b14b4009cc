import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { asOwner } from '../src/platform/database/as-owner.ts';
import type { Database, Reads, Transaction } from '../src/platform/database/database.ts';
import { endpoints } from '../src/product/endpoints.ts';
import { type FuzzCall, fuzzer, randomFrom } from './fuzz-inputs.ts';
import { type Answer, jsonOf, sentCall } from './send.ts';

// A server in a process of its own that is sent inputs made from every call's schema, and tells what came of them. Outside
// the test runner, whose hooks on every promise take a third of the time. A 500 ends the process with the input that led
// to it, as does whatever ends a server.

export type FuzzWork = {
  seed: number;
  inputs: number;
  longestMs: number;
  token: string;
  apiKey: string;
  ids: Record<string, string>;
};

export type FuzzReport = {
  sent: number;
  /** How many answers of each status, by status. */
  statuses: Record<string, number>;
  /** One statement for each SQL state with which some failed. */
  states: Record<string, string>;
  /** Kinds of calls that left more or fewer audit events than they should have. */
  unaccounted: string[];
  isReady: boolean;
};

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
  const wrapReads = (reads: Reads) => ({ rows: watch(reads.rows), row: watch(reads.row) }) as Reads;
  const wrap = (tx: Transaction): Transaction => ({
    ...tx,
    ...wrapReads(tx),
    run: watch(tx.run),
    runAll: watch(tx.runAll),
  });
  return {
    ...database,
    tenant: (accountId, work) => database.tenant(accountId, (tx) => work(wrap(tx))),
    tenantSnapshot: (accountId, work) => database.tenantSnapshot(accountId, (tx) => work(wrap(tx))),
    reads: (accountId) => wrapReads(database.reads(accountId)),
    readsAcross: wrapReads(database.readsAcross),
    acrossAccounts: (work) => database.acrossAccounts((tx) => work(wrap(tx))),
  };
}

type Answered = { endpoint: (typeof endpoints)[number]; status: number };

/** How many audit events a call leaves: one if it changed something or was refused to who is known, none if it did nothing. */
function eventsOf({ endpoint, status }: Answered): readonly number[] {
  const isKnown = endpoint.access.kind === 'account' || endpoint.access.kind === 'workspace';
  if (!isKnown) return [0, 1];
  if (status === 403) return [1];
  // An import that was rejected is on record, with what was wrong.
  if (status === 400 && endpoint.intake === 'upload') return [0, 1];
  if (status !== 200) return [0];
  // Reading much, or what is sealed, is an event.
  return endpoint.changes ? [1] : [0, 1];
}

async function unaccounted(answered: ReadonlyMap<string, Answered>): Promise<string[]> {
  const counts = await asOwner(process.env.NUDGESCRIBE_DATABASE_URL ?? '', async (client) => {
    const { rows } = await client.query<{ request_id: string; events: number }>(
      'select request_id, count(*)::integer as events from audit_events group by request_id',
    );
    return new Map(rows.map(({ request_id, events }) => [request_id, events]));
  });
  const wrong = [...answered].filter(([requestId, call]) => !eventsOf(call).includes(counts.get(requestId) ?? 0));
  const told = wrong.map(
    ([id, { endpoint, status }]) => `${endpoint.name} answered ${status} and left ${counts.get(id) ?? 0} events`,
  );
  return [...new Set(told)];
}

/** Sends one call by Node's own client: fetch would take a tenth of the whole run's time. */
async function sendLightly(
  url: string,
  { method, path, access }: (typeof endpoints)[number],
  { body, ...options }: FuzzCall,
  { token, apiKey }: FuzzWork,
  agent: Agent,
): Promise<Pick<Answer, 'status' | 'body' | 'text'> & { requestId: string }> {
  const credentials: Record<string, string> =
    access.kind === 'api_key' ? { 'x-api-key': apiKey } : { authorization: `Bearer ${token}` };
  const { target, headers, content } = sentCall(url, path, body, {
    ...options,
    headers: { ...credentials, ...options.headers },
  });
  const sent = request(target, { method, agent, headers });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.end(content);
  const [answer] = await answered;
  const told = await text(answer);
  return {
    status: answer.statusCode ?? 0,
    body: jsonOf(answer.headers['content-type'], told),
    text: told,
    requestId: String(answer.headers['x-request-id']),
  };
}

async function fuzz(work: FuzzWork): Promise<FuzzReport> {
  const report: FuzzReport = { sent: 0, statuses: {}, states: {}, unaccounted: [], isReady: false };
  const answered = new Map<string, Answered>();
  const app = await startApp(readConfig(process.env), {
    checkReplies: true,
    services: (real) => ({
      database: watched(real.database, (state, statement) => {
        report.states[state] = statement;
      }),
    }),
  });
  const random = randomFrom(work.seed);
  const inputs = endpoints
    .filter(({ name }) => !SPARED.has(name))
    .map((endpoint) => ({ endpoint, next: fuzzer(endpoint, work.ids, random) }));
  const deadline = performance.now() + work.longestMs;

  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const one = async () => {
    const { endpoint, next } = inputs[report.sent % inputs.length] as (typeof inputs)[number];
    report.sent += 1;
    const call = next();
    const answer = await sendLightly(app.url, endpoint, call, work, agent);
    report.statuses[answer.status] = (report.statuses[answer.status] ?? 0) + 1;
    answered.set(answer.requestId, { endpoint, status: answer.status });
    assert.notEqual(answer.status, 500, `${endpoint.name} ${JSON.stringify(call).slice(0, 2_000)}: ${answer.text}`);
    assert.ok(
      answer.status !== 403 || answer.body?.code !== 'unauthorised' || endpoint.access.kind !== 'workspace',
      endpoint.name,
    );
  };
  const sender = async () => {
    while (report.sent < work.inputs && performance.now() < deadline) await one();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sender));
  report.isReady = (await fetch(new URL('/readyz', app.url))).status === 200;
  agent.destroy();
  await app.stop();
  report.unaccounted = await unaccounted(answered);
  return report;
}

process.once('message', async (work: FuzzWork) => {
  const report = await fuzz(work);
  process.send?.(report, () => process.disconnect());
});
