import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient } from '@nudgescribe/sdk';
import type { BenchPart, Measured } from './bench-part.ts';
import type { BusyOrder, BusyReport } from './busy-caller.ts';
import { writeCustomerFile } from './customer-file.ts';
import { load, makeFields, makeGroup } from './import-part.ts';
import { type ServerUnderTest, startServerUnderTest } from './server-under-test.ts';
import { percentile, thousands } from './table.ts';
import { callSteadily } from './watch-server.ts';

const BUSY_CALLER = fileURLToPath(new URL('./busy-caller.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../server/src/main.ts', import.meta.url));
const IDLE_SECONDS = 10;
const BUSY_SECONDS = 20;
/** Calls that the busy account has under way all the time. */
const CALLS = 64;
/** How many imports it has beside them, phase by phase. */
const IMPORTS = [0, 1, 3];

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

/** Starts the busy account's caller; `stop` ends it and tells how many calls it made. */
function keepBusy(order: BusyOrder): { stop(): Promise<BusyReport> } {
  const child = fork(BUSY_CALLER, { env: process.env });
  child.send(order);
  const ended = once(child, 'exit');
  const reported = Promise.race([once(child, 'message'), ended]);
  return {
    stop: async () => {
      if (child.connected) child.send('stop');
      const [report] = await reported;
      await ended;
      if (typeof report !== 'object') throw new Error('The busy caller ended by itself: see above.');
      return report as BusyReport;
    },
  };
}

type Phase = { imports: number; latencies: number[]; importSeconds: number; report: BusyReport };

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

      const measure = async (imports: number): Promise<Phase> => {
        const { access_token: accessToken } = await server.client.auth.signIn({ email, password });
        const { url, workspaceId } = server;
        const each = Array.from({ length: imports }, () => ({ path: large, rows: largeRows }));
        const busy = keepBusy({ url, accessToken, workspaceId, calls: CALLS, imports: each });
        try {
          const steady = callSteadily(neighbour);
          await sleep(BUSY_SECONDS * 1_000);
          const latencies = await steady.stop();
          const { seconds } = await loadSmall(`Beside ${imports}`);
          return { imports, latencies, importSeconds: seconds, report: await busy.stop() };
        } catch (error) {
          await busy.stop().catch(() => undefined);
          throw error;
        }
      };
      const phases: Phase[] = [];
      for (const imports of IMPORTS) phases.push(await measure(imports));

      const seconds = (what: string, value: number): Measured => ({ what, value, shown: `${value.toFixed(1)} s` });
      const count = (what: string, value: number): Measured => ({ what, value, shown: thousands(value) });
      const p99 = (what: string, samples: readonly number[]): Measured => {
        const value = percentile(samples, 0.99);
        return { what, value, shown: `${value.toFixed(1)} ms` };
      };
      return [
        p99('small calls, both idle, p99', idle),
        seconds(`import of ${thousands(smallRows)}, alone`, alone.seconds),
        ...phases.flatMap(({ imports, latencies, importSeconds, report }) => {
          const beside = `beside ${CALLS} calls and ${imports} import${imports === 1 ? '' : 's'}`;
          return [
            { ...p99(`small calls, ${beside}, p99`, latencies), reach: '≤ 50', aim: '≤ 20' },
            seconds(`import of ${thousands(smallRows)}, ${beside}`, importSeconds),
            count('calls of the other', report.calls),
            count('of them refused', report.refused),
          ];
        }),
      ];
    } finally {
      await server.stop();
    }
  },
};
