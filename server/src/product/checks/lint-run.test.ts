import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';

let server: TestServer;
let six: TestCampaigns;

before(async () => {
  server = await startTestServer();
  six = await testCampaigns(() => server.a);
});

test('a run is checked whole, with what several segments share, and its errors block approval', async () => {
  const campaignId = await six.draft('Linted');
  await six.written(campaignId);
  const messages = await six.messages(campaignId);
  const ids = { campaign_id: campaignId };
  const clean = await six.ok('POST', '/v1/campaign/messages/lint', ids);
  assert.equal(clean.checked, messages.length);
  assert.equal(clean.errors, 0);
  for (const message of messages)
    await six.decide(campaignId, { message_ids: [message.message_id], message: 'Open it today: https://evil.example' });
  const linted = await six.ok('POST', '/v1/campaign/messages/lint', ids);
  assert.equal(linted.errors, messages.length);
  assert.deepEqual(
    linted.totals.map(({ code, messages: count }: { code: string; messages: number }) => [code, count]),
    [
      ['unknown_link', messages.length],
      ['duplicate_text', messages.length],
    ],
  );
  const one = await six.ok('POST', '/v1/campaign/messages/lint', { ...ids, message_ids: [messages[0].message_id] });
  assert.equal(one.checked, 1);
  await six.refused('POST', '/v1/campaign/messages/lint', { ...ids, message_ids: ['nothing'] }, 'not_found');
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  await six.refused('POST', '/v1/campaign/approve', ids, 'messages_with_errors');
});
