import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Writer } from '../../src/product/writing/writer.ts';
import { createWriters } from '../../src/product/writing/writers.ts';
import { startTestServer, type TestServer } from '../harness.ts';
import { expectAccessible, expectNoComplaints, visitAs } from './browser.ts';
import { makeCustomers } from './campaign-data.ts';

let server: TestServer;
let ids: { workspace_id: string; customer_group_id: string };
let written = 0;
let mayWrite = 2;

/** Writes as many texts as the test lets it, and waits with the others as a slow model would. */
const slow: Writer = {
  name: 'slow',
  version: '1',
  concurrency: 2,
  write: async (request, signal) => {
    while (written >= mayWrite) {
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    written += 1;
    return [
      {
        variant: 1,
        subject: `For you in ${request.segment.label}`.slice(0, 60),
        preheader: null,
        message: `Plan Plus is here, text ${written}. Switch in the app.`,
        technique: 'fresh start',
      },
    ];
  },
};

before(async () => {
  server = await startTestServer({ services: { writers: createWriters([slow]) } });
  ids = await makeCustomers(
    server.a,
    Array.from({ length: 40 }, (_, index) => ({ number: `C${index}`, town: `Town ${index % 8}`, years: index })),
  );
});

async function beginWriting(campaign_name: string): Promise<string> {
  const made = await server.a.call('PUT', '/v1/campaign', {
    ...ids,
    campaign_name,
    brief: { objective: 'Try it', product: 'Plan Plus', call_to_action: 'Switch in the app' },
    channels: [{ channel: 'email' }],
    segment_by: [{ field_name: 'town' }],
    writer: 'slow',
  });
  const { campaign_id } = made.body;
  await server.a.call('POST', '/v1/campaign/generate', { workspace_id: ids.workspace_id, campaign_id });
  return campaign_id;
}

test('writing is paused, goes on with what is missing, and is stopped', async () => {
  const campaignId = await beginWriting('Slowly');
  const visitor = await visitAs(server, server.a, `/w/${ids.workspace_id}/campaigns/${campaignId}`);
  const { page } = visitor;
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  // The server knows of it before the test lets go of the texts under way.
  const cancelled = () =>
    page.waitForResponse((answer) => answer.url().endsWith('/v1/job') && answer.request().method() === 'DELETE');
  await page.getByText('2 of 8').waitFor();
  const paused = cancelled();
  await press('Pause');
  // What is being written is waited for, two texts at a time: a model's answer is paid for in any case.
  await page.getByText('Pausing once the texts').waitFor();
  await paused;
  mayWrite = 4;
  await page.getByText('Writing is paused.').waitFor();
  await expectAccessible(visitor, 'paused writing');
  await press('Go on writing');
  mayWrite = 100;
  await page.getByRole('link', { name: 'Review the messages' }).waitFor();
  // What was saved before the pause is not written again; the two texts under way are.
  assert.equal(written, 10);

  mayWrite = written + 2;
  const second = await beginWriting('Not at all');
  await page.goto(`/w/${ids.workspace_id}/campaigns/${second}`);
  await page.getByText('2 of 8').waitFor();
  await press('Stop');
  await page.getByText('Pause instead to keep them.').waitFor();
  const stopped = cancelled();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Stop' }).click();
  await stopped;
  mayWrite = written + 2;
  await page.getByRole('button', { name: 'Write the messages' }).waitFor();
  expectNoComplaints(visitor);
  await visitor.close();
});
