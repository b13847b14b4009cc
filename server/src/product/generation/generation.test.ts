import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { newGroup } from '../customers/test-workspace.ts';
import { type WriteRequest, type Writer, writerFailures } from '../writing/writer.ts';
import { createWriters } from '../writing/writers.ts';

let server: TestServer;
let six: TestCampaigns;

/** A writer whose answers the test decides; it stands where a model would. */
const asked: WriteRequest[] = [];
let behave: (request: WriteRequest, signal: AbortSignal) => Promise<void> = async () => undefined;
let leaveOut = 0;
const scripted: Writer = {
  name: 'scripted',
  version: '1',
  concurrency: 2,
  write: async (request, signal) => {
    asked.push(request);
    await behave(request, signal);
    return Array.from({ length: request.variants - leaveOut }, (_, index) => ({
      variant: index + 1,
      subject: null,
      preheader: null,
      message: `Open it today, ${request.segment.label} (${request.seed}) ${request.guidance ?? ''}`.slice(0, 150),
      technique: 'fresh start',
    }));
  },
};

before(async () => {
  server = await startTestServer({ services: { writers: createWriters([scripted]) } });
  six = await testCampaigns(() => server.a);
});

const start = async (campaignId: string): Promise<string> =>
  (await six.ok('POST', '/v1/campaign/generate', { campaign_id: campaignId })).job_id;

function reset(): void {
  asked.length = 0;
  leaveOut = 0;
  behave = async () => undefined;
}

describe('writing a campaign', () => {
  test('each segment, channel and variant gets one text; ten callers at once start it once', async () => {
    const campaignId = await six.draft('Once', { channels: [{ channel: 'sms' }, { channel: 'email' }], variants: 2 });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        server.a.call('POST', '/v1/campaign/generate', {
          workspace_id: server.a.workspaceId,
          campaign_id: campaignId,
        }),
      ),
    );
    const [good, ...others] = answers.toSorted((left, right) => left.status - right.status);
    assert.equal(good?.status, 200);
    assert.deepEqual(new Set(others.map((answer) => answer.body.code)), new Set(['wrong_state']));
    const job = await six.ended(good?.body.job_id);
    assert.deepEqual(
      [job.status, job.progress, job.result],
      ['completed', { done: 12, total: 12 }, { messages: 12, written: 12 }],
    );
    const messages = await six.messages(campaignId);
    assert.equal(
      new Set(messages.map((message) => `${message.segment.segment_id} ${message.channel} ${message.variant}`)).size,
      12,
    );
    assert.ok(messages.every((message) => message.review_status === 'Pending'));
    assert.equal((await six.campaign(campaignId)).status, 'Ready for review');
    await six.refused('POST', '/v1/campaign/generate', { campaign_id: campaignId }, 'wrong_state');
  });

  test('an empty group, a foreign campaign and a writer that is gone are refused, and nothing changes', async () => {
    const empty = await newGroup(server.a, 'Nobody');
    const campaignId = await six.draft('Empty', { customer_group_id: empty });
    await six.refused('POST', '/v1/campaign/generate', { campaign_id: campaignId }, 'empty_group');
    assert.equal((await six.campaign(campaignId)).status, 'Draft');
    const answer = await server.b.call('POST', '/v1/campaign/generate', {
      workspace_id: server.b.workspaceId,
      campaign_id: campaignId,
    });
    assert.deepEqual([answer.status, answer.body.code], [400, 'not_found']);
    await six.refused('PATCH', '/v1/campaign', { campaign_id: campaignId, writer: 'nobody' }, 'unknown_writer');
  });

  test('a writer that refuses fails the campaign with its reason; generating again writes only what is missing', async () => {
    reset();
    const campaignId = await six.draft('Refused', { writer: 'scripted' });
    behave = async () => {
      if (asked.length > 2) throw writerFailures.writer_refused();
    };
    const job = await six.ended(await start(campaignId));
    assert.deepEqual([job.status, job.error.code], ['failed', 'writer_refused']);
    const failed = await six.campaign(campaignId);
    assert.deepEqual([failed.status, failed.active_job_id], ['Failed', null]);
    assert.match(failed.failure_reason, /refused/);
    assert.equal((await six.messages(campaignId)).length, 2);
    reset();
    await six.written(campaignId);
    assert.equal(asked.length, 1);
    const mended = await six.campaign(campaignId);
    assert.deepEqual([mended.status, mended.failure_reason], ['Ready for review', null]);
    assert.equal((await six.messages(campaignId)).length, 3);
  });

  test('a failed campaign that goes on counts its segments anew', async () => {
    reset();
    const group = await newGroup(server.a, 'Growing');
    await six.add([{ customer_number: 'G-1', plan: 'Plus' }], group);
    const campaignId = await six.draft('Growing', { writer: 'scripted', customer_group_id: group });
    behave = async () => {
      throw writerFailures.writer_refused();
    };
    await six.ended(await start(campaignId));
    await six.add([{ customer_number: 'G-2', plan: 'Plus' }], group);
    reset();
    await six.written(campaignId);
    assert.deepEqual(
      (await six.messages(campaignId)).map((message) => message.segment.size),
      [2],
    );
  });

  test('a writer that answers fewer variants than asked fails the campaign instead of leaving a hole', async () => {
    reset();
    leaveOut = 1;
    const campaignId = await six.draft('Holes', { writer: 'scripted', variants: 3 });
    const job = await six.ended(await start(campaignId));
    assert.deepEqual([job.status, job.error?.code], ['failed', 'writer_answered_nonsense']);
    assert.equal((await six.campaign(campaignId)).status, 'Failed');
  });

  test('a writer is told the brief and clear attributes, and no customer value of a sealed field', async () => {
    reset();
    await six.written(await six.draft('Told', { writer: 'scripted' }));
    const told = JSON.stringify(asked);
    for (const name of ['Ada', 'Bob', 'Dan', 'Eve', 'Fay']) assert.ok(!told.includes(name), name);
    assert.ok(told.includes('Plus'));
    assert.ok(asked.every((request) => request.merge_fields.every((field) => field.field_name !== 'customer_number')));
  });

  test('a cancelled job leaves the campaign Failed, and a campaign that is written cannot be deleted', async () => {
    reset();
    const campaignId = await six.draft('Cancelled', { writer: 'scripted' });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    behave = () => held;
    const jobId = await start(campaignId);
    await until(async () => asked.length > 0);
    await six.refused('DELETE', '/v1/campaign', { campaign_id: campaignId }, 'wrong_state');
    await six.ok('DELETE', '/v1/job', { job_id: jobId });
    release();
    assert.equal((await six.ended(jobId)).status, 'cancelled');
    const campaign = await six.campaign(campaignId);
    assert.equal(campaign.status, 'Failed');
    assert.match(campaign.failure_reason, /Cancelled/);
    assert.equal((await six.ok('POST', '/v1/campaign/reopen', { campaign_id: campaignId })).status, 'Draft');
  });
});

