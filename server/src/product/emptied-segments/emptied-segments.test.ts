import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { placesWith } from '../../../test/kept-texts.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { newGroup } from '../customers/test-workspace.ts';
import { colleague } from '../reviews/test-colleagues.ts';
import {
  answer,
  type Behaviour,
  fakeWriterSettings,
  goodAnswer,
  startModelServer,
} from '../writing/test-model-server.ts';

let server: TestServer;
let six: TestCampaigns;
let model: Awaited<ReturnType<typeof startModelServer>>;
let behaviour: Exclude<Behaviour, string>;

/** Says in its answer what it was told of the segment, as a model may. */
const telling =
  (value: string): typeof behaviour =>
  (response, request) =>
    answer(
      response,
      goodAnswer(request, JSON.stringify(request.messages).includes(value) ? `Spring Saver for ${value}.` : undefined),
    );

before(async () => {
  model = await startModelServer([(response, request) => behaviour(response, request)]);
  server = await startTestServer({ environment: fakeWriterSettings(model.url, { timeout_seconds: 60 }) });
  six = await testCampaigns(() => server.a);
});
after(() => model.stop());
beforeEach(() => {
  behaviour = telling('no value');
});

let made = 0;
/** Three people on a plan that others have too, and one (or more) on one of their own. */
async function groupWith(own: string, people = 1) {
  made += 1;
  const groupId = await newGroup(server.a, `Group ${made}`);
  const name = (kind: string, index: number) => `g${made}-${kind}${index}`;
  const others = [1, 2, 3].map((index) => ({ customer_number: name('o', index), plan: 'Common' }));
  const alone = Array.from({ length: people }, (_, index) => ({ customer_number: name('a', index + 1), plan: own }));
  await six.add([...others, ...alone], groupId);
  return {
    groupId,
    alone: alone.map((person) => person.customer_number),
    others: others.map((o) => o.customer_number),
  };
}

const jobs = (kind: string) =>
  server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.rows<{ job_id: string; status: string }>('select job_id, status from jobs where kind = $1', [kind]),
  );
/** Erases them, and waits until nothing is left to do. */
async function erase(...numbers: string[]) {
  const identifiers = numbers.map((customer_number) => ({ customer_number }));
  const { deleted } = await six.ok('DELETE', '/v1/customer', { identifiers });
  assert.equal(deleted, numbers.length);
  for (const kind of ['published_file_erasure', 'segment_erasure'])
    await until(async () => {
      const all = await jobs(kind);
      assert.ok(all.every(({ status }) => status !== 'failed'));
      return all.every(({ status }) => status === 'completed');
    });
}
const places = (text: string) => placesWith(server.app, server.a.accountId, text);
const approve = async (campaignId: string) => {
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  return six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
};
const publish = async (campaignId: string) => {
  const { job_id } = await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId });
  const job = await six.ended(job_id);
  assert.equal(job.status, 'completed', JSON.stringify(job));
  return job;
};
const manifestOf = (campaignId: string) => six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
const standing = async (campaignId: string): Promise<{ digest: string }[]> =>
  (await six.campaign(campaignId)).approvals.filter((given: { voided_at: string | null }) => given.voided_at === null);
const labels = async (campaignId: string, filters = {}) =>
  (await six.messages(campaignId, filters)).map((message) => message.segment.label).sort();
const erasedEvents = async (campaignId: string) =>
  (await server.a.call('POST', '/v1/audit', { action: 'campaign.texts_erased', page_size: 100 })).body.filter(
    (event: { object_ids: { campaign_id: string } }) => event.object_ids.campaign_id === campaignId,
  );

