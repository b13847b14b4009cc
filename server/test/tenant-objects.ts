import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { endpoints } from '../src/product/endpoints.ts';
import { ownExample } from './example-bodies.ts';
import { type Tenant, until } from './harness.ts';

type Ids = Record<string, string>;

/** Makes an object by the call of this name and returns what was answered, of a list the first. */
async function make({ call }: Tenant, name: string, body: Record<string, unknown>) {
  const endpoint = endpoints.find((one) => one.name === name);
  assert.ok(endpoint !== undefined, name);
  const answer = await call(endpoint.method, endpoint.path, body);
  assert.equal(answer.status, 200, `${name} must make an object: ${answer.text}`);
  return Array.isArray(answer.body) ? answer.body[0] : answer.body;
}

/** The id of a Draft on the group that is among `ids`. */
export async function makeDraft(tenant: Tenant, ids: Readonly<Ids>, campaign_name: string): Promise<string> {
  const endpoint = endpoints.find(({ name }) => name === 'campaigns.create');
  assert.ok(endpoint !== undefined);
  const body = { ...ownExample(endpoint, ids), campaign_name, segment_by: [] };
  return (await make(tenant, 'campaigns.create', body)).campaign_id;
}

/** Has a Draft written, and waits. Returns the job's id. */
export async function write(tenant: Tenant, workspace_id: string, campaign_id: string): Promise<string> {
  const place = { workspace_id, campaign_id };
  const { job_id } = await make(tenant, 'campaigns.generate', place);
  await until(async () => (await make(tenant, 'campaigns.get', place)).status === 'Ready for review');
  return job_id;
}

/**
 * Real objects in a workspace by the key of their id, so that a foreign id is a real one: group, field, customer, import,
 * suppression, campaign with a message, its segment and a decision on it, and job. Every name carries `mark`.
 */
export async function makeTenantObjects(tenant: Tenant, workspace_id: string, mark: string): Promise<Ids> {
  const ids: Ids = { workspace_id, user_id: tenant.userId };
  const made = async (name: string, body: Record<string, unknown>, ...keys: string[]) => {
    const object = await make(tenant, name, { workspace_id, ...body });
    for (const key of keys) {
      assert.equal(typeof object[key], 'string', `${name} gives ${key}`);
      ids[key] = object[key];
    }
    return object;
  };
  const number = { field_name: 'customer_number', field_type: 'string', display_name: mark, is_unique: true };
  await made('groups.create', { group_name: mark }, 'customer_group_id');
  await made('fields.create', number, 'customer_profile_field_id');
  const { customer_group_id } = ids;
  await made('customers.check', { customer_group_id, customer_data: [{ customer_number: mark }] }, 'import_id');
  await made('customers.list', { customer_group_id }, 'customer_id');
  // Somebody who is no customer, so that the customer keeps getting messages.
  await made('suppressions.add', { identifiers: [{ customer_number: `${mark} too` }], reason: mark });
  await made('suppressions.list', {}, 'suppression_id');
  const campaign_id = await makeDraft(tenant, ids, mark);
  Object.assign(ids, { campaign_id, job_id: await write(tenant, workspace_id, campaign_id) });
  const { segment } = await made('messages.list', { campaign_id }, 'message_id');
  ids.segment_id = segment.segment_id;
  const decision = { campaign_id, message_ids: [ids.message_id], review_status: 'Approved', note: mark };
  await made('messages.change', decision, 'decision_id');
  return ids;
}

/**
 * Real objects of an account beside those of its workspaces: a user who works in one of them and is signed in, an API key, a
 * role, and the newest event of the audit log.
 */
export async function makeAccountObjects(tenant: Tenant, mark: string): Promise<Ids> {
  const email = `${mark.toLowerCase().replaceAll(' ', '-')}@example.test`;
  const password = randomUUID();
  const workspaces = [{ workspace_id: tenant.workspaceId, role_code: 'VIEWER' }];
  const user = { email, password, display_name: mark, role_code: 'VIEWER', workspaces };
  const { user_id } = await make(tenant, 'users.create', user);
  const headers = { 'x-api-key': tenant.apiKey };
  const signedIn = await tenant.call('POST', '/v1/auth', { email, password }, { token: null, headers });
  assert.equal(signedIn.status, 200, signedIn.text);
  const { session_id } = await make(tenant, 'sessions.list', { user_id });
  const { api_key_id } = await make(tenant, 'api_keys.create', { key_name: mark });
  const { role_code } = await make(tenant, 'roles.create', { role_name: mark, permissions: ['campaigns.read'] });
  const { event_id } = await make(tenant, 'audit.list', { page_size: 1 });
  return { account_id: tenant.accountId, user_id, session_id, api_key_id, role_code, event_id };
}

/** Approves and publishes what was written, and waits for its files. */
export async function publish(tenant: Tenant, workspace_id: string, campaign_id: string): Promise<void> {
  const place = { workspace_id, campaign_id };
  await make(tenant, 'messages.change', { ...place, all: true, review_status: 'Approved' });
  await make(tenant, 'campaigns.approve', place);
  const { job_id } = await make(tenant, 'publishing.publish', place);
  await until(async () => (await make(tenant, 'jobs.get', { job_id })).status === 'completed');
}

/** Deletes what can be of these objects, each by its own call, and sees that the call did so. */
export async function eraseObjects(tenant: Tenant, ids: Readonly<Ids>): Promise<void> {
  const { workspace_id, user_id, role_code, api_key_id } = ids;
  const erase = async (name: string, body: Record<string, unknown>) => {
    const { job_id } = await make(tenant, name, body);
    if (job_id) await until(async () => (await make(tenant, 'jobs.get', { job_id })).status === 'completed');
  };
  await erase('suppressions.remove', { workspace_id, suppression_ids: [ids.suppression_id] });
  await erase('campaigns.delete', { workspace_id, campaign_id: ids.campaign_id });
  await erase('customers.delete', { workspace_id, customer_ids: [ids.customer_id] });
  await erase('groups.delete', { workspace_id, customer_group_id: ids.customer_group_id });
  await erase('fields.delete', { workspace_id, customer_profile_field_id: ids.customer_profile_field_id });
  await erase('users.delete', { user_id });
  await erase('roles.delete', { role_code });
  await erase('api_keys.revoke', { api_key_id });
}
