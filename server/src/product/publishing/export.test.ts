import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { startProcess } from '../../../test/crash/processes.ts';
import { startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { stoppingAfter, workOff } from '../../../test/work-off.ts';
import { isHeldOut } from '../campaigns/holdout.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { newGroup } from '../customers/test-workspace.ts';

const CUSTOMERS = 9_000;
const CHANNELS = ['email', 'sms', 'push', 'in_app', 'whatsapp'];
type FileRow = Record<string, string>;

let server: TestServer;
let six: TestCampaigns;
let groupId: string;
let members: Map<string, string>;

const work = (jobId: string, looks?: number) =>
  workOff(server, jobId, looks === undefined ? undefined : stoppingAfter(looks));

const customer = (number: number) => ({
  customer_number: `C${number}`,
  first_name: `Name ${number}`,
  consent: number % 7 !== 0,
  plan: number % 3 === 0 ? 'Plus' : 'Basic',
});

async function upload(path: string, customers: readonly Record<string, unknown>[], more = {}): Promise<void> {
  const answer = await six.ok('POST', path, { customer_group_id: groupId, customer_data: customers, ...more });
  if (answer.status === 'queued') assert.equal(await work(answer.job_id), 'completed');
}

async function approved(name: string, more: Record<string, unknown> = {}): Promise<string> {
  const campaignId = await six.draft(name, {
    customer_group_id: groupId,
    channels: CHANNELS.map((channel) => ({ channel })),
    export_fields: ['first_name'],
    ...more,
  });
  const { job_id } = await six.ok('POST', '/v1/campaign/generate', { campaign_id: campaignId });
  assert.equal(await work(job_id), 'completed');
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
  return campaignId;
}

async function publish(campaignId: string): Promise<string> {
  return (await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id;
}

const sharesOf = (jobId: string) =>
  server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.rows<{ job_id: string }>(
      "select job_id from jobs where kind = 'messages_export_share' and subject->>'export_id' = $1",
      [jobId],
    ),
  );

const queuedOf = (kind: string) =>
  server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.rows<{ job_id: string }>("select job_id from jobs where kind = $1 and status = 'queued' order by job_id", [
      kind,
    ]),
  );

const objectsOf = (campaignId: string) =>
  server.app.services.objects.list(`published/${server.a.accountId}/${campaignId}`);

/** All rows of all files, in order, and their manifest; every file is as the manifest says. */
async function filesOf(campaignId: string) {
  const manifest = await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
  const rows: FileRow[] = [];
  for (const part of manifest.parts) {
    const fetched = await server.a.call('POST', '/v1/messages/fetch', {
      workspace_id: server.a.workspaceId,
      campaign_id: campaignId,
      page: part.page,
      format: 'csv',
    });
    assert.equal(createHash('sha256').update(fetched.text).digest('hex'), part.sha256);
    const inPart: FileRow[] = parse(fetched.text, { columns: true, record_delimiter: '\r\n' });
    assert.equal(inPart.length, part.rows);
    assert.ok(part.rows > 0 && part.rows <= 10_000);
    rows.push(...inPart);
  }
  assert.equal(rows.length, manifest.rows);
  return { manifest, rows };
}

async function kept(): Promise<number[]> {
  const tables = [
    'group_snapshots',
    'snapshot_profiles',
    'snapshot_members',
    'snapshot_erasures',
    'exports',
    'export_ranges',
  ];
  return server.app.services.database.tenant(server.a.accountId, async (tx) => {
    const counts: number[] = [];
    for (const table of tables) counts.push((await tx.rows(`select 1 from ${table}`)).length);
    return counts;
  });
}

