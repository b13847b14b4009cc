import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { BRIEF, type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { type Colleague, colleague } from './test-colleagues.ts';

let server: TestServer;
let six: TestCampaigns;
let reviewer: Colleague;
let second: Colleague;
let editor: Colleague;
let manager: Colleague;

before(async () => {
  server = await startTestServer();
  six = await testCampaigns(() => server.a);
  reviewer = await colleague(server, 'REVIEWER', 'reviewer');
  second = await colleague(server, 'REVIEWER', 'second');
  editor = await colleague(server, 'EDITOR', 'editor');
  manager = await colleague(server, 'WORKSPACE_ADMIN', 'manager');
});

const GOOD = 'Open it today with Spring Saver.';
const rules = (review: { two_person?: boolean; quorum?: number }) => six.ok('PATCH', '/v1/workspace', { review });

async function decided(name: string) {
  const campaignId = await six.draft(name);
  await six.written(campaignId);
  await six.decide(campaignId, { all: true, review_status: 'Approved' });
  return { campaignId, messages: await six.messages(campaignId) };
}

const approve = (who: Colleague, campaignId: string) =>
  who.call('POST', '/v1/campaign/approve', { campaign_id: campaignId });
const standing = (campaign: { approvals: { approved_by: string; voided_at: string | null }[] }) =>
  campaign.approvals.filter((approval) => approval.voided_at === null).map((approval) => approval.approved_by);

async function events(action: string, campaignId: string | null = null) {
  return server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.rows<{ object_ids: Record<string, unknown> }>(
      `select object_ids from audit_events where account_id = $1 and action = $2 and outcome = 'done' and ($3::text is null or object_ids->>'campaign_id' = $3) order by happened_at, event_id`,
      [server.a.accountId, action, campaignId],
    ),
  );
}

describe('the rules of a workspace', () => {
  test('are off to begin with, and told with the workspace', async () => {
    const [workspace] = (await server.a.call('POST', '/v1/workspace', {})).body;
    assert.deepEqual(workspace.review, { two_person: false, quorum: 1 });
  });

  test('are changed by administrators of workspace or account only; an odd wish changes nothing', async () => {
    for (const who of [reviewer, editor]) {
      const answer = await who.call('PATCH', '/v1/workspace', { review: { quorum: 2 } });
      assert.equal(answer.status, 403, answer.text);
    }
    const client = await colleague(server, 'API_CLIENT', 'program');
    assert.equal((await client.call('PATCH', '/v1/workspace', { review: { two_person: false } })).status, 403);
    for (const review of [{ quorum: 0 }, { quorum: 11 }, { quorum: 1.5 }, { quorum: '2' }, { other: 1 }])
      assert.equal(
        (await server.a.call('PATCH', '/v1/workspace', { workspace_id: server.a.workspaceId, review })).status,
        400,
      );
    await six.refused('PATCH', '/v1/workspace', {}, 'nothing_to_change');
    await six.refused('PATCH', '/v1/workspace', { review: {} }, 'nothing_to_change');
    assert.equal((await manager.call('PATCH', '/v1/workspace', { workspace_name: 'Mine' })).status, 403);
    const changed = await manager.call('PATCH', '/v1/workspace', { review: { quorum: 2 } });
    assert.deepEqual(changed.body.review, { two_person: false, quorum: 2 });
  });

  test('that ask less than before leave an event that says so', async () => {
    await rules({ two_person: true, quorum: 3 });
    await rules({ quorum: 2 });
    await rules({ two_person: false, quorum: 2 });
    await rules({ quorum: 1 });
    const told = (await events('workspace.changed')).slice(-4).map((event) => event.object_ids);
    assert.deepEqual(
      told.map((event) => [event.quorum_before, event.quorum, event.two_person, event.lowered]),
      [
        [2, 3, true, false],
        [3, 2, true, true],
        [2, 2, false, true],
        [2, 1, false, true],
      ],
    );
  });
});

