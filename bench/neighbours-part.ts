import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient } from '@nudgescribe/sdk';
import type { BenchPart, Measured } from './bench-part.ts';
import { writeCustomerFile } from './customer-file.ts';
import { load, makeFields, makeGroup } from './import-part.ts';
import { type ServerUnderTest, startServerUnderTest } from './server-under-test.ts';
import { percentile, thousands } from './table.ts';
import { callSteadily } from './watch-server.ts';

const FLOOD = fileURLToPath(new URL('./flood.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../server/src/main.ts', import.meta.url));
const IDLE_SECONDS = 10;
/** Calls that the first account has under way all the time, beside its imports. */
const CALLS_AT_ONCE = 64;
const IMPORTS = 2;
const BEFORE_MS = 2_000;

/** Another account on the same server, as the operator makes one. */
async function neighbourOf(server: ServerUnderTest): Promise<ServerUnderTest> {
  const login = { email: 'neighbour@example.com', name: 'Neighbour' };
  const args = [MAIN, 'account', 'create', '--name', login.name, '--email', login.email];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: server.environment });
  const made = JSON.parse(stdout) as { workspace_id: string; password: string; api_key: string };
  const client = createClient({ baseUrl: server.url, apiKey: made.api_key });
  await client.auth.signIn({ email: login.email, password: made.password });
  return { ...server, client, workspaceId: made.workspace_id };
}

/** Keeps calls of the account under way until it is stopped; then how many there were. */
function flood(server: ServerUnderTest, accessToken: string): { stop(): Promise<number> } {
  const child = fork(FLOOD, { env: process.env });
  child.send({ url: server.url, accessToken, workspaceId: server.workspaceId, atOnce: CALLS_AT_ONCE });
  const counted = once(child, 'message');
  return {
    stop: async () => {
      if (child.connected) child.send('stop');
      const [calls] = await counted;
      return calls as number;
    },
  };
}

/** Imports of one account, each in a workspace of its own, so that none waits for another's turn. */
async function importMuch(server: ServerUnderTest, path: string, rows: number): Promise<void> {
  await Promise.all(
    Array.from({ length: IMPORTS }, async (_, index) => {
      const { workspace_id: workspaceId } = await server.client.workspaces.create({ workspace_name: `Busy ${index}` });
      await makeFields(server, workspaceId);
      const groupId = await makeGroup(server, workspaceId, 'Everybody');
      const begun = await server.client.customers.upload(
        { workspace_id: workspaceId, customer_group_id: groupId, on_error: 'skip' },
        await openAsBlob(path),
        { contentType: 'text/csv' },
      );
      const { created } = await server.client.waitForImport(workspaceId, begun.import_id, { firstPauseMs: 500 });
      if (created !== rows) throw new Error(`${created} of ${rows} rows were stored.`);
    }),
  );
}

export const neighboursPart: BenchPart = {
  name: 'neighbours',
  about: 'small calls and an import of one account while another one takes all it can get',
  run: async ({ rows, nodeOptions }) => {
    const server = await startServerUnderTest(nodeOptions);
    try {
      const neighbour = await neighbourOf(server);
      await makeFields(neighbour, neighbour.workspaceId);
      const [large, small] = [join(server.folder, 'large.csv'), join(server.folder, 'small.csv')];
      const [largeRows, smallRows] = [Math.ceil(rows / 4), Math.ceil(rows / 20)];
      await writeCustomerFile(large, largeRows);
      await writeCustomerFile(small, smallRows);
      const loadSmall = async (name: string) => {
        const groupId = await makeGroup(neighbour, neighbour.workspaceId, name);
        return load(neighbour, { workspaceId: neighbour.workspaceId, groupId }, small, 'skip', smallRows);
      };
      const quiet = callSteadily(neighbour);
      await sleep(IDLE_SECONDS * 1_000);
      const idle = await quiet.stop();
      const alone = await loadSmall('Alone');
      const { email, password } = server.login;
      const { access_token: token } = await server.client.auth.signIn({ email, password });
      const flooding = flood(server, token);
      const steady = callSteadily(neighbour);
      const [beside] = await Promise.all([
        sleep(BEFORE_MS).then(() => loadSmall('Beside')),
        importMuch(server, large, largeRows),
      ]).finally(() => flooding.stop());
      const busy = await steady.stop();
      const calls = await flooding.stop();
      const p99 = (what: string, samples: readonly number[]): Measured => {
        const value = percentile(samples, 0.99);
        return { what, value, shown: `${value.toFixed(1)} ms` };
      };
      const seconds = (what: string, value: number): Measured => ({ what, value, shown: `${value.toFixed(1)} s` });
      return [
        p99('small calls, both idle, p99', idle),
        { ...p99('small calls, the other busy, p99', busy), reach: '≤ 50', aim: '≤ 20' },
        { what: 'samples', value: busy.length, shown: thousands(busy.length) },
        seconds(`import of ${thousands(smallRows)}, alone`, alone.seconds),
        seconds(`import of ${thousands(smallRows)}, the other busy`, beside.seconds),
        { what: 'calls of the other', value: calls, shown: thousands(calls) },
        { what: 'rows of the other', value: IMPORTS * largeRows, shown: thousands(IMPORTS * largeRows) },
      ];
    } finally {
      await server.stop();
    }
  },
};
