import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { testCampaigns } from '../../src/product/campaigns/test-campaign.ts';
import { newGroup } from '../../src/product/customers/test-workspace.ts';
import {
  answer,
  fakeWriterSettings,
  goodAnswer,
  startModelServer,
} from '../../src/product/writing/test-model-server.ts';
import { isLongForm } from '../form.ts';
import { startTestServer, until } from '../harness.ts';
import { WRITING_POINTS } from './kill-points.ts';
import { startProcess } from './processes.ts';

const DYING = fileURLToPath(new URL('./dying-process.ts', import.meta.url));
const SEGMENTS = 12;
const CAMPAIGNS = isLongForm ? 3 : 1;
const AT_ONCE = 4;
/** Which point, and the how manieth time that a worker comes to it. */
const KILLS: readonly [point: string, times: number][] = isLongForm
  ? [2, 7, 13].flatMap((times) => WRITING_POINTS.map((point): [string, number] => [point, times]))
  : [['after answer', 5]];
const ROUNDS = isLongForm ? 6 : 1;

test('killed workers lose no answer that was kept, and repeat nothing', { timeout: 1_200_000 }, async () => {
  const answered = new Map<string, number>();
  const model = await startModelServer([
    (response, request) => {
      const prompt = JSON.stringify(request.messages);
      setTimeout(() => {
        if (response.destroyed) return;
        answered.set(prompt, (answered.get(prompt) ?? 0) + 1);
        answer(response, goodAnswer(request));
      }, 5);
    },
  ]);
  after(() => model.stop());
  const price = { input: 3, output: 15, currency: 'EUR' };
  const server = await startTestServer({
    workers: false,
    environment: fakeWriterSettings(model.url, { concurrency: AT_ONCE, price }),
  });
  const six = await testCampaigns(() => server.a);
  const group = await newGroup(server.a, 'Plans');
  await six.add(
    Array.from({ length: SEGMENTS }, (_, index) => ({ customer_number: `P-${index}`, plan: `Plan ${index}` })),
    group,
  );
  const all = <Row extends Record<string, unknown>>(statement: string, values: unknown[]) =>
    server.app.services.database.tenant(server.a.accountId, (tx) =>
      tx.rows<Row>(statement, [server.a.accountId, ...values]),
    );

  let written = 0;
  const killsOfRound = KILLS.length / ROUNDS;
  for (let round = 0; round < ROUNDS; round += 1) {
    const campaigns: { campaignId: string; jobId: string }[] = [];
    for (let index = 0; index < CAMPAIGNS; index += 1) {
      const campaignId = await six.draft(`Killed ${round} ${index}`, {
        customer_group_id: group,
        writer: 'fake',
        budget: { max_model_calls: 1_000 },
        // Each campaign has prompts of its own, so that repeats can be seen.
        brief: { objective: 'x', product: `Saver ${round} ${index}`, call_to_action: 'Open it today' },
      });
      const { job_id } = await six.ok('POST', '/v1/campaign/generate', { campaign_id: campaignId });
      campaigns.push({ campaignId, jobId: job_id });
    }
    for (const [point, times] of KILLS.slice(round * killsOfRound, (round + 1) * killsOfRound)) {
      const victim = startProcess(['worker', point, String(times), '60000'], server.environment, DYING);
      assert.equal(await victim.ended, 'SIGKILL', victim.output());
    }
    const worker = startProcess(['worker'], server.environment);
    for (const { jobId } of campaigns) {
      const job = await until(async () => {
        assert.ok(!worker.hasEnded(), worker.output());
        const now = await six.ok('POST', '/v1/job', { job_id: jobId });
        return now.status !== 'queued' && now.status !== 'running' && now;
      });
      assert.deepEqual([job.status, job.progress], ['completed', { done: SEGMENTS, total: SEGMENTS }]);
    }
    // When the victims had done all of it, the worker is told to end before it has begun.
    assert.ok([0, 'SIGTERM'].includes(await worker.end('SIGTERM')), worker.output());
    written += CAMPAIGNS * SEGMENTS;

    for (const { campaignId } of campaigns) {
      assert.equal((await six.messages(campaignId)).length, SEGMENTS);
      const calls = await all<{ prompt_hash: string; status: string; cost_nano: number; used: boolean }>(
        'select prompt_hash, status, cost_nano, used_at is not null as used from model_calls where account_id = $1 and campaign_id = $2',
        [campaignId],
      );
      const kept = calls.filter((call) => call.status === 'answered');
      assert.equal(kept.length, SEGMENTS, 'an answer that was kept is used, and not asked for again');
      assert.equal(new Set(kept.map((call) => call.prompt_hash)).size, SEGMENTS);
      assert.ok(kept.every((call) => call.used));
      const charged = calls.filter((call) => call.status !== 'refused');
      const [campaign] = await all(
        'select held_calls, held_nano, spent_calls, spent_nano from campaigns where account_id = $1 and campaign_id = $2',
        [campaignId],
      );
      assert.deepEqual(campaign, {
        held_calls: 0,
        held_nano: 0,
        spent_calls: charged.length,
        spent_nano: charged.reduce((sum, call) => sum + call.cost_nano, 0),
      });
    }
    const usage = await server.a.call('POST', '/v1/usage', {});
    const counted = usage.body.usage.find((entry: { kind: string }) => entry.kind === 'written_messages');
    assert.equal(counted.used, written);
  }
  const repeated = [...answered.values()].reduce((sum, times) => sum + times - 1, 0);
  assert.equal(answered.size, written);
  // What was under way when a worker died was never heard; nothing else is asked twice.
  assert.ok(repeated <= KILLS.length * CAMPAIGNS * AT_ONCE, `${repeated} repeated`);
});
