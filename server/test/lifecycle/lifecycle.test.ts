import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type TestCampaigns, testCampaigns } from '../../src/product/campaigns/test-campaign.ts';
import { isLongForm } from '../form.ts';
import { startTestServer, type TestServer } from '../harness.ts';
import { type Groups, liveThrough, makeGroups, type Told } from './campaign-run.ts';
import { scriptWriting } from './scripted-writing.ts';

// Short in npm test; npm run test:lifecycle lives thousands of lives.
const form = isLongForm
  ? { lives: 2_000, steps: 15, forMs: Number(process.env.NUDGESCRIBE_TEST_MINUTES ?? 20) * 60_000 }
  : { lives: 6, steps: 16, forMs: 60_000 };
const AT_ONCE = 4;

const script = scriptWriting();
let server: TestServer;
let six: TestCampaigns;
let groups: Groups;

before(async () => {
  server = await startTestServer({ services: { writers: new Map([['offline', script.writer]]) } });
  six = await testCampaigns(() => server.a);
  groups = await makeGroups(server, six);
});

test(`campaigns live as the contract says, whatever is done to them (${form.lives} lives of ${form.steps} steps)`, async (t) => {
  const seed = Number(process.env.NUDGESCRIBE_TEST_SEED ?? Math.floor(Math.random() * 1e6));
  t.diagnostic(`seed ${seed} (NUDGESCRIBE_TEST_SEED=${seed} lives the same lives again)`);
  const told: Told = { steps: 0, refused: 0, published: 0, pairs: new Set() };
  const until = performance.now() + form.forMs;
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < form.lives && performance.now() < until) {
        const life = next;
        next += 1;
        await liveThrough({ server, six, groups, script }, seed + life, form.steps, told);
      }
    }),
  );
  t.diagnostic(
    `${next} lives, ${told.steps} steps, ${told.refused} refused, ${told.published} exports, ${told.pairs.size} kinds of step by state`,
  );
  assert.ok(told.steps > told.refused && told.published > 0);
});

test('a hundred callers at once have one effect at every step', async () => {
  const campaignId = await six.draft('A hundred', { customer_group_id: groups.small });
  const many = async (method: string, path: string, body: Record<string, unknown> = {}) => {
    const whole = { workspace_id: server.a.workspaceId, campaign_id: campaignId, ...body };
    const answers = await Promise.all(Array.from({ length: 100 }, () => server.a.call(method, path, whole)));
    return {
      good: answers.filter(({ status }) => status === 200).map((answer) => answer.body),
      codes: new Set(answers.filter(({ status }) => status !== 200).map((answer) => answer.body.code)),
    };
  };
  const generated = await many('POST', '/v1/campaign/generate');
  assert.deepEqual([generated.good.length, [...generated.codes]], [1, ['wrong_state']]);
  await six.ended(generated.good[0].job_id);
  assert.equal((await six.messages(campaignId)).length, 2);

  const [first] = await six.messages(campaignId);
  const rewritten = await many('POST', '/v1/campaign/messages/regenerate', { message_ids: [first.message_id] });
  assert.ok(rewritten.good.length >= 1 && [...rewritten.codes].every((code) => code === 'rewriting'));
  await Promise.all(rewritten.good.map((body) => six.ended(body.job_id)));

  const decided = await many('PATCH', '/v1/campaign/messages', { all: true, review_status: 'Approved' });
  assert.equal(decided.good.length, 100);
  assert.equal(decided.good.filter((body) => body.decision_id !== null).length, 1);

  const approved = await many('POST', '/v1/campaign/approve');
  assert.deepEqual([approved.good.length, [...approved.codes]], [1, ['wrong_state']]);
  assert.equal((await six.campaign(campaignId)).approvals.length, 1);

  const published = await many('POST', '/v1/messages/publish');
  assert.equal(published.good.length, 100);
  const jobs = [...new Set(published.good.map((body) => body.job_id))];
  for (const job of jobs) assert.equal((await six.ended(job)).status, 'completed');
  const manifest = await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
  assert.equal(manifest.rows, 4);

  const deleted = await many('DELETE', '/v1/campaign');
  assert.deepEqual([deleted.good.length, [...deleted.codes]], [0, ['published_campaign']]);
});
