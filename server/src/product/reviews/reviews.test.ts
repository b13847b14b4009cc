import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { BRIEF, type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { newGroup } from '../customers/test-workspace.ts';

let server: TestServer;
let six: TestCampaigns;

before(async () => {
  server = await startTestServer();
  six = await testCampaigns(() => server.a);
});

const GOOD = 'Open it today with Spring Saver.';

async function inReview(name: string, more: Record<string, unknown> = {}) {
  const campaignId = await six.draft(name, more);
  await six.written(campaignId);
  return { campaignId, messages: await six.messages(campaignId) };
}

async function readyToPublish(name: string, more: Record<string, unknown> = {}) {
  const made = await inReview(name, more);
  await six.decide(made.campaignId, { all: true, review_status: 'Approved' });
  await six.ok('POST', '/v1/campaign/approve', { campaign_id: made.campaignId });
  return { campaignId: made.campaignId, messages: await six.messages(made.campaignId) };
}

const statusOf = async (campaignId: string): Promise<string> => (await six.campaign(campaignId)).status;
const idsOf = (messages: { message_id: string }[]) => messages.map((message) => message.message_id);

async function digestOf(campaignId: string): Promise<string | null | undefined> {
  const row = await server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.row<{ approval_digest: string | null }>(
      'select approval_digest from campaign_runs where account_id = $1 and campaign_id = $2 order by run_number desc limit 1',
      [server.a.accountId, campaignId],
    ),
  );
  return row?.approval_digest;
}