before(async () => {
  server = await startTestServer({ workers: false });
  six = await testCampaigns(() => server.a);
  groupId = await newGroup(server.a, 'Many');
  const lines = Array.from({ length: CUSTOMERS }, (_, index) => Object.values(customer(index + 1)).join(','));
  const csv = ['customer_number,first_name,consent,plan', ...lines].join('\n');
  await upload('/v1/customer/check', [], { customer_data: undefined, data_file: csv });
  members = new Map();
  for (let page = 1; page <= CUSTOMERS / 1_000; page += 1)
    for (const member of await six.ok('POST', '/v1/customer', {
      customer_group_id: groupId,
      page,
      page_size: 1_000,
      decrypt: true,
    }))
      members.set(member.profile.customer_number, member.customer_id);
  assert.equal(members.size, CUSTOMERS);
});

describe('an export that is stopped, shared, and written around', () => {
  test('holds one row a customer and channel of one moment, and nobody who was erased since', async () => {
    const idsOf = (...numbers: number[]) => numbers.map((number) => members.get(`C${number}`) ?? '');
    await six.ok('PUT', '/v1/suppression', { customer_ids: idsOf(10) });
    const eligible_when = [{ field_name: 'consent', op: 'is', value: true }];
    const campaignId = await approved('One moment', { eligible_when, holdout: 10, variants: 2 });
    const jobId = await publish(campaignId);
    assert.equal(await work(jobId, 6), 'queued', 'stopped on its way');
    const [share] = await sharesOf(jobId);
    assert.ok(share !== undefined);
    assert.ok((await six.ok('POST', '/v1/job', { job_id: jobId })).progress.done > 0, 'some files are made');

    await upload('/v1/customer/check', [
      ...[3, 4_000, 8_998].map((number) => ({
        customer_number: `C${number}`,
        first_name: 'Changed',
        consent: true,
        plan: 'New',
      })),
      { customer_number: 'late', first_name: 'Late', consent: true, plan: 'Plus' },
    ]);
    await six.ok('DELETE', '/v1/cg/members', { customer_group_id: groupId, customer_ids: idsOf(5, 8_997) });
    await upload('/v1/customer/check', [customer(5)]);
    await six.ok('DELETE', '/v1/customer', { customer_ids: idsOf(1, 8_999, 8_997) });
    await six.ok('PUT', '/v1/suppression', { customer_ids: idsOf(8_996) });

    await work(share.job_id, 4);
    const [main] = await Promise.all([work(jobId), work(share.job_id)]);
    assert.equal(main, 'completed');
    const { manifest, rows } = await filesOf(campaignId);

    const gone = new Set([1, 8_997, 8_999]);
    const wanted = Array.from({ length: CUSTOMERS }, (_, index) => index + 1).filter(
      (number) => !gone.has(number) && number % 7 !== 0 && number !== 10,
    );
    assert.deepEqual(
      rows.map((row) => `${row.customer_number} ${row.channel}`),
      wanted.flatMap((number) => CHANNELS.map((channel) => `C${number} ${channel}`)),
    );
    for (const row of rows) {
      const number = Number(row.customer_number?.slice(1));
      assert.equal(row.first_name, `Name ${number}`, 'as it was at the snapshot');
      const heldOut = isHeldOut(campaignId, members.get(`C${number}`) ?? '', 10);
      assert.equal(row.holdout, String(heldOut));
      assert.equal(row.message === '', heldOut);
    }
    const held = rows.filter((row) => row.holdout === 'true').length / CHANNELS.length;
    assert.ok(held > 500 && held < 1_000);
    const ineligible = [...members.keys()].filter((name) => Number(name.slice(1)) % 7 === 0).length;
    const counts = [
      manifest.customers,
      manifest.ineligible,
      manifest.suppressed,
      manifest.unmatched,
      manifest.held_out,
    ];
    // Of those erased, none had been ineligible or suppressed.
    assert.deepEqual(counts, [CUSTOMERS - gone.size, ineligible, 1, 0, held]);
    assert.deepEqual(await kept(), [0, 0, 0, 0, 0, 0], 'the snapshot is forgotten');
    assert.equal(
      (await objectsOf(campaignId)).length,
      2 * manifest.parts.length + 1,
      'no file of a stopped worker is left',
    );
  });

  test('somebody erased when all files are made, but before they can be fetched, is taken out of them', async () => {
    const campaignId = await approved('Erased late', { channels: [{ channel: 'sms' }] });
    const jobId = await publish(campaignId);
    // Stopped where the last file is made and the export looks for more to do.
    for (let looks = 1; (await six.ok('POST', '/v1/job', { job_id: jobId })).progress.done === 0; looks += 1)
      assert.equal(await work(jobId, looks), 'queued');
    const last = members.get('C8995') ?? '';
    await six.ok('DELETE', '/v1/customer', { customer_ids: [last] });
    assert.equal(await work(jobId), 'completed');
    const { rows, manifest } = await filesOf(campaignId);
    assert.ok(rows.length > 8_900 && rows.every((row) => row.customer_number !== 'C8995'));
    assert.equal(manifest.parts.length, 1);
  });

  test('one that is cancelled leaves neither files nor a snapshot', async () => {
    const campaignId = await approved('Cancelled', { channels: [{ channel: 'sms' }] });
    const jobId = await publish(campaignId);
    for (let looks = 1; (await objectsOf(campaignId)).length === 0; looks += 1)
      assert.equal(await work(jobId, looks), 'queued');
    await six.ok('DELETE', '/v1/job', { job_id: jobId });
    assert.equal(await work(jobId), 'cancelled');
    assert.deepEqual(await kept(), [0, 0, 0, 0, 0, 0]);
    const [removal] = await queuedOf('published_files_removal');
    assert.equal(await work(removal?.job_id ?? ''), 'completed');
    assert.deepEqual(await objectsOf(campaignId), []);
    const again = await publish(campaignId);
    assert.equal(await work(again), 'completed');
    const { manifest } = await filesOf(campaignId);
    assert.equal((await objectsOf(campaignId)).length, 2 * manifest.parts.length + 1);
  });

  test('a hundred publish calls at once have one effect', async () => {
    const campaignId = await approved('Hundred', { channels: [{ channel: 'sms' }] });
    const answers = await Promise.all(Array.from({ length: 100 }, () => publish(campaignId)));
    assert.equal(new Set(answers).size, 1);
    assert.equal(await work(answers[0] ?? ''), 'completed');
    assert.equal((await filesOf(campaignId)).manifest.parts.length, 1);
  });
});

