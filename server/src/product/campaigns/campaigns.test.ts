import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { newGroup } from '../customers/test-workspace.ts';
import { BRIEF, type TestCampaigns, testCampaigns } from './test-campaign.ts';

let server: TestServer;
let six: TestCampaigns;

before(async () => {
  server = await startTestServer();
  six = await testCampaigns(() => server.a);
});

const shape = (name: string, more: Record<string, unknown> = {}) => ({
  campaign_name: name,
  customer_group_id: six.groupId,
  brief: BRIEF,
  channels: [{ channel: 'sms' }],
  segment_by: [],
  ...more,
});

describe('a new campaign', () => {
  test('is a Draft with what was asked and the defaults for the rest', async () => {
    const campaign = await six.ok(
      'PUT',
      '/v1/campaign',
      shape('  New  ', { export_fields: ['First_Name', 'first_name'] }),
    );
    const { campaign_id, account_id, workspace_id, created_by, created_at, updated_at, ...rest } = campaign;
    assert.deepEqual(
      [account_id, workspace_id, created_by],
      [server.a.accountId, server.a.workspaceId, server.a.userId],
    );
    assert.deepEqual(rest, {
      campaign_name: 'New',
      status: 'Draft',
      failure_reason: null,
      customer_group_id: six.groupId,
      brief: BRIEF,
      channels: [{ channel: 'sms', max_length: 160 }],
      segment_by: [],
      variants: 1,
      min_segment_size: 1,
      export_fields: ['first_name'],
      eligible_when: [],
      writer: 'offline',
      current_run: 1,
      active_job_id: null,
      published_at: null,
      holdout: 0,
      approvals: [],
      approvals_needed: 1,
      budget: null,
      full_check: null,
      spent: { model_calls: 0, cost: 0, currency: null },
    });
    assert.deepEqual(await six.campaign(campaign_id), campaign);
    assert.ok(
      (await six.ok('POST', '/v1/campaign')).some((one: { campaign_id: string }) => one.campaign_id === campaign_id),
    );
    assert.ok(created_at <= updated_at);
  });

  test('is refused for what it names that is not there or not fit', async () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ customer_group_id: 'nothing' }, 'not_found'],
      [{ writer: 'nobody' }, 'unknown_writer'],
      [{ export_fields: ['nobody'] }, 'unknown_export_field'],
      [{ segment_by: [{ field_name: 'first_name' }] }, 'field_not_segmentable'],
      [{ segment_by: [{ field_name: 'customer_number' }] }, 'field_not_segmentable'],
      [{ eligible_when: [{ field_name: 'nobody', op: 'is_blank' }] }, 'unknown_field'],
      [{ eligible_when: [{ field_name: 'consent', op: 'is', value: 'perhaps' }] }, 'invalid_rule'],
      [{ channels: [{ channel: 'sms' }, { channel: 'sms' }] }, 'duplicate_channel'],
      [{ channels: [] }, 'invalid_fields'],
      [{ channels: [{ channel: 'fax' }] }, 'invalid_fields'],
      [{ variants: 6 }, 'invalid_fields'],
      [{ min_segment_size: 0 }, 'invalid_fields'],
      [{ holdout: 50.5 }, 'invalid_fields'],
      [{ holdout: -1 }, 'invalid_fields'],
      [{ brief: { ...BRIEF, mood: 'good' } }, 'invalid_fields'],
      [{ brief: { ...BRIEF, link: 'javascript' } }, 'invalid_fields'],
      [{ campaign_name: ' ' }, 'invalid_fields'],
    ];
    for (const [more, code] of cases) await six.refused('PUT', '/v1/campaign', shape('Refused', more), code);
    const names = (await six.ok('POST', '/v1/campaign')).map((one: { campaign_name: string }) => one.campaign_name);
    assert.ok(!names.includes('Refused'));
  });

  test('has a name of its own in the workspace, ignoring case; of ten callers at once one gets it', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        server.a.call('PUT', '/v1/campaign', {
          workspace_id: server.a.workspaceId,
          ...shape(index % 2 === 0 ? 'Same' : 'SAME'),
        }),
      ),
    );
    assert.deepEqual(answers.map((answer) => answer.body.code ?? answer.status).toSorted(), [
      200,
      ...Array(9).fill('campaign_name_taken'),
    ]);
  });

  test('cannot be made on the group of another account', async () => {
    const foreign = await newGroup(server.b, 'Foreign');
    await six.refused('PUT', '/v1/campaign', shape('Foreign', { customer_group_id: foreign }), 'not_found');
  });
});

