import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { releaseNeeds } from '../campaigns/hold-needs.ts';
import { lockCampaign } from '../campaigns/lock-campaign.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { loadFields } from '../fields/load-fields.ts';
import { publishCampaign } from './publish-campaign.ts';

let server: TestServer;
let six: TestCampaigns;

before(async () => {
  server = await startTestServer();
  six = await testCampaigns(() => server.a);
});

async function approved(name: string, more: Record<string, unknown> = {}): Promise<string> {
  const campaignId = await six.draft(name, more);
  await six.written(campaignId);
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
  return campaignId;
}

async function published(campaignId: string) {
  const { job_id } = await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId });
  const job = await six.ended(job_id);
  assert.equal(job.status, 'completed', JSON.stringify(job));
  return job.result;
}

/** Every file in the object storage, by path. */
async function objects(): Promise<string[]> {
  const entries = await readdir(join(server.dataDir, 'objects'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('published files', () => {
  test('agree with their manifest, lie sealed under account and campaign, and are replaced whole', async () => {
    const campaignId = await approved('Sealed', { export_fields: ['first_name'] });
    await published(campaignId);
    const first = await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
    const fetched = await server.a.call('POST', '/v1/messages/fetch', {
      workspace_id: server.a.workspaceId,
      campaign_id: campaignId,
      page: 1,
      format: 'csv',
    });
    assert.equal(first.parts[0].sha256, createHash('sha256').update(fetched.text).digest('hex'));
    assert.equal(first.parts[0].bytes, Buffer.byteLength(fetched.text));
    assert.equal(first.rows, 6);
    const files = (await objects()).filter((path) => path.includes(campaignId));
    assert.equal(files.length, 3, 'the file, its row index and the manifest');
    for (const path of files) {
      assert.ok(path.includes(server.a.accountId));
      assert.doesNotMatch(await readFile(path, 'latin1'), /Ada|Spring Saver|customer_number/);
    }
    await published(campaignId);
    const second = await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
    assert.notEqual(second.publication_id, first.publication_id);
    const after = (await objects()).filter((path) => path.includes(campaignId));
    assert.equal(after.length, 3);
    assert.ok(after.every((path) => path.includes(second.publication_id)));
  });

  test('a customer whose segment has no approved message gets no row and is counted', async () => {
    const campaignId = await six.draft('Excluded');
    await six.written(campaignId);
    const [largest] = await six.messages(campaignId);
    await six.decide(campaignId, { message_ids: [largest.message_id], review_status: 'Excluded' });
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    const result = await published(campaignId);
    assert.deepEqual([result.rows, result.unmatched, result.customers], [2, 4, 6]);
    assert.equal((await six.messages(campaignId, { review_status: 'Excluded' })).length, 1);
  });

  test('each customer keeps one variant, also when published again', async () => {
    const campaignId = await approved('Variants', { variants: 3 });
    await published(campaignId);
    const rows = async () =>
      (await six.ok('POST', '/v1/messages/fetch', { campaign_id: campaignId, page: 1, format: 'json' })).rows;
    const before = await rows();
    assert.equal(before.length, 6);
    assert.equal(new Set(before.map((row: { customer_number: string }) => row.customer_number)).size, 6);
    await published(campaignId);
    assert.deepEqual(await rows(), before);
  });

  test('exporting again is refused when a field its texts name, or its group, is gone', async () => {
    const field = await six.ok('PUT', '/v1/cpf', { field_name: 'nickname', field_type: 'string' });
    const campaignId = await six.draft('Nickname');
    await six.written(campaignId);
    const [message] = await six.messages(campaignId);
    await six.decide(campaignId, {
      message_ids: [message.message_id],
      message: 'Hi {{nickname | fallback: "you"}}',
      review_status: 'Approved',
    });
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    await six.refused(
      'DELETE',
      '/v1/cpf',
      { customer_profile_field_id: field.customer_profile_field_id },
      'field_in_use',
    );
    await published(campaignId);
    await six.ok('DELETE', '/v1/cpf', { customer_profile_field_id: field.customer_profile_field_id });
    await six.refused('POST', '/v1/messages/publish', { campaign_id: campaignId }, 'field_gone');
  });

  test('publishing is refused while a field that makes the segments is sensitive, and nothing is Published', async () => {
    const field = await six.ok('PUT', '/v1/cpf', { field_name: 'region', field_type: 'string', is_sensitive: false });
    const fieldId = { customer_profile_field_id: field.customer_profile_field_id };
    const campaignId = await approved('Region', { segment_by: [{ field_name: 'region' }] });
    const changed = await six.ok('PATCH', '/v1/cpf', { ...fieldId, is_sensitive: true });
    if (changed.job_id !== undefined) await six.ended(changed.job_id);
    await six.refused('POST', '/v1/messages/publish', { campaign_id: campaignId }, 'field_not_segmentable');
    assert.equal((await six.ok('POST', '/v1/campaign', { campaign_id: campaignId })).status, 'Ready to publish');
    const back = await six.ok('PATCH', '/v1/cpf', { ...fieldId, is_sensitive: false });
    if (back.job_id !== undefined) await six.ended(back.job_id);
    await published(campaignId);
  });

  test('an export keeps its group and the fields of its texts, also when a rerun lets go of them', async () => {
    const field = await six.ok('PUT', '/v1/cpf', { field_name: 'salutation', field_type: 'string' });
    const campaignId = await six.draft('Kept');
    await six.written(campaignId);
    const [message] = await six.messages(campaignId);
    const text = 'Hi {{salutation | fallback: "you"}}';
    await six.decide(campaignId, { message_ids: [message.message_id], message: text, review_status: 'Approved' });
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    const { accountId, workspaceId, userId } = server.a;
    const held = 'select count(*)::int as count from group_holds where holder_id = $1';
    const heldField = 'select customer_profile_field_id from field_holds where holder_id = $1';
    const jobId = await server.app.services.database.tenant(accountId, async (tx) => {
      const campaign = await lockCampaign(tx, accountId, workspaceId, campaignId);
      const fields = await loadFields(tx, accountId, workspaceId);
      const by = { userId, now: new Date() };
      const queued = await publishCampaign(server.app.services, tx, campaign, fields, by);
      await releaseNeeds(tx, campaign);
      assert.deepEqual(await tx.rows(held, [queued.jobId]), [{ count: 1 }]);
      const { customer_profile_field_id } = field;
      assert.ok(
        (await tx.rows(heldField, [queued.jobId])).some(
          (row) => row.customer_profile_field_id === customer_profile_field_id,
        ),
      );
      return queued.jobId;
    });
    assert.equal((await six.ended(jobId)).status, 'completed');
    await server.app.services.database.tenant(accountId, async (tx) => {
      assert.deepEqual(await tx.rows(held, [jobId]), [{ count: 0 }]);
      assert.deepEqual(await tx.rows(heldField, [jobId]), []);
    });
  });

  test('links and files stay inside their account', async () => {
    const campaignId = await approved('Links');
    await published(campaignId);
    const { url } = await six.ok('POST', '/v1/messages/fetch', { campaign_id: campaignId, page: 1, format: 'url' });
    const swapped = url.replace(server.a.accountId, server.b.accountId);
    assert.equal((await fetch(new URL(swapped, server.url))).status, 403);
    for (const path of ['/v1/messages/pages', '/v1/messages/manifest', '/v1/messages/publish']) {
      const answer = await server.b.call('POST', path, { workspace_id: server.b.workspaceId, campaign_id: campaignId });
      assert.equal(answer.body.code, 'not_found');
    }
    await six.refused(
      'POST',
      '/v1/messages/fetch',
      { campaign_id: campaignId, page: 2, format: 'csv' },
      'page_unknown',
    );
    await six.refused('POST', '/v1/messages/pages', { campaign_id: campaignId, run_number: 2 }, 'run_unknown');
  });
});