describe('published files', () => {
  const channels = [{ channel: 'email' }, { channel: 'sms' }];
  const erasures = () => queuedOf('published_file_erasure');
  const erase = async (...numbers: number[]) => {
    await six.ok('DELETE', '/v1/customer', { customer_ids: numbers.map((number) => members.get(`C${number}`)) });
    const [job] = (await erasures()).slice(-1);
    assert.ok(job !== undefined, 'a job is to take them out');
    return job.job_id;
  };
  const published = async (name: string, more = {}) => {
    const campaignId = await approved(name, { channels, ...more });
    assert.equal(await work(await publish(campaignId)), 'completed');
    return campaignId;
  };
  test('lose the rows of who is erased, in every campaign, and nothing else', async () => {
    const both = [await published('Erased from one'), await published('Erased from two', { holdout: 50 })];
    const before = await Promise.all(both.map(filesOf));
    // One in the first file, one in the last, and somebody who has no row in the second campaign's.
    const jobId = await erase(20, 21, 8_990);
    const gone = new Set(['C20', 'C21', 'C8990']);
    assert.equal(await work(jobId, 5), 'queued', 'stopped on its way');
    assert.equal(await work(jobId), 'completed');
    for (const [index, campaignId] of both.entries()) {
      const { manifest, rows } = await filesOf(campaignId);
      const was = before[index];
      const left = was?.rows.filter((row) => !gone.has(row.customer_number ?? ''));
      assert.deepEqual(rows, left);
      assert.equal(manifest.erased_rows, (was?.rows.length ?? 0) - rows.length);
      assert.equal(manifest.erased_rows, 6);
      assert.equal(manifest.rows, rows.length);
      assert.ok(Date.parse(manifest.rewritten_at) > 0);
      const taken = manifest.parts.map((part: { erased_rows: number }) => part.erased_rows);
      assert.deepEqual(taken, [4, 2]);
      assert.equal((await objectsOf(campaignId)).length, 2 * manifest.parts.length + 1, 'the old files are gone');
    }
    const { services } = server.app;
    const left = await services.database.tenant(server.a.accountId, (tx) => tx.rows('select 1 from file_erasures'));
    assert.equal(left.length, 0);
    const events = (await server.a.call('POST', '/v1/audit', { action: 'publication.rewritten' })).body;
    const ids = new Set(before.map(({ manifest }) => manifest.publication_id));
    const ours = events.filter((event: { object_ids: { publication_id: string } }) =>
      ids.has(event.object_ids.publication_id),
    );
    assert.equal(ours.length, 4, 'one for each file');
    assert.ok(!JSON.stringify(events).includes('C20'));
  });

  test('are rewritten once by two jobs at once, and taken out of by whoever erased meanwhile', async () => {
    const campaignId = await published('Erased at once');
    const was = await filesOf(campaignId);
    const jobs = [await erase(30), await erase(31), await erase(32)];
    const group = await newGroup(server.a, 'Leaving');
    await six.ok('POST', '/v1/customer/check', { customer_group_id: group, customer_data: [customer(33)] });
    await Promise.all(jobs.map((jobId) => work(jobId)));
    const { manifest, rows } = await filesOf(campaignId);
    const gone = new Set(['C30', 'C31', 'C32']);
    assert.deepEqual(
      rows,
      was.rows.filter((row) => !gone.has(row.customer_number ?? '')),
    );
    assert.equal(manifest.erased_rows, 6);
    assert.equal((await objectsOf(campaignId)).length, 2 * manifest.parts.length + 1);
  });

  test('whose every row is erased are files without rows', async () => {
    const group = await newGroup(server.a, 'Two only');
    const two = [1, 2].map((number) => ({ ...customer(number), customer_number: `T${number}` }));
    await six.ok('POST', '/v1/customer/check', { customer_group_id: group, customer_data: two });
    const campaignId = await published('All erased', { customer_group_id: group });
    await six.ok('DELETE', '/v1/cg', { customer_group_id: group, delete_customers: true });
    const [job] = (await erasures()).slice(-1);
    assert.equal(await work(job?.job_id ?? ''), 'completed');
    const manifest = await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
    assert.deepEqual([manifest.rows, manifest.erased_rows, manifest.parts[0].rows], [0, 4, 0]);
    const fetched = await six.ok('POST', '/v1/messages/fetch', { campaign_id: campaignId, page: 1, format: 'json' });
    assert.deepEqual(fetched.rows, []);
  });
});

test('worker processes that are killed lose and repeat nothing', async () => {
  const campaignId = await approved('Killed');
  const jobId = await publish(campaignId);
  const progress = async () => six.ok('POST', '/v1/job', { job_id: jobId });
  const start = () => startProcess(['worker'], { ...server.environment });
  const first = [start(), start()];
  await until(async () => (await progress()).progress.done > 0);
  for (const worker of first) await worker.end('SIGKILL');
  const second = [start(), start()];
  await until(async () => (await progress()).status === 'completed', 60_000);
  for (const worker of second) {
    // One may have done all the work while the other was still starting, when a signal just ends it.
    await until(async () => worker.output().includes('works off jobs'));
    assert.equal(await worker.end('SIGTERM'), 0, worker.output());
  }
  const { rows } = await filesOf(campaignId);
  const listed = rows.map((row) => `${row.customer_number} ${row.channel}`);
  assert.equal(new Set(listed).size, listed.length, 'nobody twice');
  const now = (await six.ok('POST', '/v1/customer/pages', { customer_group_id: groupId, page_size: 1 }))
    .total_customers;
  const suppressed = 2;
  assert.equal(listed.length, (now - suppressed) * CHANNELS.length);
});