describe('a quorum', () => {
  test('takes that many different approvers of the same content', async () => {
    await rules({ quorum: 2 });
    const { campaignId } = await decided('Quorum');
    const first = await approve(reviewer, campaignId);
    assert.equal(first.body.status, 'Ready for review', first.text);
    assert.deepEqual(standing(first.body), [reviewer.userId]);
    assert.equal(first.body.approvals_needed, 2);
    assert.equal((await approve(reviewer, campaignId)).body.code, 'already_approved');
    const done = await approve(second, campaignId);
    assert.equal(done.body.status, 'Ready to publish');
    assert.deepEqual(standing(done.body).toSorted(), [reviewer.userId, second.userId].toSorted());
    assert.deepEqual(
      (await events('campaign.approved', campaignId)).map((event) => event.object_ids.complete),
      [false, true],
    );
  });

  test('counts nothing that was given before an edit, a decision, its undoing, or a rewrite', async () => {
    await rules({ quorum: 2 });
    const { campaignId, messages } = await decided('Voided');
    const [one] = messages;
    const ids = { message_ids: [one.message_id] };
    const changes: (() => Promise<unknown>)[] = [
      () => six.decide(campaignId, { ...ids, message: GOOD, review_status: 'Approved' }),
      // Even back to the very text that was approved: somebody has touched it since.
      () => six.decide(campaignId, { ...ids, message: one.message, review_status: 'Approved' }),
      () => six.decide(campaignId, { ...ids, review_status: 'Excluded' }),
      async () => {
        await six.ok('DELETE', '/v1/campaign/review', { campaign_id: campaignId });
        assert.deepEqual(standing(await six.campaign(campaignId)), []);
        await six.decide(campaignId, { ...ids, review_status: 'Approved' });
      },
      async () => {
        const { job_id } = await six.ok('POST', '/v1/campaign/messages/regenerate', {
          campaign_id: campaignId,
          ...ids,
        });
        await six.ended(job_id);
        await six.decide(campaignId, { ...ids, review_status: 'Approved' });
      },
    ];
    for (const change of changes) {
      assert.equal((await approve(reviewer, campaignId)).status, 200);
      await change();
      assert.deepEqual(standing(await six.campaign(campaignId)), []);
      assert.equal((await approve(second, campaignId)).body.status, 'Ready for review');
      assert.deepEqual(standing(await six.campaign(campaignId)), [second.userId]);
      // For the next round nothing stands.
      await six.decide(campaignId, { ...ids, review_status: 'Rejected' });
      await six.decide(campaignId, { ...ids, review_status: 'Approved' });
    }
    assert.ok((await six.campaign(campaignId)).approvals.length > changes.length);
  });

  test('that is lowered is met by the next call, also of somebody who approved already', async () => {
    await rules({ quorum: 3 });
    const { campaignId } = await decided('Lowered');
    await approve(reviewer, campaignId);
    await rules({ quorum: 1 });
    assert.equal((await six.campaign(campaignId)).status, 'Ready for review');
    assert.equal((await approve(reviewer, campaignId)).body.status, 'Ready to publish');
  });

  test('a hundred calls of three people at once have one effect each', async () => {
    await rules({ quorum: 3 });
    const { campaignId } = await decided('Crowd');
    const people = [reviewer, second, manager];
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => approve(people[index % 3] as Colleague, campaignId)),
    );
    const granted = answers.filter((answer) => answer.status === 200);
    assert.deepEqual(granted.map((answer) => answer.body.status).toSorted(), [
      'Ready for review',
      'Ready for review',
      'Ready to publish',
    ]);
    assert.equal(standing(await six.campaign(campaignId)).length, 3);
    assert.ok(
      answers.every(
        (answer) => answer.status === 200 || ['already_approved', 'wrong_state'].includes(answer.body.code),
      ),
    );
    await rules({ quorum: 1 });
  });
});

describe('the two-person rule', () => {
  test('keeps the author, an editor, a changer of the brief and whoever asked for a rewrite from approving', async () => {
    await rules({ two_person: true, quorum: 1 });
    const campaignId = await six.draft('Two persons');
    await editor.call('PATCH', '/v1/campaign', { campaign_id: campaignId, brief: { ...BRIEF, tone: 'friendly' } });
    await six.written(campaignId);
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    const [one, two] = await six.messages(campaignId);
    await reviewer.call('PATCH', '/v1/campaign/messages', {
      campaign_id: campaignId,
      message_ids: [one.message_id],
      message: GOOD,
      review_status: 'Approved',
    });
    const rewriting = await manager.call('POST', '/v1/campaign/messages/regenerate', {
      campaign_id: campaignId,
      message_ids: [two.message_id],
    });
    assert.equal((await six.ended(rewriting.body.job_id)).status, 'completed');
    await second.call('PATCH', '/v1/campaign/messages', {
      campaign_id: campaignId,
      all: true,
      review_status: 'Approved',
    });
    for (const who of [reviewer, manager])
      assert.equal((await approve(who, campaignId)).body.code, 'approver_is_author');
    await six.refused('POST', '/v1/campaign/approve', { campaign_id: campaignId }, 'approver_is_author');
    assert.equal((await approve(second, campaignId)).body.status, 'Ready to publish');
  });

  test('does not count what an author said before it was turned on', async () => {
    await rules({ two_person: false, quorum: 2 });
    const { campaignId } = await decided('Turned on');
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    await rules({ two_person: true });
    assert.equal((await approve(reviewer, campaignId)).body.status, 'Ready for review');
    assert.equal((await approve(second, campaignId)).body.status, 'Ready to publish');
    await rules({ two_person: false, quorum: 1 });
  });
});