describe('deciding messages', () => {
  test('what to change and which messages must be said exactly once', async () => {
    const { campaignId, messages } = await inReview('Selection');
    const change = (body: Record<string, unknown>, code: string) =>
      six.refused('PATCH', '/v1/campaign/messages', { campaign_id: campaignId, ...body }, code);
    await change({ all: true }, 'nothing_to_do');
    await change({ review_status: 'Approved' }, 'selection_required');
    await change({ all: true, message_ids: idsOf(messages), review_status: 'Approved' }, 'selection_required');
    await change({ message_ids: idsOf(messages), message: GOOD }, 'one_text_at_a_time');
    await change({ all: true, message: GOOD }, 'one_text_at_a_time');
    await change({ message_ids: ['nothing'], review_status: 'Approved' }, 'not_found');
    await change({ message_ids: idsOf(messages).slice(0, 1), subject: 'Hi' }, 'subject_refused');
    await change({ message_ids: idsOf(messages).slice(0, 1), preheader: 'Hi' }, 'preheader_refused');
    await change({ message_ids: idsOf(messages).slice(0, 1), message: 'Hi {{first_name | shout}}' }, 'invalid_text');
    assert.deepEqual(await six.messages(campaignId), messages);
  });

  test('all means the Pending ones, and the filters find what was decided', async () => {
    const { campaignId, messages } = await inReview('All');
    const [first] = idsOf(messages);
    await six.decide(campaignId, { message_ids: [first], review_status: 'Rejected', note: 'too loud' });
    assert.equal((await six.decide(campaignId, { all: true, review_status: 'Approved' })).updated, messages.length - 1);
    const rejected = await six.messages(campaignId, { review_status: 'Rejected' });
    assert.deepEqual(idsOf(rejected), [first]);
    assert.equal(rejected[0].note, 'too loud');
    assert.equal((await six.messages(campaignId, { channel: 'email' })).length, 0);
    assert.equal((await six.messages(campaignId, { segment_id: messages[0].segment.segment_id })).length, 1);
    assert.deepEqual(
      [
        ...(await six.messages(campaignId, { page_size: 2 })),
        ...(await six.messages(campaignId, { page_size: 2, page: 2 })),
      ].map((message) => message.message_id),
      idsOf(messages),
    );
  });

  test('of more than 1,000 messages that are decided at once each is found in the audit log, and so when that is taken back', async () => {
    const groupId = await newGroup(server.a, 'Many plans');
    const plans = Array.from({ length: 42 }, (_, plan) => ({ customer_number: `m${plan}`, plan: `P${plan}` }));
    await six.add(plans, groupId);
    const channels = ['email', 'sms', 'push', 'in_app', 'whatsapp'].map((channel) => ({ channel }));
    const campaignId = await six.draft('Many', { customer_group_id: groupId, channels, variants: 5 });
    await six.written(campaignId);
    const pages = [1, 2].map((page) => six.messages(campaignId, { page, page_size: 1_000 }));
    const ids = (await Promise.all(pages)).flatMap(idsOf);
    assert.equal(ids.length, 42 * 5 * 5);
    const { decision_id } = await six.decide(campaignId, { all: true, review_status: 'Approved' });
    await six.ok('DELETE', '/v1/campaign/review', { campaign_id: campaignId });
    const facts = { campaign_id: campaignId, messages: ids.length };
    for (const [action, more] of [
      ['message.changed', { review_status: 'Approved' }],
      ['review.undone', { decision_id }],
    ] as const) {
      const [rest, first, ...others] = (await server.a.call('POST', '/v1/audit', { action })).body.filter(
        (event: { object_ids: { message_ids: string[] } }) => ids.includes(event.object_ids.message_ids[0] as string),
      );
      assert.equal(rest.request_id, first.request_id);
      const { message_ids, ...told } = [rest, first].find(({ object_ids }) => 'messages' in object_ids).object_ids;
      assert.deepEqual([told, message_ids.length, others], [{ ...facts, ...more }, 1_000, []]);
      const named = [rest, first].flatMap(({ object_ids }) => object_ids.message_ids);
      assert.deepEqual(named.toSorted(), ids.toSorted());
    }
  });

  test('an edit sets a message back to Pending, with findings of the new text', async () => {
    const { campaignId, messages } = await inReview('Edited');
    const [first] = idsOf(messages);
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    const { messages: edited } = await six.decide(campaignId, { message_ids: [first], message: 'Hi {{first_name}}' });
    assert.equal(edited[0].review_status, 'Pending');
    assert.deepEqual(
      edited[0].findings.map((finding: { code: string }) => finding.code),
      ['tag_without_fallback'],
    );
  });

  test('an email has a preheader: edited, checked, shown to reviewers, sealed by the approval, taken out again', async () => {
    const { campaignId, messages } = await inReview('Preheader', { channels: [{ channel: 'email' }] });
    const [first] = idsOf(messages);
    const edit = async (preheader: string | null) =>
      (await six.decide(campaignId, { message_ids: [first], preheader })).messages[0];
    const preheader = 'Two words for {{first_name | fallback: "you"}}, and one look.';
    const edited = await edit(preheader);
    assert.deepEqual(
      [edited.preheader, edited.message, edited.review_status],
      [preheader, messages[0].message, 'Pending'],
    );
    const tagged = await edit('For {{first_name}}');
    assert.ok(tagged.findings.some((finding: { code: string }) => finding.code === 'tag_without_fallback'));
    await six.refused(
      'PATCH',
      '/v1/campaign/messages',
      { campaign_id: campaignId, message_ids: [first], preheader: '{{nobody}}' },
      'invalid_text',
    );
    await edit(preheader);
    const { previews } = await six.ok('POST', '/v1/campaign/messages/preview', {
      campaign_id: campaignId,
      message_id: first,
    });
    assert.ok(previews.length > 0);
    for (const preview of previews) assert.match(preview.preheader, /^Two words for [^{}]+, and one look\.$/);
    const digests: unknown[] = [];
    for (const change of [preheader, 'Another line', null]) {
      await edit(change);
      await six.decide(campaignId, { all: true, review_status: 'Approved' });
      await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
      digests.push(await digestOf(campaignId));
    }
    assert.equal(new Set(digests).size, 3);
    assert.equal((await six.messages(campaignId))[0].preheader, null);
  });

  test("a message of another campaign, or of another account's, is not found", async () => {
    const one = await inReview('One');
    const two = await inReview('Two');
    await six.refused(
      'PATCH',
      '/v1/campaign/messages',
      { campaign_id: one.campaignId, message_ids: idsOf(two.messages), review_status: 'Approved' },
      'not_found',
    );
    const answer = await server.b.call('PATCH', '/v1/campaign/messages', {
      workspace_id: server.b.workspaceId,
      campaign_id: one.campaignId,
      all: true,
      review_status: 'Approved',
    });
    assert.deepEqual([answer.status, answer.body.code], [400, 'not_found']);
  });
});

