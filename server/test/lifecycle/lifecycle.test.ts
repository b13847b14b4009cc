import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCampaigns } from '../../src/product/campaigns/test-campaign.ts';
import { isLongForm } from '../form.ts';
import { startTestServer } from '../harness.ts';
import { liveThrough, makeGroups, type Told } from './campaign-run.ts';
import { scriptWriting } from './scripted-writing.ts';

// Short in npm test; npm run test:lifecycle lives thousands of lives.
const form = isLongForm ? { lives: 2_000, steps: 15, forMs: 1_300_000 } : { lives: 8, steps: 20, forMs: 60_000 };
const AT_ONCE = 4;

test(`campaigns live as the contract says, whatever is done to them (${form.lives} lives of ${form.steps} steps)`, async (t) => {
  const script = scriptWriting();
  const server = await startTestServer({ services: { writers: new Map([['offline', script.writer]]) } });
  const six = await testCampaigns(() => server.a);
  const groups = await makeGroups(server, six);
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
