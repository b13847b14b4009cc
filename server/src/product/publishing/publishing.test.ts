import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { releaseNeeds } from '../campaigns/hold-needs.ts';
import { lockCampaign } from '../campaigns/lock-campaign.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { newGroup } from '../customers/test-workspace.ts';
import { loadFields } from '../fields/load-fields.ts';
import { publishCampaign } from './publish-campaign.ts';
import { signLink } from './signed-link.ts';

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

async function published(campaignId: string, how: Record<string, unknown> = {}) {
  const { job_id } = await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId, ...how });
  const job = await six.ended(job_id);
  assert.equal(job.status, 'completed', JSON.stringify(job));
  return job.result;
}

/** The first file of the current run, as text. */
async function csvOf(campaignId: string, more: Record<string, unknown> = {}): Promise<string> {
  const ids = { workspace_id: server.a.workspaceId, campaign_id: campaignId };
  const answer = await server.a.call('POST', '/v1/messages/fetch', { ...ids, page: 1, format: 'csv', ...more });
  assert.equal(answer.status, 200, answer.text);
  return answer.text;
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

  test('kept compressed are fetched so by who takes gzip, and as text by who does not', async () => {
    const campaignId = await approved('Compressed', { export_fields: ['first_name'] });
    await published(campaignId);
    const fetchAs = (encoding: string, more = {}) =>
      server.a.call(
        'POST',
        '/v1/messages/fetch',
        { workspace_id: server.a.workspaceId, campaign_id: campaignId, page: 1, format: 'csv', ...more },
        { headers: { 'accept-encoding': encoding } },
      );
    const plain = await fetchAs('gzip');
    assert.equal(plain.headers.get('content-encoding'), null, 'a file that is kept as it is is sent as it is');
    await published(campaignId, { gzip: true });
    const { parts } = await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
    for (const [encoding, isPacked] of [
      ['gzip', true],
      ['br;q=1, gzip;q=0.5', true],
      ['*', true],
      ['identity', false],
      ['gzip;q=0, *', false],
    ] as const) {
      const fetched = await fetchAs(encoding);
      assert.equal(fetched.text, plain.text, encoding);
      assert.equal(fetched.headers.get('content-encoding'), isPacked ? 'gzip' : null, encoding);
      assert.equal(Number(fetched.headers.get('content-length')), isPacked ? parts[0].gzip_bytes : parts[0].bytes);
      assert.equal(fetched.headers.get('vary')?.includes('accept-encoding'), true);
    }
    assert.equal(parts[0].sha256, createHash('sha256').update(plain.text).digest('hex'));
    assert.ok(parts[0].gzip_bytes < parts[0].bytes);
    assert.equal((await fetchAs('gzip', { format: 'json' })).body.row_count, 6);
    const { url } = (await fetchAs('gzip', { format: 'url' })).body;
    assert.equal(await (await fetch(new URL(url, server.url))).text(), plain.text);
    const wrapped = await server.a.call(
      'POST',
      '/v1/messages/fetch',
      { workspace_id: server.a.workspaceId, campaign_id: campaignId, page: 1, format: 'csv' },
      { headers: { accept: 'application/json' } },
    );
    assert.equal(wrapped.body.content, plain.text);

    const group = await newGroup(server.a, 'Compressed leaving');
    const leaving = { customer_number: 'G1', first_name: 'Gone', plan: 'Plus' };
    await six.add([leaving, { ...leaving, customer_number: 'G2', first_name: 'Stays' }], group);
    const other = await approved('Compressed erased', { customer_group_id: group, export_fields: ['first_name'] });
    await published(other, { gzip: true });
    await six.ok('DELETE', '/v1/customer', { identifiers: [{ customer_number: 'G1' }] });
    const rewritten = await until(async () => {
      const manifest = await six.ok('POST', '/v1/messages/manifest', { campaign_id: other });
      return manifest.erased_rows === 1 && manifest;
    });
    const left = await csvOf(other);
    assert.deepEqual([rewritten.rows, rewritten.parts[0].gzip_bytes > 0], [1, true]);
    assert.match(left, /Stays/);
    assert.doesNotMatch(left, /Gone/);
  });

  test('behind a link are opened by exactly it, while it is young, and every download is in the audit log', async () => {
    const campaignId = await approved('Linked');
    await published(campaignId);
    const { url, expires_in } = await six.ok('POST', '/v1/messages/fetch', {
      campaign_id: campaignId,
      page: 1,
      format: 'url',
    });
    assert.equal(expires_in, 900);
    const csv = await csvOf(campaignId);
    const open = (link: string, method = 'GET') => fetch(new URL(link, server.url), { method });
    const downloads = async () =>
      (await server.a.call('POST', '/v1/audit', { action: 'file.downloaded', page_size: 100 })).body.filter(
        (event: { object_ids: { publication_id: string } }) => url.includes(event.object_ids.publication_id),
      );
    const before = (await downloads()).length;
    for (let times = 0; times < 3; times += 1) {
      const answer = await open(url);
      assert.equal(answer.status, 200);
      assert.equal(await answer.text(), csv);
      assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; filename="part-000001\.csv"$/);
      assert.match(answer.headers.get('cache-control') ?? '', /no-store/);
    }
    const told = await downloads();
    assert.equal(told.length - before, 3, 'one event a download');
    assert.ok(told.every((event: { address: string; outcome: string }) => event.address !== null));

    const [path = '', query = ''] = url.split('?');
    const parameters = [...new URLSearchParams(query)];
    for (const [name, value] of parameters) {
      const changed = new URLSearchParams(query);
      changed.set(
        name,
        /^\d+$/.test(value) ? String(Number(value) + 1) : `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`,
      );
      assert.equal((await open(`${path}?${changed}`)).status, 403, `${name} changed`);
      const without = new URLSearchParams(query);
      without.delete(name);
      assert.equal((await open(`${path}?${without}`)).status, 403, `${name} left out`);
      assert.equal((await open(`${url}&${name}=${value}`)).status, 403, `${name} twice`);
    }
    assert.equal((await open(`${url}&more=1`)).status, 403);
    assert.equal((await open(url, 'DELETE')).status, 405);
    const old = {
      accountId: server.a.accountId,
      publicationId: told[0].object_ids.publication_id,
      page: 1,
      expires: Math.floor(Date.now() / 1_000) - 1,
    };
    const refusals = async () =>
      (await server.a.call('POST', '/v1/audit', { action: 'access.refused', object: old.publicationId })).body.map(
        ({ actor_user_id, outcome, object_ids }: Record<string, unknown>) => [actor_user_id, outcome, object_ids],
      );
    const refused = (code: string) => [
      null,
      'refused',
      { call: 'publishing.download', code, publication_id: old.publicationId, page: 1 },
    ];
    assert.deepEqual(await refusals(), [], 'an altered link names nobody who can be believed');
    for (let times = 0; times < 3; times += 1)
      assert.equal((await open(`${path}?${signLink(server.app.services.linkKey, old)}`)).status, 403, 'over');
    assert.deepEqual(await refusals(), [refused('link_refused')], 'whoever goes on trying fills no log');
    assert.equal((await downloads()).length, told.length, 'what is refused is no download');
    await published(campaignId);
    const replaced = await open(url);
    assert.deepEqual([replaced.status, ((await replaced.json()) as { code: string }).code], [400, 'not_found']);
    assert.deepEqual(await refusals(), [refused('not_found'), refused('link_refused')]);
    assert.equal((await downloads()).length, told.length);
    const nowhere = { ...old, accountId: '0197a3f0-1c5e-7b52-9d1a-6f0c3e8b2a41' };
    const lost = await open(`${path}?${signLink(server.app.services.linkKey, nowhere)}`);
    assert.equal(lost.status, 403, 'of an account that is not in this database');
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
