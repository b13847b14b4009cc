import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endpoints } from '../src/product/endpoints.ts';
import { isLongForm } from './form.ts';
import { fuzzer, NASTY_TEXTS, randomFrom } from './fuzz-inputs.ts';
import { quietServer } from './quiet-server.ts';
import { makeTenantObjects } from './tenant-objects.ts';

/*
 * Filters, sort keys and names of fields, by one caller after another: nothing is taken, nothing is in the way and nothing
 * is to be tried again, so that of all statements none may fail, for whatever reason.
 */
const SEED = 20_261_130;
const INPUTS = isLongForm ? 30_000 : 1_500;

/** Names that mean something to SQL, to Postgres or to scripts, and texts that are not names. */
const NAMES = [
  ...['select', 'order', 'user', 'table', 'null', 'true', 'current_user', 'ctid', 'account_id', 'customer_id'],
  ...['clear_values', 'c', 'm', 'k0', 'size', 'position', 'count', 'jsonb', 'row', 'all', 'limit', 'desc'],
  ...[
    'constructor',
    'toString',
    'hasOwnProperty',
    '__proto__',
    'a$b',
    'a.b',
    'a b',
    'ä',
    'x; drop table customers',
    '"',
  ],
  ...NASTY_TEXTS,
];

test('no filter, sort key or paging of a call that reads makes a statement fail', async (t) => {
  const { server, newErrors } = await quietServer();
  const { a } = server;
  const ids = await makeTenantObjects(a, a.workspaceId, 'Filtered');
  const tier = { field_name: 'tier', field_type: 'enum', options: ['a', 'b'], is_sensitive: false };
  await a.call('PUT', '/v1/cpf', { workspace_id: a.workspaceId, ...tier });
  const random = randomFrom(SEED);
  const reading = endpoints
    .filter(({ changes, access }) => !changes && (access.kind === 'workspace' || access.kind === 'account'))
    .map((endpoint) => ({ endpoint, next: fuzzer(endpoint, ids, random) }));
  assert.ok(reading.length > 25);
  const statuses = new Map<number, number>();
  for (let sent = 0; sent < INPUTS; sent += 1) {
    const { endpoint, next } = reading[sent % reading.length] as (typeof reading)[number];
    const { body, ...options } = next();
    const { status, text } = await a.call(endpoint.method, endpoint.path, body, options);
    assert.notEqual(status, 500, `${endpoint.name} ${JSON.stringify(body)}: ${text}`);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  assert.deepEqual(await newErrors(), []);
  assert.ok((statuses.get(200) ?? 0) > INPUTS / 10, JSON.stringify([...statuses]));
  t.diagnostic(`${INPUTS} inputs: ${[...statuses].flat().join(' ')}`);
  await server.stop();
});

test('no name of a field, wherever it is said, makes a statement fail', async () => {
  const { server, newErrors } = await quietServer();
  const { a } = server;
  const { customer_group_id, campaign_id, message_id } = await makeTenantObjects(a, a.workspaceId, 'Named');
  const answers = new Map<string, number>();
  const say = async (method: string, path: string, body: Record<string, unknown>) => {
    const answer = await a.call(method, path, { workspace_id: a.workspaceId, ...body });
    assert.notEqual(answer.status, 500, `${method} ${path} ${JSON.stringify(body).slice(0, 500)}: ${answer.text}`);
    const key = `${method} ${path} ${answer.status}`;
    answers.set(key, (answers.get(key) ?? 0) + 1);
    return answer;
  };
  const draft = {
    customer_group_id,
    brief: { objective: 'Open an account', product: 'Spring Saver', call_to_action: 'Open it today' },
    channels: [{ channel: 'sms' }],
  };
  for (const [index, name] of [...new Set(NAMES)].entries()) {
    const field_type = ['string', 'number', 'Date'][index % 3];
    await say('PUT', '/v1/cpf', { field_name: name, field_type, is_sensitive: false, is_unique: index % 5 === 4 });
    const segment_by = [{ field_name: name, ...(field_type === 'number' && { bands: [1, 1e300] }) }];
    for (const shape of [
      { segment_by },
      { segment_by: [], eligible_when: [{ field_name: name, op: 'is', value: name }] },
      { segment_by: [], export_fields: [name] },
    ]) {
      const made = await say('PUT', '/v1/campaign', { ...draft, campaign_name: `${index}`, ...shape });
      if (made.status !== 200) continue;
      await say('DELETE', '/v1/campaign', { campaign_id: made.body.campaign_id });
    }
    await say('POST', '/v1/campaign/segments', { customer_group_id, segment_by });
    const person = { customer_number: `n${index}`, [name]: '7' };
    await say('POST', '/v1/customer/check', { customer_group_id, customer_data: [person] });
    const header = `customer_number,"${name.replaceAll('"', '""')}"`;
    await say('POST', '/v1/customer/check', { customer_group_id, data_file: `${header}\nh${index},7` });
    const field_map = { [name]: 'customer_number', x: name };
    await say('POST', '/v1/customer/check', { customer_group_id, field_map, data_file: `x\nm${index}` });
    await say('POST', '/v1/customer/find', { identifiers: [{ [name]: name }] });
    await say('PUT', '/v1/suppression', { identifiers: [{ [name]: name }] });
    await say('PATCH', '/v1/campaign/messages', { campaign_id, message_ids: [message_id], message: `{{${name}}}` });
    await say('POST', '/v1/campaign/messages/lint', { campaign_id });
    await say('POST', '/v1/campaign/messages/preview', { campaign_id, message_id });
  }
  assert.deepEqual(await newErrors(), []);
  // Some of each kind got through, so that they reached what they were for.
  for (const path of ['PUT /v1/cpf', 'PUT /v1/campaign', 'POST /v1/campaign/segments', 'POST /v1/customer/check'])
    assert.ok((answers.get(`${path} 200`) ?? 0) >= 10, JSON.stringify([...answers]));
  for (const path of ['POST /v1/customer/find', 'PUT /v1/suppression'])
    assert.ok((answers.get(`${path} 200`) ?? 0) >= 2, JSON.stringify([...answers]));
  await server.stop();
});