describe('approving a campaign', () => {
  test('needs every message decided, no error, and something to publish', async () => {
    const { campaignId, messages } = await inReview('Gates');
    const approve = (code: string) => six.refused('POST', '/v1/campaign/approve', { campaign_id: campaignId }, code);
    const [first, second, third] = idsOf(messages);
    await approve('messages_undecided');
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    await six.decide(campaignId, { message_ids: [first], review_status: 'Rejected' });
    await approve('messages_undecided');
    await six.decide(campaignId, { message_ids: [first], message: 'Hi {{first_name}}', review_status: 'Approved' });
    const { details } = await approve('messages_with_errors');
    assert.deepEqual(details, [{ message_id: first, codes: ['tag_without_fallback'] }]);
    await six.decide(campaignId, { message_ids: [first], review_status: 'Excluded' });
    await six.decide(campaignId, { message_ids: [second, third], review_status: 'Excluded' });
    await approve('nothing_to_publish');
    await six.decide(campaignId, { message_ids: [second], review_status: 'Approved' });
    assert.equal(
      (await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId })).status,
      'Ready to publish',
    );
    assert.deepEqual((await six.messages(campaignId)).map((message) => message.approval_stage).toSorted(), [
      'Ready for review',
      'Ready for review',
      'Ready to publish',
    ]);
    assert.match((await digestOf(campaignId)) ?? '', /^[0-9a-f]{64}$/);
  });

  test('a hundred callers at once have one effect', async () => {
    const { campaignId } = await inReview('Hundred');
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        server.a.call('POST', '/v1/campaign/approve', { workspace_id: server.a.workspaceId, campaign_id: campaignId }),
      ),
    );
    assert.deepEqual(answers.map((answer) => answer.body.code ?? answer.status).toSorted(), [
      200,
      ...Array(99).fill('wrong_state'),
    ]);
    const events = await server.app.services.database.tenant(server.a.accountId, (tx) =>
      tx.rows(
        `select 1 from audit_events where account_id = $1 and action = 'campaign.approved' and outcome = 'done' and object_ids->>'campaign_id' = $2`,
        [server.a.accountId, campaignId],
      ),
    );
    assert.equal(events.length, 1);
  });
});

