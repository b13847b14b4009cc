import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { workOff } from '../../../test/work-off.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { createJobRunner } from '../jobs/runner.ts';

let server: TestServer;
let six: TestCampaigns;

before(async () => {
  server = await startTestServer({ workers: false });
  six = await testCampaigns(() => server.a);
});

async function exportOf(name: string): Promise<{ campaignId: string; jobId: string }> {
  const campaignId = await six.draft(name);
  const { job_id } = await six.ok('POST', '/v1/campaign/generate', { campaign_id: campaignId });
  assert.equal(await workOff(server, job_id), 'completed');
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
  return { campaignId, jobId: (await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id };
}

/** The ends that the log has of a job. */
async function endsOf(jobId: string): Promise<{ action: string; object_ids: Record<string, unknown> }[]> {
  return (await server.a.call('POST', '/v1/audit', { action: 'job.', object: jobId })).body;
}

const publicationOf = (campaignId: string) =>
  server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.row<{ publication_id: string }>(
      'select publication_id from run_files where account_id = $1 and campaign_id = $2',
      [server.a.accountId, campaignId],
    ),
  );

describe('which files can be fetched is told by the end of their export', () => {
  test('with what they hold', async () => {
    const { campaignId, jobId } = await exportOf('Told');
    assert.equal(await workOff(server, jobId), 'completed');
    const [told, ...more] = await endsOf(jobId);
    const { campaign_id, publication_id, rows, pages, kind } = told?.object_ids ?? {};
    assert.deepEqual([told?.action, more], ['job.completed', []]);
    assert.deepEqual([campaign_id, rows, pages, kind], [campaignId, 6, 1, 'messages_export']);
    assert.equal(publication_id, (await publicationOf(campaignId))?.publication_id);
  });

  test('also where it failed after they were put in place', async () => {
    const { campaignId, jobId } = await exportOf('Half told');
    const { services } = server.app;
    const { database, queue, jobKinds: kinds, log, objects } = services;
    const put: typeof objects.put = async (key, content) => {
      if (key.endsWith('manifest.json')) throw new Error('The storage takes no manifest.');
      await objects.put(key, content);
    };
    const runner = createJobRunner({
      services: { ...services, objects: { ...objects, put } },
      database,
      queue,
      kinds,
      log,
    });
    for (let start = 0; (await endsOf(jobId)).length === 0; start += 1) {
      assert.ok(start < 10, 'it ends at last');
      await runner.run({ account_id: server.a.accountId, job_id: jobId }, new AbortController().signal);
    }
    const [told, ...more] = await endsOf(jobId);
    assert.deepEqual([told?.action, told?.object_ids.code, more], ['job.failed', 'server_error', []]);
    assert.equal(told?.object_ids.publication_id, (await publicationOf(campaignId))?.publication_id);
  });
});
