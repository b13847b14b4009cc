import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { newGroup } from '../customers/test-workspace.ts';

let server: TestServer;
let six: TestCampaigns;

before(async () => {
  server = await startTestServer();
  six = await testCampaigns(() => server.a);
});

const LONG = 'Maximiliana-Theodora';
const TEXT = 'Open it today, {{first_name | fallback: "you"}}';
const SHORTENED = 'Open it today, {{first_name | truncate: 10 | fallback: "you"}}';
type Person = { customer_number: string; first_name?: string; consent?: boolean; plan?: string };

async function groupOf(name: string, people: readonly Person[]): Promise<string> {
  const group = await newGroup(server.a, name);
  for (let at = 0; at < people.length; at += 1_000) await six.add(people.slice(at, at + 1_000), group);
  return group;
}

/** A campaign of one text, decided. At most 25 characters are allowed: "Open it today, " has 15. */
async function decided(name: string, group: string, text = TEXT, more: Record<string, unknown> = {}) {
  const campaignId = await six.draft(name, {
    customer_group_id: group,
    segment_by: [],
    channels: [{ channel: 'push', max_length: 25 }],
    brief: { objective: 'Open', product: 'Saver', call_to_action: 'Open it' },
    ...more,
  });
  await six.written(campaignId);
  const [message] = await six.messages(campaignId);
  await rewrite(campaignId, message.message_id, text);
  return { campaignId, messageId: message.message_id };
}

const rewrite = (campaignId: string, messageId: string, message: string) =>
  six.decide(campaignId, { message_ids: [messageId], message, review_status: 'Approved' });
const approve = (campaignId: string) => six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
const verdict = (campaignId: string) =>
  until(async () => {
    const campaign = await six.campaign(campaignId);
    return campaign.full_check !== null && campaign.full_check.status !== 'running' && campaign;
  });

