import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { newGroup } from '../customers/test-workspace.ts';
import { answer, fakeWriterSettings, goodAnswer, startModelServer } from '../writing/test-model-server.ts';

let server: TestServer;
let six: TestCampaigns;
let model: Awaited<ReturnType<typeof startModelServer>>;

before(async () => {
  model = await startModelServer([(response, request) => answer(response, goodAnswer(request))]);
  const price = { input: 2_000, output: 10_000, currency: 'EUR' };
  server = await startTestServer({ environment: fakeWriterSettings(model.url, { price }) });
  six = await testCampaigns(() => server.a);
});
after(() => model.stop());

/** A group with one customer for each plan. */
async function groupOf(name: string, plans: readonly string[]): Promise<string> {
  const group = await newGroup(server.a, name);
  const people = plans.map((plan) => ({ customer_number: `${name} ${plan}`, plan }));
  if (people.length > 0) await six.add(people, group);
  return group;
}

async function publish(campaignId: string): Promise<void> {
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
  await publishAgain(campaignId);
}

async function publishAgain(campaignId: string): Promise<void> {
  const { job_id } = await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId });
  assert.equal((await six.ended(job_id)).status, 'completed');
}

const initiate = (campaignId: string, group: string) =>
  six.ok('POST', '/v1/campaign/rerun/initiate', { campaign_id: campaignId, customer_group_id: group });
const history = (campaignId: string) => six.ok('POST', '/v1/campaign/rerun/history', { campaign_id: campaignId });
const messagesOf = (campaignId: string, more: Record<string, unknown> = {}) =>
  six.ok('POST', '/v1/campaign/rerun/messages', { campaign_id: campaignId, ...more });

