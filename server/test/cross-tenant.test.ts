import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { z } from 'zod';
import { endpoints } from '../src/product/endpoints.ts';
import { ROLE_CODES } from '../src/product/roles/roles.ts';
import { connectAsOwner, databaseDigest } from './database-digest.ts';
import { type AnyEndpoint, ownExample } from './example-bodies.ts';
import { isLongForm } from './form.ts';
import { send, startTestServer, type Tenant, type TestServer, until } from './harness.ts';
import { makeTenantObjects } from './tenant-objects.ts';

// Every call × every place of an id in its body × an id of another tenant, of the sibling workspace, of something deleted,
// and of nothing × every role. Nothing may change, nothing of the others may be told, and the four may not be told apart.

const MARK_OF_B = 'Belongs to the other tenant';
const MARK_OF_SIBLING = 'Belongs to the sibling';
/** The short form takes the strongest role and one of the weaker ones. */
const ROLES = isLongForm ? ROLE_CODES : (['ACCOUNT_ADMIN', 'EDITOR'] as const);

let server: TestServer;
let client: pg.Client;
let own: Record<string, string>;
let others: Record<'foreign' | 'sibling' | 'deleted', Record<string, string>>;
const callers = new Map<string, Tenant['call']>();

before(async () => {
  server = await startTestServer();
  client = await connectAsOwner(server.databaseUrl);
  const { a, b } = server;
  const makeWorkspace = async (workspace_name: string): Promise<string> =>
    (await a.call('PUT', '/v1/workspace', { workspace_name })).body.workspace_id;
  const [siblingId, deletedId] = [await makeWorkspace('Sibling'), await makeWorkspace('Gone')];
  const [deleted, foreign, sibling] = await Promise.all([
    makeTenantObjects(a, a.workspaceId, 'Gone'),
    makeTenantObjects(b, b.workspaceId, MARK_OF_B),
    makeTenantObjects(a, siblingId, MARK_OF_SIBLING),
  ]);
  await erase(a, deleted, deletedId);
  // What was erased is noted in the key store a moment later: nothing is to change by itself from here on.
  await until(async () => (await client.query('select 1 from erasure_notes where not noted')).rowCount === 0);
  own = await makeTenantObjects(a, a.workspaceId, 'Mine');
  const keyOf = async (tenant: Tenant, key_name: string): Promise<string> =>
    (await tenant.call('PUT', '/v1/api-key', { key_name })).body.api_key_id;
  own.api_key_id = await keyOf(a, 'Mine');
  // Users and keys are the account's: a sibling workspace has none of its own. Imports and jobs stay in the record.
  const { user_id: _user, ...ofSibling } = sibling;
  const { user_id: _other, import_id: _import, job_id: _job, ...ofDeleted } = deleted;
  others = {
    foreign: { ...foreign, api_key_id: await keyOf(b, MARK_OF_B) },
    sibling: ofSibling,
    deleted: { ...ofDeleted, workspace_id: deletedId },
  };
  for (const role of ROLES) {
    const credentials = { email: `${role.toLowerCase()}@example.test`, password: randomUUID() };
    const workspaces =
      role === 'ACCOUNT_ADMIN' ? {} : { workspaces: [{ workspace_id: a.workspaceId, role_code: role }] };
    const made = await a.call('PUT', '/v1/user', { ...credentials, role_code: role, ...workspaces });
    assert.equal(made.status, 200, made.text);
    const { body } = await send(server.url, 'POST', '/v1/auth', credentials, {
      token: null,
      headers: { 'x-api-key': a.apiKey },
    });
    callers.set(role, (method, path, sent) => send(server.url, method, path, sent, { token: body.access_token }));
  }
});
after(() => client.end());

/** Deletes what can be, as its owner would: objects of a workspace, and another workspace that is empty. */
async function erase({ call, workspaceId: workspace_id }: Tenant, ids: Record<string, string>, emptyId: string) {
  const { campaign_id, customer_id, customer_group_id, customer_profile_field_id } = ids;
  for (const [path, body] of [
    ['/v1/campaign', { workspace_id, campaign_id }],
    ['/v1/customer', { workspace_id, customer_ids: [customer_id] }],
    ['/v1/cg', { workspace_id, customer_group_id }],
    ['/v1/cpf', { workspace_id, customer_profile_field_id }],
    ['/v1/workspace', { workspace_id: emptyId }],
  ] as const) {
    const answer = await call('DELETE', path, body);
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    const { job_id } = answer.body;
    if (job_id) await until(async () => (await call('POST', '/v1/job', { job_id })).body.status === 'completed');
  }
}