describe('texts as all customers would get them', () => {
  test('are looked at for some of each segment when they are saved, however far behind others they joined', async () => {
    const people = Array.from({ length: 6_000 }, (_, index) => ({
      customer_number: `S-${index}`,
      first_name: index === 5_990 ? LONG : 'Ada',
      consent: true,
      plan: index < 5_900 ? 'Many' : 'Few',
    }));
    const group = await groupOf('Segment at the end', people);
    const campaignId = await six.draft('Segment at the end', {
      customer_group_id: group,
      segment_by: [{ field_name: 'plan' }],
      channels: [{ channel: 'push', max_length: 25 }],
      brief: { objective: 'Open', product: 'Saver', call_to_action: 'Open it' },
    });
    await six.written(campaignId);
    const codes = [];
    for (const message of await six.messages(campaignId)) {
      await rewrite(campaignId, message.message_id, TEXT);
      const saved = (await six.messages(campaignId)).find((one) => one.message_id === message.message_id);
      codes.push([
        saved.segment.label,
        saved.findings.some(({ code }: { code: string }) => code === 'too_long_rendered'),
      ]);
    }
    assert.deepEqual(codes.sort(), [
      ['plan: Few', true],
      ['plan: Many', false],
    ]);
  });

  test('of a small group are looked at before the approval is given', async () => {
    const group = await groupOf('Few', [
      { customer_number: 'F-1', first_name: 'Ada', consent: true },
      { customer_number: 'F-2', first_name: LONG, consent: false },
    ]);
    const { campaignId, messageId } = await decided('Few', group);
    const [saved] = await six.messages(campaignId);
    const found = saved.findings.find(({ code }: { code: string }) => code === 'too_long_rendered');
    assert.match(found.message, /one customer .* up to 35 characters/);
    const refused = await six.refused(
      'POST',
      '/v1/campaign/approve',
      { campaign_id: campaignId },
      'messages_with_errors',
    );
    assert.deepEqual(refused.details, [{ message_id: messageId, codes: ['too_long_rendered'] }]);
    assert.equal((await six.campaign(campaignId)).approvals.length, 0);
    await rewrite(campaignId, messageId, SHORTENED);
    const approved = await approve(campaignId);
    assert.equal(approved.status, 'Ready to publish');
    assert.deepEqual((await six.messages(campaignId))[0].findings, []);
    const { digest, ...rest } = approved.full_check;
    assert.equal(digest, approved.approvals[0].digest);
    assert.deepEqual(rest, { status: 'passed', customers: 2, texts: 2, long_sms: 0, problems: [] });

    await rewrite(campaignId, messageId, '{{first_name | truncate: 3 | fallback: ""}}');
    await six.add([{ customer_number: 'F-3' }], group);
    const empty = await six.refused(
      'POST',
      '/v1/campaign/approve',
      { campaign_id: campaignId },
      'messages_with_errors',
    );
    assert.ok(empty.details[0].codes.includes('empty_rendered'));
  });

  test('are looked at by lint too, which tells what stands on the message', async () => {
    const group = await groupOf('Linted', [{ customer_number: 'N-1', first_name: LONG }]);
    const { campaignId } = await decided('Linted', group);
    const lint = await six.ok('POST', '/v1/campaign/messages/lint', { campaign_id: campaignId });
    const [message] = await six.messages(campaignId);
    assert.deepEqual([lint.errors, lint.messages[0].findings], [1, message.findings]);
    // In a group that is gone or empty there is nobody to look at.
    await six.ok('DELETE', '/v1/cg/members', {
      customer_group_id: group,
      customer_ids: (await six.ok('POST', '/v1/customer', { customer_group_id: group })).map(
        (customer: { customer_id: string }) => customer.customer_id,
      ),
    });
    assert.equal((await six.ok('POST', '/v1/campaign/messages/lint', { campaign_id: campaignId })).errors, 0);
  });

  test('who would get none does not count', async () => {
    const group = await groupOf('Some', [
      { customer_number: 'S-1', first_name: 'Ada', consent: true },
      { customer_number: 'S-2', first_name: LONG, consent: false },
      { customer_number: 'S-3', first_name: LONG, consent: true },
    ]);
    await six.ok('PUT', '/v1/suppression', { identifiers: [{ customer_number: 'S-3' }] });
    const eligible_when = [{ field_name: 'consent', op: 'is', value: true }];
    const { campaignId } = await decided('Some', group, TEXT, { eligible_when });
    assert.equal((await approve(campaignId)).full_check.customers, 1);
  });

  test('of a large group are looked at by a job, which takes what does not hold back to review', async () => {
    const people = Array.from(
      { length: 2_300 },
      (_, index): Person => ({
        customer_number: `L-${index}`,
        first_name: index >= 2_298 ? `${LONG} ${index}` : 'Ada',
      }),
    );
    const group = await groupOf('Many', people);
    const { campaignId, messageId } = await decided('Many', group);
    assert.equal((await approve(campaignId)).status, 'Ready to publish');
    const back = await verdict(campaignId);
    assert.deepEqual([back.status, back.full_check.status], ['Ready for review', 'failed']);
    assert.deepEqual(back.full_check.problems, [
      { message_id: messageId, code: 'too_long_rendered', customers: 2, longest: 40 },
    ]);
    assert.notEqual(back.approvals[0].voided_at, null);
    const [message] = await six.messages(campaignId);
    assert.equal(message.review_status, 'Rejected');
    const events = await server.a.call('POST', '/v1/audit', { object: messageId, action: 'campaign.' });
    const told = events.body.map(({ action, actor_user_id, workspace_id, object_ids }: Record<string, unknown>) => [
      [action, actor_user_id, workspace_id],
      { ...(object_ids as object), job_id: typeof (object_ids as { job_id: unknown }).job_id },
    ]);
    assert.deepEqual(told, [
      [
        ['campaign.full_check_failed', server.a.userId, server.a.workspaceId],
        { campaign_id: campaignId, run_number: 1, job_id: 'string', message_ids: [messageId] },
      ],
    ]);
    // The verdict stands for this content, whoever approves it again.
    await six.decide(campaignId, { message_ids: [messageId], review_status: 'Approved' });
    await six.refused('POST', '/v1/campaign/approve', { campaign_id: campaignId }, 'messages_with_errors');
    await rewrite(campaignId, messageId, SHORTENED);
    await approve(campaignId);
    const good = await verdict(campaignId);
    assert.deepEqual(
      [good.status, good.full_check.status, good.full_check.customers],
      ['Ready to publish', 'passed', 2_300],
    );
    const { job_id } = await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId });
    assert.equal((await six.ended(job_id)).result.rows, 2_300);
  });

  test('are left alone where a field that they need is gone', async () => {
    const { customer_profile_field_id: nick } = await six.ok('PUT', '/v1/cpf', {
      field_name: 'nickname',
      field_type: 'string',
    });
    const group = await groupOf('Nick', [{ customer_number: 'N-2', first_name: 'Ada' }]);
    const { campaignId } = await decided('Nick', group, 'Open it, {{nickname | fallback: "you"}}');
    await approve(campaignId);
    const { job_id } = await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId });
    await six.ended(job_id);
    await six.ok('DELETE', '/v1/cpf', { customer_profile_field_id: nick });
    const lint = await six.ok('POST', '/v1/campaign/messages/lint', { campaign_id: campaignId });
    assert.deepEqual(
      lint.messages[0].findings.map(({ code }: { code: string }) => code),
      ['unknown_tag'],
    );
  });

  test('of a rerun that takes everything over are looked at too', async () => {
    const first = await groupOf('Before', [{ customer_number: 'R-1', first_name: 'Ada' }]);
    const second = await groupOf('After', [{ customer_number: 'R-2', first_name: LONG }]);
    const { campaignId } = await decided('Rerun', first);
    await approve(campaignId);
    const { job_id } = await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId });
    await six.ended(job_id);
    const begun = await six.ok('POST', '/v1/campaign/rerun/initiate', {
      campaign_id: campaignId,
      customer_group_id: second,
    });
    assert.equal(begun.campaign_status, 'Ready to publish');
    assert.deepEqual((await verdict(campaignId)).status, 'Ready for review');
    const [message] = await six.messages(campaignId);
    assert.equal(message.review_status, 'Rejected');
  });
});
