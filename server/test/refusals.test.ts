import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { STATUS_LABELS } from '../src/platform/errors/failure.ts';
import { endpoints } from '../src/product/endpoints.ts';
import { exampleProblems, ownExample } from './example-bodies.ts';
import { type Answer, startTestServer, type Tenant, type TestServer } from './harness.ts';
import { type RefusalCase, refusalCases } from './refusal-cases.ts';
import { sameAnswerCases } from './same-answer-cases.ts';

const LEAKS = /\bat .+\.ts:\d+|node:internal|\bselect .+ from\b|\binsert into\b|\bpg_|postgres/i;
const MARK_OF_A = 'Of A';
const MARK_OF_B = 'Only B may read this';

let server: TestServer;
let idsOfA: Record<string, string>;
let idsOfB: Record<string, string>;

/**
 * Real objects of a tenant by the key of their id, so that a foreign id is a real one. A call that the table does not
 * have is left out; one that it has must work.
 */
async function makeObjects(tenant: Tenant, mark: string): Promise<Record<string, string>> {
  const { workspaceId: workspace_id } = tenant;
  const ids: Record<string, string> = { workspace_id };
  const make = async (name: string, body: Record<string, unknown>, ...keys: string[]) => {
    const endpoint = endpoints.find((one) => one.name === name);
    if (endpoint === undefined) return;
    const answer = await tenant.call(endpoint.method, endpoint.path, body);
    assert.equal(answer.status, 200, `${name} must make an object to be refused to others: ${answer.text}`);
    const made = Array.isArray(answer.body) ? answer.body[0] : answer.body;
    for (const key of keys) ids[key] = made[key];
  };
  const number = { field_name: 'customer_number', field_type: 'string', display_name: mark, is_unique: true };
  await make('groups.create', { workspace_id, group_name: mark }, 'customer_group_id');
  await make('fields.create', { workspace_id, ...number }, 'customer_profile_field_id');
  const { customer_group_id } = ids;
  const customer_data = [{ customer_number: mark }];
  await make('customers.check', { workspace_id, customer_group_id, customer_data }, 'import_id');
  await make('customers.list', { workspace_id, customer_group_id }, 'customer_id');
  await make('api_keys.create', { key_name: mark }, 'api_key_id');
  const campaign = endpoints.find(({ name }) => name === 'campaigns.create');
  if (campaign !== undefined) {
    // The field is an identifier, which no segment may be made by: the campaign's own words do without.
    await make(
      'campaigns.create',
      { ...ownExample(campaign, ids), campaign_name: mark, segment_by: [] },
      'campaign_id',
    );
  }
  return ids;
}

/** A's ids that a call may stand on while another id is wrong; what a call could end or erase is not among them. */
function standingIds(): Record<string, string> {
  const { workspace_id, customer_group_id, customer_profile_field_id, campaign_id } = idsOfA;
  const ids = { workspace_id, customer_group_id, customer_profile_field_id, campaign_id };
  return Object.fromEntries(Object.entries(ids).flatMap(([key, id]) => (id === undefined ? [] : [[key, id]])));
}

before(async () => {
  server = await startTestServer();
  idsOfA = await makeObjects(server.a, MARK_OF_A);
  idsOfB = { ...(await makeObjects(server.b, MARK_OF_B)), user_id: server.b.userId };
});

async function ask(endpoint: (typeof endpoints)[number], refusal: RefusalCase): Promise<Answer> {
  const { a } = server;
  const byKey = endpoint.access.kind === 'api_key';
  const keys = { good: { 'x-api-key': a.apiKey }, none: {}, wrong: { 'x-api-key': 'x'.repeat(43) } };
  // A token whose signature was made for other words.
  const wrongToken = `${a.token.slice(0, a.token.lastIndexOf('.'))}.${server.b.token.slice(server.b.token.lastIndexOf('.') + 1)}`;
  const tokens = { good: a.token, none: null, wrong: wrongToken };
  const { body, raw, headers, query } = refusal.request;
  return a.call(endpoint.method, endpoint.path, body, {
    token: byKey ? null : tokens[refusal.credentials],
    headers: { ...(byKey ? keys[refusal.credentials] : {}), ...headers },
    ...(raw === undefined ? {} : { raw }),
    ...(query === undefined ? {} : { query }),
  });
}