describe('a campaign that is ready to publish', () => {
  test('goes back to review by an edit, a rejection or an exclusion, and its approval is void', async () => {
    for (const change of [{ message: GOOD }, { review_status: 'Rejected' }, { review_status: 'Excluded' }]) {
      const { campaignId, messages } = await readyToPublish(`Back ${JSON.stringify(change)}`);
      await six.decide(campaignId, { message_ids: idsOf(messages).slice(0, 1), ...change });
      assert.equal(await statusOf(campaignId), 'Ready for review');
      assert.equal(await digestOf(campaignId), null);
    }
  });

  test('stays as it is when nothing is decided anew: a note, or the same decision once more', async () => {
    const { campaignId, messages } = await readyToPublish('Same');
    const digest = await digestOf(campaignId);
    await six.decide(campaignId, { message_ids: idsOf(messages), review_status: 'Approved' });
    await six.decide(campaignId, { message_ids: idsOf(messages), note: 'good' });
    assert.equal(await statusOf(campaignId), 'Ready to publish');
    assert.equal(await digestOf(campaignId), digest);
    assert.ok((await six.messages(campaignId)).every((message) => message.approval_stage === 'Ready to publish'));
  });

  test('takes an excluded message in only by going back to review', async () => {
    const { campaignId, messages } = await inReview('Included');
    const [first] = idsOf(messages);
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    await six.decide(campaignId, { message_ids: [first], review_status: 'Excluded' });
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    const { messages: changed } = await six.decide(campaignId, { message_ids: [first], review_status: 'Approved' });
    assert.equal(changed[0].review_status, 'Approved');
    assert.equal(await statusOf(campaignId), 'Ready for review');
  });

  test('cannot be changed, reopened or written; a published message cannot be changed', async () => {
    const { campaignId, messages } = await readyToPublish('Locked');
    const body = { campaign_id: campaignId };
    await six.refused('PATCH', '/v1/campaign', { ...body, brief: BRIEF }, 'wrong_state');
    await six.refused('POST', '/v1/campaign/reopen', body, 'wrong_state');
    await six.refused('POST', '/v1/campaign/generate', body, 'wrong_state');
    await six.ended((await six.ok('POST', '/v1/messages/publish', body)).job_id);
    const change = { ...body, message_ids: idsOf(messages), review_status: 'Rejected' };
    await six.refused('PATCH', '/v1/campaign/messages', change, 'message_published');
    await six.refused('DELETE', '/v1/campaign', body, 'published_campaign');
  });
});

describe('reopening', () => {
  test('drops the texts, and the Draft can be changed and written again', async () => {
    const { campaignId } = await inReview('Reopened');
    await six.ok('POST', '/v1/campaign/reopen', { campaign_id: campaignId });
    assert.deepEqual(await six.messages(campaignId), []);
    await six.ok('PATCH', '/v1/campaign', { campaign_id: campaignId, segment_by: [] });
    await six.written(campaignId);
    assert.deepEqual(
      (await six.messages(campaignId)).map((message) => [message.segment.label, message.segment.size]),
      [['Everybody', 6]],
    );
  });
});

describe('a field that a text uses', () => {
  test('cannot be deleted while the campaign is unpublished', async () => {
    const field = await six.ok('PUT', '/v1/cpf', { field_name: 'nickname', field_type: 'string' });
    const { campaignId, messages } = await inReview('Tagged');
    await six.decide(campaignId, {
      message_ids: idsOf(messages).slice(0, 1),
      message: 'Hi {{nickname | fallback: "you"}}, open it today',
    });
    const wish = { customer_profile_field_id: field.customer_profile_field_id };
    assert.match((await six.refused('DELETE', '/v1/cpf', wish, 'field_in_use')).message, /Tagged/);
    await six.decide(campaignId, { message_ids: idsOf(messages).slice(0, 1), message: GOOD });
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    await six.ok('DELETE', '/v1/cpf', wish);
  });

  test('keeps it until the export has ended, and a text that names a field gone since is written anew', async () => {
    const field = await six.ok('PUT', '/v1/cpf', { field_name: 'title', field_type: 'string' });
    const wish = { customer_profile_field_id: field.customer_profile_field_id };
    const { campaignId, messages } = await inReview('Titled');
    await six.decide(campaignId, {
      message_ids: idsOf(messages).slice(0, 1),
      message: 'Hi {{title | fallback: "you"}}, open it today',
    });
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    await six.refused('DELETE', '/v1/cpf', wish, 'field_in_use');
    const { job_id } = await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId });
    assert.equal((await six.ended(job_id)).status, 'completed');
    await six.ok('DELETE', '/v1/cpf', wish);
    const rerun = await six.ok('POST', '/v1/campaign/rerun/initiate', {
      campaign_id: campaignId,
      customer_group_id: six.groupId,
    });
    assert.deepEqual(rerun.segments, { total: 3, matched: 2, new: 1 });
    assert.equal((await six.ended(rerun.job_id)).status, 'completed');
  });
});