describe('a segment of one person', () => {
  test('leaves nothing of them when they are erased: no criteria, text, note, prompt, answer or manifest', async () => {
    const own = 'Quokkaplan';
    const { groupId, alone, others } = await groupWith(own);
    behaviour = telling(own);
    const campaignId = await six.draft('All of it', {
      customer_group_id: groupId,
      writer: 'fake',
      variants: 2,
      channels: [{ channel: 'sms' }, { channel: 'email' }],
      export_fields: ['plan'],
    });
    // Frozen anew: what was asked about the first segments stays on record.
    await six.written(campaignId);
    await six.ok('POST', '/v1/campaign/reopen', { campaign_id: campaignId });
    await six.add([{ customer_number: 'late', plan: 'Basic' }], groupId);
    await six.written(campaignId);
    const about = (await six.messages(campaignId)).filter((message) => message.segment.label.includes(own));
    assert.equal(about.length, 4);
    const countedIn = async (customer_number = '') =>
      (await six.ok('POST', '/v1/customer/export', { identifier: { customer_number } })).segments.map(
        (segment: { segment_id: string }) => segment.segment_id,
      );
    const { segment_id: ownSegment } = about[0].segment;
    const [ours, theirs] = [await countedIn(alone[0]), await countedIn(others[0])];
    assert.ok(ours.includes(ownSegment) && !theirs.includes(ownSegment), 'told to who asks for all about one person');
    const [first, second] = about;
    await six.decide(campaignId, { message_ids: [first.message_id], review_status: 'Rejected', note: `Not ${own}` });
    const change = { message_ids: [second.message_id], message: `Open it today: Spring Saver, ${own}, made for you.` };
    const body = { workspace_id: server.a.workspaceId, campaign_id: campaignId, ...change };
    const keyed = () =>
      server.a.call('PATCH', '/v1/campaign/messages', body, { headers: { 'idempotency-key': 'edited-once' } });
    assert.equal((await keyed()).status, 200);
    assert.equal((await keyed()).body.messages[0].message, change.message, 'answered again');
    const { job_id } = await six.ok('POST', '/v1/campaign/messages/regenerate', {
      campaign_id: campaignId,
      message_ids: [first.message_id],
      guidance: `Name ${own} once`,
    });
    assert.equal((await six.ended(job_id)).status, 'completed');
    await approve(campaignId);
    await publish(campaignId);
    const before = await manifestOf(campaignId);

    const told = await places(own);
    for (const place of [
      'customers',
      'segments',
      'messages',
      'review_decisions',
      'publications',
      'kept_answers.sealed_answer',
    ])
      assert.ok(told.includes(place), `${place} among ${told}`);
    assert.ok(told.includes('model_calls.sealed_prompt') && told.includes('model_calls.sealed_answer'), String(told));
    assert.ok(told.some((place) => place.endsWith('manifest.json')) && told.some((place) => place.endsWith('.csv')));

    await erase(...alone);
    assert.deepEqual(await places(own), []);
    assert.equal((await keyed()).body.code, 'idempotency_answer_gone');

    // What was published goes on being what was approved, without these texts.
    const manifest = await manifestOf(campaignId);
    assert.equal(manifest.erased_texts, 4);
    assert.notEqual(manifest.approval_digest, before.approval_digest);
    assert.deepEqual(
      (await standing(campaignId)).map(({ digest }) => digest),
      [manifest.approval_digest],
    );
    assert.deepEqual(manifest.approval.approvals, before.approval.approvals);
    const left = (await six.messages(campaignId)).filter((message) => message.written_by === 'erased');
    assert.deepEqual(
      left.map(({ message_id, message, segment }) => [message_id, message, segment.label, segment.criteria]).sort(),
      about.map(({ message_id }) => [message_id, '', 'Erased', {}]).sort(),
    );
    const calls = await six.ok('POST', '/v1/campaign/model-calls', { campaign_id: campaignId });
    const erased = calls.filter((call: { erased_at: string | null }) => call.erased_at !== null);
    assert.ok(erased.length >= 5 && erased.length < calls.length, 'those about others stay');
    for (const call of erased) {
      assert.deepEqual([call.prompt, call.answer, call.prompt_hash, call.exchange_hash], [null, null, '', null]);
      assert.equal(call.output_tokens, 20, 'what it took is still known');
    }
    const [event, ...more] = await erasedEvents(campaignId);
    assert.equal(more.length, 0);
    assert.deepEqual(event.object_ids.digests, [
      { run_number: 1, before: before.approval_digest, after: manifest.approval_digest },
    ]);
    assert.deepEqual((await six.ok('POST', '/v1/campaign/messages/lint', { campaign_id: campaignId })).messages, []);

    // It can be published again, and run again.
    assert.equal((await publish(campaignId)).result.rows, 8);
    assert.equal((await manifestOf(campaignId)).approval_digest, manifest.approval_digest);
    assert.deepEqual(await places(own), []);
    const rerun = await six.ok('POST', '/v1/campaign/rerun/initiate', {
      campaign_id: campaignId,
      customer_group_id: groupId,
    });
    assert.deepEqual(rerun.segments, { total: 2, matched: 2, new: 0 });
  });

  test('is gone from all runs, each of which is told in the audit log', async () => {
    const { groupId, alone } = await groupWith('Quendaplan');
    const campaignId = await six.draft('Two runs', { customer_group_id: groupId });
    await six.written(campaignId);
    await approve(campaignId);
    await publish(campaignId);
    const first = await manifestOf(campaignId);
    await six.ok('POST', '/v1/campaign/rerun/initiate', { campaign_id: campaignId, customer_group_id: groupId });
    await publish(campaignId);
    const second = await manifestOf(campaignId);
    assert.deepEqual([first.run_number, second.run_number], [1, 2]);
    await erase(...alone);
    assert.deepEqual(await places('Quendaplan'), []);
    const [{ object_ids }] = await erasedEvents(campaignId);
    const manifestOfRun = (run_number: number) =>
      six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId, run_number });
    const changed = await Promise.all(
      [first, second].map(async ({ run_number, approval_digest: was }) => ({
        run_number,
        before: was,
        after: (await manifestOfRun(run_number)).approval_digest,
      })),
    );
    const byRun = (one: { run_number: number }, other: { run_number: number }) => one.run_number - other.run_number;
    assert.deepEqual(object_ids.digests.toSorted(byRun), changed);
    assert.ok(changed.every(({ before: was, after: is }) => was !== is));
  });

  test('is gone from a campaign that is approved, which can be published without asking anybody again', async () => {
    const { groupId, alone } = await groupWith('Numbatplan');
    const quorum = (many: number) => six.ok('PATCH', '/v1/workspace', { review: { quorum: many } });
    await quorum(2);
    const campaignId = await six.draft('Approved', { customer_group_id: groupId });
    await six.written(campaignId);
    await approve(campaignId);
    const second = await colleague(server, 'REVIEWER', 'second-reviewer');
    const approved = await second.call('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    assert.equal(approved.status, 200, approved.text);
    await quorum(1);
    assert.equal((await six.campaign(campaignId)).status, 'Ready to publish');
    await erase(...alone);
    const campaign = await six.campaign(campaignId);
    assert.equal(campaign.status, 'Ready to publish');
    assert.equal((await standing(campaignId)).length, 2);
    assert.deepEqual(await labels(campaignId), ['plan: Common']);
    assert.equal((await publish(campaignId)).result.rows, 3);
    const { approval, rows } = await manifestOf(campaignId);
    assert.deepEqual([approval.basis, approval.approvals.length, approval.rules.quorum, rows], ['approved', 2, 2, 3]);
    assert.deepEqual(await places('Numbatplan'), []);
  });

  test('that was all there is takes the approval back', async () => {
    const groupId = await newGroup(server.a, 'Alone');
    await six.add([{ customer_number: 'alone', plan: 'Bilbyplan' }], groupId);
    const campaignId = await six.draft('Only one', { customer_group_id: groupId });
    await six.written(campaignId);
    await approve(campaignId);
    await erase('alone');
    const campaign = await six.campaign(campaignId);
    assert.equal(campaign.status, 'Ready for review');
    assert.deepEqual(await six.messages(campaignId), []);
    await six.refused('POST', '/v1/campaign/approve', { campaign_id: campaignId }, 'nothing_to_publish');
  });

  test('is not written about any more, though its writing was under way', async () => {
    const own = 'Pademelonplan';
    const { groupId, alone } = await groupWith(own);
    const waiting: (() => void)[] = [];
    behaviour = (response, request) => waiting.push(() => telling(own)(response, request));
    const campaignId = await six.draft('Under way', { customer_group_id: groupId, writer: 'fake' });
    const { job_id } = await six.ok('POST', '/v1/campaign/generate', { campaign_id: campaignId });
    await until(async () => waiting.length === 2);
    await erase(...alone);
    assert.ok(!(await places(own)).length, 'what was asked is gone before it is answered');
    for (const go of waiting) go();
    assert.equal((await six.ended(job_id)).status, 'completed');
    assert.deepEqual(await labels(campaignId), ['plan: Common']);
    assert.deepEqual(await places(own), []);
    const calls = await six.ok('POST', '/v1/campaign/model-calls', { campaign_id: campaignId });
    assert.deepEqual(
      calls.map((call: { status: string; answer: string | null }) => [call.status, call.answer === null]).sort(),
      [
        ['answered', false],
        ['answered', true],
      ],
    );
  });
});

