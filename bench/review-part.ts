import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Job } from '@nudgescribe/sdk';
import type { BenchPart, Measured } from './bench-part.ts';
import { FIELDS } from './customer-file.ts';
import { load, makeFields, makeGroup } from './import-part.ts';
import { type ServerUnderTest, startServerUnderTest } from './server-under-test.ts';
import { median, thousands } from './table.ts';

const CITIES = 25;
const PLANS = 20;
const CUSTOMERS_A_SEGMENT = 20;
const SAMPLES = 7;
const WARM_UP = 2;

/** Every pair of city and plan: 500 segments, whatever --rows says. The values are words as a bank's would be. */
async function writeSegmentFile(path: string): Promise<number> {
  const lines = [FIELDS.map((field) => field.field_name).join(',')];
  for (let city = 0; city < CITIES; city += 1)
    for (let plan = 0; plan < PLANS; plan += 1)
      for (let one = 0; one < CUSTOMERS_A_SEGMENT; one += 1) {
        const id = `${city}-${plan}-${one}`;
        lines.push(
          `c${id}@example.com,Ada,Weber,City ${String.fromCharCode(65 + city)},DE,30,01/02/1990,Plan ${String.fromCharCode(65 + plan)},10,true,,`,
        );
      }
  await writeFile(path, `${lines.join('\n')}\n`);
  return lines.length - 1;
}

function mustComplete(job: Job): void {
  if (job.status !== 'completed') throw new Error(job.error?.message ?? `The work ended as ${job.status}.`);
}

async function timed(call: () => Promise<unknown>): Promise<number> {
  for (let round = 0; round < WARM_UP; round += 1) await call();
  const times: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const startedAt = performance.now();
    await call();
    times.push((performance.now() - startedAt) / 1_000);
  }
  return median(times);
}

async function writtenCampaign(server: ServerUnderTest): Promise<{ workspace_id: string; campaign_id: string }> {
  const { client, workspaceId } = server;
  await makeFields(server, workspaceId);
  const groupId = await makeGroup(server, workspaceId, 'Segments');
  const file = join(server.folder, 'segments.csv');
  await load(server, { workspaceId, groupId }, file, 'skip', await writeSegmentFile(file));
  const { campaign_id } = await client.campaigns.create({
    workspace_id: workspaceId,
    customer_group_id: groupId,
    campaign_name: 'Bench',
    brief: { objective: 'Tell of the new savings account', product: 'Savings account', call_to_action: 'Open one' },
    channels: [{ channel: 'email' }, { channel: 'sms' }],
    segment_by: [{ field_name: 'city' }, { field_name: 'plan' }],
    variants: 2,
  });
  const ids = { workspace_id: workspaceId, campaign_id };
  mustComplete(
    await client.waitForJob(workspaceId, (await client.campaigns.generate(ids)).job_id, { firstPauseMs: 100 }),
  );
  return ids;
}

export const reviewPart: BenchPart = {
  name: 'review',
  about: 'reviewing 2,000 messages: 500 segments, two channels, two variants (--rows does not matter)',
  run: async ({ nodeOptions }) => {
    const server = await startServerUnderTest(nodeOptions);
    try {
      const { client } = server;
      const ids = await writtenCampaign(server);
      const { totals } = await client.reviews.queue(ids);
      const shown = (what: string, value: number): Measured => ({
        what,
        value,
        shown: `${value.toFixed(3)} s`,
        reach: '≤ 1 s',
        aim: '≤ 0.3 s',
      });
      const page = await timed(() => client.reviews.queue(ids));
      const whole = await timed(() => client.reviews.queue({ ...ids, page_size: 200, members: 100 }));
      const lint = await timed(() => client.messages.lint(ids));
      const list = await timed(() => client.messages.list({ ...ids, page_size: 1_000 }));
      await client.messages.change({ ...ids, all: true, review_status: 'Approved' });
      const startedAt = performance.now();
      await client.campaigns.approve(ids);
      const approve = (performance.now() - startedAt) / 1_000;
      return [
        { what: 'messages', value: totals.messages, shown: thousands(totals.messages) },
        { what: 'clusters', value: totals.clusters, shown: thousands(totals.clusters) },
        shown('review page', page),
        shown('review page of 200 clusters, 100 members each', whole),
        shown('lint all', lint),
        shown('1,000 messages as a list', list),
        shown('approve all', approve),
      ];
    } finally {
      await server.stop();
    }
  },
};
