import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { workOff } from '../../../test/work-off.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { newGroup } from '../customers/test-workspace.ts';
import { CHANGED, channelByte, compareIndexes, NEW, REMOVED, SAME } from './row-index.ts';

type FileRow = Record<string, string>;

let server: TestServer;
let six: TestCampaigns;

before(async () => {
  server = await startTestServer({ workers: false });
  six = await testCampaigns(() => server.a);
});

const work = (jobId: string, stop?: AbortSignal) => workOff(server, jobId, stop);

/** Works off a job that dies at the `nth` call of the object storage: before it, or when it is done and nobody knows. */
async function dieAt(jobId: string, nth: number, when: 'before' | 'after'): Promise<string> {
  const { objects } = server.app.services;
  const stop = new AbortController();
  const real = { ...objects };
  let calls = 0;
  const dying =
    <Arguments extends unknown[]>(call: (...given: Arguments) => Promise<void>) =>
    async (...given: Arguments) => {
      calls += 1;
      const isLast = calls >= nth;
      if (isLast) stop.abort();
      if (!isLast || (when === 'after' && calls === nth)) await call(...given);
      if (isLast) throw new Error('The server has died.');
    };
  Object.assign(objects, {
    put: dying(real.put),
    delete: dying(real.delete),
    deleteBelow: dying(real.deleteBelow),
  });
  try {
    return await work(jobId, stop.signal);
  } finally {
    Object.assign(objects, real);
  }
}

async function approved(name: string, more: Record<string, unknown>): Promise<string> {
  const campaignId = await six.draft(name, more);
  const { job_id } = await six.ok('POST', '/v1/campaign/generate', { campaign_id: campaignId });
  assert.equal(await work(job_id), 'completed');
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
  return campaignId;
}

const publish = async (campaignId: string, more = {}): Promise<string> =>
  (await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId, delta: true, ...more })).job_id;

/** All rows of the files, each as their manifest says. */
async function filesOf(campaignId: string, delta: boolean, more = {}) {
  const ids = { workspace_id: server.a.workspaceId, campaign_id: campaignId, delta, ...more };
  const manifest = await six.ok('POST', '/v1/messages/manifest', ids);
  assert.equal((await six.ok('POST', '/v1/messages/pages', ids)).pages, manifest.parts.length);
  const rows: FileRow[] = [];
  for (const part of manifest.parts) {
    const fetched = await server.a.call('POST', '/v1/messages/fetch', { ...ids, page: part.page, format: 'csv' });
    assert.equal(createHash('sha256').update(fetched.text).digest('hex'), part.sha256);
    const inPart: FileRow[] = parse(fetched.text, { columns: true, record_delimiter: '\r\n' });
    assert.equal(inPart.length, part.rows);
    rows.push(...inPart);
  }
  assert.equal(rows.length, manifest.rows);
  return { manifest, rows };
}

const said = (rows: readonly FileRow[]) =>
  rows.map(({ customer_number, channel, change }) => `${customer_number} ${channel} ${change}`).sort();

const customer = (number: number, more = {}) => ({
  customer_number: `D${number}`,
  first_name: `Name, "${number}"`,
  ...more,
});
const channels = [{ channel: 'sms' }, { channel: 'push' }];

async function group(name: string, count: number): Promise<string> {
  const groupId = await newGroup(server.a, name);
  await six.add(
    Array.from({ length: count }, (_, index) => customer(index + 1)),
    groupId,
  );
  return groupId;
}
const idsOf = async (...numbers: number[]): Promise<string[]> =>
  (
    await six.ok('POST', '/v1/customer/find', {
      identifiers: numbers.map((number) => ({ customer_number: `D${number}` })),
      decrypt: true,
    })
  ).map((found: { customer_id: string }) => found.customer_id);