describe('what is approved is what leaves', () => {
  test('a text changed behind the approval is neither published nor exported', async () => {
    const { campaignId } = await decided('Behind');
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    const change = (text: string) =>
      server.app.services.database.tenant(server.a.accountId, (tx) =>
        tx.run('update messages set message = message || $3 where account_id = $1 and campaign_id = $2', [
          server.a.accountId,
          campaignId,
          text,
        ]),
      );
    await change('!');
    await six.refused('POST', '/v1/messages/publish', { campaign_id: campaignId }, 'approval_void');
  });

  test('the manifest says who approved what, under the digest', async () => {
    await rules({ quorum: 2 });
    const { campaignId, messages } = await decided('Told');
    await approve(reviewer, campaignId);
    const { body } = await approve(second, campaignId);
    await rules({ quorum: 1 });
    await six.ended((await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id);
    const manifest = await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
    assert.equal(manifest.approval.digest, body.approvals[0].digest);
    assert.equal(manifest.approval_digest, manifest.approval.digest);
    assert.equal(manifest.approval.basis, 'approved');
    assert.deepEqual(manifest.approval.rules, { two_person: false, quorum: 2 });
    assert.deepEqual(
      manifest.approval.approvals.map((approval: { approved_by: string }) => approval.approved_by),
      [reviewer.userId, second.userId],
    );
    assert.deepEqual(
      manifest.approval.content.messages.map((text: { message_id: string }) => text.message_id),
      messages.map((message) => message.message_id).toSorted(),
    );
    assert.ok(!JSON.stringify(manifest.approval).includes(BRIEF.objective));
  });

  test('a rerun that takes every text over stands on the approval of the run they come from', async () => {
    const { campaignId } = await decided('Again');
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    await six.ended((await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id);
    await six.ok('POST', '/v1/campaign/rerun/initiate', { campaign_id: campaignId, customer_group_id: six.groupId });
    await six.ended((await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id);
    const manifest = await six.ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
    assert.equal(manifest.approval.basis, 'reused');
    assert.deepEqual([manifest.approval.approvals, manifest.approval.rules], [[], null]);
  });
});

describe('taking a decision back', () => {
  const undo = (campaignId: string, more: Record<string, unknown> = {}) =>
    six.ok('DELETE', '/v1/campaign/review', { campaign_id: campaignId, ...more });
  const statuses = async (campaignId: string) =>
    new Map((await six.messages(campaignId)).map((message) => [message.message_id, message.review_status]));

  test('gives every message the state and note it had, one decision at a time', async () => {
    const campaignId = await six.draft('Undone');
    await six.written(campaignId);
    const [one, two] = await six.messages(campaignId);
    await six.decide(campaignId, { message_ids: [one.message_id], review_status: 'Rejected', note: 'too loud' });
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    await six.decide(campaignId, {
      message_ids: [one.message_id, two.message_id],
      review_status: 'Excluded',
      note: 'no',
    });
    assert.equal((await undo(campaignId)).undone, 2);
    const after = await six.messages(campaignId);
    const [first] = after.filter((message) => message.message_id === one.message_id);
    assert.deepEqual([first.review_status, first.note], ['Rejected', 'too loud']);
    assert.equal((await undo(campaignId)).undone, 2);
    assert.equal((await statuses(campaignId)).get(two.message_id), 'Pending');
    assert.equal((await undo(campaignId)).undone, 1);
    assert.ok([...(await statuses(campaignId)).values()].every((status) => status === 'Pending'));
    await six.refused('DELETE', '/v1/campaign/review', { campaign_id: campaignId }, 'nothing_to_undo');
  });

  test('leaves what was edited or decided since, and what somebody else decided', async () => {
    const campaignId = await six.draft('Overtaken');
    await six.written(campaignId);
    const [one, two, three] = await six.messages(campaignId);
    const { decision_id } = await six.decide(campaignId, { all: true, review_status: 'Approved' });
    await six.decide(campaignId, { message_ids: [one.message_id], message: GOOD });
    await reviewer.call('PATCH', '/v1/campaign/messages', {
      campaign_id: campaignId,
      message_ids: [two.message_id],
      review_status: 'Rejected',
    });
    const other = await reviewer.call('DELETE', '/v1/campaign/review', { campaign_id: campaignId, decision_id });
    assert.equal(other.body.code, 'not_found');
    const undone = await undo(campaignId, { decision_id });
    assert.deepEqual(
      undone.messages.map((message: { message_id: string }) => message.message_id),
      [three.message_id],
    );
    assert.equal((await statuses(campaignId)).get(two.message_id), 'Rejected');
  });

  test('is over once the campaign is approved', async () => {
    const { campaignId } = await decided('Too late');
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    await six.refused('DELETE', '/v1/campaign/review', { campaign_id: campaignId }, 'wrong_state');
  });
});
