import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { createAccount } from '../src/product/accounts/create-account.ts';
import { eraseAccount } from '../src/product/accounts/erase-account.ts';
import { endpoints } from '../src/product/endpoints.ts';
import { ROLE_CODES } from '../src/product/roles/roles.ts';
import { connectAsOwner, databaseDigest, objectDigest, queueDigest } from './database-digest.ts';
import { ownExample } from './example-bodies.ts';
import { isLongForm } from './form.ts';
import { type Answer, startTestServer, type Tenant, type TestServer, until } from './harness.ts';
import { type Beside, type IdPlace, idPlaces } from './id-places.ts';
import { type Caller, callersByOtherWays, callersByRole } from './matrix-callers.ts';
import { eraseObjects, makeAccountObjects, makeDraft, makeTenantObjects, publish, write } from './tenant-objects.ts';

// Every call × every place of an id in its body × an id of another tenant, of the sibling workspace, of something deleted,
// and of nothing × every role, limited key and way of being signed in. Nothing may change, nothing of the others may be told,
// and the four may not be told apart.
// The one call that takes ids elsewhere is the signed link, whose ids its signature covers (signed-link.test.ts).

const MARK_OF_B = 'Belongs to the other tenant';
const MARK_OF_SIBLING = 'Belongs to the sibling';
/** The short form takes the strongest role and one of the weaker ones, and in a workspace the other callers in turn. */
const ROLES = isLongForm ? ROLE_CODES : (['ACCOUNT_ADMIN', 'EDITOR'] as const);
const KINDS = ['foreign', 'sibling', 'deleted'] as const;

/** What there is none of, so that no place can be tried with it. Anything else must be there. */
const CANNOT_BE: Readonly<Record<string, string>> = {
  'sibling account_id': 'A workspace is in one account.',
  'sibling user_id': 'Users belong to the account, whichever workspaces they work in.',
  'sibling session_id': 'So do their sessions.',
  'sibling api_key_id': 'So do keys.',
  'sibling role_code': 'So do roles.',
  'sibling event_id': 'An account has one audit log.',
  'deleted event_id': 'Nothing takes an event out of the audit log.',
  'deleted import_id': 'Imports stay on record, and a workspace with one cannot be deleted.',
};

/** Ids of the caller's own account that may be told from what never was, because the caller is told of them elsewhere. */
const OWN_RECORD: Readonly<Record<string, string>> = {
  'api_keys.change api_key_id deleted': 'A key that was revoked stays in the list of keys.',
  'api_keys.revoke api_key_id deleted': 'A key that was revoked stays in the list of keys.',
  'audit.list object sibling': "The account's administrator searches the log of all its workspaces,",
  'audit.list object deleted': 'and what was done to that which is gone.',
};

/** What a wrong id is refused for. Any other refusal would mean that nobody has looked at the id. */
const FOR_THE_ID = new Set([
  'not_found',
  'workspace_forbidden',
  'unknown_role',
  'unknown_workspace',
  'unknown_key_workspace',
  'console_sign_in_refused',
]);

/** What those are refused for who are not signed in: every caller of the matrix is. */
const NOBODY = new Set(['unauthorised', 'csrf_refused']);

let server: TestServer;
let client: pg.Client;
let own: Record<string, string>;
let others: Record<(typeof KINDS)[number], Record<string, string>>;
let beside: Beside;
let byRole: Caller[];
let byOtherWays: Caller[];

before(async () => {
  server = await startTestServer();
  client = await connectAsOwner(server.databaseUrl);
  const { a, b } = server;
  const makeWorkspace = async (workspace_name: string): Promise<string> =>
    (await a.call('PUT', '/v1/workspace', { workspace_name })).body.workspace_id;
  const [siblingId, goneId] = [await makeWorkspace('Sibling'), await makeWorkspace('Gone')];
  const [gone, foreign, sibling, goneAccountId] = await Promise.all([
    makeTenantObjects(a, a.workspaceId, 'Gone'),
    makeTenantObjects(b, b.workspaceId, MARK_OF_B),
    makeTenantObjects(a, siblingId, MARK_OF_SIBLING),
    makeErasedAccount(),
  ]);
  const { user_id: _user, ...ofSibling } = sibling;
  const { import_id: _import, ...deletable } = gone;
  const { event_id: _event, ...goneOfAccount } = await makeAccountObjects(a, 'Gone');
  await eraseObjects(a, { ...deletable, ...goneOfAccount });
  const deleted = { ...deletable, ...goneOfAccount, account_id: goneAccountId, ...(await deleteWorkspace(a, goneId)) };
  // What was erased is noted in the key store a moment later: nothing is to change by itself from here on.
  await until(async () => (await client.query('select 1 from erasure_notes where not noted')).rowCount === 0);
  own = { ...(await makeTenantObjects(a, a.workspaceId, 'Mine')), ...(await makeAccountObjects(a, 'Mine')) };
  // Some calls look at an id only in a campaign of another state.
  const draftId = await makeDraft(a, own, 'Draft');
  const publishedId = await makeDraft(a, own, 'Published');
  await write(a, a.workspaceId, publishedId);
  await publish(a, a.workspaceId, publishedId);
  beside = besideIds(a, draftId, publishedId);
  // So that lifting a suppression by its customer would show.
  for (const [tenant, { workspace_id, customer_id }] of [
    [b, foreign],
    [a, sibling],
  ] as const) {
    const suppressed = await tenant.call('PUT', '/v1/suppression', { workspace_id, customer_ids: [customer_id] });
    assert.equal(suppressed.body.suppressed, 1, suppressed.text);
  }
  byRole = await callersByRole(server.url, a, ROLES);
  byOtherWays = await callersByOtherWays(server.url, a);
  // Last, so that nothing of the caller's account happens in the moment of the other's newest event.
  others = { foreign: { ...foreign, ...(await makeAccountObjects(b, MARK_OF_B)) }, sibling: ofSibling, deleted };
});
after(() => client.end());