describe('what changed since the publication before', () => {
  test('is everything at first, then nothing, then the rows that are new, changed or removed', async () => {
    const groupId = await group('Changing', 6);
    const campaignId = await approved('Delta', { customer_group_id: groupId, channels, export_fields: ['first_name'] });
    assert.equal(await work(await publish(campaignId)), 'completed');
    const full = await filesOf(campaignId, false);
    const first = await filesOf(campaignId, true);
    assert.deepEqual(first.manifest.changes, { new: 12, changed: 0, removed: 0 });
    assert.equal(first.manifest.delta_of, null);
    assert.deepEqual(
      first.rows.map(({ change, ...row }) => (change === 'new' ? row : null)),
      full.rows,
    );
    assert.deepEqual([full.manifest.changes, full.manifest.delta_of], [null, null]);

    assert.equal(await work(await publish(campaignId)), 'completed');
    const none = await filesOf(campaignId, true);
    assert.deepEqual([none.manifest.parts, none.rows], [[], []]);
    assert.equal(none.manifest.delta_of.publication_id, full.manifest.publication_id);

    await six.add([customer(1, { first_name: 'Renamed' }), customer(7), customer(2)], groupId);
    await six.ok('DELETE', '/v1/cg/members', { customer_group_id: groupId, customer_ids: await idsOf(3) });
    await six.ok('PUT', '/v1/suppression', { customer_ids: await idsOf(4) });
    const erased = await idsOf(5);
    await six.ok('DELETE', '/v1/customer', { customer_ids: erased });
    assert.equal(await work(await publish(campaignId, { gzip: true })), 'completed');
    const third = await filesOf(campaignId, true);
    const both = (number: number, change: string) => [`D${number} push ${change}`, `D${number} sms ${change}`];
    assert.deepEqual(
      said(third.rows),
      [...both(1, 'changed'), ...both(3, 'removed'), ...both(4, 'removed'), ...both(7, 'new')].sort(),
    );
    assert.deepEqual(third.manifest.changes, { new: 2, changed: 2, removed: 4 });
    for (const row of third.rows.filter(({ change }) => change === 'removed'))
      assert.deepEqual(
        [row.first_name, row.message, row.message_id, row.campaign_id, row.run_number, row.holdout],
        ['', '', '', campaignId, '1', 'false'],
      );
    assert.ok(third.manifest.parts.every((part: { gzip_bytes: number | null }) => part.gzip_bytes !== null));
    const objects = await server.app.services.objects.list(`published/${server.a.accountId}/${campaignId}`);
    assert.equal(objects.length, 6, 'two files, their indexes and manifests: nothing of the publications before');
    await six.refused(
      'POST',
      '/v1/messages/fetch',
      { campaign_id: campaignId, page: 2, format: 'csv', delta: true },
      'page_unknown',
    );
    const json = await six.ok('POST', '/v1/messages/fetch', {
      campaign_id: campaignId,
      page: 1,
      format: 'json',
      delta: true,
    });
    assert.equal(json.row_count, 8);
    const { url } = await six.ok('POST', '/v1/messages/fetch', {
      campaign_id: campaignId,
      page: 1,
      format: 'url',
      delta: true,
    });
    assert.match(await (await fetch(new URL(url, server.url))).text(), /,change\r\n/);

    assert.equal(await work(await publish(campaignId, { delta: false })), 'completed');
    await six.refused('POST', '/v1/messages/manifest', { campaign_id: campaignId, delta: true }, 'no_delta');
  });

  test('of a rerun is told since the run before, and texts that are reused are no change', async () => {
    const groupId = await group('Rerun', 3);
    const campaignId = await approved('Delta of a rerun', { customer_group_id: groupId, channels });
    assert.equal(await work(await publish(campaignId)), 'completed');
    await six.add([customer(8)], groupId);
    const rerun = await six.ok('POST', '/v1/campaign/rerun/initiate', {
      campaign_id: campaignId,
      customer_group_id: groupId,
    });
    assert.equal(rerun.job_id, null);
    assert.equal(await work(await publish(campaignId)), 'completed');
    const { manifest, rows } = await filesOf(campaignId, true);
    assert.deepEqual(said(rows), ['D8 push new', 'D8 sms new']);
    assert.equal(manifest.delta_of.run_number, 1);
    assert.equal((await filesOf(campaignId, false)).rows.length, 8);
  });

  test('names nobody who was erased while it was made, and loses them later as the files do', async () => {
    const groupId = await group('Erased meanwhile', 6);
    const campaignId = await approved('Delta erased', { customer_group_id: groupId, channels });
    assert.equal(await work(await publish(campaignId)), 'completed');
    const [leaving, staying] = [await idsOf(1), await idsOf(2)];
    await six.ok('DELETE', '/v1/cg/members', { customer_group_id: groupId, customer_ids: [...leaving, ...staying] });
    const jobId = await publish(campaignId);
    // The erasure comes when the delta is made, and its files are not in place yet.
    const { services } = server.app;
    const put = services.objects.put;
    let erased = false;
    services.objects.put = async (key, content) => {
      await put(key, content);
      if (erased || !key.includes('/delta/page-000001') || !key.endsWith('.rows')) return;
      erased = true;
      await six.ok('DELETE', '/v1/customer', { customer_ids: leaving });
    };
    try {
      assert.equal(await work(jobId), 'completed');
    } finally {
      services.objects.put = put;
    }
    assert.ok(erased);
    const made = await filesOf(campaignId, true);
    assert.deepEqual(said(made.rows), ['D2 push removed', 'D2 sms removed']);
    await six.ok('DELETE', '/v1/customer', { customer_ids: staying });
    const jobs = await services.database.tenant(server.a.accountId, (tx) =>
      tx.rows<{ job_id: string }>(
        "select job_id from jobs where kind = 'published_file_erasure' and status = 'queued'",
      ),
    );
    for (const job of jobs) assert.equal(await work(job.job_id), 'completed');
    const later = await filesOf(campaignId, true);
    assert.deepEqual([later.rows, later.manifest.erased_rows], [[], 2]);
  });

  test('is everything when a file of the publication before is lost', async () => {
    const groupId = await group('Lost', 3);
    const campaignId = await approved('Delta after a loss', { customer_group_id: groupId, channels });
    assert.equal(await work(await publish(campaignId)), 'completed');
    const { objects } = server.app.services;
    for (const key of await objects.list(`published/${server.a.accountId}/${campaignId}`))
      if (key.includes('/range-') && key.endsWith('.rows')) await objects.delete(key);
    assert.equal(await work(await publish(campaignId)), 'completed');
    const { manifest, rows } = await filesOf(campaignId, true);
    assert.equal(manifest.delta_of, null);
    assert.ok(rows.length > 0 && rows.every(({ change }) => change === 'new'));
  });

  test('is whole, with the files, after deaths before and after every call of the storage, and nothing is left over', async () => {
    for (const when of ['before', 'after'] as const) {
      const groupId = await group(`Died ${when}`, 5);
      const campaignId = await approved(`Delta died ${when}`, { customer_group_id: groupId, channels });
      assert.equal(await work(await publish(campaignId)), 'completed');
      let deaths = 0;
      for (let isOver = false; !isOver; ) {
        const were = (await filesOf(campaignId, false)).rows.length;
        const number = when === 'before' ? 100 + deaths : 200 + deaths;
        await six.add([customer(number)], groupId);
        const jobId = await publish(campaignId);
        isOver = (await dieAt(jobId, deaths + 1, when)) === 'completed';
        if (!isOver) {
          deaths += 1;
          const { rows } = await filesOf(campaignId, false);
          assert.ok(rows.length === were || rows.length === were + 2, 'the files before, or those after');
          assert.equal(await work(jobId), 'completed');
        }
        assert.deepEqual(said((await filesOf(campaignId, true)).rows), [`D${number} push new`, `D${number} sms new`]);
        assert.equal((await filesOf(campaignId, false)).rows.length, were + 2);
        const objects = await server.app.services.objects.list(`published/${server.a.accountId}/${campaignId}`);
        assert.equal(objects.length, 6, objects.join('\n'));
      }
      assert.ok(deaths >= 12, `${deaths} deaths`);
    }
  });
});

