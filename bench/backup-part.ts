import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { BenchPart, Measured } from './bench-part.ts';
import { measureRawLimit, measureRawOut } from './raw-copy.ts';
import { withCustomers } from './read-parts.ts';
import { milliseconds, percentile, ratio, thousands } from './table.ts';
import { callSteadily, watchMemory } from './watch-server.ts';

const MAIN = fileURLToPath(new URL('../server/src/main.ts', import.meta.url));

/** Runs a command of the operator's to its end; how long it took, and the most memory it had. */
async function command(args: readonly string[], environment: Record<string, string | undefined>) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  const memory = watchMemory(child.pid ?? 0);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const [code] = await once(child, 'close');
  const megabytes = memory.stop();
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}: ${said}`);
  return { seconds: (performance.now() - startedAt) / 1_000, megabytes };
}

async function emptyDatabase(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('create database restored').finally(() => client.end());
  const url = new URL(databaseUrl);
  url.pathname = '/restored';
  return url.href;
}

export const backupPart: BenchPart = {
  name: 'backup',
  about: 'backing an account up beside its server, and restoring it, against COPY of the same rows',
  run: ({ rows, nodeOptions }) =>
    withCustomers(rows, nodeOptions, async ({ server, groupId }) => {
      const { folder, environment, databaseUrl } = server;
      const rawOut = await measureRawOut(databaseUrl, folder);
      const [to, keys] = [join(folder, 'backup'), join(folder, 'keys-copy')];
      const calls = callSteadily(server);
      const made = await command(['backup', '--to', to, '--keys', keys], environment);
      const latencies = await calls.stop();
      const raw = await measureRawLimit(databaseUrl, folder, groupId);
      const empty = {
        ...environment,
        NUDGESCRIBE_DATABASE_URL: await emptyDatabase(databaseUrl),
        NUDGESCRIBE_DATA_DIR: join(folder, 'restored'),
        NUDGESCRIBE_ROOT_KEY_FILE: join(folder, 'data', 'root-key'),
      };
      const restored = await command(['restore', '--from', to, '--keys', keys], empty);
      const timed = (what: string, seconds: number, limit: number): Measured[] => [
        { what: `${what}, seconds`, value: seconds, shown: seconds.toFixed(1) },
        { what: `${what}, customers a second`, value: rows / seconds, shown: thousands(rows / seconds) },
        { what: `raw COPY ÷ ${what}`, value: limit / seconds, shown: ratio(limit / seconds) },
      ];
      const peak = (what: string, megabytes: number): Measured => ({
        what: `${what}, peak memory`,
        value: megabytes,
        shown: `${Math.round(megabytes)} MB`,
      });
      return [
        ...timed('backup', made.seconds, rawOut),
        peak('backup', made.megabytes),
        {
          what: 'small calls meanwhile, p99',
          value: percentile(latencies, 0.99),
          shown: milliseconds(percentile(latencies, 0.99)),
        },
        ...timed('restore', restored.seconds, raw.seconds),
        peak('restore', restored.megabytes),
      ];
    }),
};
