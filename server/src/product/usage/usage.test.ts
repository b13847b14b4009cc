import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type Tenant, type TestServer, until } from '../../../test/harness.ts';
import { linkEvents } from '../audit/link-events.ts';
import { verifyAccount } from '../audit/verify-account.ts';
import { setQuota } from './set-quota.ts';
import { monthAfter, monthOf, quotasFor } from './usage.ts';

let server: TestServer;
let a: Tenant;
let ids: { workspace_id: string; customer_group_id: string };

before(async () => {
  server = await startTestServer({ environment: { NUDGESCRIBE_QUOTAS: '{"imports":50}' } });
  a = server.a;
  const workspace_id = a.workspaceId;
  const made = await a.call('PUT', '/v1/cg', { workspace_id, group_name: 'All' });
  ids = { workspace_id, customer_group_id: made.body.customer_group_id };
  await a.call('PUT', '/v1/cpf', { workspace_id, field_name: 'number', field_type: 'string', is_unique: true });
  await a.call('PUT', '/v1/cpf', {
    workspace_id,
    field_name: 'tier',
    field_type: 'enum',
    options: ['a', 'b'],
    is_sensitive: false,
  });
});

const check = (rows: number, more: Record<string, unknown> = {}, from = 0) =>
  a.call('POST', '/v1/customer/check', {
    ...ids,
    customer_data: Array.from({ length: rows }, (_, n) => ({ number: `${from + n}`, tier: n % 2 ? 'a' : 'b' })),
    ...more,
  });
const usage = async (): Promise<Record<string, { used: number; quota: number | null }>> => {
  const { body, status, text } = await a.call('POST', '/v1/usage', {});
  assert.equal(status, 200, text);
  return Object.fromEntries(body.usage.map((one: { kind: string }) => [one.kind, one]));
};
const used = async (kind: string) => (await usage())[kind]?.used;
const imported = (importId: string) =>
  until(async () => {
    const { body } = await a.call('POST', '/v1/customer/imports', {
      workspace_id: ids.workspace_id,
      import_id: importId,
    });
    return ['completed', 'rejected', 'failed'].includes(body.status) && body;
  });

test('months and quotas', () => {
  assert.equal(monthOf(new Date('2026-11-30T23:59:59.999Z')), '2026-11-01');
  assert.equal(monthAfter('2026-12-01').toISOString(), '2027-01-01T00:00:00.000Z');
  assert.deepEqual(quotasFor({ imports: 5, exports: 2 }, [{ kind: 'imports', per_month: null }]), {
    imports: null,
    exports: 2,
  });
});