describe('a server that stops while a campaign is written', () => {
  test('goes on after its start: nothing is lost, and nothing that was saved is written again', async () => {
    reset();
    const campaignId = await six.draft('Stopped', { writer: 'scripted', variants: 2 });
    behave = async (_request, signal) => {
      if (asked.length <= 2) return;
      await new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          // The next server's worker takes the job up before restart() returns.
          behave = async () => undefined;
          reject(new Error('The server stops.'));
        });
      });
    };
    const jobId = await start(campaignId);
    await until(async () => (await six.messages(campaignId)).length === 4 && asked.length === 3);
    const saved = await six.messages(campaignId);
    await server.restart();
    const job = await six.ended(jobId);
    assert.deepEqual([job.status, job.progress], ['completed', { done: 6, total: 6 }]);
    const messages = await six.messages(campaignId);
    assert.equal(messages.length, 6);
    for (const before of saved)
      assert.deepEqual(
        messages.find((message) => message.message_id === before.message_id),
        before,
      );
    assert.equal(asked.length, 4);
    assert.equal((await six.campaign(campaignId)).status, 'Ready for review');
  });
});

describe('rewriting', () => {
  test('blocks approval and edits of its messages until it ends; they are Pending again', async () => {
    reset();
    const campaignId = await six.draft('Rewritten', { writer: 'scripted' });
    await six.written(campaignId);
    const [first, second] = await six.messages(campaignId);
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    behave = () => held;
    const wish = { campaign_id: campaignId, message_ids: [first.message_id] };
    const { job_id } = await six.ok('POST', '/v1/campaign/messages/regenerate', { ...wish, guidance: 'be warm' });
    assert.equal((await six.campaign(campaignId)).active_job_id, job_id);
    await six.refused('POST', '/v1/campaign/approve', { campaign_id: campaignId }, 'rewriting');
    await six.refused('POST', '/v1/campaign/messages/regenerate', wish, 'rewriting');
    await six.refused('POST', '/v1/campaign/reopen', { campaign_id: campaignId }, 'rewriting');
    await six.refused('PATCH', '/v1/campaign/messages', { ...wish, message: 'Mine' }, 'rewriting');
    await six.decide(campaignId, { message_ids: [second.message_id], note: 'fine' });
    release();
    assert.equal((await six.ended(job_id)).status, 'completed');
    const [now, other] = await six.messages(campaignId);
    assert.equal(now.message_id, first.message_id);
    assert.equal(now.review_status, 'Pending');
    assert.match(now.message, /be warm/);
    assert.notEqual(now.message, first.message);
    assert.deepEqual([other.review_status, other.message], ['Approved', second.message]);
    const campaign = await six.campaign(campaignId);
    assert.deepEqual([campaign.status, campaign.active_job_id], ['Ready for review', null]);
  });

  test('a rewrite without an answer fails the job and leaves text and campaign as they were', async () => {
    reset();
    const campaignId = await six.draft('Unanswered', { writer: 'scripted' });
    await six.written(campaignId);
    const [first] = await six.messages(campaignId);
    leaveOut = 1;
    const { job_id } = await six.ok('POST', '/v1/campaign/messages/regenerate', {
      campaign_id: campaignId,
      message_ids: [first.message_id],
    });
    assert.equal((await six.ended(job_id)).status, 'failed');
    assert.deepEqual((await six.messages(campaignId))[0], first);
    assert.equal((await six.campaign(campaignId)).active_job_id, null);
  });

  test('unknown messages and wrong states are refused', async () => {
    reset();
    const campaignId = await six.draft('Wrong');
    const wish = { campaign_id: campaignId, message_ids: ['018f0000-0000-7000-8000-000000000000'] };
    await six.refused('POST', '/v1/campaign/messages/regenerate', wish, 'wrong_state');
    await six.written(campaignId);
    await six.refused('POST', '/v1/campaign/messages/regenerate', wish, 'not_found');
  });
});