describe('a segment of several people', () => {
  test('stays until the last of those who were in it is erased', async () => {
    const { groupId, alone } = await groupWith('Potorooplan', 3);
    const campaignId = await six.draft('Several', { customer_group_id: groupId });
    await six.written(campaignId);
    await erase(alone[0] ?? '', alone[1] ?? '');
    assert.deepEqual(await labels(campaignId), ['plan: Common', 'plan: Potorooplan']);
    // Somebody who is elsewhere by now was in it all the same.
    const moved = [{ customer_number: alone[2], plan: 'Common' }];
    await six.add(moved, groupId);
    await erase(alone[2] ?? '');
    assert.deepEqual(await labels(campaignId), ['plan: Common']);
    assert.deepEqual(await places('Potorooplan'), []);
    assert.deepEqual(await erasedEvents(campaignId).then((events) => events.length), 1);
  });

  test('stays for whoever has come into it since, and goes with them', async () => {
    const { groupId, alone } = await groupWith('Kowariplan');
    const campaignId = await six.draft('Come into', { customer_group_id: groupId });
    await six.written(campaignId);
    await six.add([{ customer_number: 'newcomer', plan: 'Kowariplan' }], groupId);
    await erase(...alone);
    assert.deepEqual(await labels(campaignId), ['plan: Common', 'plan: Kowariplan']);
    assert.deepEqual(await erasedEvents(campaignId), []);
    await approve(campaignId);
    assert.equal((await publish(campaignId)).result.rows, 4);
    await erase('newcomer');
    assert.deepEqual(await labels(campaignId), ['Erased', 'plan: Common']);
    assert.deepEqual(await places('Kowariplan'), []);
  });

  test('stays where a field has lost a value that it once had', async () => {
    const tier = { field_name: 'tier', field_type: 'enum', is_sensitive: false };
    const { customer_profile_field_id } = await six.ok('PUT', '/v1/cpf', {
      ...tier,
      options: ['Gold', 'Silver', 'Bronze'],
    });
    const groupId = await newGroup(server.a, 'Tiers');
    const person = (customer_number: string, of: string) => ({ customer_number, tier: of });
    await six.add([person('gold 1', 'Gold'), person('gold 2', 'Gold'), person('silver 1', 'Silver')], groupId);
    const campaignId = await six.draft('Tiers', {
      customer_group_id: groupId,
      segment_by: [{ field_name: 'tier', aliases: { Bronze: 'Low' } }],
    });
    await six.written(campaignId);
    await six.add([person('silver 2', 'Silver')], groupId);
    await six.ok('PATCH', '/v1/cpf', { customer_profile_field_id, options: ['Gold', 'Silver'] });
    await erase('silver 1');
    assert.deepEqual(await labels(campaignId), ['tier: Gold', 'tier: Silver']);
  });

  test('that are a crowd says nothing of any one of them, and stays', async () => {
    const { groupId, alone } = await groupWith('Wallabyplan', 11);
    const campaignId = await six.draft('Crowd', { customer_group_id: groupId });
    await six.written(campaignId);
    await erase(...alone);
    assert.deepEqual(await labels(campaignId), ['plan: Common', 'plan: Wallabyplan']);
  });

  test('made of several values, or of a coarser one, is known by all of them', async () => {
    const groupId = await newGroup(server.a, 'Made of several');
    const person = (customer_number: string, plan: string | null, tenure: number) => ({
      customer_number,
      ...(plan !== null && { plan }),
      tenure,
    });
    await six.add(
      [
        ...[1, 2, 3].map((index) => person(`s${index}`, 'Common', index)),
        person('north', 'Quollnorth', 1),
        person('south', 'Quollsouth', 9),
        person('small', 'Dunnartplan', 1),
        person('small too', 'Dunnartplan', 9),
        person('blank', null, 5),
      ],
      groupId,
    );
    const campaignId = await six.draft('Several values', {
      customer_group_id: groupId,
      min_segment_size: 2,
      segment_by: [
        { field_name: 'plan', aliases: { Quollnorth: 'Quollplan', Quollsouth: 'Quollplan' } },
        { field_name: 'tenure', bands: [5] },
      ],
    });
    await six.written(campaignId);
    const own = (await labels(campaignId)).filter((label) => /Quoll|Dunnart/.test(label));
    assert.equal(own.length, 2, String(own));
    await erase('north', 'small');
    assert.deepEqual((await labels(campaignId)).filter((label) => own.includes(label)).length, 2);
    await erase('south', 'small too');
    assert.deepEqual(
      (await labels(campaignId)).filter((label) => /Quoll|Dunnart/.test(label)),
      [],
    );
    assert.deepEqual(await places('Dunnartplan'), []);
  });
});
