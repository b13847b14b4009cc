import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { from as copyFrom } from 'pg-copy-streams';
import { endpoints } from '../src/product/endpoints.ts';
import { cloneDatabase, onCluster } from './cluster.ts';
import { isLongForm } from './form.ts';
import { COLLEAGUE_ROLES } from './fuzz-caller.ts';
import { RECORDED_WHEN, recordedReads, recordingHandlers } from './fuzz-events.ts';
import { LAST } from './fuzz-last.ts';
import type { FuzzReport, RouteCount } from './fuzz-report.ts';
import type { FuzzWork } from './fuzz-run.ts';
import { clusterWithLog, startTestServer, type TestServer } from './harness.ts';
import { type DatabaseLog, type LoggedError, openLog } from './postgres-log.ts';
import { makeDraft, makeTenantObjects, publish, write } from './tenant-objects.ts';

// Inputs made from every call's own schema. No answer may be 500, the process stays, and no statement may be one that
// Postgres does not understand: where a filter, a sort key or a field's name reaches SQL as text, it shows as that in the
// log of Postgres.

const SEED = 20_261_126;
/** Each round on a server and database of its own: a workspace that has filled up answers more slowly, not otherwise. */
const [ROUNDS, INPUTS] = isLongForm ? [40, 25_000] : [1, 20_000];
/** How many rounds run at once: a process answers on one core. */
const LANES = 2;
/** So that a machine on which it would take much longer fails here and not by the runner's limit. */
const LONGEST_MS = isLongForm ? 53 * 60_000 : 180_000;
const RUN = fileURLToPath(new URL('./fuzz-run.ts', import.meta.url));
/**
 * What Postgres may refuse: a conflict, a value that is taken, a retry; and, as a server starts, to set a role's password
 * while another server does. That is tried again, too.
 */
const EXPECTED = /^(23505|23503|23001|40001|40P01|57014|XX000 tuple concurrently updated$)/;

