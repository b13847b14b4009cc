import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { type Answer, startTestServer, type Tenant, type TestServer, until } from './harness.ts';

let server: TestServer;
let a: Tenant;
let groupId: string;
let campaignId: string;

const CUSTOMERS = 30;
const PLANS = ['Basic', 'Plus', 'Private'];
const csv = [
  'customer_number,first_name,email,plan,tenure',
  ...Array.from(
    { length: CUSTOMERS },
    (_, index) =>
      `C-${index},${index % 4 === 0 ? '' : `Name${index}`},c${index}@example.test,${PLANS[index % 3]},${index}`,
  ),
].join('\n');

async function ok(method: string, path: string, body: Record<string, unknown>): Promise<Answer['body']> {
  const answer = await a.call(method, path, { workspace_id: a.workspaceId, ...body });
  assert.equal(answer.status, 200, `${method} ${path}: ${answer.text}`);
  return answer.body;
}

async function refused(method: string, path: string, body: Record<string, unknown>, code: string): Promise<void> {
  const answer = await a.call(method, path, { workspace_id: a.workspaceId, ...body });
  assert.equal(answer.status, 400, answer.text);
  assert.equal(answer.body.code, code, answer.text);
}

async function ended(jobId: string): Promise<Answer['body']> {
  return until(async () => {
    const job = await ok('POST', '/v1/job', { job_id: jobId });
    return job.status === 'queued' || job.status === 'running' ? false : job;
  });
}

before(async () => {
  server = await startTestServer();
  a = server.a;
});