type Place = { name: string; put(id: string): { body: Record<string, unknown>; inQuery?: true } };
/** What must stand beside an id inside of an object for the call to be a good one. */
const BESIDE: Record<string, Record<string, unknown>> = { workspaces: { role_code: 'VIEWER' } };
const isIdName = (name: string) => /_ids?$/.test(name);

/** Every place of an id in the call's body, found in its schema; for uploads also the one in the query string. */
function idPlaces(endpoint: AnyEndpoint): Place[] {
  if (endpoint.method === 'GET') return [];
  const example = ownExample(endpoint, own);
  return Object.entries(endpoint.body.shape).flatMap(([name, type]): Place[] => {
    if (isIdName(name)) {
      const isList = name.endsWith('_ids') || Array.isArray(example[name]);
      const put = (id: string) => ({ body: { ...example, [name]: isList ? [id] : id } });
      if (endpoint.intake !== 'upload') return [{ name, put }];
      const { customer_data: _rows, ...rest } = example;
      return [
        { name, put },
        { name, put: (id) => ({ body: { ...rest, [name]: id }, inQuery: true }) },
      ];
    }
    const { items } = arrayOf(z.toJSONSchema(type as z.ZodType, { io: 'input', unrepresentable: 'any' }));
    return Object.keys(items?.properties ?? {})
      .filter(isIdName)
      .map((inner) => ({
        name: inner,
        put: (id) => ({ body: { ...example, [name]: [{ ...BESIDE[name], [inner]: id }] } }),
      }));
  });
}

type Items = { items?: { properties?: Record<string, unknown> } };
/** The schema of a list, also of one that may be null. */
function arrayOf(schema: unknown): Items {
  const { anyOf = [], ...rest } = schema as Items & { anyOf?: Items[] };
  return [rest, ...anyOf].find((one) => one.items !== undefined) ?? {};
}

/** Sends the call with this id in this place; what is told must not depend on the id, nor on the request's own. */
async function told(call: Tenant['call'], endpoint: AnyEndpoint & { path: string }, place: Place, id: string) {
  const { body, inQuery } = place.put(id);
  const answer = await (inQuery
    ? call(endpoint.method, endpoint.path, undefined, {
        raw: 'customer_number\n1\n',
        query: body as Record<string, string>,
        headers: { 'content-type': 'text/csv' },
      })
    : call(endpoint.method, endpoint.path, body));
  const requestId = answer.headers.get('x-request-id') ?? '';
  return `${answer.status} ${answer.text.replaceAll(requestId, '<request>').replaceAll(id, '<id>')}`;
}

describe('a wrong id in any place of any call', () => {
  test('changes nothing, tells nothing, and is answered like an id that never was', async (t) => {
    const before = await databaseDigest(client);
    let calls = 0;
    for (const endpoint of endpoints)
      for (const place of idPlaces(endpoint))
        for (const [role, call] of callers) {
          const key = place.name.replace(/_ids$/, '_id');
          const wrong = {
            foreign: others.foreign[key],
            // An account's administrator may name any of its workspaces.
            sibling: key === 'workspace_id' ? undefined : others.sibling[key],
            deleted: others.deleted[key],
            random: randomUUID(),
          };
          const answers = new Map<string, string>();
          for (const [kind, id] of Object.entries(wrong)) {
            if (id === undefined) continue;
            const answer = await told(call, endpoint, place, id);
            calls += 1;
            answers.set(kind, answer);
            const what = `${endpoint.name}, ${place.name} ${kind}, as ${role}: ${answer}`;
            assert.ok(
              !answer.startsWith('500') && !answer.includes(MARK_OF_B) && !answer.includes(MARK_OF_SIBLING),
              what,
            );
          }
          const said = `${endpoint.name}, ${place.name}, as ${role}: ${JSON.stringify([...answers])}`;
          assert.equal(new Set(answers.values()).size, 1, said);
        }
    assert.deepEqual(await databaseDigest(client), before, 'something changed');
    // The comparison does see a change.
    await server.b.call('PUT', '/v1/cg', { workspace_id: server.b.workspaceId, group_name: 'New' });
    assert.notDeepEqual(await databaseDigest(client), before);
    t.diagnostic(`${calls} calls`);
  });
});

describe('a sibling workspace', () => {
  test('is closed to who has a role in another one only', async () => {
    const siblingId = others.sibling.workspace_id;
    for (const [role, call] of callers) {
      if (role === 'ACCOUNT_ADMIN') continue;
      for (const endpoint of endpoints.filter(({ access }) => access.kind === 'workspace')) {
        const body = { ...ownExample(endpoint, others.sibling), workspace_id: siblingId };
        const answer = await call(endpoint.method, endpoint.path, body);
        assert.deepEqual(
          [answer.status, answer.body?.code],
          [403, 'workspace_forbidden'],
          `${endpoint.name} as ${role}`,
        );
      }
    }
  });
});