async function makeErasedAccount(): Promise<string> {
  const { services } = server.app;
  const wish = { accountName: 'Erased', workspaceName: 'Main', email: 'erased@example.test' };
  const { accountId } = await createAccount(services, { ...wish, password: null, apiKey: null });
  await eraseAccount(services, accountId);
  return accountId;
}

/** Deletes a workspace with a job in it, which goes with it: a deleted campaign's or group's job stays on record. */
async function deleteWorkspace({ call }: Tenant, workspace_id: string): Promise<Record<string, string>> {
  const field = { workspace_id, field_name: 'gone', field_type: 'string' };
  const { customer_profile_field_id } = (await call('PUT', '/v1/cpf', field)).body;
  const { job_id } = (await call('DELETE', '/v1/cpf', { workspace_id, customer_profile_field_id })).body;
  await until(async () => (await call('POST', '/v1/job', { job_id })).body.status === 'completed');
  const answer = await call('DELETE', '/v1/workspace', { workspace_id });
  assert.equal(answer.status, 200, answer.text);
  return { workspace_id, job_id };
}

/** What the examples lack, or have too much of, for a call to come as far as the id. */
function besideIds({ email, password, workspaceId }: Tenant, draftId: string, publishedId: string): Beside {
  const role = { workspace_id: workspaceId, role_code: 'VIEWER' };
  return {
    'sessions.begin': { email, password },
    'users.create workspaces[]': role,
    'users.change workspaces[]': role,
    'customers.check': { customer_data: [{ customer_number: 'New' }] },
    'customers.update': { customer_data: { customer_number: 'Mine' } },
    'suppressions.remove customer_ids[]': { suppression_ids: undefined },
    'messages.change message_ids[]': { all: undefined },
    'campaigns.change customer_group_id': { campaign_id: draftId },
    'reruns.initiate customer_group_id': { campaign_id: publishedId },
    'audit.list workspace': { actor: undefined },
    'audit.list object': { actor: undefined },
    'audit.list before': { actor: undefined },
  };
}

/** An id that never was, of the same moment as the foreign one: not even its age tells them apart. */
function unreal(kind: string): string {
  if (kind === 'role_code') return `CUSTOM_${randomBytes(8).toString('hex').toUpperCase()}`;
  return `${others.foreign[kind]?.slice(0, 14)}${randomUUID().slice(14)}`;
}

const allPlaces = () =>
  endpoints
    .filter(({ method }) => method !== 'GET')
    .map((endpoint) => ({ endpoint, places: idPlaces(endpoint, own, beside) }));

/**
 * Who asks at a place, by its number. A public call knows no roles, and too many wrong logins would be refused for their
 * number. Calls for the account, of which each caller may do something else, are few: the short form has everybody ask them.
 */
function askers({ access }: (typeof endpoints)[number], number: number): Caller[] {
  if (access.kind === 'public') return byRole.slice(0, 1);
  const inTurn = !isLongForm && access.kind === 'workspace';
  return [...byRole, ...byOtherWays.filter((_, index) => !inTurn || index === number % byOtherWays.length)];
}

/** Sends the call with this id in this place; what is told must not depend on the id, nor on the request's own. */
async function told(
  call: Tenant['call'],
  endpoint: (typeof endpoints)[number],
  place: IdPlace,
  id: string,
): Promise<{ answer: Answer; text: string }> {
  const { body, inQuery } = place.put(id);
  const answer = await (inQuery
    ? call(endpoint.method, endpoint.path, undefined, {
        raw: 'customer_number\nNew\n',
        query: body as Record<string, string>,
        headers: { 'content-type': 'text/csv' },
      })
    : call(endpoint.method, endpoint.path, body));
  const requestId = answer.headers.get('x-request-id') ?? '';
  return {
    answer,
    text: `${answer.status} ${answer.text.replaceAll(requestId, '<request>').replaceAll(id, '<id>')}`,
  };
}

const eventsOfB = async () =>
  (await client.query('select count(*) from audit_events where account_id = $1', [server.b.accountId])).rows;

/** Everything that a call could change: rows, work that is queued, files. */
const stored = async () => ({
  rows: await databaseDigest(client),
  queued: await queueDigest(client),
  files: await objectDigest(server.dataDir),
});

