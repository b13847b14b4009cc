import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isLongForm } from './form.ts';
import type { FuzzReport, FuzzWork } from './fuzz-run.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { makeTenantObjects } from './tenant-objects.ts';

// Inputs made from every call's own schema. No answer may be 500, the process stays, and no statement may be one that
// Postgres does not understand: where a filter, a sort key or a field's name reaches SQL as text, it shows as that.

const SEED = 20_261_126;
/** Each round on a server and database of its own: a workspace that has filled up answers more slowly, not otherwise. */
const [ROUNDS, INPUTS] = isLongForm ? [40, 25_000] : [1, 20_000];
/** How many rounds run at once: a process answers on one core. */
const LANES = 2;
/** So that a machine on which it would take much longer fails here and not by the runner's limit. */
const LONGEST_MS = isLongForm ? 50 * 60_000 : 180_000;
const RUN = fileURLToPath(new URL('./fuzz-run.ts', import.meta.url));
/** What Postgres may refuse: a conflict, a value that is taken, a retry. */
const EXPECTED_STATES = /^(23505|23503|23001|40001|40P01|57014)$/;

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

/** One round; adds its counts by status to those of the others. */
async function round(seed: number, longestMs: number, counts: Map<string, number>): Promise<void> {
  const server = await startTestServer();
  const { a } = server;
  const ids = await makeTenantObjects(a, a.workspaceId, 'Fuzzed');
  const tier = { field_name: 'tier', field_type: 'enum', options: ['a', 'b'], is_sensitive: false };
  await a.call('PUT', '/v1/cpf', { workspace_id: a.workspaceId, ...tier });
  const { token, apiKey } = a;
  const report = await fuzzed(server, { seed, inputs: INPUTS, longestMs, token, apiKey, ids });
  await server.stop();
  assert.ok(report.isReady);
  const unexpected = Object.entries(report.states).filter(([state]) => !EXPECTED_STATES.test(state));
  assert.deepEqual(unexpected, [], 'SQL errors');
  assert.deepEqual(report.unaccounted, [], 'audit events');
  assert.ok(report.sent >= INPUTS, `${report.sent} of ${INPUTS} inputs were sent in the time`);
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
});
