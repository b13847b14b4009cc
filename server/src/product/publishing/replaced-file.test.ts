import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { before, describe, test } from 'node:test';
import { type Answer, startTestServer, type TestServer } from '../../../test/harness.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';

// A file that is published again, or lost, between the moment a caller asks for it and the moment it is opened.

let server: TestServer;
let six: TestCampaigns;
let campaignId: string;
let isCalled: () => Promise<void>;

before(async () => {
  isCalled = async () => undefined;
  server = await startTestServer({
    services: ({ objects }) => ({
      objects: {
        ...objects,
        get: (key, range) => {
          const called = isCalled;
          return Readable.from(
            (async function* () {
              if (key.endsWith('.csv')) await called();
              yield* objects.get(key, range);
            })(),
            { objectMode: false },
          );
        },
      },
    }),
  });
  six = await testCampaigns(() => server.a);
  campaignId = await six.draft('Read while replaced');
  await six.written(campaignId);
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
  await publish();
});

async function publish(): Promise<void> {
  await six.ended((await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id);
}

const file = (format: string, headers = {}): Promise<Answer> =>
  server.a.call(
    'POST',
    '/v1/messages/fetch',
    { workspace_id: server.a.workspaceId, campaign_id: campaignId, page: 1, format },
    { headers },
  );

/** The next opening of a file waits until this is done. */
function beforeOpening(work: () => Promise<void>): void {
  isCalled = async () => {
    isCalled = async () => undefined;
    await work();
  };
}

const WAYS: [name: string, fetched: () => Promise<Answer>][] = [
  ['as csv', () => file('csv')],
  ['as csv for who takes JSON only', () => file('csv', { accept: 'application/json' })],
  ['as json', () => file('json')],
];

describe('a file that is asked for', () => {
  for (const [name, fetched] of WAYS)
    test(`${name}, and published again before it is opened: the newer one`, async () => {
      const whole = await fetched();
      assert.equal(whole.status, 200);
      let published = 0;
      beforeOpening(async () => {
        await publish();
        published += 1;
      });
      const found = await fetched();
      assert.deepEqual([found.status, published], [200, 1], found.text);
      assert.equal(found.text.length, whole.text.length);
    });

  test('by a link, and published again: the link says that it is gone', async () => {
    const { url } = (await file('url')).body;
    beforeOpening(publish);
    const found = await server.a.call('GET', url, undefined, { token: null });
    assert.deepEqual([found.status, found.body.code], [400, 'not_found'], found.text);
  });

  test('and is not there: it is told that files are lost, in every form', async () => {
    const { url } = (await file('url')).body;
    for (const key of await server.app.services.objects.list(`published/${server.a.accountId}`))
      await server.app.services.objects.delete(key);
    for (const [, fetched] of WAYS) {
      const found = await fetched();
      assert.deepEqual([found.status, found.body.code], [500, 'files_lost'], found.text);
    }
    const found = await server.a.call('GET', url, undefined, { token: null });
    assert.deepEqual([found.status, found.body.code], [500, 'files_lost'], found.text);
  });
});