describe('a rerun', () => {
  test('takes over, writes anew and leaves behind; the history tells what that saved', async () => {
    const first = await groupOf('First', ['A', 'B', 'C']);
    const second = await groupOf('Second', ['B', 'C', 'D']);
    const campaignId = await six.draft('Ledger', {
      customer_group_id: first,
      writer: 'fake',
      channels: [{ channel: 'sms' }, { channel: 'push' }],
      variants: 2,
    });
    await six.written(campaignId);
    assert.equal((await history(campaignId))[0].ledger, null);
    await publish(campaignId);
    const askedBefore = model.requests.length;

    const begun = await initiate(campaignId, second);
    assert.deepEqual(begun.segments, { total: 3, matched: 2, new: 1 });
    assert.equal((await six.ended(begun.job_id)).status, 'completed');
    assert.equal(model.requests.length - askedBefore, 2, 'only the new segment is asked about, once a channel');
    const [current, previous] = await history(campaignId);
    assert.equal(previous.ledger, null);
    assert.deepEqual(current.ledger, {
      segments: { reused: 2, new: 1, retired: 1 },
      messages: { reused: 8, new: 4, retired: 4 },
      saved: { model_calls: 4, tokens: { input: 40, output: 80 }, cost: 0.88, currency: 'EUR' },
    });
    // Review is asked for new texts only.
    const pending = await six.messages(campaignId, { review_status: 'Pending' });
    assert.deepEqual([...new Set(pending.map((message) => message.segment.label))].length, 1);
    assert.equal(pending.length, 4);
    const reused = (await six.messages(campaignId)).filter((message) => message.reused_from !== null);
    assert.equal(reused.length, 8);
    const originals = await messagesOf(campaignId, { run_number: 1 });
    for (const copy of reused) {
      const original = originals.find((message: { message_id: string }) => message.message_id === copy.reused_from);
      assert.equal(original.message, copy.message);
      assert.deepEqual([copy.review_status, copy.approval_stage], ['Approved', 'Ready to publish']);
      assert.notEqual(original.message_id, copy.message_id);
    }
    await publish(campaignId);

    // What the second run left behind comes back from the first one, which is archived.
    const third = await initiate(campaignId, first);
    assert.deepEqual([third.segments, third.job_id], [{ total: 3, matched: 3, new: 0 }, null]);
    assert.equal(third.campaign_status, 'Ready to publish');
    const [{ ledger }] = await history(campaignId);
    assert.deepEqual(ledger.messages, { reused: 12, new: 0, retired: 4 });
    assert.equal(ledger.saved.model_calls, 6);
    await publishAgain(campaignId);
    assert.equal((await messagesOf(campaignId, { include_archived: true, page_size: 1_000 })).length, 36);
    assert.equal((await messagesOf(campaignId)).length, 12);
    assert.equal((await messagesOf(campaignId, { page: 2, page_size: 8 })).length, 4);
    await six.refused('POST', '/v1/campaign/rerun/messages', { campaign_id: campaignId, run_number: 9 }, 'not_found');
  });

  test('has one effect, however many ask at once, and none before everything is published', async () => {
    const campaignId = await six.draft('Once');
    const wish = { workspace_id: server.a.workspaceId, campaign_id: campaignId, customer_group_id: six.groupId };
    await six.refused('POST', '/v1/campaign/rerun/initiate', wish, 'not_published');
    await six.written(campaignId);
    await six.refused('POST', '/v1/campaign/rerun/initiate', wish, 'not_published');
    await publish(campaignId);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => server.a.call('POST', '/v1/campaign/rerun/initiate', wish)),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.ok(answers.every(({ status, body }) => status === 200 || body.code === 'not_published'));
    assert.equal((await history(campaignId)).length, 2);
    const empty = await groupOf('Empty', []);
    await publishAgain(campaignId);
    await six.refused('POST', '/v1/campaign/rerun/initiate', { ...wish, customer_group_id: empty }, 'empty_group');
    assert.equal((await six.campaign(campaignId)).status, 'Published');
  });

  test('writes anew what was left out before, and goes on where a budget stopped it', async () => {
    const group = await groupOf('Budgeted', ['A', 'B']);
    const campaignId = await six.draft('Excluded', {
      customer_group_id: group,
      writer: 'fake',
      budget: { max_model_calls: 2 },
    });
    await six.written(campaignId);
    const [first] = await six.messages(campaignId);
    await six.decide(campaignId, { message_ids: [first.message_id], review_status: 'Excluded' });
    await publish(campaignId);
    const begun = await initiate(campaignId, group);
    assert.deepEqual(begun.segments, { total: 2, matched: 1, new: 1 });
    assert.equal((await six.ended(begun.job_id)).error.code, 'budget_spent');
    const failed = await six.campaign(campaignId);
    assert.deepEqual([failed.status, failed.current_run], ['Failed', 2]);
    await six.ok('PATCH', '/v1/campaign', { campaign_id: campaignId, budget: { max_model_calls: 3 } });
    await six.written(campaignId);
    const [{ ledger }] = await history(campaignId);
    assert.deepEqual(ledger.messages, { reused: 1, new: 1, retired: 1 });
    assert.equal((await six.messages(campaignId)).length, 2);
  });

  test('goes on with another group when its own is gone', async () => {
    const gone = await groupOf('Gone', ['A']);
    const campaignId = await six.draft('Groupless', { customer_group_id: gone });
    await six.written(campaignId);
    await publish(campaignId);
    await six.ok('DELETE', '/v1/cg', { customer_group_id: gone });
    await six.refused(
      'POST',
      '/v1/campaign/rerun/initiate',
      { campaign_id: campaignId, customer_group_id: gone },
      'not_found',
    );
    const again = await groupOf('Another', ['A', 'Z']);
    const begun = await initiate(campaignId, again);
    assert.deepEqual(begun.segments, { total: 2, matched: 1, new: 1 });
    assert.deepEqual(
      (await history(campaignId)).map((run: { customer_group_name: string }) => run.customer_group_name),
      ['Another', 'Gone'],
    );
  });
});
