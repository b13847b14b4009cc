import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '@nudgescribe/sdk';
import { barePass } from './bare-pass.ts';
import type { BenchPart } from './bench-part.ts';
import { withCustomers } from './read-parts.ts';
import { ratio, thousands } from './table.ts';
import { watchMemory } from './watch-server.ts';

function mustComplete(job: Job): void {
  if (job.status !== 'completed') throw new Error(job.error?.message ?? `The work ended as ${job.status}.`);
}

export const publishPart: BenchPart = {
  name: 'publish',
  about: 'from an approved campaign over everybody to published files, against only reading and unsealing',
  run: ({ rows, nodeOptions }) =>
    withCustomers(rows, nodeOptions, async ({ server, groupId }) => {
      const { client, workspaceId } = server;
      const campaign = await client.campaigns.create({
        workspace_id: workspaceId,
        customer_group_id: groupId,
        campaign_name: 'Bench',
        brief: { objective: 'Tell of the new savings account', product: 'Savings account', call_to_action: 'Open one' },
        channels: [{ channel: 'email' }],
        segment_by: [{ field_name: 'city' }, { field_name: 'plan' }],
        export_fields: ['first_name'],
      });
      const ids = { workspace_id: workspaceId, campaign_id: campaign.campaign_id };
      const wait = async (jobId: string) =>
        mustComplete(await client.waitForJob(workspaceId, jobId, { firstPauseMs: 100 }));
      await wait((await client.campaigns.generate(ids)).job_id);
      await client.messages.change({ ...ids, all: true, review_status: 'Approved' });
      await client.campaigns.approve(ids);
      // What is measured is publishing alone: the job that looks at everybody's text after the approval is awaited.
      const approvedAt = performance.now();
      for (;;) {
        const now = await client.campaigns.get(ids);
        if (Array.isArray(now) || now.full_check?.status !== 'running') break;
        await sleep(200);
      }
      const fullCheck = (performance.now() - approvedAt) / 1_000;
      const memory = watchMemory(server.pid);
      const startedAt = performance.now();
      await wait((await client.publishing.publish(ids)).job_id);
      const seconds = (performance.now() - startedAt) / 1_000;
      const peak = memory.stop();
      const bare = await barePass(server, { accountId: campaign.account_id, groupId }, rows);
      return [
        { what: 'full check after approval', value: fullCheck, shown: `${fullCheck.toFixed(1)} s` },
        { what: 'publishing', value: seconds, shown: `${seconds.toFixed(1)} s` },
        {
          what: 'messages a second',
          value: rows / seconds,
          shown: thousands(rows / seconds),
          reach: '≥ 60,000',
          aim: '≥ 150,000',
        },
        { what: 'bare pass, customers a second', value: rows / bare, shown: thousands(rows / bare) },
        { what: '÷ bare pass', value: bare / seconds, shown: ratio(bare / seconds), reach: '≥ 0.35', aim: '≥ 0.70' },
        { what: 'memory before', value: memory.first, shown: `${thousands(memory.first)} MB` },
        { what: 'peak memory', value: peak, shown: `${thousands(peak)} MB`, reach: '≤ 350 MB', aim: '≤ 220 MB' },
      ];
    }),
};