describe('usage', () => {
  test('of imports: rows that were stored count, dry runs and refused rows do not', async () => {
    assert.deepEqual((await usage()).imports, { kind: 'imports', used: 0, quota: 50 });
    assert.equal((await check(10)).status, 200);
    assert.equal((await check(10, { validate_only: true }, 50)).status, 200);
    assert.equal((await check(3, { customer_data: [{ number: '1', tier: 'c' }] })).status, 400);
    assert.equal(await used('imported_rows'), 10);
    assert.equal(await used('imports'), 3);
    const patched = { workspace_id: ids.workspace_id, customer_data: [{ number: '1', tier: 'b' }] };
    assert.equal((await a.call('PATCH', '/v1/customer', patched)).status, 200);
    assert.equal(await used('imported_rows'), 11);
    const { body } = await check(1_500, {}, 1_000);
    assert.equal((await imported(body.import_id)).status, 'completed');
    assert.equal(await used('imported_rows'), 1_511);
  });

  test('a quota refuses imports before a row is stored, small and large ones', async () => {
    const { database } = server.app.services;
    await setQuota(database, a.accountId, 'imported_rows', 1_520);
    const refused = await check(10, {}, 5_000);
    assert.deepEqual([refused.status, refused.body.code], [400, 'quota_exceeded']);
    assert.deepEqual(
      { ...refused.body.details[0], resets_at: '' },
      { kind: 'imported_rows', used: 1_511, wanted: 10, quota: 1_520, resets_at: '' },
    );
    assert.equal((await check(9, {}, 5_000)).status, 200);
    assert.equal((await check(1_500, {}, 6_000)).body.code, 'quota_exceeded');
    await setQuota(database, a.accountId, 'imported_rows', 1_600);
    const whole = await imported((await check(1_500, {}, 6_000)).body.import_id);
    assert.deepEqual([whole.status, whole.created, whole.errors[0].code], ['rejected', 0, 'quota_exceeded']);
    const skipping = await imported((await check(1_500, { on_error: 'skip' }, 6_000)).body.import_id);
    assert.deepEqual([skipping.status, skipping.errors[0].code], ['failed', 'quota_exceeded']);
    assert.equal(await used('imported_rows'), 1_520);
    await setQuota(database, a.accountId, 'imported_rows', 'general');
    assert.equal((await check(9, {}, 7_000)).status, 200);
  });

  test('of writing and exports: counted as made, refused beyond the quota, quota first', async () => {
    const { database } = server.app.services;
    const campaign = await a.call('PUT', '/v1/campaign', {
      ...ids,
      campaign_name: 'Spring',
      brief: { objective: 'Save', product: 'Saver', call_to_action: 'Open it' },
      channels: [{ channel: 'email' }],
      segment_by: [{ field_name: 'tier' }],
    });
    assert.equal(campaign.status, 200, campaign.text);
    const place = { workspace_id: ids.workspace_id, campaign_id: campaign.body.campaign_id };
    await setQuota(database, a.accountId, 'written_messages', 1);
    const refused = await a.call('POST', '/v1/campaign/generate', place);
    assert.deepEqual([refused.status, refused.body.code, refused.body.details[0].wanted], [400, 'quota_exceeded', 2]);
    await setQuota(database, a.accountId, 'written_messages', 2);
    assert.equal((await a.call('POST', '/v1/campaign/generate', place)).status, 200);
    await until(async () => (await a.call('POST', '/v1/campaign', place)).body.status === 'Ready for review');
    assert.equal(await used('written_messages'), 2);
    await setQuota(database, a.accountId, 'exports', 0);
    // Quota first: also where the state would refuse.
    assert.equal((await a.call('POST', '/v1/messages/publish', place)).body.code, 'quota_exceeded');
    await setQuota(database, a.accountId, 'exports', 1);
    assert.equal((await a.call('POST', '/v1/messages/publish', place)).body.code, 'wrong_state');
    await a.call('PATCH', '/v1/campaign/messages', { ...place, all: true, review_status: 'Approved' });
    assert.equal((await a.call('POST', '/v1/campaign/approve', place)).status, 200);
    const published = await a.call('POST', '/v1/messages/publish', place);
    assert.equal(published.status, 200, published.text);
    const job = { job_id: published.body.job_id };
    await until(async () => (await a.call('POST', '/v1/job', job)).body.status === 'completed');
    assert.equal(await used('exports'), 1);
    assert.ok(((await used('exported_rows')) ?? 0) > 1_500);
    assert.equal((await a.call('POST', '/v1/messages/publish', place)).body.code, 'quota_exceeded');
  });

  test('of exported rows: refused before an export where they are foreseen, else before its files can be fetched', async () => {
    const { database, objects } = server.app.services;
    const { workspace_id } = ids;
    for (const kind of ['written_messages', 'exports'] as const) await setQuota(database, a.accountId, kind, 'general');
    const made = await a.call('PUT', '/v1/cg', { workspace_id, group_name: 'Ten' });
    const group = { customer_group_id: made.body.customer_group_id };
    assert.equal((await check(10, group, 20_000)).status, 200);
    const approved = async (name: string, more = {}) => {
      const campaign = await a.call('PUT', '/v1/campaign', {
        ...ids,
        ...group,
        campaign_name: name,
        brief: { objective: 'Save', product: 'Saver', call_to_action: 'Open it' },
        channels: [{ channel: 'email' }, { channel: 'sms' }],
        segment_by: [{ field_name: 'tier' }],
        ...more,
      });
      const place = { workspace_id, campaign_id: campaign.body.campaign_id };
      assert.equal((await a.call('POST', '/v1/campaign/generate', place)).status, 200);
      await until(async () => (await a.call('POST', '/v1/campaign', place)).body.status === 'Ready for review');
      await a.call('PATCH', '/v1/campaign/messages', { ...place, all: true, review_status: 'Approved' });
      assert.equal((await a.call('POST', '/v1/campaign/approve', place)).status, 200);
      return place;
    };
    const publish = (place: object) => a.call('POST', '/v1/messages/publish', place);
    const exported = async (place: object) => {
      const { body, status, text } = await publish(place);
      assert.equal(status, 200, text);
      return until(async () => {
        const job = (await a.call('POST', '/v1/job', { job_id: body.job_id })).body;
        return ['completed', 'failed'].includes(job.status) && job;
      });
    };
    const before = (await used('exported_rows')) ?? 0;
    const place = await approved('Two channels');
    await setQuota(database, a.accountId, 'exported_rows', before + 19);
    const refused = await publish(place);
    assert.deepEqual([refused.status, refused.body.code], [400, 'quota_exceeded']);
    const { kind, wanted, quota } = refused.body.details[0];
    assert.deepEqual([kind, wanted, quota], ['exported_rows', 20, before + 19]);
    assert.equal((await a.call('POST', '/v1/campaign', place)).body.status, 'Ready to publish');
    // Who is suppressed gets no row.
    const found = await a.call('POST', '/v1/customer', { workspace_id, ...group, page: 1, page_size: 1 });
    const suppression = { workspace_id, customer_ids: [found.body[0].customer_id] };
    assert.equal((await a.call('PUT', '/v1/suppression', suppression)).status, 200);
    await setQuota(database, a.accountId, 'exported_rows', before + 17);
    assert.equal((await publish(place)).body.details[0].wanted, 18);
    assert.equal((await a.call('DELETE', '/v1/suppression', suppression)).status, 200);

    // Somebody joins the group after its segments were counted.
    await setQuota(database, a.accountId, 'exported_rows', before + 20);
    assert.equal((await check(1, group, 30_000)).status, 200);
    assert.deepEqual((await exported(place)).error?.code, 'quota_exceeded');
    assert.equal(await used('exported_rows'), before);
    assert.equal((await a.call('POST', '/v1/messages/manifest', place)).body.code, 'no_files_yet');
    await until(async () => (await objects.list(`published/${a.accountId}/${place.campaign_id}`)).length === 0);
    await setQuota(database, a.accountId, 'exported_rows', before + 22);
    assert.equal((await exported(place)).status, 'completed');
    assert.equal(await used('exported_rows'), before + 22);

    // Of twenty-two rows the rules leave ten, which fit.
    const some = await approved('Some', { eligible_when: [{ field_name: 'tier', op: 'is', value: 'a' }] });
    await setQuota(database, a.accountId, 'exported_rows', before + 32);
    assert.equal((await exported(some)).status, 'completed');
    assert.equal(await used('exported_rows'), before + 32);
    await setQuota(database, a.accountId, 'exported_rows', 'general');
  });

  test('each quota that the operator sets is one event, in the transaction that sets it', async () => {
    const { services } = server.app;
    const { database } = services;
    const told = async () => {
      const { body } = await server.b.call('POST', '/v1/audit', { action: 'account.quota_set' });
      return body.map(({ client, actor_user_id, object_ids }: Record<string, unknown>) => [
        client,
        actor_user_id,
        object_ids,
      ]);
    };
    for (const wish of [5, null, 'general', 'general'] as const)
      await setQuota(database, server.b.accountId, 'exports', wish);
    const events = [
      ['operator', null, { kind: 'exports', per_month: 'general' }],
      ['operator', null, { kind: 'exports', per_month: 'none' }],
      ['operator', null, { kind: 'exports', per_month: 5 }],
    ];
    assert.deepEqual(await told(), events);
    const seal = () => {
      throw new Error('no seal');
    };
    const broken: typeof database = {
      ...database,
      acrossAccounts: (work) => database.acrossAccounts((tx) => work({ ...tx, seal })),
    };
    await assert.rejects(setQuota(broken, server.b.accountId, 'exports', 7), /no seal/);
    const { body } = await server.b.call('POST', '/v1/usage', {});
    assert.notEqual(body.usage.find((one: { kind: string }) => one.kind === 'exports').quota, 7);
    assert.deepEqual(await told(), events);
    await linkEvents(services, server.b.accountId);
    const report = await verifyAccount(services, server.b.accountId, []);
    assert.deepEqual([report.intact, report.problems], [true, []]);
    // The operator's role adds events, and can neither read nor alter them.
    for (const statement of [
      'select 1 from audit_events',
      "update audit_events set action = 'x'",
      'delete from audit_events',
    ])
      await assert.rejects(
        database.acrossAccounts((tx) => tx.run(statement)),
        { code: '42501' },
      );
  });

  test('is the own account’s, of any month, and only for who may see it', async () => {
    const other = await server.b.call('POST', '/v1/usage', {});
    assert.ok(other.body.usage.every((one: { used: number }) => one.used === 0));
    const earlier = await a.call('POST', '/v1/usage', { month: '2026-01' });
    assert.equal(earlier.body.resets_at, '2026-02-01T00:00:00.000Z');
    assert.ok(earlier.body.usage.every((one: { used: number }) => one.used === 0));
    assert.equal((await a.call('POST', '/v1/usage', { month: '2026-13' })).status, 400);
    await assert.rejects(setQuota(server.app.services.database, '0197a3f0-1c5e-7b52-9d1a-6f0c3e8b2a41', 'imports', 1), {
      code: 'not_found',
    });
  });
});
