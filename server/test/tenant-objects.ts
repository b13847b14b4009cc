import assert from 'node:assert/strict';
import { endpoints } from '../src/product/endpoints.ts';
import { ownExample } from './example-bodies.ts';
import { type Tenant, until } from './harness.ts';

/**
 * Real objects in a workspace by the key of their id, so that a foreign id is a real one: group, field, customer, import,
 * campaign with a message and its segment, job, and of the account an API key. Every name carries `mark`.
 */
export async function makeTenantObjects(
  tenant: Tenant,
  workspaceId: string,
  mark: string,
): Promise<Record<string, string>> {
  const ids: Record<string, string> = { workspace_id: workspaceId, user_id: tenant.userId };
  const make = async (name: string, body: Record<string, unknown>, ...keys: string[]) => {
    const endpoint = endpoints.find((one) => one.name === name);
    assert.ok(endpoint !== undefined, name);
    const answer = await tenant.call(endpoint.method, endpoint.path, { workspace_id: workspaceId, ...body });
    assert.equal(answer.status, 200, `${name} must make an object: ${answer.text}`);
    const made = Array.isArray(answer.body) ? answer.body[0] : answer.body;
    for (const key of keys) ids[key] = made[key];
  };
  const number = { field_name: 'customer_number', field_type: 'string', display_name: mark, is_unique: true };
  await make('groups.create', { group_name: mark }, 'customer_group_id');
  await make('fields.create', number, 'customer_profile_field_id');
  const { customer_group_id } = ids;
  await make('customers.check', { customer_group_id, customer_data: [{ customer_number: mark }] }, 'import_id');
  await make('customers.list', { customer_group_id }, 'customer_id');
  const campaign = endpoints.find(({ name }) => name === 'campaigns.create');
  assert.ok(campaign !== undefined);
  await make('campaigns.create', { ...ownExample(campaign, ids), campaign_name: mark, segment_by: [] }, 'campaign_id');
  const { campaign_id } = ids;
  await make('campaigns.generate', { campaign_id }, 'job_id');
  const place = { workspace_id: workspaceId, campaign_id };
  await until(async () => (await tenant.call('POST', '/v1/campaign', place)).body.status === 'Ready for review');
  const [message] = (await tenant.call('POST', '/v1/campaign/messages', place)).body;
  ids.message_id = message.message_id;
  ids.segment_id = message.segment.segment_id;
  return ids;
}
