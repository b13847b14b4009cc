import assert from 'node:assert/strict';
import type { Answer, Tenant } from '../../../test/harness.ts';

/** What tests of customers begin with: a group, and calls that carry workspace and group. */
export type TestWorkspace = {
  ids: { workspace_id: string; customer_group_id: string };
  check(body: Record<string, unknown>): Promise<Answer>;
  /** A raw upload with its parameters in the query. */
  upload(content: string | Uint8Array, type?: string, query?: Record<string, string>): Promise<Answer>;
  field(definition: Record<string, unknown>): Promise<string>;
  members(page?: number, pageSize?: number): Promise<Member[]>;
  profiles(): Promise<Record<string, unknown>[]>;
};

export type Member = { customer_id: string; profile: Record<string, unknown> };

/** Email (unique, required), phone (unique), name (required), city (in clear), age (number), born (Date). */
export const USUAL_FIELDS: readonly Record<string, unknown>[] = [
  {
    field_name: 'email',
    field_type: 'string',
    is_unique: true,
    is_required: true,
    validation_rules: { format: 'email' },
  },
  { field_name: 'phone', field_type: 'string', is_unique: true },
  { field_name: 'name', field_type: 'string', is_required: true },
  { field_name: 'city', field_type: 'string', is_sensitive: false },
  { field_name: 'age', field_type: 'number' },
  { field_name: 'born', field_type: 'Date', field_format: 'dd/MM/yyyy' },
];

export async function newGroup(tenant: Tenant, name: string): Promise<string> {
  const answer = await tenant.call('PUT', '/v1/cg', { workspace_id: tenant.workspaceId, group_name: name });
  assert.equal(answer.status, 200, answer.text);
  return answer.body.customer_group_id;
}

export async function testWorkspace(
  tenant: Tenant,
  fields: readonly Record<string, unknown>[] = USUAL_FIELDS,
): Promise<TestWorkspace> {
  const ids = { workspace_id: tenant.workspaceId, customer_group_id: await newGroup(tenant, 'Everybody') };
  const field = async (definition: Record<string, unknown>) => {
    const answer = await tenant.call('PUT', '/v1/cpf', { workspace_id: tenant.workspaceId, ...definition });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.customer_profile_field_id as string;
  };
  for (const definition of fields) await field(definition);
  const members = async (page = 1, pageSize = 1_000) => {
    const answer = await tenant.call('POST', '/v1/customer', { ...ids, page, page_size: pageSize, decrypt: true });
    assert.equal(answer.status, 200, answer.text);
    return answer.body as Member[];
  };
  return {
    ids,
    field,
    members,
    check: (body) => tenant.call('POST', '/v1/customer/check', { ...ids, ...body }),
    upload: (content, type = 'text/csv', query = {}) =>
      tenant.call('POST', '/v1/customer/check', undefined, {
        raw: content,
        headers: { 'content-type': type },
        query: { ...ids, ...query },
      }),
    profiles: async () => (await members()).map((member) => member.profile),
  };
}

/** The counters of an import, and that they sum up. */
export function countsOf(body: Record<string, unknown>): Record<string, number> {
  const names = ['total_rows', 'created', 'updated', 'unchanged', 'skipped', 'duplicates', 'failed'];
  const counts = Object.fromEntries(names.map((name) => [name, Number(body[name])]));
  const { total_rows: total = 0, ...parts } = counts;
  assert.equal(
    total,
    Object.values(parts).reduce((sum, count) => sum + count, 0),
    'the counters must sum up',
  );
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