test('indexes are compared alike however few rows are held at a time', async () => {
  let seed = 3;
  const below = (count: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed >> 8) % count;
  };
  const entry = (id: number, digest: number) =>
    Buffer.concat([
      Buffer.alloc(14),
      Buffer.from([id >> 8, id & 0xff]),
      Buffer.from([channelByte(id % 2 === 0 ? 'sms' : 'push')]),
      Buffer.alloc(7, digest),
    ]);
  const [earlier, later] = [new Map<number, number>(), new Map<number, number>()];
  for (let id = 0; id < 3_000; id += 1) {
    if (below(3) > 0) earlier.set(id, below(2));
    if (below(3) > 0) later.set(id, below(2));
  }
  const filesOfMap = (map: Map<number, number>, size: number) => {
    const entries = [...map].map(([id, digest]) => entry(id, digest));
    return Array.from({ length: Math.ceil(entries.length / size) }, (_, index) => {
      const some = entries.slice(index * size, (index + 1) * size);
      return { rows: some.length, read: async () => Buffer.concat(some) };
    });
  };
  const expected = {
    later: [...later].map(([id, digest]) => (earlier.has(id) ? (earlier.get(id) === digest ? SAME : CHANGED) : NEW)),
    earlier: [...earlier].map(([id]) => (later.has(id) ? SAME : REMOVED)),
  };
  for (const atOnce of [1, 100, 100_000]) {
    const marks = await compareIndexes(filesOfMap(later, 700), filesOfMap(earlier, 900), atOnce);
    assert.deepEqual(
      marks.later.flatMap((marked) => [...marked]),
      expected.later,
    );
    assert.deepEqual(
      marks.earlier.flatMap((marked) => [...marked]),
      expected.earlier,
    );
  }
});
