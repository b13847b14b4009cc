import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { SIX_CUSTOMERS, type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { colleague } from '../reviews/test-colleagues.ts';
import {
  answer,
  type Behaviour,
  fakeWriterSettings,
  goodAnswer,
  startModelServer,
} from '../writing/test-model-server.ts';

let behaviour: Behaviour;
let server: TestServer;
let six: TestCampaigns;
let model: Awaited<ReturnType<typeof startModelServer>>;

const good: Behaviour = (response, request) => answer(response, goodAnswer(request));
const PRICE = { input: 2_000, output: 10_000, currency: 'EUR' };
/** As the fake model counts: 10 tokens in, 20 out. */
const COST_PER_CALL = 10 * 0.002 + 20 * 0.01;

before(async () => {
  model = await startModelServer([
    (response, request) =>
      typeof behaviour === 'function' ? behaviour(response, request) : answer(response, behaviour),
  ]);
  server = await startTestServer({
    environment: fakeWriterSettings(model.url, { max_retries: 4, max_output_tokens: 500, price: PRICE }),
  });
  six = await testCampaigns(() => server.a);
});
after(() => model.stop());
beforeEach(() => {
  behaviour = good;
  model.requests.length = 0;
});

const draft = (name: string, more: Record<string, unknown> = {}) => six.draft(name, { writer: 'fake', ...more });
const generate = async (campaignId: string) => {
  const { job_id } = await six.ok('POST', '/v1/campaign/generate', { campaign_id: campaignId });
  return six.ended(job_id);
};
const callsOf = (campaignId: string, more: Record<string, unknown> = {}) =>
  six.ok('POST', '/v1/campaign/model-calls', { campaign_id: campaignId, ...more });

describe('calls of a language model', () => {
  test('are kept with prompt, answer, hash, tokens and cost; sealed; read with a permission, and audited', async () => {
    const campaignId = await draft('Kept', { channels: [{ channel: 'sms' }, { channel: 'email' }], variants: 2 });
    await six.written(campaignId);
    const calls = await callsOf(campaignId);
    assert.equal(calls.length, 6);
    for (const call of calls) {
      const { messages } = JSON.parse(call.answer);
      assert.equal(messages.length, 2);
      assert.deepEqual([call.status, call.outcome, call.writer, call.model], ['answered', 'taken', 'fake', 'm']);
      assert.deepEqual([call.input_tokens, call.output_tokens, call.currency], [10, 20, 'EUR']);
      assert.equal(call.cost, COST_PER_CALL);
      const hash = createHash('sha256').update(JSON.stringify([call.prompt, call.answer]));
      assert.equal(call.exchange_hash, hash.digest('hex'));
      assert.ok(call.used_at !== null);
    }
    const { spent } = await six.campaign(campaignId);
    assert.deepEqual(spent, { model_calls: 6, cost: 1.32, currency: 'EUR' });
    assert.deepEqual((await callsOf(campaignId, { page: 2, page_size: 4 })).length, 2);
    assert.deepEqual(await callsOf(campaignId, { status: 'lost' }), []);

    const stored = await server.app.services.database.tenant(server.a.accountId, (tx) =>
      tx.rows<{ kept: string }>(
        `select encode(sealed_prompt || sealed_answer, 'escape') as kept from model_calls where account_id = $1`,
        [server.a.accountId],
      ),
    );
    assert.ok(stored.length >= 6);
    assert.ok(stored.every(({ kept }) => !kept.includes('Spring Saver') && !kept.includes('plan')));

    const viewer = await colleague(server, 'VIEWER', 'looks-only');
    const refused = await viewer.call('POST', '/v1/campaign/model-calls', { campaign_id: campaignId });
    assert.equal(refused.status, 403);
    const foreign = await server.b.call('POST', '/v1/campaign/model-calls', {
      workspace_id: server.b.workspaceId,
      campaign_id: campaignId,
    });
    assert.deepEqual([foreign.status, foreign.body.code], [400, 'not_found']);
    const read = await server.a.call('POST', '/v1/audit', { action: 'campaign.model_calls_read' });
    assert.ok(read.body.length >= 3);
  });

  test('hold the brief and clear attributes, and no value of a sealed field', async () => {
    const campaignId = await draft('Canary', {
      segment_by: [{ field_name: 'plan' }, { field_name: 'tenure', bands: [3, 6] }],
    });
    await six.written(campaignId);
    const told = JSON.stringify([model.requests, await callsOf(campaignId)]);
    for (const { first_name = 'Nobody' } of SIX_CUSTOMERS) assert.doesNotMatch(told, new RegExp(`\\b${first_name}\\b`));
    assert.ok(!told.includes('customer_number') && !told.includes('01/02/2020') && !told.includes('2020-02-01'));
    assert.ok(told.includes('Plus') && told.includes('Spring Saver'));
    await six.refused(
      'PUT',
      '/v1/campaign',
      {
        campaign_name: 'Sensitive',
        customer_group_id: six.groupId,
        writer: 'fake',
        channels: [{ channel: 'sms' }],
        brief: { objective: 'x', product: 'x', call_to_action: 'x' },
        segment_by: [{ field_name: 'first_name' }],
      },
      'field_not_segmentable',
    );
  });
});

describe('a budget', () => {
  test('of calls stops the writing, keeps what is written, and can be raised', async () => {
    const campaignId = await draft('Calls', { budget: { max_model_calls: 2 } });
    const job = await generate(campaignId);
    assert.deepEqual([job.status, job.error?.code], ['failed', 'budget_spent']);
    const stopped = await six.campaign(campaignId);
    assert.equal(stopped.status, 'Failed');
    assert.match(stopped.failure_reason, /2 of 2 model calls/);
    assert.deepEqual([stopped.spent.model_calls, model.requests.length], [2, 2]);
    assert.equal((await six.messages(campaignId)).length, 2);
    assert.equal((await generate(campaignId)).status, 'failed');
    assert.equal(model.requests.length, 2);
    await six.ok('PATCH', '/v1/campaign', { campaign_id: campaignId, budget: { max_model_calls: 3 } });
    await six.written(campaignId);
    const done = await six.campaign(campaignId);
    assert.deepEqual([done.status, done.spent.model_calls, model.requests.length], ['Ready for review', 3, 3]);
    // Rewriting is held to it too, and leaves the text.
    const [message] = await six.messages(campaignId);
    const wish = { campaign_id: campaignId, message_ids: [message.message_id] };
    const { job_id } = await six.ok('POST', '/v1/campaign/messages/regenerate', wish);
    assert.equal((await six.ended(job_id)).error?.code, 'budget_spent');
    assert.equal((await six.messages(campaignId))[0]?.message, message.message);
    await six.ok('PATCH', '/v1/campaign', { campaign_id: campaignId, budget: null });
    const again = await six.ok('POST', '/v1/campaign/messages/regenerate', wish);
    assert.equal((await six.ended(again.job_id)).status, 'completed');
    assert.equal((await six.campaign(campaignId)).budget, null);
  });

  test('of money sets aside what a call can cost at most before it is made', async () => {
    const campaignId = await draft('Money', { budget: { max_cost: 25 } });
    const job = await generate(campaignId);
    assert.equal(job.error?.code, 'budget_spent');
    const stopped = await six.campaign(campaignId);
    const most = (await callsOf(campaignId)).length;
    assert.ok(most >= 1 && most < 3, `${most} calls`);
    assert.ok(stopped.spent.cost <= 25);
    assert.match(stopped.failure_reason, /max_cost/);
    await six.ok('PATCH', '/v1/campaign', { campaign_id: campaignId, budget: { max_cost: 100 } });
    await six.written(campaignId);
    assert.equal(Math.round((await six.campaign(campaignId)).spent.cost * 1e6), 3 * COST_PER_CALL * 1e6);
  });

  test('cannot be exceeded by callers at once, and needs what it is compared with', async () => {
    const campaignId = await draft('Wrong', { budget: { max_cost: 0 } });
    assert.deepEqual((await six.campaign(campaignId)).budget, { max_cost: 0, max_model_calls: null });
    assert.equal((await generate(campaignId)).error?.code, 'budget_spent');
    assert.equal(model.requests.length, 0);
    const bad = { campaign_id: campaignId, budget: { max_model_calls: -1 } };
    await six.refused('PATCH', '/v1/campaign', bad, 'invalid_fields');
  });
});

describe('a language model that misbehaves', () => {
  const declined = new Set<number>();
  let nth = 0;
  const at: Record<number, Behaviour> = {
    1: (response) => response.writeHead(429, { 'retry-after-ms': '50' }).end('{"error":{"message":"slow down"}}'),
    2: (response) => response.writeHead(500).end('no'),
    3: (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write('{"id":"x","choices":[{"mess');
      setTimeout(() => response.destroy(), 10);
    },
    4: (response) => answer(response, '{"messages": "none"}'),
    5: (response, request) => answer(response, goodAnswer(request, 'x'.repeat(10 * 1024 * 1024))),
    6: (response, request) => answer(response, goodAnswer(request, 'HACKED {{password | fallback: ""}}')),
    7: (response, request) => void setTimeout(() => answer(response, goodAnswer(request)), 3_000).unref(),
    8: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>busy</html>'),
  };

  test('leaves no campaign stuck, no instruction obeyed and no budget exceeded', { timeout: 60_000 }, async () => {
    nth = 0;
    behaviour = (response, request) => {
      nth += 1;
      if (nth <= 2) declined.add(nth);
      const now = at[nth] ?? good;
      if (typeof now === 'function') now(response, request);
    };
    const campaignId = await draft('Misbehaves', {
      channels: [{ channel: 'sms' }, { channel: 'email' }],
      budget: { max_model_calls: 14 },
    });
    const first = await generate(campaignId);
    const middle = await six.campaign(campaignId);
    assert.ok(['Ready for review', 'Failed'].includes(middle.status), middle.status);
    if (first.status === 'failed') {
      assert.ok(middle.failure_reason.length > 10);
      const end = await generate(campaignId);
      assert.equal(end.status, 'completed', JSON.stringify(end.error));
    }
    const done = await six.campaign(campaignId);
    assert.equal(done.status, 'Ready for review');
    assert.equal(model.requests.length - declined.size, done.spent.model_calls);
    assert.ok(done.spent.model_calls <= 14);
    const messages = await six.messages(campaignId);
    assert.equal(messages.length, 6);
    assert.ok(messages.every(({ message }) => !message.includes('password') && message.length < 2_001));
    const held = await server.app.services.database.tenant(server.a.accountId, (tx) =>
      tx.row('select held_calls, held_nano from campaigns where account_id = $1 and campaign_id = $2', [
        server.a.accountId,
        campaignId,
      ]),
    );
    assert.deepEqual(held, { held_calls: 0, held_nano: 0 });
    const statuses = new Set((await callsOf(campaignId)).map((call: { status: string }) => call.status));
    assert.ok(statuses.has('refused') && statuses.has('answered') && !statuses.has('open'), [...statuses].join());
  });
});

test('a field that has become sensitive is not told any more, also of segments frozen before', async () => {
  const campaignId = await draft('Sensitive now');
  await six.written(campaignId);
  const [message] = await six.messages(campaignId);
  const fields = await six.ok('POST', '/v1/cpf');
  const plan = fields.find((field: { field_name: string }) => field.field_name === 'plan').customer_profile_field_id;
  const { job_id: moving } = await six.ok('PATCH', '/v1/cpf', { customer_profile_field_id: plan, is_sensitive: true });
  await six.ended(moving);
  const before = model.requests.length;
  const { job_id } = await six.ok('POST', '/v1/campaign/messages/regenerate', {
    campaign_id: campaignId,
    message_ids: [message.message_id],
  });
  assert.equal((await six.ended(job_id)).error.code, 'field_not_segmentable');
  assert.equal(model.requests.length, before);
});
