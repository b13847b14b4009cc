import assert from 'node:assert/strict';
import { type Answer, type Tenant, until } from '../../../test/harness.ts';
import { newGroup } from '../customers/test-workspace.ts';

// Tests take answers as they come and state what they expect of them.
type Body = Answer['body'];

/** What tests of campaigns begin with: fields, a group of customers, and calls that carry the workspace. */
export type TestCampaigns = {
  groupId: string;
  ok(method: string, path: string, body?: Record<string, unknown>): Promise<Body>;
  refused(method: string, path: string, body: Record<string, unknown>, code: string): Promise<Body>;
  /** A Draft on the group, one SMS a plan unless said otherwise. */
  draft(name: string, more?: Record<string, unknown>): Promise<string>;
  /** Waits for the job's end. */
  ended(jobId: string): Promise<Body>;
  /** Has the campaign written, and waits. */
  written(campaignId: string): Promise<void>;
  campaign(campaignId: string): Promise<Body>;
  messages(campaignId: string, filters?: Record<string, unknown>): Promise<Body[]>;
  decide(campaignId: string, change: Record<string, unknown>): Promise<Body>;
  add(customers: readonly Record<string, unknown>[], groupId?: string): Promise<void>;
};

const FIELDS = [
  { field_name: 'customer_number', field_type: 'string', is_unique: true, is_required: true },
  { field_name: 'first_name', field_type: 'string' },
  { field_name: 'consent', field_type: 'boolean' },
  { field_name: 'plan', field_type: 'string', is_sensitive: false },
  { field_name: 'tenure', field_type: 'number', is_sensitive: false },
  { field_name: 'joined', field_type: 'Date', field_format: 'dd/MM/yyyy', is_sensitive: false },
];

/** Six customers: four on Plus (two of them consenting), one on Basic, one on none. */
export const SIX_CUSTOMERS = [
  { customer_number: '1', first_name: 'Ada', consent: true, plan: 'Plus', tenure: 1, joined: '01/02/2020' },
  { customer_number: '2', first_name: 'Bob', consent: false, plan: 'Plus', tenure: 5 },
  { customer_number: '3', consent: true, plan: 'Plus', tenure: 9 },
  { customer_number: '4', first_name: 'Dan', plan: 'Plus' },
  { customer_number: '5', first_name: 'Eve', consent: true, plan: 'Basic', tenure: 2 },
  { customer_number: '6', first_name: 'Fay', consent: true },
];

export const BRIEF = { objective: 'Open a savings account', product: 'Spring Saver', call_to_action: 'Open it today' };

/** `tenant` is asked at every call, as a restarted server signs its tenants in anew. */
export async function testCampaigns(tenant: () => Tenant): Promise<TestCampaigns> {
  const call = (method: string, path: string, body: Record<string, unknown>) =>
    tenant().call(method, path, { workspace_id: tenant().workspaceId, ...body });
  const ok = async (method: string, path: string, body: Record<string, unknown> = {}) => {
    const answer = await call(method, path, body);
    assert.equal(answer.status, 200, `${method} ${path}: ${answer.text}`);
    return answer.body;
  };
  for (const field of FIELDS) await ok('PUT', '/v1/cpf', field);
  const groupId = await newGroup(tenant(), 'Six');
  const ended = (jobId: string) =>
    until(async () => {
      const job = await ok('POST', '/v1/job', { job_id: jobId });
      return job.status === 'queued' || job.status === 'running' ? false : job;
    });
  const made: TestCampaigns = {
    groupId,
    ok,
    ended,
    refused: async (method, path, body, code) => {
      const answer = await call(method, path, body);
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.body.code, code, answer.text);
      return answer.body;
    },
    draft: async (name, more = {}) =>
      (
        await ok('PUT', '/v1/campaign', {
          campaign_name: name,
          customer_group_id: groupId,
          brief: BRIEF,
          channels: [{ channel: 'sms' }],
          segment_by: [{ field_name: 'plan' }],
          ...more,
        })
      ).campaign_id,
    written: async (campaignId) => {
      const { job_id } = await ok('POST', '/v1/campaign/generate', { campaign_id: campaignId });
      const job = await ended(job_id);
      assert.equal(job.status, 'completed', JSON.stringify(job));
    },
    campaign: (campaignId) => ok('POST', '/v1/campaign', { campaign_id: campaignId }),
    messages: (campaignId, filters = {}) =>
      ok('POST', '/v1/campaign/messages', { campaign_id: campaignId, ...filters }),
    decide: (campaignId, change) => ok('PATCH', '/v1/campaign/messages', { campaign_id: campaignId, ...change }),
    add: async (customers, into = groupId) => {
      await ok('POST', '/v1/customer/check', { customer_group_id: into, customer_data: customers });
    },
  };
  await made.add(SIX_CUSTOMERS);
  return made;
}
