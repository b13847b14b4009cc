import { join } from 'node:path';
import type { BenchPart, Measured } from './bench-part.ts';
import { writeCustomerFile } from './customer-file.ts';
import { load, makeFields, makeGroup } from './import-part.ts';
import { type ServerUnderTest, startServerUnderTest } from './server-under-test.ts';
import { median, milliseconds, percentile, ratio, thousands } from './table.ts';

const PAGE_SIZE = 100;
const SAMPLES = 200;
const SEGMENT_SAMPLES = 7;
const WARM_UP = 20;
const HTTP_CALLS = 5_000;
const HTTP_AT_ONCE = 16;

async function timed(samples: number, call: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const startedAt = performance.now();
    await call();
    times.push(performance.now() - startedAt);
  }
  return times;
}

type Loaded = { server: ServerUnderTest; groupId: string };

export async function withCustomers<T>(
  rows: number,
  nodeOptions: readonly string[],
  work: (loaded: Loaded) => Promise<T>,
): Promise<T> {
  const server = await startServerUnderTest(nodeOptions);
  try {
    await makeFields(server, server.workspaceId);
    const groupId = await makeGroup(server, server.workspaceId, 'Everybody');
    const file = join(server.folder, 'customers.csv');
    await writeCustomerFile(file, rows);
    await load(server, { workspaceId: server.workspaceId, groupId }, file, 'skip', rows);
    return await work({ server, groupId });
  } finally {
    await server.stop();
  }
}

export const pagesPart: BenchPart = {
  name: 'pages',
  about: 'the first page of a group against one nine tenths down, 100 customers a page',
  run: ({ rows, nodeOptions }) =>
    withCustomers(rows, nodeOptions, async ({ server, groupId }) => {
      const ids = { workspace_id: server.workspaceId, customer_group_id: groupId };
      const deep = Math.max(1, Math.floor((0.9 * rows) / PAGE_SIZE));
      const read = (page: number) => () => server.client.customers.list({ ...ids, page, page_size: PAGE_SIZE });
      await timed(WARM_UP, read(1));
      await timed(WARM_UP, read(deep));
      // In turns, so that a neighbour's work on this machine meets both alike.
      const first: number[] = [];
      const last: number[] = [];
      for (let sample = 0; sample < SAMPLES; sample += 1) {
        first.push(...(await timed(1, read(1))));
        last.push(...(await timed(1, read(deep))));
      }
      const count = await timed(SAMPLES, () => server.client.customers.pages({ ...ids, page_size: PAGE_SIZE }));
      const value = median(last) / median(first);
      const shown = (what: string, ms: number): Measured => ({ what, value: ms, shown: milliseconds(ms) });
      return [
        shown('page 1, median', median(first)),
        shown(`page ${thousands(deep)}, median`, median(last)),
        { what: 'deep ÷ first', value, shown: ratio(value), reach: '≤ 1.30', aim: '≤ 1.10' },
        shown('number of pages, median', median(count)),
      ];
    }),
};

export const segmentsPart: BenchPart = {
  name: 'segments',
  about: 'finding the segments of a campaign over everybody, by three fields',
  run: ({ rows, nodeOptions }) =>
    withCustomers(rows, nodeOptions, async ({ server, groupId }) => {
      const segment_by = ['city', 'country', 'plan'].map((field_name) => ({ field_name }));
      const ask = () =>
        server.client.campaigns.segments({ workspace_id: server.workspaceId, customer_group_id: groupId, segment_by });
      const times = await timed(SEGMENT_SAMPLES, ask);
      const value = median(times) / 1_000;
      return [
        {
          what: `segments of ${thousands(rows)}`,
          value,
          shown: `${value.toFixed(2)} s`,
          reach: '≤ 2 s',
          aim: '≤ 0.5 s',
        },
      ];
    }),
};

export const httpPart: BenchPart = {
  name: 'http',
  about: 'a small authenticated call, sixteen at once',
  run: async ({ nodeOptions }) => {
    const server = await startServerUnderTest(nodeOptions);
    try {
      const call = () => server.client.groups.list({ workspace_id: server.workspaceId });
      await timed(WARM_UP, call);
      const latencies: number[] = [];
      const startedAt = performance.now();
      let sent = 0;
      await Promise.all(
        Array.from({ length: HTTP_AT_ONCE }, async () => {
          while (sent < HTTP_CALLS) {
            sent += 1;
            latencies.push(...(await timed(1, call)));
          }
        }),
      );
      const rate = latencies.length / ((performance.now() - startedAt) / 1_000);
      const p99 = percentile(latencies, 0.99);
      return [
        { what: 'calls a second', value: rate, shown: thousands(rate) },
        { what: 'latency, median', value: median(latencies), shown: milliseconds(median(latencies)) },
        { what: 'latency, p99', value: p99, shown: milliseconds(p99) },
      ];
    } finally {
      await server.stop();
    }
  },
};
