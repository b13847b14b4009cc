import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { newGroup } from '../customers/test-workspace.ts';

let server: TestServer;
let six: TestCampaigns;

before(async () => {
  server = await startTestServer();
  six = await testCampaigns(() => server.a);
});

const SAME =
  'Your new saver account is ready and waiting in the app, so open it whenever it suits you and start with any amount you like.';

/** A campaign with one text a plan (Plus 4 customers, Basic 1, none 1), each edited to what the test needs. */
async function written(name: string, texts: readonly string[], more: Record<string, unknown> = {}) {
  const campaignId = await six.draft(name, { channels: [{ channel: 'push' }], ...more });
  await six.written(campaignId);
  const messages = await six.messages(campaignId);
  for (const [index, message] of messages.entries())
    if (texts[index] !== undefined)
      await six.decide(campaignId, { message_ids: [message.message_id], subject: 'Your saver', message: texts[index] });
  return { campaignId, messages: await six.messages(campaignId) };
}

const queue = (campaignId: string, more: Record<string, unknown> = {}) =>
  six.ok('POST', '/v1/campaign/review', { campaign_id: campaignId, ...more });
const sizes = (body: { clusters: { messages: number }[] }) => body.clusters.map((cluster) => cluster.messages);

describe('the review queue', () => {
  test('puts near-identical messages together, and one decision decides them', async () => {
    const { campaignId } = await written('Together', [SAME, SAME.replace('whenever', 'when'), 'Quite another text.']);
    const before = await queue(campaignId);
    assert.deepEqual(sizes(before), [2, 1]);
    const [cluster] = before.clusters;
    assert.equal(cluster.customers, cluster.members[0].message.segment.size + cluster.members[1].message.segment.size);
    assert.deepEqual(cluster.novelty, { new: 2, changed: 0, same: 0 });
    assert.equal(before.totals.open_clusters, 2);
    const decided = await six.decide(campaignId, {
      message_ids: cluster.message_ids,
      content_hash: cluster.content_hash,
      review_status: 'Approved',
    });
    assert.equal(decided.updated, 2);
    const after = await queue(campaignId);
    assert.deepEqual(sizes(after), [1]);
    assert.deepEqual(after.totals.Approved, 2);
    assert.deepEqual(sizes(await queue(campaignId, { include_decided: true })), [2, 1]);
  });

  test('has errors first, then warnings, then large audiences', async () => {
    const { campaignId } = await written('Risky', [
      'A text without any fault, for the largest segment of them all.',
      'LOOK AT THIS TEXT RIGHT NOW PLEASE, EVERYBODY, IT IS VERY LOUD.',
      'Hi {{first_name}}, this tag has no fallback and may be blank.',
    ]);
    const { clusters, totals } = await queue(campaignId);
    assert.deepEqual(
      clusters.map((cluster: { risk: string }) => cluster.risk),
      ['error', 'warning', 'none'],
    );
    assert.deepEqual([totals.with_errors, totals.with_warnings], [1, totals.with_warnings]);
    assert.equal(clusters[0].findings[0].code, 'tag_without_fallback');
    assert.equal(clusters[0].findings[0].messages, 1);
  });

  test('comes in pages, each cluster once', async () => {
    const { campaignId } = await written('Paged', [SAME, 'Quite another text.', 'And a third one, unlike both.']);
    const seen: string[] = [];
    for (let page = 1; page <= 3; page += 1) {
      const body = await queue(campaignId, { page, page_size: 1 });
      assert.equal(body.pages, 3);
      seen.push(...body.clusters.map((cluster: { cluster_id: string }) => cluster.cluster_id));
    }
    assert.equal(new Set(seen).size, 3);
    assert.deepEqual((await queue(campaignId, { page: 4, page_size: 1 })).clusters, []);
    assert.deepEqual((await queue(campaignId, { channel: 'email' })).clusters, []);
    assert.equal((await queue(campaignId, { members: 1 })).clusters[0].members.length, 1);
  });

  test('shows what the previous run said, and what was taken over', async () => {
    const { campaignId } = await written('Before', [SAME, 'Quite another text.', 'And a third one, unlike both.']);
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    await six.ended((await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id);
    const other = await newGroup(server.a, 'After');
    await six.add(
      [
        { customer_number: 'A-1', plan: 'Plus' },
        { customer_number: 'A-2', plan: 'Other' },
      ],
      other,
    );
    const rerun = await six.ok('POST', '/v1/campaign/rerun/initiate', {
      campaign_id: campaignId,
      customer_group_id: other,
    });
    await six.ended(rerun.job_id);
    const { clusters, run_number } = await queue(campaignId, { include_decided: true });
    assert.equal(run_number, 2);
    const taken = clusters.find((cluster: { reused: number }) => cluster.reused === 1);
    assert.deepEqual(taken.novelty, { new: 0, changed: 0, same: 1 });
    assert.equal(taken.members[0].previous.message, SAME);
    assert.equal(taken.members[0].previous.size, 4);
    const fresh = clusters.find((cluster: { reused: number }) => cluster.reused === 0);
    assert.deepEqual([fresh.novelty.new, fresh.members[0].previous], [1, null]);
    await six.decide(campaignId, { message_ids: taken.message_ids, message: 'A text that was changed for run two.' });
    const changed = (await queue(campaignId)).clusters.find(
      (cluster: { cluster_id: string }) => cluster.cluster_id === taken.cluster_id,
    );
    assert.deepEqual(changed.novelty, { new: 0, changed: 1, same: 0 });
  });

  test("is nobody else's", async () => {
    const { campaignId } = await written('Ours', []);
    const answer = await server.b.call('POST', '/v1/campaign/review', {
      workspace_id: server.b.workspaceId,
      campaign_id: campaignId,
    });
    assert.deepEqual([answer.status, answer.body.code], [400, 'not_found']);
  });
});

describe('what was seen', () => {
  test('and no other text is decided, or approved', async () => {
    const { campaignId, messages } = await written('Seen', [SAME, SAME, 'Quite another text.']);
    const { clusters } = await queue(campaignId);
    const seen = {
      campaign_id: campaignId,
      message_ids: clusters[0].message_ids,
      content_hash: clusters[0].content_hash,
    };
    await six.decide(campaignId, { message_ids: [messages[1].message_id], message: `${SAME} Today.` });
    await six.refused('PATCH', '/v1/campaign/messages', { ...seen, review_status: 'Approved' }, 'content_changed');
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    const { approval } = await queue(campaignId);
    await six.decide(campaignId, { message_ids: [messages[1].message_id], message: SAME, review_status: 'Approved' });
    await six.refused(
      'POST',
      '/v1/campaign/approve',
      { campaign_id: campaignId, digest: approval.digest },
      'content_changed',
    );
    const now = (await queue(campaignId)).approval;
    assert.deepEqual([now.needed, now.given, now.two_person, now.you_shaped_it], [1, 0, false, true]);
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId, digest: now.digest });
    assert.equal((await queue(campaignId)).approval.given, 1);
  });
});
