import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestCampaigns, testCampaigns } from '../src/product/campaigns/test-campaign.ts';
import { newGroup } from '../src/product/customers/test-workspace.ts';
import { answer, fakeWriterSettings, goodAnswer, startModelServer } from '../src/product/writing/test-model-server.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { placesWith } from './kept-texts.ts';
import { workOff } from './work-off.ts';

/*
 * Somebody who is in everything at once: rows, identifiers, failed rows of imports, an upload that waits, suppressions, an
 * export under way, published files with their delta, texts, notes, prompts and answers. Every value of theirs has the same
 * mark, what is sealed is opened, and after the erasure and the work that it queues the mark stands nowhere.
 */
const MARK = 'xenia7431';
const ROWS = 5_000;

let server: TestServer;
let six: TestCampaigns;
let model: Awaited<ReturnType<typeof startModelServer>>;

before(async () => {
  model = await startModelServer([
    (response, request) => {
      const isTheirs = JSON.stringify(request.messages).includes(MARK);
      answer(response, goodAnswer(request, isTheirs ? `Spring Saver, ${MARK}.` : undefined));
    },
  ]);
  server = await startTestServer({ workers: false, environment: fakeWriterSettings(model.url) });
  six = await testCampaigns(() => server.a);
});
after(() => model.stop());

const queuedJobs = () =>
  server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.rows<{ job_id: string; kind: string }>("select job_id, kind from jobs where status = 'queued' order by job_id"),
  );
/** Works off what is queued, but for these kinds. */
async function workOffAll(...left: string[]): Promise<void> {
  for (;;) {
    const [job] = (await queuedJobs()).filter(({ kind }) => !left.includes(kind));
    if (job === undefined) return;
    assert.equal(await workOff(server, job.job_id), 'completed', job.kind);
  }
}
const places = () => placesWith(server.app, server.a.accountId, MARK);

test('who is erased stands nowhere any more, sealed or not, once what was under way has ended', async () => {
  const groupId = await newGroup(server.a, 'Everything');
  const person = { customer_number: `${MARK}-1`, first_name: `Name ${MARK}`, plan: `Plan ${MARK}`, tenure: 3 };
  const others = [1, 2, 3].map((index) => ({ customer_number: `other${index}`, plan: 'Common', tenure: 3 }));
  await six.add([...others, person], groupId);
  // Rows that failed: by a value, by their shape, and as a record of unknown names.
  const failing = [
    'customer_number,first_name,plan,tenure',
    `${person.customer_number},Name ${MARK},Plan ${MARK},no number`,
    `${person.customer_number},Name ${MARK}`,
    ...Array.from({ length: ROWS }, (_, index) => `fine${index},Name,Common,1`),
  ];
  const into = { customer_group_id: groupId, on_error: 'skip' };
  await six.ok('POST', '/v1/customer/check', { ...into, data_file: failing.join('\n') });
  await workOffAll();

  const campaignId = await six.draft('Everything', {
    customer_group_id: groupId,
    writer: 'fake',
    channels: [{ channel: 'email' }, { channel: 'sms' }],
    export_fields: ['first_name', 'plan'],
  });
  await six.ok('POST', '/v1/campaign/generate', { campaign_id: campaignId });
  await workOffAll();
  const theirs = (await six.messages(campaignId)).filter((message) => message.segment.label.includes(MARK));
  assert.equal(theirs.length, 2);
  for (const { message_id } of theirs) {
    const decided = { message_ids: [message_id], review_status: 'Approved', note: `For ${MARK}` };
    const ids = { workspace_id: server.a.workspaceId, campaign_id: campaignId };
    const headers = { 'idempotency-key': `note-${message_id}` };
    const answered = await server.a.call('PATCH', '/v1/campaign/messages', { ...ids, ...decided }, { headers });
    assert.equal(answered.status, 200);
  }
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
  await workOffAll();
  for (const delta of [false, true]) {
    // So that the delta has a row of theirs.
    await six.add([{ ...person, first_name: `Name ${delta} ${MARK}` }], groupId);
    await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId, gzip: true, delta });
    await workOffAll();
  }
  await six.ok('PUT', '/v1/suppression', { identifiers: [{ customer_number: person.customer_number }] });
  // Another export, and another upload with them, wait.
  await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId });
  const again = failing.map((line) => line.replace(/^fine/, 'late'));
  await six.ok('POST', '/v1/customer/check', { ...into, data_file: again.join('\n') });

  const told = await places();
  for (const place of [
    ...['customers', 'customers.sealed_profile', 'import_failed_rows.sealed_row', 'segments', 'messages'],
    ...['review_decisions', 'publications', 'model_calls.sealed_prompt', 'model_calls.sealed_answer'],
    'kept_answers.sealed_answer',
  ])
    assert.ok(told.includes(place), `${place} among ${told}`);
  assert.ok(told.some((place) => place.startsWith('uploads/')));
  assert.ok(told.filter((place) => place.startsWith('published/')).length >= 4, String(told));

  const { deleted } = await six.ok('DELETE', '/v1/customer', {
    identifiers: [{ customer_number: person.customer_number }],
  });
  assert.equal(deleted, 1);
  await workOffAll('customer_import');
  // All that is left is the upload that waits: it is passed over as it is imported, and deleted with that.
  assert.deepEqual(
    (await places()).filter((place) => !place.startsWith('uploads/')),
    [],
  );
  await workOffAll();
  assert.deepEqual(await places(), []);
  assert.equal((await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId })).rows, 2 * (3 + ROWS));
});

test('no question about somebody goes to a model once their erasure is acknowledged', async () => {
  const own = 'Woylieplan';
  const groupId = await newGroup(server.a, 'Asked about');
  const others = [1, 2].map((index) => ({ customer_number: `asked${index}`, plan: 'Common' }));
  await six.add([...others, { customer_number: 'not asked', plan: own }], groupId);
  const campaignId = await six.draft('Not asked', { customer_group_id: groupId, writer: 'fake' });
  const { job_id } = await six.ok('POST', '/v1/campaign/generate', { campaign_id: campaignId });
  await six.ok('DELETE', '/v1/customer', { identifiers: [{ customer_number: 'not asked' }] });
  const [failing] = (await queuedJobs()).filter(({ kind }) => kind === 'segment_erasure');
  await server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.run("update jobs set status = 'failed' where job_id = $1", [failing?.job_id]),
  );
  const askedBefore = model.requests.length;
  // What is to remove it has failed for good: the writing waits, and has it done again.
  assert.equal(await workOff(server, job_id), 'queued');
  const { error } = await six.ok('POST', '/v1/job', { job_id });
  assert.equal(error.code, 'erasure_under_way');
  await workOffAll('campaign_generation');
  await workOffAll();
  assert.equal((await six.campaign(campaignId)).status, 'Ready for review');
  const asked = JSON.stringify(model.requests.slice(askedBefore));
  assert.ok(asked.includes('Common') && !asked.includes(own));
});