describe('a Draft', () => {
  test('changes what is sent and keeps the rest; its first run follows the group', async () => {
    const campaignId = await six.draft('Changed', { variants: 2, holdout: 12.5 });
    const other = await newGroup(server.a, 'Moved to');
    const changed = await six.ok('PATCH', '/v1/campaign', { campaign_id: campaignId, customer_group_id: other });
    assert.deepEqual(
      [changed.customer_group_id, changed.variants, changed.segment_by, changed.holdout],
      [other, 2, [{ field_name: 'plan' }], 12.5],
    );
    const [run] = await six.ok('POST', '/v1/campaign/rerun/history', { campaign_id: campaignId });
    assert.deepEqual([run.run_number, run.customer_group_id, run.customer_group_name], [1, other, 'Moved to']);
  });

  test('holds its group and fields until it lets go of them or is deleted', async () => {
    const group = await newGroup(server.a, 'Held');
    const field = await six.ok('PUT', '/v1/cpf', { field_name: 'held', field_type: 'string' });
    const campaignId = await six.draft('Holder', {
      customer_group_id: group,
      eligible_when: [{ field_name: 'held', op: 'is_not_blank' }],
    });
    const fieldWish = { customer_profile_field_id: field.customer_profile_field_id };
    assert.match(
      (await six.refused('DELETE', '/v1/cg', { customer_group_id: group }, 'group_in_use')).message,
      /Holder/,
    );
    assert.match((await six.refused('DELETE', '/v1/cpf', fieldWish, 'field_in_use')).message, /Holder/);
    await six.ok('PATCH', '/v1/campaign', { campaign_id: campaignId, eligible_when: [] });
    await six.ok('DELETE', '/v1/cpf', fieldWish);
    await six.ok('DELETE', '/v1/campaign', { campaign_id: campaignId });
    await six.ok('DELETE', '/v1/cg', { customer_group_id: group });
    await six.refused('POST', '/v1/campaign', { campaign_id: campaignId }, 'not_found');
  });

  test('takes no step that comes later, and says which state it is in', async () => {
    const campaignId = await six.draft('Early');
    const body = { campaign_id: campaignId };
    for (const [method, path, more] of [
      ['POST', '/v1/campaign/approve', {}],
      ['POST', '/v1/campaign/reopen', {}],
      ['POST', '/v1/messages/publish', {}],
      ['POST', '/v1/campaign/messages/regenerate', { message_ids: ['x'] }],
      ['PATCH', '/v1/campaign/messages', { all: true, review_status: 'Approved' }],
    ] as const) {
      const answer = await six.refused(method, path, { ...body, ...more }, 'wrong_state');
      assert.match(answer.message, /"Draft".*only when it is "/, path);
    }
    assert.equal((await six.campaign(campaignId)).status, 'Draft');
  });
});

describe('a campaign of another account', () => {
  test('is answered like one that does not exist, by every call', async () => {
    const campaignId = await six.draft('Ours');
    const calls: [string, string, Record<string, unknown>][] = [
      ['POST', '/v1/campaign', {}],
      ['PATCH', '/v1/campaign', { variants: 2 }],
      ['DELETE', '/v1/campaign', {}],
      ['POST', '/v1/campaign/generate', {}],
      ['POST', '/v1/campaign/messages', {}],
      ['PATCH', '/v1/campaign/messages', { all: true, review_status: 'Approved' }],
      ['POST', '/v1/campaign/messages/preview', { message_id: campaignId }],
      ['POST', '/v1/campaign/messages/regenerate', { message_ids: [campaignId] }],
      ['POST', '/v1/campaign/approve', {}],
      ['POST', '/v1/campaign/reopen', {}],
    ];
    for (const [method, path, more] of calls) {
      const texts = new Set<string>();
      for (const id of [campaignId, '018f0000-0000-7000-8000-000000000000', 'nothing']) {
        const answer = await server.b.call(method, path, {
          workspace_id: server.b.workspaceId,
          campaign_id: id,
          ...more,
        });
        assert.deepEqual([answer.status, answer.body.code], [400, 'not_found'], `${method} ${path}: ${answer.text}`);
        const { request_id: _, ...rest } = answer.body;
        texts.add(JSON.stringify(rest));
      }
      assert.equal(texts.size, 1, path);
    }
    assert.equal((await six.campaign(campaignId)).variants, 1);
  });
});

describe('published campaigns by date', () => {
  test('a period takes both of its ends in, and knows no unpublished campaign', async () => {
    const campaignId = await six.draft('Dated');
    await six.written(campaignId);
    await six.decide(campaignId, { all: true, review_status: 'Approved' });
    await six.ok('POST', '/v1/campaign/approve', { campaign_id: campaignId });
    await six.ended((await six.ok('POST', '/v1/messages/publish', { campaign_id: campaignId })).job_id);
    const { published_at: at } = await six.campaign(campaignId);
    const names = async (period: Record<string, string>) =>
      (await server.a.call('POST', '/v1/campaign/all', period)).body.flatMap(
        (workspace: { campaigns: { campaign_name: string }[] }) => workspace.campaigns.map((one) => one.campaign_name),
      );
    assert.deepEqual(await names({ start_date: at, end_date: at }), ['Dated']);
    assert.deepEqual(await names({ start_date: at.slice(0, 10), end_date: at.slice(0, 10) }), ['Dated']);
    assert.deepEqual(await names({ start_date: new Date(Date.parse(at) + 1).toISOString() }), []);
    assert.deepEqual(await names({ end_date: new Date(Date.parse(at) - 1).toISOString() }), []);
    assert.ok((await names({})).length > 1);
    const bad = await server.a.call('POST', '/v1/campaign/all', { end_date: '2026-02-30T00:00:00Z' });
    assert.deepEqual([bad.status, bad.body.code], [400, 'invalid_period']);
    const theirs = await server.b.call('POST', '/v1/campaign/all', {});
    assert.deepEqual(
      theirs.body.map((workspace: { campaigns: unknown[] }) => workspace.campaigns),
      [[]],
    );
  });
});
