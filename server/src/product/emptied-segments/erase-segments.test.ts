import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { placesWith } from '../../../test/kept-texts.ts';
import { stoppingAfter, workOff } from '../../../test/work-off.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { lockProfiles } from '../fields/load-fields.ts';

// Without a worker: jobs are worked off where a test says so.
let server: TestServer;
let six: TestCampaigns;
let putsFail = 0;
/** What storing a manifest waits for. */
let gate: { reached(): void; opened: Promise<void> } | null = null;
before(async () => {
  server = await startTestServer({
    workers: false,
    services: (real) => ({
      objects: {
        ...real.objects,
        put: async (key, content) => {
          if (key.endsWith('manifest.json') && putsFail > 0) {
            putsFail -= 1;
            throw new Error('The storage is away.');
          }
          if (key.endsWith('manifest.json') && gate !== null) {
            gate.reached();
            await gate.opened;
          }
          await real.objects.put(key, content);
        },
      },
    }),
  });
  six = await testCampaigns(() => server.a);
});
const work = (jobId: string, looks?: number) =>
  workOff(server, jobId, looks === undefined ? undefined : stoppingAfter(looks));
const written = async (campaignId: string, excluded = '') => {
  const { job_id } = await six.ok('POST', '/v1/campaign/generate', { campaign_id: campaignId });
  assert.equal(await work(job_id), 'completed');
  // Texts that name the value, as a reviewer may word them.
  for (const { message_id, segment } of await six.messages(campaignId))
    await six.decide(campaignId, {
      message_ids: [message_id],
      message: `Open it today: Spring Saver for ${segment.criteria.plan}.`,
    });
  const left = (await six.messages(campaignId)).filter((message) => message.segment.criteria.plan === excluded);
  if (left.length > 0)
    await six.decide(campaignId, { message_ids: left.map(({ message_id }) => message_id), review_status: 'Excluded' });
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
};
const publishing = async (campaignId: string): Promise<string> =>
  (await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id;
const queued = async (kind: string) =>
  (
    await server.app.services.database.tenant(server.a.accountId, (tx) =>
      tx.rows<{ job_id: string }>("select job_id from jobs where kind = $1 and status = 'queued' order by job_id", [
        kind,
      ]),
    )
  ).map(({ job_id }) => job_id);
const eraseOne = async (customer_number: string) => {
  await six.ok('DELETE', '/v1/customer', { identifiers: [{ customer_number }] });
  const [jobId] = (await queued('segment_erasure')).slice(-1);
  assert.ok(jobId !== undefined);
  return jobId;
};
const left = (text: string) => placesWith(server.app, server.a.accountId, text);
const person = (customer_number: string, plan: string) => six.add([{ customer_number, plan }]);

test('erasing what was said of segments goes on where it was stopped, or storage failed it', async () => {
  await person('stopped', 'Kultarrplan');
  const campaigns = [await six.draft('Stopped one'), await six.draft('Stopped two')];
  for (const campaignId of campaigns) {
    await written(campaignId);
    assert.equal(await work(await publishing(campaignId)), 'completed');
  }
  const jobId = await eraseOne('stopped');
  assert.equal(await work(jobId, 1), 'queued', 'stopped on its way');
  putsFail = 1;
  assert.equal(await work(jobId), 'queued', 'it is tried again');
  assert.ok((await left('Kultarrplan')).some((place) => place.endsWith('manifest.json')));
  assert.equal(await work(jobId), 'completed');
  for (const fileJob of await queued('published_file_erasure')) assert.equal(await work(fileJob), 'completed');
  assert.deepEqual(await left('Kultarrplan'), []);
  for (const campaignId of campaigns) {
    const manifest = await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
    assert.equal(manifest.erased_texts, 1, 'counted once');
  }
  assert.deepEqual(
    await server.app.services.database.tenant(server.a.accountId, (tx) => tx.rows('select 1 from emptied_segments')),
    [],
  );
});

test('erasing what was said of segments takes it out of an export that is under way, and of its manifest', async () => {
  await person('exported', 'Mulgaraplan');
  await person('excluded', 'Kalutaplan');
  const campaignId = await six.draft('Export under way');
  await written(campaignId, 'Kalutaplan');
  const exportId = await publishing(campaignId);
  for (let looks = 1; (await six.ok('POST', '/v1/job', { job_id: exportId })).progress.done === 0; looks += 1)
    assert.equal(await work(exportId, looks), 'queued');
  assert.ok((await left('Mulgaraplan')).includes('exports'));
  const jobId = await eraseOne('exported');
  assert.equal(await work(jobId), 'completed');
  assert.equal(await work(await eraseOne('excluded')), 'completed');
  for (const own of ['Mulgaraplan', 'Kalutaplan']) assert.ok(!(await left(own)).includes('exports'), own);
  assert.equal(await work(exportId), 'completed');
  for (const fileJob of await queued('published_file_erasure')) assert.equal(await work(fileJob), 'completed');
  assert.deepEqual(await left('Mulgaraplan'), []);
  const manifest = await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
  assert.equal(manifest.rows, 6);
  const { approvals } = await six.campaign(campaignId);
  assert.ok(
    approvals.some(
      (given: { digest: string; voided_at: string | null }) =>
        given.voided_at === null && given.digest === manifest.approval_digest,
    ),
  );
});

test('two jobs at once erase each segment once, and the audit log tells it', async () => {
  await person('twice one', 'Phascogaleplan');
  await person('twice two', 'Antechinusplan');
  const campaignId = await six.draft('Two jobs');
  await written(campaignId);
  const both = [await eraseOne('twice one'), await eraseOne('twice two')];
  assert.equal(new Set(both).size, 2);
  assert.deepEqual(await Promise.all(both.map((jobId) => work(jobId))), ['completed', 'completed']);
  for (const own of ['Phascogaleplan', 'Antechinusplan']) assert.deepEqual(await left(own), []);
  const events = (await server.a.call('POST', '/v1/audit', { action: 'campaign.texts_erased' })).body;
  const ids = events
    .filter((event: { object_ids: { campaign_id: string } }) => event.object_ids.campaign_id === campaignId)
    .flatMap((event: { object_ids: { segment_ids: string[] } }) => event.object_ids.segment_ids);
  assert.equal(ids.length, 2);
  assert.equal(new Set(ids).size, 2);
});

test('an export that begins while texts are erased is made of what is left', async () => {
  await person('waited for', 'Monjonplan');
  const campaignId = await six.draft('Begins meanwhile');
  await written(campaignId);
  const exportId = await publishing(campaignId);
  const jobId = await eraseOne('waited for');
  const held = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const holder = server.app.services.database.tenant(server.a.accountId, async (tx) => {
    await lockProfiles(tx, server.a.workspaceId);
    held.resolve();
    await free.promise;
  });
  await held.promise;
  const waiting = () =>
    server.app.services.database.tenant(server.a.accountId, async (tx) => {
      const rows = await tx.rows(
        "select 1 from pg_locks l join pg_database d on d.oid = l.database where d.datname = current_database() and l.locktype = 'advisory' and not l.granted",
      );
      return rows.length;
    });
  const works = [work(jobId)];
  await until(async () => (await waiting()) === 1);
  works.push(work(exportId));
  await until(async () => (await waiting()) === 2);
  free.resolve();
  await holder;
  assert.deepEqual(await Promise.all(works), ['completed', 'completed']);
  for (const fileJob of await queued('published_file_erasure')) assert.equal(await work(fileJob), 'completed');
  assert.deepEqual(await left('Monjonplan'), []);
});

test('what goes wrong with one campaign keeps no other one waiting, and a manifest without an approval is none', async () => {
  await person('in three', 'Dunnartplan');
  const campaigns = [await six.draft('Old'), await six.draft('Broken'), await six.draft('Fine')].sort();
  const [old, broken, fine] = campaigns as [string, string, string];
  for (const campaignId of campaigns) {
    await written(campaignId);
    assert.equal(await work(await publishing(campaignId)), 'completed');
  }
  const run = (text: string, campaignId: string) =>
    server.app.services.database.tenant(server.a.accountId, (tx) => tx.run(text, [campaignId]));
  // As manifests were before there were approvals; and one that nobody can read.
  await run("update publications set manifest = manifest - 'approval' where campaign_id = $1", old);
  await run(
    `update publications set manifest = jsonb_set(manifest, '{approval,content}', '7') where campaign_id = $1`,
    broken,
  );
  const jobId = await eraseOne('in three');
  assert.equal(await work(jobId), 'queued');
  const texts = async (campaignId: string) => JSON.stringify(await six.messages(campaignId)).includes('Dunnartplan');
  assert.deepEqual(await Promise.all(campaigns.map(texts)), [false, true, false], `${old} ${broken} ${fine}`);
  await run("update publications set manifest = manifest - 'approval' where campaign_id = $1", broken);
  assert.equal(await work(jobId), 'completed');
  assert.deepEqual(await Promise.all(campaigns.map(texts)), [false, false, false]);
  for (const fileJob of await queued('published_file_erasure')) assert.equal(await work(fileJob), 'completed');
  // But for the manifest that nobody can read any more.
  assert.deepEqual(
    (await left('Dunnartplan')).filter((place) => !place.includes(broken) && !place.includes(old)),
    [],
  );
});

test('whoever is erased while it is forgotten that somebody had come into the segment is not overlooked', async () => {
  await person('gate one', 'Chudditchplan');
  await person('gate two', 'Wambengerplan');
  const campaignId = await six.draft('Come and gone');
  await written(campaignId);
  assert.equal(await work(await publishing(campaignId)), 'completed');
  // So that there is a manifest to be written again.
  assert.equal(await work(await eraseOne('gate two')), 'completed');
  await person('newcomer', 'Chudditchplan');
  const jobId = await eraseOne('gate one');
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  gate = { reached: reached.resolve, opened: opened.promise };
  const working = work(jobId);
  await reached.promise;
  gate = null;
  const next = await eraseOne('newcomer');
  opened.resolve();
  assert.equal(await working, 'completed');
  assert.notEqual(next, jobId);
  assert.equal(await work(next), 'completed');
  for (const fileJob of await queued('published_file_erasure')) assert.equal(await work(fileJob), 'completed');
  assert.deepEqual(await left('Chudditchplan'), []);
});

test('jobs that failed for good are queued again when the server starts', async () => {
  await person('left over', 'Ningauiplan');
  const campaignId = await six.draft('Left over');
  await written(campaignId);
  assert.equal(await work(await publishing(campaignId)), 'completed');
  const kinds = ['segment_erasure', 'published_file_erasure'];
  const jobs = [await eraseOne('left over'), ...(await queued('published_file_erasure'))];
  assert.equal(jobs.length, 2);
  await server.app.services.database.tenant(server.a.accountId, async (tx) => {
    // As they are left who have begun and then failed too often.
    await tx.run('update emptied_segments set job_id = $1', [jobs[0]]);
    await tx.run('update file_erasures set job_id = $1', [jobs[1]]);
    await tx.run("update jobs set status = 'failed' where job_id = any($1)", [jobs]);
  });
  for (const kind of kinds) assert.deepEqual(await queued(kind), []);
  await server.restart();
  for (const kind of kinds) {
    const [again, ...more] = await queued(kind);
    assert.equal(more.length, 0);
    assert.equal(await work(again ?? ''), 'completed');
  }
  assert.deepEqual(await left('Ningauiplan'), []);
  const manifest = await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
  assert.deepEqual([manifest.erased_rows, manifest.erased_texts], [1, 1]);
});
