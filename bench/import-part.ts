import { openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchPart, Measured, PartOptions } from './bench-part.ts';
import { FIELDS, writeCustomerFile } from './customer-file.ts';
import { measureRawLimit, type RawLimit } from './raw-copy.ts';
import { type ServerUnderTest, startServerUnderTest } from './server-under-test.ts';
import { percentile, ratio, thousands } from './table.ts';
import { callSteadily, watchMemory } from './watch-server.ts';

const CHANGED_EVERY = 10;
const IDLE_SECONDS = 10;
const SMALLER = 10;
// A server's memory settles over its first loads (NOTES.md, "Memory"); until then a longer load would seem to need more.
const WARM_UP_LOADS = 4;

type Load = { seconds: number; peakMegabytes: number; latencies: number[] };

export async function makeFields(server: Pick<ServerUnderTest, 'client'>, workspaceId: string): Promise<void> {
  for (const field of FIELDS) await server.client.fields.create({ workspace_id: workspaceId, ...field });
}

export async function makeGroup(
  server: Pick<ServerUnderTest, 'client'>,
  workspaceId: string,
  name: string,
): Promise<string> {
  return (await server.client.groups.create({ workspace_id: workspaceId, group_name: name })).customer_group_id;
}

/** Uploads the file and waits for its end: seconds from the first byte sent to the import being completed. */
export async function load(
  server: ServerUnderTest,
  place: { workspaceId: string; groupId: string },
  path: string,
  onError: 'skip' | 'reject',
  rows: number,
): Promise<Load> {
  const memory = watchMemory(server.pid);
  const calls = callSteadily(server);
  const startedAt = performance.now();
  const begun = await server.client.customers.upload(
    { workspace_id: place.workspaceId, customer_group_id: place.groupId, on_error: onError },
    await openAsBlob(path),
    { contentType: 'text/csv' },
  );
  const ended = await server.client.waitForImport(place.workspaceId, begun.import_id, { firstPauseMs: 100 });
  const seconds = (performance.now() - startedAt) / 1_000;
  const latencies = await calls.stop();
  const peakMegabytes = memory.stop();
  const stored = ended.created + ended.updated + ended.unchanged;
  if (ended.status !== 'completed' || stored !== rows)
    throw new Error(`The import ended as ${ended.status} with ${stored} of ${rows} rows stored.`);
  return { seconds, peakMegabytes, latencies };
}

type Size = { skip: Load; reject: Load; again: Load; raw: RawLimit };

async function makePlace(server: ServerUnderTest, name: string): Promise<{ workspaceId: string; groupId: string }> {
  const { workspace_id: workspaceId } = await server.client.workspaces.create({ workspace_name: name });
  await makeFields(server, workspaceId);
  return { workspaceId, groupId: await makeGroup(server, workspaceId, 'Everybody') };
}

async function warmUp(server: ServerUnderTest, rows: number): Promise<void> {
  const file = join(server.folder, 'warm-up.csv');
  await writeCustomerFile(file, rows);
  for (let turn = 1; turn <= WARM_UP_LOADS; turn += 1)
    await load(server, await makePlace(server, `warm-up ${turn}`), file, 'skip', rows);
}

async function measure(server: ServerUnderTest, rows: number, name: string): Promise<Size> {
  const file = join(server.folder, `${name}.csv`);
  const changed = join(server.folder, `${name}-changed.csv`);
  await writeCustomerFile(file, rows);
  await writeCustomerFile(changed, rows, CHANGED_EVERY);
  const first = await makePlace(server, `${name} skip`);
  const skip = await load(server, first, file, 'skip', rows);
  const raw = await measureRawLimit(server.databaseUrl, server.folder, first.groupId);
  const again = await load(server, first, changed, 'skip', rows);
  const reject = await load(server, await makePlace(server, `${name} reject`), file, 'reject', rows);
  return { skip, reject, again, raw };
}

function measuredOf(rows: number, small: Size, large: Size, idle: number[]): Measured[] {
  const speed = (load: { seconds: number }) => rows / load.seconds;
  const against = (what: string, value: number, reach: string, aim: string): Measured => ({
    what,
    value,
    shown: ratio(value),
    reach,
    aim,
  });
  const plain = (what: string, value: number, unit: string): Measured => ({
    what,
    value,
    shown: `${thousands(value)} ${unit}`,
  });
  const scaling = large.skip.seconds / (SMALLER * small.skip.seconds);
  const rawScaling = large.raw.seconds / (SMALLER * small.raw.seconds);
  const busy = [...large.skip.latencies, ...large.reject.latencies, ...large.again.latencies];
  return [
    plain('raw COPY', speed(large.raw), 'rows/s'),
    plain('skip', speed(large.skip), 'rows/s'),
    plain('reject', speed(large.reject), 'rows/s'),
    plain('again, 10 % changed', speed(large.again), 'rows/s'),
    against('skip ÷ raw', large.raw.seconds / large.skip.seconds, '≥ 0.45', '≥ 0.70'),
    against('reject ÷ raw', large.raw.seconds / large.reject.seconds, '≥ 0.30', '≥ 0.50'),
    against('again ÷ skip', large.skip.seconds / large.again.seconds, '≥ 0.80', '≥ 1.20'),
    against('scaling ÷ raw scaling', scaling / rawScaling, '≤ 1.15', '≤ 1.05'),
    { ...plain('peak memory', large.skip.peakMegabytes, 'MB'), reach: '≤ 350', aim: '≤ 250' },
    against('peak memory ÷ smaller', large.skip.peakMegabytes / small.skip.peakMegabytes, '≤ 1.20', '≤ 1.05'),
    plain('small calls idle, p99', percentile(idle, 0.99), 'ms'),
    { ...plain('small calls busy, p99', percentile(busy, 0.99), 'ms'), reach: '≤ 50', aim: '≤ 20' },
    plain('small calls busy, samples', busy.length, ''),
  ];
}

export const importPart: BenchPart = {
  name: 'import',
  about: 'loading customers over HTTP against the raw limit of COPY on the same server',
  run: async (options: PartOptions) => {
    const server = await startServerUnderTest(options.nodeOptions);
    try {
      const calls = callSteadily(server);
      await sleep(IDLE_SECONDS * 1_000);
      const idle = await calls.stop();
      await warmUp(server, Math.ceil(options.rows / SMALLER));
      const small = await measure(server, Math.ceil(options.rows / SMALLER), 'small');
      const large = await measure(server, options.rows, 'large');
      return measuredOf(options.rows, small, large, idle);
    } finally {
      await server.stop();
    }
  },
};