describe('a wrong id in any place of any call', () => {
  test('is a real one wherever such a thing can be', () => {
    const kinds = new Set(allPlaces().flatMap(({ places }) => places.map(({ kind }) => kind)));
    const missing = KINDS.flatMap((of) =>
      [...kinds].filter((kind) => others[of][kind] === undefined).map((kind) => `${of} ${kind}`),
    );
    assert.deepEqual(missing.sort(), Object.keys(CANNOT_BE).sort());
    for (const of of KINDS)
      for (const [kind, id] of Object.entries(others[of])) assert.ok(id !== own[kind], `${of} ${kind} is one's own`);
  });

  test('changes nothing, tells nothing, and is answered like an id that never was', async (t) => {
    const before = [await stored(), await eventsOfB()];
    const foreignIds = Object.values(others.foreign);
    const toldApart = new Set<string>();
    const asked = new Set<string>();
    let [calls, number] = [0, 0];
    for (const { endpoint, places } of allPlaces()) {
      for (const place of places) {
        number += 1;
        for (const { name: caller, call, seesAll, isLetIn } of askers(endpoint, number)) {
          const { name, kind } = place;
          asked.add(caller);
          const wrong = KINDS.flatMap((of) => {
            const id = others[of][kind];
            // Who sees all workspaces may name any of them, and what is in them where none is named.
            const isGood = of === 'sibling' && seesAll && (kind === 'workspace_id' || place.anywhere);
            return id === undefined || isGood ? [] : [{ of, id }];
          });
          const like = await told(call, endpoint, place, unreal(kind));
          const code = like.answer.body?.code;
          assert.ok(!NOBODY.has(code), `${name}, as ${caller}: ${like.text}`);
          // Others may be refused for what they are.
          if (isLetIn(endpoint.access))
            assert.ok(like.answer.status === 200 || FOR_THE_ID.has(code), `${name}, as ${caller}: ${like.text}`);
          for (const { of, id } of wrong) {
            const { answer, text } = await told(call, endpoint, place, id);
            calls += 1;
            const what = `${name} ${of}, as ${caller}: ${text}`;
            assert.notEqual(answer.status, 500, what);
            for (const theirs of [MARK_OF_B, MARK_OF_SIBLING, ...foreignIds])
              assert.ok(theirs === id || !answer.text.includes(theirs), what);
            if (text === like.text) continue;
            assert.ok(Object.hasOwn(OWN_RECORD, `${name} ${of}`), `${what}\nis not ${like.text}`);
            toldApart.add(`${name} ${of}`);
          }
        }
      }
    }
    assert.equal(asked.size, byRole.length + byOtherWays.length);
    assert.deepEqual([await stored(), await eventsOfB()], before, 'something changed');
    assert.deepEqual([...toldApart].sort(), Object.keys(OWN_RECORD).sort());
    t.diagnostic(`${calls} calls`);
  });

  test('would show what it changed: the comparison sees a new group, and a session that was ended', async () => {
    const { call, workspaceId: workspace_id } = server.b;
    const seen = [(await databaseDigest(client)).join()];
    for (const [method, path, body] of [
      ['PUT', '/v1/cg', { workspace_id, group_name: 'New' }],
      ['DELETE', '/v1/session', { session_id: others.foreign.session_id }],
    ] as const) {
      assert.equal((await call(method, path, body)).status, 200);
      seen.push((await databaseDigest(client)).join());
    }
    assert.equal(new Set(seen).size, 3);
  });

  test('would show what it queued and what files it made', async () => {
    const { a } = server;
    const draftId = await makeDraft(a, own, 'Another');
    const atFirst = await stored();
    await write(a, a.workspaceId, draftId);
    const written = await stored();
    await publish(a, a.workspaceId, draftId);
    const published = await stored();
    assert.equal(written.queued.length, atFirst.queued.length + 1);
    assert.deepEqual(written.files, atFirst.files);
    assert.equal(published.queued.length, written.queued.length + 1);
    assert.ok(published.files.length > written.files.length, published.files.join('\n'));
  });
});

describe('a sibling workspace', () => {
  test('is closed to who has a role in another one only', () => closedTo('sibling', ({ seesAll }) => !seesAll));
});

describe("another tenant's workspace", () => {
  test('is closed to everybody, also with nothing but ids of that tenant', () => closedTo('foreign', () => true));
});

/** Every call in a workspace, with all of its own ids, is refused to these callers. */
async function closedTo(of: 'sibling' | 'foreign', isMeant: (caller: Caller) => boolean): Promise<void> {
  const { workspace_id } = others[of];
  for (const [number, endpoint] of endpoints.filter(({ access }) => access.kind === 'workspace').entries())
    for (const { name, call } of askers(endpoint, number).filter(isMeant)) {
      const answer = await call(endpoint.method, endpoint.path, { ...ownExample(endpoint, others[of]), workspace_id });
      assert.deepEqual([answer.status, answer.body?.code], [403, 'workspace_forbidden'], `${endpoint.name} as ${name}`);
    }
}
