import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { newGroup } from '../customers/test-workspace.ts';
import { createTellingChoice, maskedValue } from './telling-previews.ts';
import { colleague } from './test-colleagues.ts';

let server: TestServer;
let six: TestCampaigns;

before(async () => {
  server = await startTestServer();
  six = await testCampaigns(() => server.a);
});

async function inReview(name: string, more: Record<string, unknown> = {}) {
  const campaignId = await six.draft(name, more);
  await six.written(campaignId);
  return { campaignId, messages: await six.messages(campaignId) };
}

describe('the preview of a message', () => {
  const previewOf = async (campaignId: string, messageId: string, limit = 20) =>
    (await six.ok('POST', '/v1/campaign/messages/preview', { campaign_id: campaignId, message_id: messageId, limit }))
      .previews;

  const previewEvents = async () =>
    (
      await server.app.services.database.tenant(server.a.accountId, (tx) =>
        tx.rows<{ object_ids: Record<string, unknown> }>(
          `select object_ids from audit_events where account_id = $1 and action = 'message.previewed' and outcome = 'done' order by happened_at desc, event_id desc`,
          [server.a.accountId],
        ),
      )
    ).map((event) => event.object_ids);

  test('shows real customers of its segment, with fallbacks where they have no value', async () => {
    const { campaignId, messages } = await inReview('Previewed');
    const [plus] = messages;
    await six.decide(campaignId, {
      message_ids: [plus.message_id],
      message: 'Hi {{first_name | fallback: "you"}}, open it today',
    });
    const texts = (await previewOf(campaignId, plus.message_id)).map((preview: { message: string }) => preview.message);
    assert.deepEqual(
      texts,
      // Ada has the longest text as the first of equals and the shortest too; number three has no name.
      ['Ada', 'you', 'Bob', 'Dan'].map((name) => `Hi ${name}, open it today`),
    );
    assert.equal((await previewOf(campaignId, plus.message_id, 2)).length, 2);
  });

  test('has the longest, the shortest and the emptiest first, always the same', async () => {
    const group = await newGroup(server.a, 'Telling');
    await six.add(
      ['Jo', 'Maximiliane', undefined, 'Al', 'Eva-Maria', 'Bo'].map((first_name, index) => ({
        customer_number: `T-${index}`,
        plan: 'Plus',
        ...(first_name === undefined ? {} : { first_name }),
      })),
      group,
    );
    const { campaignId, messages } = await inReview('Telling', { customer_group_id: group });
    const ids = { message_ids: messages.map((message) => message.message_id) };
    await six.decide(campaignId, { ...ids, message: 'Hi {{first_name | fallback: "dear reader"}}, open it today' });
    const wish = { campaign_id: campaignId, message_id: messages[0].message_id };
    const answer = await six.ok('POST', '/v1/campaign/messages/preview', { ...wish, limit: 4 });
    const { previews } = answer;
    assert.deepEqual([answer.masked, answer.compared, answer.whole_segment], [false, 6, true]);
    assert.deepEqual(
      previews.map((preview: { reason: string; message: string }) => [preview.reason, preview.message]),
      [
        ['longest', 'Hi Maximiliane, open it today'],
        ['shortest', 'Hi Jo, open it today'],
        ['missing_values', 'Hi dear reader, open it today'],
        ['next', 'Hi Al, open it today'],
      ],
    );
    assert.equal((await six.ok('POST', '/v1/campaign/messages/preview', wish)).previews.length, 3);
    const reviewer = await colleague(server, 'REVIEWER', 'preview-reviewer');
    const masked = (await reviewer.call('POST', '/v1/campaign/messages/preview', wish)).body;
    assert.equal(masked.masked, true);
    assert.deepEqual(
      masked.previews.map((preview: { message: string }) => preview.message),
      ['•'.repeat(11), '••', 'dear reader'].map((name) => `Hi ${name}, open it today`),
    );
    const viewer = await colleague(server, 'VIEWER', 'preview-viewer');
    assert.equal((await viewer.call('POST', '/v1/campaign/messages/preview', wish)).status, 403);
    const [told] = await previewEvents();
    assert.deepEqual(
      [told?.customer_ids, told?.masked],
      [masked.previews.map((preview: { customer_id: string }) => preview.customer_id), true],
    );
    assert.ok(!/Maximiliane|Jo|Eva/.test(JSON.stringify(await previewEvents())));
  });

  test('tells who may not decrypt nothing of a value by a rule that compares it', async () => {
    const rule = (value: string) => [
      { field_name: 'customer_number', op: 'is', value },
      { field_name: 'first_name', op: 'is_not_blank' },
    ];
    const editor = await colleague(server, 'EDITOR', 'preview-editor');
    const seen = [];
    for (const number of ['1', 'nobody has this one']) {
      const { campaignId, messages } = await inReview(`Asked by ${number}`, { eligible_when: rule(number) });
      const wish = { campaign_id: campaignId, message_id: messages[0].message_id, limit: 20 };
      const { body } = await editor.call('POST', '/v1/campaign/messages/preview', wish);
      seen.push([body.unapplied_rules, body.compared, body.previews.map((one: { message: string }) => one.message)]);
      const whole = await six.ok('POST', '/v1/campaign/messages/preview', wish);
      assert.deepEqual(whole.unapplied_rules, []);
      assert.ok(whole.compared < body.compared);
    }
    assert.deepEqual(seen[0], seen[1]);
    assert.deepEqual(seen[0]?.[0], ['customer_number']);
  });

  test('shows nobody who would not get the message', async () => {
    const { campaignId, messages } = await inReview('Consenting', {
      eligible_when: [{ field_name: 'consent', op: 'is', value: true }],
    });
    const [first] = await previewOf(campaignId, messages[0].message_id);
    assert.equal((await previewOf(campaignId, messages[0].message_id)).length, 2);
    await six.ok('PUT', '/v1/suppression', { customer_ids: [first.customer_id] });
    const left = await previewOf(campaignId, messages[0].message_id);
    assert.equal(left.length, 1);
    assert.notEqual(left[0].customer_id, first.customer_id);
    await six.ok('DELETE', '/v1/suppression', { customer_ids: [first.customer_id] });
  });

  test("of an earlier run shows that run's group", async () => {
    const { campaignId, messages } = await inReview('Earlier');
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    await six.ended((await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id);
    const other = await newGroup(server.a, 'Later');
    await six.add([{ customer_number: 'L-1', plan: 'Plus' }], other);
    await six.ok('POST', '/v1/campaign/rerun/initiate', { campaign_id: campaignId, customer_group_id: other });
    assert.equal((await previewOf(campaignId, messages[0].message_id)).length, 4);
    const [now] = await six.messages(campaignId);
    assert.equal((await previewOf(campaignId, now.message_id)).length, 1);
  });

  test('is not for a message of somebody else, and such a try leaves no event', async () => {
    const { campaignId, messages } = await inReview('Audited');
    const before = (await previewEvents()).length;
    const answer = await server.b.call('POST', '/v1/campaign/messages/preview', {
      workspace_id: server.b.workspaceId,
      campaign_id: campaignId,
      message_id: messages[0].message_id,
    });
    assert.deepEqual([answer.status, answer.body.code], [400, 'not_found']);
    await six.refused(
      'POST',
      '/v1/campaign/messages/preview',
      { campaign_id: await six.draft('Another'), message_id: messages[0].message_id },
      'not_found',
    );
    assert.equal((await previewEvents()).length, before);
    await previewOf(campaignId, messages[0].message_id);
    assert.equal((await previewEvents()).length, before + 1);
  });
});

describe('the choice', () => {
  const text = (id: string, message: string, missing = 0) => ({
    customer_id: id,
    subject: null,
    message,
    preheader: null,
    missing,
  });
  const chosen = (limit: number, texts: readonly ReturnType<typeof text>[]) => {
    const choice = createTellingChoice(limit);
    for (const one of texts) choice.offer(one);
    return choice.chosen().map(({ text: { customer_id }, reason }) => `${customer_id} ${reason}`);
  };

  test('names each customer once, under the first reason, and no more than asked for', () => {
    assert.deepEqual(chosen(3, []), []);
    assert.deepEqual(chosen(3, [text('a', 'x')]), ['a longest']);
    const texts = [text('a', 'xx'), text('b', 'xxx'), text('c', 'x', 1), text('d', 'xx', 2), text('e', 'xxx', 2)];
    assert.deepEqual(chosen(1, texts), ['b longest']);
    assert.deepEqual(chosen(3, texts), ['b longest', 'c shortest', 'd missing_values']);
    assert.deepEqual(chosen(9, texts), ['b longest', 'c shortest', 'd missing_values', 'a next', 'e next']);
  });
});

test('a masked value has nothing of the real one but about its length', () => {
  const enumField = { field_type: 'enum', options: ['male', 'female'] } as const;
  for (const [field, value, masked] of [
    [{ field_type: 'string', options: null }, 'Ana María', '••• •••••'],
    [{ field_type: 'char', options: null }, 'F', '•'],
    [{ field_type: 'number', options: null }, '-12.5', '-00.0'],
    [{ field_type: 'currency', options: null }, '1234.50', '0000.00'],
    [{ field_type: 'Date', options: null }, '1987-06-05', '2000-01-01'],
    [{ field_type: 'boolean', options: null }, 'false', 'true'],
    [enumField, 'male', '••••••'],
    [enumField, 'female', '••••••'],
  ] as const)
    assert.equal(maskedValue({ ...field, options: field.options === null ? null : [...field.options] }, value), masked);
});