async function fuzzed({ environment }: TestServer, work: FuzzWork): Promise<FuzzReport> {
  const child = fork(RUN, {
    env: { ...process.env, ...environment, NUDGESCRIBE_LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      written = (written + text).slice(-8_000);
    });
  let report: FuzzReport | null = null;
  child.on('message', (message: FuzzReport) => {
    report = message;
  });
  child.send(work);
  const [code, signal] = await once(child, 'close');
  assert.ok(code === 0 && report !== null, `The server's process ended with ${code ?? signal}: ${written}`);
  return report;
}

/** The kinds of errors that Postgres should not have met with. */
function unexpected(errors: readonly LoggedError[]): string[] {
  const told = errors.map(({ state, message }) => `${state} ${message.slice(0, 300)}`);
  return [...new Set(told)].filter((error) => !EXPECTED.test(error));
}

/** Routes of the table that were sent less than their share. */
function leftOut(routes: Readonly<Record<string, RouteCount>>, share: number): string[] {
  return endpoints.filter(({ name }) => (routes[name]?.sent ?? 0) < share).map(({ name }) => name);
}

/** One round; adds its counts by status to those of the others. */
async function round(seed: number, longestMs: number, counts: Map<string, number>): Promise<void> {
  const log = Promise.withResolvers<DatabaseLog>();
  const server = await startTestServer({
    cluster: await clusterWithLog(),
    prepareDatabase: async (url) => log.resolve(await openLog(url)),
  });
  const { a } = server;
  const ids = await makeTenantObjects(a, a.workspaceId, 'Fuzzed');
  const tier = { field_name: 'tier', field_type: 'enum', options: ['a', 'b'], is_sensitive: false };
  await a.call('PUT', '/v1/cpf', { workspace_id: a.workspaceId, ...tier });
  const email = { field_name: 'email', field_type: 'string', is_unique: true };
  await a.call('PUT', '/v1/cpf', { workspace_id: a.workspaceId, ...email });
  const publishedId = await makeDraft(a, ids, 'Published');
  await write(a, a.workspaceId, publishedId);
  await publish(a, a.workspaceId, publishedId);
  const { token, password, apiKey } = a;
  const keeper = { token, password, apiKey };
  const report = await fuzzed(server, { seed, inputs: INPUTS, longestMs, keeper, ids, publishedId });
  const errors = await (await log.promise).errors();
  await server.stop();
  assert.ok(report.isReady);
  assert.deepEqual(unexpected(errors), [], 'SQL errors');
  assert.deepEqual(report.unaccounted, [], 'audit events');
  assert.deepEqual(leftOut(report.routes, Math.floor(INPUTS / endpoints.length)), [], 'routes left out');
  for (const role of COLLEAGUE_ROLES) {
    const { done, refused } = report.colleagues[role] ?? { done: 0, refused: 0 };
    assert.ok(done > 20 && refused > 50, `of a ${role} ${done} inputs got through and ${refused} were refused`);
  }
  const { form, packed } = report.read;
  assert.ok(form > 0 && packed > 10, `${form} forms and ${packed} packed bodies were read`);
  const sent = Object.values(report.routes).reduce((sum, route) => sum + route.sent, 0);
  assert.ok(sent >= INPUTS, `${sent} of ${INPUTS} inputs were sent in the time`);
  const idle = LAST.filter((name) => report.routes[name]?.done === 0);
  assert.deepEqual(idle, [], 'calls of which none took anything away');
  for (const [status, count] of Object.entries(report.statuses)) counts.set(status, (counts.get(status) ?? 0) + count);
}

describe('inputs made from the schemas', () => {
  test('of every call: no 500, no statement that Postgres does not understand', async (t) => {
    const counts = new Map<string, number>();
    const deadline = performance.now() + LONGEST_MS;
    let begun = 0;
    const lane = async () => {
      while (begun < ROUNDS) {
        const seed = SEED + begun;
        begun += 1;
        await round(seed, deadline - performance.now(), counts);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const sent = [...counts.values()].reduce((sum, count) => sum + count, 0);
    // Most inputs must get past the reading, and some through: else nothing was tried.
    const share = (status: string) => (counts.get(status) ?? 0) / sent;
    assert.ok(share('200') > 1 / 20 && share('400') > 1 / 20, JSON.stringify([...counts]));
    t.diagnostic(`${sent} inputs: ${[...counts].flat().join(' ')}`);
  });

  test('a call that is left out is told', () => {
    const routes = Object.fromEntries(endpoints.map(({ name }) => [name, { sent: 10, done: 0 }]));
    assert.deepEqual(leftOut(routes, 10), []);
    const { 'sessions.end': _, ...others } = routes;
    assert.deepEqual(leftOut({ ...others, 'groups.list': { sent: 9, done: 9 } }, 10), ['sessions.end', 'groups.list']);
  });

  test('a reading call whose handler writes an event is known as one that does', () => {
    const known = recordedReads.map(({ name }): string => name);
    const recording = recordingHandlers(endpoints);
    assert.ok(recording.includes('customers.find'), 'the look into handlers finds something');
    assert.deepEqual(
      recording.filter((name) => !known.includes(name)),
      [],
    );
    assert.deepEqual(
      Object.keys(RECORDED_WHEN).filter((name) => !recording.some((one) => one === name)),
      [],
      'no handler of these writes an event',
    );
  });

  test('the log of Postgres tells every error of a database, and of no other', async () => {
    const { url } = await clusterWithLog();
    const [fuzzed, other] = [await cloneDatabase(url), await cloneDatabase(url)];
    const [log, otherLog] = [await openLog(fuzzed.url), await openLog(other.url)];
    await onCluster(fuzzed.url, async (client) => {
      const refused = (text: string) => assert.rejects(client.query(text));
      await refused('select no_such_column');
      await client.query('create table numbers (n integer unique)');
      await assert.rejects(pipeline(Readable.from(['one\n']), client.query(copyFrom('copy numbers from stdin'))));
      await client.query('begin');
      await client.query('set local role nudgescribe_app');
      await client.query('declare c cursor for select 1 / (n - 1) from generate_series(1, 2) n');
      await refused('fetch c');
      await client.query('rollback');
      const forged = `\\n2026-11-26 10:00:00.000 UTC [1] ${new URL(fuzzed.url).pathname.slice(1)}/XX000 ERROR:  forged`;
      await refused(`do $$ begin raise exception E'of one''s own${forged}' using errcode = 'NS001'; end $$`);
      await refused('insert into numbers values (1), (1)');
    });
    await onCluster(other.url, (client) => assert.rejects(client.query('select from from')));
    const states = async ({ errors }: DatabaseLog) => (await errors()).map(({ state }) => state);
    assert.deepEqual(await states(log), ['42703', '22P02', '22012', 'NS001', '23505']);
    assert.deepEqual(await states(otherLog), ['42601']);
    assert.deepEqual(unexpected(await log.errors()), [
      '42703 column "no_such_column" does not exist at character 8',
      '22P02 invalid input syntax for type integer: "one"',
      '22012 division by zero',
      "NS001 of one's own",
    ]);
    await Promise.all([fuzzed.drop(), other.drop()]);
  });

  test('a database whose errors are not written down is told', async () => {
    const { url } = await clusterWithLog();
    const { url: databaseUrl, drop } = await cloneDatabase(url);
    const log = await openLog(databaseUrl);
    const name = new URL(databaseUrl).pathname.slice(1);
    await onCluster(databaseUrl, (client) => client.query(`alter database ${name} reset log_min_messages`));
    await assert.rejects(log.errors(300), /does not write the errors/);
    await drop();
  });
});