/** Holds for every refusal there is. */
function checkRefusal(answer: Answer, what: string): void {
  const label = STATUS_LABELS[answer.status as keyof typeof STATUS_LABELS];
  assert.equal(answer.body?.error, label, `${what}: the label of ${answer.status} in ${answer.text}`);
  assert.match(answer.body.code, /^[a-z][a-z0-9_]*$/, what);
  assert.match(answer.body.message, /\S/, what);
  assert.equal(answer.body.request_id, answer.headers.get('x-request-id'), `${what}: the request id`);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/, what);
  assert.doesNotMatch(answer.text, LEAKS, `${what}: the answer tells of the inside`);
  assert.ok(!answer.text.includes(MARK_OF_B), `${what}: the answer carries another tenant's data`);
}

describe('refusals, for every endpoint', () => {
  for (const endpoint of endpoints) {
    test(`${endpoint.name} (${endpoint.method} ${endpoint.path})`, async () => {
      assert.deepEqual(exampleProblems(endpoint), [], 'Mend the example in the endpoint table.');
      const example = ownExample(endpoint, standingIds());
      for (const refusal of refusalCases(endpoint, example, server.b.workspaceId)) {
        const what = `${endpoint.name}, ${refusal.name}`;
        const answer = await ask(endpoint, refusal);
        const { statuses, code, fields, detailsOf } = refusal.expected;
        assert.ok(statuses.includes(answer.status), `${what}: ${answer.status}, not ${statuses} (${answer.text})`);
        checkRefusal(answer, what);
        if (code !== undefined) assert.equal(answer.body.code, code, what);
        if (fields !== undefined) assert.deepEqual(answer.body.fields, fields, what);
        if (detailsOf !== undefined) {
          const named = (answer.body.details ?? []).map((detail: { field: string }) => detail.field.split('.')[0]);
          assert.ok(named.includes(detailsOf), `${what}: details name ${detailsOf}, not ${named}`);
        }
      }
      for (const same of sameAnswerCases(endpoint, example, idsOfB)) {
        const what = `${endpoint.name}, ${same.name}`;
        const texts = new Set<string>();
        for (const { sent, body } of same.bodies) {
          const answer = await server.a.call(endpoint.method, endpoint.path, body);
          if (answer.status !== 200) checkRefusal(answer, what);
          assert.ok(!answer.text.includes(MARK_OF_B), `${what}: the answer carries another tenant's data`);
          assert.notEqual(answer.status, 500, `${what}: ${answer.text}`);
          if (same.expected !== null)
            assert.deepEqual(
              { status: answer.status, code: answer.body.code },
              same.expected,
              `${what}: ${answer.text}`,
            );
          const requestId = answer.headers.get('x-request-id') ?? '';
          texts.add(`${answer.status} ${answer.text.replaceAll(requestId, '<request>').replaceAll(sent, '<id>')}`);
        }
        assert.equal(texts.size, 1, `${what}: the answers differ:\n${[...texts].join('\n')}`);
      }
    });
  }
});

test('an unknown path is 404, a wrong method 405 with the right ones', async () => {
  const unknown = await server.a.call('POST', '/v1/no-such-call', {});
  assert.equal(unknown.status, 404);
  checkRefusal(unknown, 'an unknown path');
  const path = '/v1/cg';
  const wrong = await server.a.call('OPTIONS', path);
  assert.equal(wrong.status, 405);
  checkRefusal(wrong, 'a wrong method');
  const methods = endpoints.filter((endpoint) => endpoint.path === path).map(({ method }) => method);
  assert.deepEqual((wrong.headers.get('allow') ?? '').split(', ').sort(), methods.sort());
});
