import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { before, describe, test } from 'node:test';
import { DYING, startProcess } from '../../../test/crash/processes.ts';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { placesWith } from '../../../test/kept-texts.ts';
import { stoppingAfter, workOff } from '../../../test/work-off.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { ObjectStorage } from '../../providers/object-storage/object-storage.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { createJobRunner } from '../jobs/runner.ts';
import { FILES_REMOVAL, sweepAllFiles } from './sweep-files.ts';

const MARK = 'wilhelmina5521';
const PERSON = { customer_number: `${MARK}-1`, first_name: `Name ${MARK}`, plan: 'Plus' };

let server: TestServer;
let six: TestCampaigns;

before(async () => {
  server = await startTestServer({ workers: false });
  six = await testCampaigns(() => server.a);
});

async function exportOf(name: string): Promise<{ campaignId: string; jobId: string }> {
  const campaignId = await six.draft(name, { export_fields: ['first_name'] });
  const { job_id } = await six.ok('POST', '/v1/campaign/generate', { campaign_id: campaignId });
  assert.equal(await workOff(server, job_id), 'completed');
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
  return { campaignId, jobId: (await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id };
}

const objectsOf = (campaignId: string) =>
  server.app.services.objects.list(`published/${server.a.accountId}/${campaignId}`);
const statusOf = async (jobId: string) => (await six.ok('POST', '/v1/job', { job_id: jobId })).status;

/** An export that waits again after it has made a file. */
async function stopped(name: string): Promise<{ campaignId: string; jobId: string }> {
  const made = await exportOf(name);
  for (let looks = 1; (await objectsOf(made.campaignId)).length === 0; looks += 1)
    assert.equal(await workOff(server, made.jobId, stoppingAfter(looks)), 'queued');
  return made;
}

/** Starts a job with a storage that puts otherwise. */
function startWith(jobId: string, put: ObjectStorage['put']): Promise<void> {
  const { services } = server.app;
  const { database, queue, jobKinds: kinds, log, objects } = services;
  const runner = createJobRunner({
    services: { ...services, objects: { ...objects, put } },
    database,
    queue,
    kinds,
    log,
  });
  return runner.run({ account_id: server.a.accountId, job_id: jobId }, new AbortController().signal);
}

/** Starts a job until it has failed for good: the storage takes no object with this ending. */
async function failFor(jobId: string, ending: string): Promise<void> {
  const { objects } = server.app.services;
  for (let start = 0; (await statusOf(jobId)) !== 'failed'; start += 1) {
    assert.ok(start < 10, 'it fails at last');
    await startWith(jobId, async (key, content) => {
      if (key.endsWith(ending)) throw new Error('The storage does not take this.');
      await objects.put(key, content);
    });
  }
}

async function workOffQueued(kind: string): Promise<void> {
  const queued = await server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.rows<{ job_id: string }>("select job_id from jobs where kind = $1 and status = 'queued'", [kind]),
  );
  assert.equal(queued.length, 1, kind);
  assert.equal(await workOff(server, queued[0]?.job_id ?? ''), 'completed');
}

/** Something is there, and is removed by the job that the end of the export has queued. */
async function leavesNothing(campaignId: string): Promise<void> {
  assert.notDeepEqual(await objectsOf(campaignId), []);
  await workOffQueued(FILES_REMOVAL);
  assert.deepEqual(await objectsOf(campaignId), []);
}

describe('an export that ends without files leaves no object', () => {
  test('when it fails for good', async () => {
    const { campaignId, jobId } = await exportOf('Failing');
    await failFor(jobId, '.rows');
    await leavesNothing(campaignId);
  });

  test('when it is cancelled while it waits', async () => {
    const { campaignId, jobId } = await stopped('Waiting');
    await six.ok('DELETE', '/v1/job', { job_id: jobId });
    assert.equal(await statusOf(jobId), 'cancelled');
    await leavesNothing(campaignId);
  });

  test('when it is cancelled while its worker is dead', async () => {
    const { campaignId, jobId } = await exportOf('Dead worker');
    const worker = startProcess(['worker', 'put ended', '1', '0'], server.environment, DYING);
    assert.equal(await worker.ended, 'SIGKILL', worker.output());
    await six.ok('DELETE', '/v1/job', { job_id: jobId });
    assert.equal(await statusOf(jobId), 'running');
    assert.equal(await workOff(server, jobId), 'cancelled');
    await leavesNothing(campaignId);
  });

  test('when a worker that was taken for dead stores one after the others were removed', async () => {
    const { campaignId, jobId } = await exportOf('Taken for dead');
    const made = Promise.withResolvers<void>();
    const removed = Promise.withResolvers<void>();
    const late: string[] = [];
    const sleeper = startWith(jobId, async (key, content) => {
      const pieces = await content.toArray();
      made.resolve();
      await removed.promise;
      await server.app.services.objects.put(key, Readable.from(pieces));
      late.push(...(await objectsOf(campaignId)));
    });
    await made.promise;
    assert.equal(await workOff(server, jobId, stoppingAfter(0)), 'queued', 'another one has taken it over');
    await six.ok('DELETE', '/v1/job', { job_id: jobId });
    await workOffQueued(FILES_REMOVAL);
    removed.resolve();
    await sleeper;
    assert.notDeepEqual(late, []);
    assert.deepEqual(await objectsOf(campaignId), []);
  });
});

describe('removing what nobody can fetch', () => {
  test('leaves the files of an export that fails after they were put in place', async () => {
    const { campaignId, jobId } = await exportOf('In place');
    await failFor(jobId, 'manifest.json');
    await workOffQueued(FILES_REMOVAL);
    const place = { workspace_id: server.a.workspaceId, campaign_id: campaignId };
    const fetched = await server.a.call('POST', '/v1/messages/fetch', { ...place, page: 1, format: 'csv' });
    assert.equal(fetched.status, 200, fetched.text);
    assert.match(fetched.text, /Ada/);
  });

  test('by the hour leaves exports under way and published files, and nothing else of ours', async () => {
    const { objects } = server.app.services;
    const { campaignId, jobId } = await stopped('Under way');
    const below = `published/${server.a.accountId}`;
    const [left, strange] = [`${below}/${campaignId}/run-1/${newId()}/range-000001.csv`, `${below}/of/others`];
    const sweep = async () => {
      const before = await objectsOf(campaignId);
      for (const key of [left, strange]) await objects.put(key, Readable.from([Buffer.from('left')]));
      await sweepAllFiles(server.app.services);
      assert.deepEqual(await objectsOf(campaignId), before);
      return before.length;
    };
    assert.ok((await sweep()) > 0);
    assert.equal(await workOff(server, jobId), 'completed');
    assert.equal(await sweep(), 3, 'the file, its row index and the manifest');
    assert.deepEqual(await objects.list(`${below}/of`), [strange]);
    await objects.delete(strange);
  });

  test('takes somebody who is erased out of files that a failed export has left', async () => {
    await six.add([PERSON]);
    const { jobId } = await exportOf('Left over');
    await failFor(jobId, '.rows');
    const files = async () =>
      (await placesWith(server.app, server.a.accountId, MARK)).filter((place) => place.startsWith('published/'));
    assert.notDeepEqual(await files(), []);
    await six.ok('DELETE', '/v1/customer', { identifiers: [{ customer_number: PERSON.customer_number }] });
    // The removal that its end has queued does not come: as by a version that had none.
    await workOffQueued('published_file_erasure');
    assert.deepEqual(await files(), []);
  });
});