describe('from a customer file to published messages', () => {
  test('fields, group and import', async () => {
    const fields = [
      { field_name: 'customer_number', field_type: 'string', is_unique: true, is_required: true },
      { field_name: 'first_name', field_type: 'string' },
      { field_name: 'email', field_type: 'string', validation_rules: { format: 'email' } },
      { field_name: 'plan', field_type: 'enum', options: PLANS, is_sensitive: false },
      { field_name: 'tenure', field_type: 'number', is_sensitive: false },
    ];
    for (const field of fields) await ok('PUT', '/v1/cpf', field);
    groupId = (await ok('PUT', '/v1/cg', { group_name: 'Everyone' })).customer_group_id;
    const imported = await ok('POST', '/v1/customer/check', { customer_group_id: groupId, data_file: csv });
    assert.equal(imported.created, CUSTOMERS);
    assert.deepEqual(await ok('POST', '/v1/customer/pages', { customer_group_id: groupId, page_size: 7 }), {
      pages: 5,
      page_size: 7,
      total_customers: CUSTOMERS,
    });
  });

  test('segments add up, and small ones are merged', async () => {
    const segment_by = [{ field_name: 'plan' }, { field_name: 'tenure', bands: [10, 20] }];
    const preview = await ok('POST', '/v1/campaign/segments', { customer_group_id: groupId, segment_by });
    assert.equal(preview.total_customers, CUSTOMERS);
    assert.equal(preview.segment_count, 9);
    assert.deepEqual(
      preview.segments.map((segment: { size: number }) => segment.size).toSorted(),
      [3, 3, 3, 3, 3, 3, 4, 4, 4],
    );
    const merged = await ok('POST', '/v1/campaign/segments', {
      customer_group_id: groupId,
      segment_by,
      min_segment_size: 4,
    });
    assert.equal(merged.total_customers, CUSTOMERS);
    assert.equal(merged.merged.length, 6);
    await refused(
      'POST',
      '/v1/campaign/segments',
      { customer_group_id: groupId, segment_by: [{ field_name: 'email' }] },
      'field_not_segmentable',
    );
  });

  test('the campaign is written', async () => {
    const campaign = await ok('PUT', '/v1/campaign', {
      campaign_name: 'Spring',
      customer_group_id: groupId,
      brief: {
        objective: 'Open a savings account',
        product: 'Spring Saver',
        call_to_action: 'Open it in the app',
        link: 'https://bank.example/spring',
        must_include: ['Terms apply'],
      },
      channels: [{ channel: 'email' }, { channel: 'sms' }],
      segment_by: [{ field_name: 'plan' }],
      variants: 2,
      export_fields: ['email'],
      eligible_when: [{ field_name: 'tenure', op: 'at_least', value: 2 }],
    });
    campaignId = campaign.campaign_id;
    assert.equal(campaign.status, 'Draft');
    await refused('POST', '/v1/campaign/approve', { campaign_id: campaignId }, 'wrong_state');
    await refused('POST', '/v1/messages/publish', { campaign_id: campaignId }, 'wrong_state');
    await refused('DELETE', '/v1/cg', { customer_group_id: groupId }, 'group_in_use');
    const { job_id, campaign_status } = await ok('POST', '/v1/campaign/generate', { campaign_id: campaignId });
    assert.equal(campaign_status, 'Generating');
    assert.equal((await ended(job_id)).status, 'completed');
    assert.equal((await ok('POST', '/v1/campaign', { campaign_id: campaignId })).status, 'Ready for review');
    const messages = await ok('POST', '/v1/campaign/messages', { campaign_id: campaignId });
    assert.equal(messages.length, 3 * 2 * 2);
    for (const message of messages) {
      assert.match(message.message, /Terms apply/);
      assert.match(message.message, /https:\/\/bank\.example\/spring/);
      assert.deepEqual(
        message.findings.filter((finding: { severity: string }) => finding.severity === 'error'),
        [],
        message.message,
      );
    }
  });

  test('edits, decisions, preview and approval', async () => {
    const [first, second] = await ok('POST', '/v1/campaign/messages', { campaign_id: campaignId });
    await refused(
      'PATCH',
      '/v1/campaign/messages',
      { campaign_id: campaignId, message_ids: [first.message_id], message: 'Hi {{nobody}}' },
      'invalid_text',
    );
    await refused('POST', '/v1/campaign/approve', { campaign_id: campaignId }, 'messages_undecided');
    const { updated } = await ok('PATCH', '/v1/campaign/messages', {
      campaign_id: campaignId,
      all: true,
      review_status: 'Approved',
    });
    assert.equal(updated, 12);
    const edited = await ok('PATCH', '/v1/campaign/messages', {
      campaign_id: campaignId,
      message_ids: [first.message_id],
      message: 'Hi {{first_name}}. Terms apply. https://bank.example/spring',
    });
    assert.equal(edited.messages[0].review_status, 'Pending');
    assert.deepEqual(
      edited.messages[0].findings.map((finding: { code: string }) => finding.code),
      ['tag_without_fallback'],
    );
    await ok('PATCH', '/v1/campaign/messages', {
      campaign_id: campaignId,
      message_ids: [first.message_id],
      review_status: 'Approved',
    });
    await refused('POST', '/v1/campaign/approve', { campaign_id: campaignId }, 'messages_with_errors');
    await ok('PATCH', '/v1/campaign/messages', {
      campaign_id: campaignId,
      message_ids: [first.message_id],
      message: 'Hi {{first_name | fallback: "you"}}. Terms apply. https://bank.example/spring',
      review_status: 'Approved',
    });
    const { job_id } = await ok('POST', '/v1/campaign/messages/regenerate', {
      campaign_id: campaignId,
      message_ids: [second.message_id],
      guidance: 'shorter',
    });
    assert.equal((await ended(job_id)).status, 'completed');
    await ok('PATCH', '/v1/campaign/messages', { campaign_id: campaignId, all: true, review_status: 'Approved' });
    const { previews } = await ok('POST', '/v1/campaign/messages/preview', {
      campaign_id: campaignId,
      message_id: first.message_id,
      limit: 5,
    });
    assert.equal(previews.length, 5);
    for (const preview of previews) assert.match(preview.message, /^Hi (you|Name\d+)\. Terms/);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        a.call('POST', '/v1/campaign/approve', { workspace_id: a.workspaceId, campaign_id: campaignId }),
      ),
    );
    assert.deepEqual(answers.map((answer) => answer.status).toSorted(), [200, ...Array(9).fill(400)]);
  });

  test('publishing writes one row per eligible customer and channel', async () => {
    const { job_id } = await ok('POST', '/v1/messages/publish', { campaign_id: campaignId });
    const job = await ended(job_id);
    assert.equal(job.status, 'completed', JSON.stringify(job));
    assert.deepEqual(job.result, {
      run_number: 1,
      pages: 1,
      rows: (CUSTOMERS - 2) * 2,
      customers: CUSTOMERS,
      unmatched: 0,
      ineligible: 2,
      suppressed: 0,
      held_out: 0,
    });
    assert.deepEqual(await ok('POST', '/v1/messages/pages', { campaign_id: campaignId }), {
      campaign_id: campaignId,
      run_number: 1,
      pages: 1,
    });
    const file = await a.call('POST', '/v1/messages/fetch', {
      workspace_id: a.workspaceId,
      campaign_id: campaignId,
      page: 1,
      format: 'csv',
    });
    assert.equal(file.headers.get('content-type'), 'text/csv; charset=utf-8');
    const rows: Record<string, string>[] = parse(file.text, { columns: true });
    assert.equal(rows.length, (CUSTOMERS - 2) * 2);
    assert.deepEqual(Object.keys(rows[0] ?? {}), [
      'customer_number',
      'email',
      'message_id',
      'segment_id',
      'variant',
      'channel',
      'subject',
      'message',
      'campaign_id',
      'run_number',
      'preheader',
      'holdout',
    ]);
    assert.equal(new Set(rows.map((row) => `${row.customer_number} ${row.channel}`)).size, rows.length);
    const json = await ok('POST', '/v1/messages/fetch', { campaign_id: campaignId, page: 1, format: 'json' });
    assert.equal(json.row_count, rows.length);
    assert.equal(json.rows[0].message, rows[0]?.message);
    const link = await ok('POST', '/v1/messages/fetch', { campaign_id: campaignId, page: 1, format: 'url' });
    assert.equal(link.expires_in, 900);
    const linked = await fetch(new URL(link.url, server.url));
    assert.equal(await linked.text(), file.text);
    assert.equal(
      (
        await fetch(
          new URL(
            link.url.replace(/.$/, (end: string) => (end === 'A' ? 'B' : 'A')),
            server.url,
          ),
        )
      ).status,
      403,
    );
    const wrapped = await a.call(
      'POST',
      '/v1/messages/fetch',
      { workspace_id: a.workspaceId, campaign_id: campaignId, page: 1, format: 'csv' },
      { headers: { accept: 'application/json' } },
    );
    assert.equal(wrapped.body.content, file.text);
    const manifest = await ok('POST', '/v1/messages/manifest', { campaign_id: campaignId });
    assert.equal(manifest.rows, rows.length);
    assert.match(manifest.approval_digest, /^[0-9a-f]{64}$/);
  });

  test('a rerun reuses what fits and writes the rest', async () => {
    const same = await ok('POST', '/v1/campaign/rerun/initiate', {
      campaign_id: campaignId,
      customer_group_id: groupId,
    });
    assert.deepEqual(same.segments, { total: 3, matched: 3, new: 0 });
    assert.equal(same.campaign_status, 'Ready to publish');
    assert.equal(same.job_id, null);
    assert.equal(same.archived_messages, 12);
    assert.equal((await ok('POST', '/v1/messages/pages', { campaign_id: campaignId })).pages, 0);
    await ok('PUT', '/v1/suppression', { identifiers: [{ customer_number: 'C-5' }] });
    const { job_id } = await ok('POST', '/v1/messages/publish', { campaign_id: campaignId });
    const { result } = await ended(job_id);
    assert.deepEqual([result.rows, result.suppressed, result.ineligible], [(CUSTOMERS - 3) * 2, 1, 2]);
    const other = (await ok('PUT', '/v1/cg', { group_name: 'Newcomers' })).customer_group_id;
    await refused(
      'POST',
      '/v1/campaign/rerun/initiate',
      { campaign_id: campaignId, customer_group_id: other },
      'empty_group',
    );
    await ok('POST', '/v1/customer/check', {
      customer_group_id: other,
      customer_data: [
        { customer_number: 'N-1', plan: 'Plus', tenure: 3 },
        { customer_number: 'N-2', tenure: 9 },
      ],
    });
    const mixed = await ok('POST', '/v1/campaign/rerun/initiate', {
      campaign_id: campaignId,
      customer_group_id: other,
    });
    assert.deepEqual(mixed.segments, { total: 2, matched: 1, new: 1 });
    assert.equal(mixed.campaign_status, 'Generating');
    assert.equal((await ended(mixed.job_id)).status, 'completed');
    const pending = await ok('POST', '/v1/campaign/messages', { campaign_id: campaignId, review_status: 'Pending' });
    assert.equal(pending.length, 4);
    await refused(
      'POST',
      '/v1/messages/fetch',
      { campaign_id: campaignId, page: 1, format: 'url', run_number: 2 },
      'no_link_for_history',
    );
    const old = await a.call('POST', '/v1/messages/fetch', {
      workspace_id: a.workspaceId,
      campaign_id: campaignId,
      page: 1,
      format: 'csv',
      run_number: 1,
    });
    assert.equal(old.status, 200);
    const history = await ok('POST', '/v1/campaign/rerun/history', { campaign_id: campaignId });
    assert.deepEqual(
      history.map((run: { run_number: number; is_current: boolean; status: string }) => [
        run.run_number,
        run.is_current,
        run.status,
      ]),
      [
        [3, true, 'Ready for review'],
        [2, false, 'Published'],
        [1, false, 'Published'],
      ],
    );
    assert.deepEqual(history[0].message_summary, { reused: 4, generated: 4, archived: 0 });
    const earlier = await ok('POST', '/v1/campaign/rerun/messages', { campaign_id: campaignId, run_number: 1 });
    assert.equal(earlier.length, 12);
    assert.ok(earlier.every((message: { is_archived: boolean }) => message.is_archived));
  });

  test('a job is found by its id alone, and a campaign can be renamed in any state', async () => {
    const { job_id } = await ok('POST', '/v1/campaign/messages/regenerate', {
      campaign_id: campaignId,
      message_ids: [
        (await ok('POST', '/v1/campaign/messages', { campaign_id: campaignId, review_status: 'Pending' }))[0]
          .message_id,
      ],
    });
    const alone = await a.call('POST', '/v1/job', { job_id });
    assert.equal(alone.status, 200, alone.text);
    assert.equal(alone.body.job_id, job_id);
    const foreign = await server.b.call('POST', '/v1/job', { job_id });
    assert.equal(foreign.body.code, 'not_found');
    await ended(job_id);
    const renamed = await ok('PATCH', '/v1/campaign', { campaign_id: campaignId, campaign_name: 'Spring again' });
    assert.equal(renamed.campaign_name, 'Spring again');
    await refused(
      'PATCH',
      '/v1/campaign',
      { campaign_id: campaignId, campaign_name: 'No', variants: 3 },
      'wrong_state',
    );
  });

  test('one record with a __proto__ key is refused like one in a list', async () => {
    for (const records of [
      '{"customer_number":"P","__proto__":{"plan":"Plus"}}',
      '[{"customer_number":"P","__proto__":{}}]',
    ]) {
      const raw = `{"workspace_id":"${a.workspaceId}","customer_group_id":"${groupId}","customer_data":${records}}`;
      const answer = await a.call('POST', '/v1/customer/check', undefined, { raw });
      assert.equal(answer.status, 400, answer.text);
      assert.deepEqual(
        answer.body.details.map((error: { code: string; field: string }) => [error.code, error.field]),
        [['unknown_field', '__proto__']],
      );
    }
  });

  test('all campaigns by workspace, also those without', async () => {
    await ok('PUT', '/v1/cpf', { field_name: 'later', field_type: 'string' });
    const created = await a.call('PUT', '/v1/workspace', { workspace_name: 'Empty' });
    const all = await a.call('POST', '/v1/campaign/all', {});
    assert.equal(all.status, 200);
    assert.deepEqual(
      all.body.map((entry: { workspace_id: string; campaigns: unknown[] }) => [
        entry.workspace_id,
        entry.campaigns.length,
      ]),
      [
        [a.workspaceId, 1],
        [created.body.workspace_id, 0],
      ],
    );
    const none = await a.call('POST', '/v1/campaign/all', { start_date: '2001-01-01', end_date: '2001-12-31' });
    assert.deepEqual(
      none.body.map((entry: { campaigns: unknown[] }) => entry.campaigns.length),
      [0, 0],
    );
    assert.equal((await a.call('POST', '/v1/campaign/all', { start_date: '2026-02-30' })).status, 400);
  });
});
