import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchPart, Measured } from './bench-part.ts';
import { withCustomers } from './read-parts.ts';
import type { ServerUnderTest } from './server-under-test.ts';
import { milliseconds, percentile, thousands } from './table.ts';

const ERASED_AT_MOST = 100_000;
const PAGE_SIZE = 100;
const READ_EVERY_MS = 20;

/** The identifiers of the first members of the group, as their owner would send them. */
async function emailsOf(server: ServerUnderTest, groupId: string, count: number): Promise<string[]> {
  const emails: string[] = [];
  for (let page = 1; emails.length < count; page += 1) {
    const members = await server.client.customers.list({
      workspace_id: server.workspaceId,
      customer_group_id: groupId,
      page,
      page_size: 1_000,
      decrypt: true,
    });
    for (const { profile } of members) emails.push(String(profile?.email));
  }
  return emails.slice(0, count);
}

/** Waits for the job while pages are read; how long both took. */
async function untilDone(server: ServerUnderTest, groupId: string, jobId: string) {
  const startedAt = performance.now();
  const reads: number[] = [];
  for (let page = 1; ; page += 1) {
    const readAt = performance.now();
    const ids = { workspace_id: server.workspaceId, customer_group_id: groupId };
    await server.client.customers.list({ ...ids, page: 1 + (page % 200), page_size: PAGE_SIZE, decrypt: true });
    reads.push(performance.now() - readAt);
    const job = await server.client.jobs.get({ workspace_id: server.workspaceId, job_id: jobId });
    if (job.status === 'completed') return { seconds: (performance.now() - startedAt) / 1_000, reads, job };
    if (job.status !== 'queued' && job.status !== 'running') throw new Error(`The job ended as ${job.status}.`);
    await sleep(READ_EVERY_MS);
  }
}

export const erasePart: BenchPart = {
  name: 'erase',
  about: 'a field deleted with its values, then 100,000 customers erased by identifier, while pages are read',
  run: ({ rows, nodeOptions }) =>
    withCustomers(rows, nodeOptions, async ({ server, groupId }) => {
      const count = Math.min(ERASED_AT_MOST, rows);
      const { workspaceId: workspace_id } = server;
      const emails = await emailsOf(server, groupId, count);
      const fields = await server.client.fields.list({ workspace_id });
      const note = fields.find((field) => field.field_name === 'note')?.customer_profile_field_id ?? '';
      const removed = await server.client.fields.delete({ workspace_id, customer_profile_field_id: note });
      const field = await untilDone(server, groupId, removed.job_id);
      const sentAt = performance.now();
      const erasing = await server.client.customers.delete({
        workspace_id,
        identifiers: emails.map((email) => ({ email })),
      });
      const queuedSeconds = (performance.now() - sentAt) / 1_000;
      if (!('job_id' in erasing) || erasing.job_id === undefined) throw new Error('The erasure was not queued.');
      const erased = await untilDone(server, groupId, erasing.job_id);
      if (erased.job.result?.deleted !== count)
        throw new Error(`${JSON.stringify(erased.job.result)} instead of ${count} customers were erased.`);
      const rate = (what: string, customers: number, seconds: number): Measured[] => [
        { what: `${what}, seconds`, value: seconds, shown: seconds.toFixed(1) },
        { what: `${what}, customers a second`, value: customers / seconds, shown: thousands(customers / seconds) },
      ];
      const p99 = (what: string, times: readonly number[]): Measured => ({
        what: `pages read meanwhile (${what}), p99`,
        value: percentile(times, 0.99),
        shown: milliseconds(percentile(times, 0.99)),
      });
      return [
        ...rate(`a field and its values of ${thousands(rows)}`, rows, field.seconds),
        p99('field', field.reads),
        {
          what: `the call that names ${thousands(count)}, seconds`,
          value: queuedSeconds,
          shown: queuedSeconds.toFixed(1),
        },
        ...rate(`${thousands(count)} erased`, count, erased.seconds),
        p99('erasure', erased.reads),
      ];
    }),
};
