import assert from 'node:assert/strict';
import { type Tenant, until } from '../harness.ts';

/** Customers of a workspace with attributes to make segments by, put there through the API. */
export async function makeCustomers(
  tenant: Tenant,
  customers: readonly Record<string, unknown>[],
  group_name = 'Everybody',
): Promise<{ workspace_id: string; customer_group_id: string }> {
  const { workspaceId: workspace_id } = tenant;
  const call = async (method: string, path: string, body: Record<string, unknown>) => {
    const answer = await tenant.call(method, path, { workspace_id, ...body });
    assert.equal(answer.status, 200, `${method} ${path}: ${answer.text}`);
    return answer.body;
  };
  const open = { is_sensitive: false };
  const known = new Set((await call('POST', '/v1/cpf', {})).map((field: { field_name: string }) => field.field_name));
  const fields = [
    { field_name: 'number', field_type: 'string', is_unique: true, is_required: true },
    { field_name: 'first_name', field_type: 'string' },
    { field_name: 'town', field_type: 'string', ...open },
    { field_name: 'plan', field_type: 'string', ...open },
    { field_name: 'years', field_type: 'number', ...open },
  ];
  for (const field of fields) if (!known.has(field.field_name)) await call('PUT', '/v1/cpf', field);
  const { customer_group_id } = await call('PUT', '/v1/cg', { group_name });
  for (let at = 0; at < customers.length; at += 1_000)
    await call('POST', '/v1/customer/check', {
      customer_group_id,
      customer_data: customers.slice(at, at + 1_000),
      on_error: 'skip',
    });
  return { workspace_id, customer_group_id };
}

/** A campaign whose messages are written and wait for review. */
export async function makeWrittenCampaign(
  tenant: Tenant,
  ids: { workspace_id: string; customer_group_id: string },
  more: Record<string, unknown>,
): Promise<string> {
  const brief = { objective: 'Open a savings account', product: 'Spring Saver', call_to_action: 'Open it in the app' };
  const made = await tenant.call('PUT', '/v1/campaign', {
    ...ids,
    campaign_name: 'Spring',
    brief,
    channels: [{ channel: 'email' }],
    segment_by: [],
    ...more,
  });
  assert.equal(made.status, 200, made.text);
  const { campaign_id } = made.body;
  const campaign = { workspace_id: ids.workspace_id, campaign_id };
  const begun = await tenant.call('POST', '/v1/campaign/generate', campaign);
  assert.equal(begun.status, 200, begun.text);
  await until(async () => (await tenant.call('POST', '/v1/campaign', campaign)).body.status === 'Ready for review');
  return campaign_id;
}
