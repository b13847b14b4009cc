import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { chromiumPath } from '../server/test/console/chromium-path.ts';
import type { BenchPart, Measured } from './bench-part.ts';
import { FIELDS } from './customer-file.ts';
import { load, makeFields, makeGroup } from './import-part.ts';
import { type ServerUnderTest, startServerUnderTest } from './server-under-test.ts';
import { percentile, thousands } from './table.ts';

const CITIES = 50;
const PLANS = 40;
const CUSTOMERS_A_SEGMENT = 5;
const VARIANTS = 5;
const INTERACTIONS = 50;
const REACH_MS = 200;
/** The browser tells of nothing that took less. */
const LEAST_MS = 16;
const SETTLE_MS = 120;

/** 2,000 segments of five customers each; with five variants that makes a review of 10,000 messages. */
async function writtenCampaign(
  server: ServerUnderTest,
): Promise<{ workspace_id: string; campaign_id: string; groupId: string }> {
  const { client, workspaceId } = server;
  await makeFields(server, workspaceId);
  const groupId = await makeGroup(server, workspaceId, 'Segments');
  const lines = [FIELDS.map((field) => field.field_name).join(',')];
  for (let city = 0; city < CITIES; city += 1)
    for (let plan = 0; plan < PLANS; plan += 1)
      for (let one = 0; one < CUSTOMERS_A_SEGMENT; one += 1)
        lines.push(
          `c${city}-${plan}-${one}@example.com,Ada,Weber,City ${city},DE,30,01/02/1990,Plan ${plan},10,true,,`,
        );
  const file = join(server.folder, 'segments.csv');
  await writeFile(file, `${lines.join('\n')}\n`);
  await load(server, { workspaceId, groupId }, file, 'skip', lines.length - 1);
  const { campaign_id } = await client.campaigns.create({
    workspace_id: workspaceId,
    customer_group_id: groupId,
    campaign_name: 'Bench',
    brief: { objective: 'Tell of the new savings account', product: 'Savings account', call_to_action: 'Open one' },
    channels: [{ channel: 'email' }],
    segment_by: [{ field_name: 'city' }, { field_name: 'plan' }],
    variants: VARIANTS,
  });
  const ids = { workspace_id: workspaceId, campaign_id };
  const job = await client.waitForJob(workspaceId, (await client.campaigns.generate(ids)).job_id, {
    firstPauseMs: 100,
  });
  if (job.status !== 'completed') throw new Error(job.error?.message ?? `The work ended as ${job.status}.`);
  return { ...ids, groupId };
}

/** Notes what the browser measures of each interaction: from the input to the paint after it (Event Timing, W3C). */
const WATCH = `
  window.interactions = new Map();
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries())
      if (interactionId > 0) window.interactions.set(interactionId, Math.max(duration, window.interactions.get(interactionId) ?? 0));
  }).observe({ type: 'event', durationThreshold: ${LEAST_MS}, buffered: true });`;

/** Interactions to the next paint in ms, one after the other; those that were too short to be told of count as the least. */
async function measure(page: Page, interactions: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const before = (await page.evaluate('window.interactions.size')) as number;
  for (const interact of interactions) {
    await interact();
    await page.waitForTimeout(SETTLE_MS);
  }
  const told = ((await page.evaluate('[...window.interactions.values()]')) as number[]).slice(before);
  return [...told, ...Array<number>(Math.max(0, interactions.length - told.length)).fill(LEAST_MS)];
}

async function reviewing(page: Page): Promise<number[]> {
  await page.locator('button[aria-current=true]').waitFor({ timeout: 60_000 });
  const key = (name: string) => () => page.keyboard.press(name);
  const open = () => page.locator('.queue-open').nth(3).click();
  const choose = () => page.locator('.queue-item input[type=checkbox]').nth(2).click();
  const steps = Array.from({ length: INTERACTIONS - 20 }, (_, index) =>
    index % 6 === 4 ? open : index % 6 === 5 ? choose : key(index % 3 === 2 ? 'k' : 'j'),
  );
  return measure(page, steps);
}

async function paging(page: Page): Promise<number[]> {
  await page.getByText(/^Page 1 of/).waitFor({ timeout: 60_000 });
  const press = (name: string) => () => page.getByRole('button', { name, exact: true }).click();
  return measure(
    page,
    Array.from({ length: 20 }, (_, index) => press(['Next', 'Next', 'Last', 'Previous', 'First'][index % 5] ?? 'Next')),
  );
}

export const consolePart: BenchPart = {
  name: 'console',
  about: 'pressing keys and buttons on a review of 10,000 messages and a group of 10,000 customers, in Chromium',
  run: async ({ nodeOptions }) => {
    const executablePath = chromiumPath();
    if (executablePath === null)
      throw new Error('The console is measured in Chromium: install it, or run npm run test:e2e once as root.');
    const server = await startServerUnderTest(nodeOptions);
    const browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox'] });
    try {
      const { workspace_id, campaign_id, groupId } = await writtenCampaign(server);
      const page = await browser.newPage({ baseURL: server.url, viewport: { width: 1280, height: 860 } });
      await page.addInitScript(WATCH);
      await page.goto('/');
      await page.getByLabel('Email').fill(server.login.email);
      await page.getByLabel('Password').fill(server.login.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('navigation', { name: 'Main' }).waitFor();
      await page.goto(`/w/${workspace_id}/campaigns/${campaign_id}/review`);
      const review = await reviewing(page);
      await page.goto(`/w/${workspace_id}/groups/${groupId}`);
      const group = await paging(page);
      const shown = (what: string, values: number[]): Measured => {
        const value = percentile(values, 0.75);
        return { what, value, shown: `${Math.round(value)} ms`, reach: `≤ ${REACH_MS} ms` };
      };
      return [
        { what: 'interactions', value: review.length + group.length, shown: thousands(review.length + group.length) },
        shown('interaction to next paint, p75', [...review, ...group]),
        shown('  in the review of 10,000 messages', review),
        shown('  in the group of 10,000 customers', group),
        { what: 'the longest', value: Math.max(...review, ...group), shown: `${Math.max(...review, ...group)} ms` },
      ];
    } finally {
      await browser.close();
      await server.stop();
    }
  },
};
