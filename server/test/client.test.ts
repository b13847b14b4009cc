import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Client, createClient, NudgescribeError, type Tokens } from '@nudgescribe/sdk';
import { startTestServer, type TestServer } from './harness.ts';

let server: TestServer;
let client: Client;
const told: Tokens[] = [];

before(async () => {
  server = await startTestServer();
  client = createClient({ baseUrl: server.url, apiKey: server.a.apiKey, onTokens: (tokens) => told.push(tokens) });
});

test('the client signs in, calls, and reads refusals of the real server', async () => {
  const { a } = server;
  const pair = await client.auth.signIn({ email: a.email, password: a.password });
  assert.equal(pair.account_id, a.accountId);
  assert.equal(told.length, 1);
  const body = { workspace_id: a.workspaceId, group_name: 'Through the client' };
  const group = await client.groups.create(body);
  assert.deepEqual(
    (await client.groups.list({ workspace_id: a.workspaceId })).map(({ group_name }) => group_name),
    [group.group_name],
  );
  const error = await client.groups.create(body).catch((caught: unknown) => caught);
  assert.ok(error instanceof NudgescribeError);
  assert.deepEqual([error.status, error.code], [400, 'group_name_taken']);
  assert.match(error.requestId ?? '', /^[0-9a-f-]{36}$/);
});

test('a client whose access token no longer holds goes on with its refresh token', async () => {
  const held = client.tokens;
  const late = createClient({
    baseUrl: server.url,
    accessToken: `${held?.accessToken}x`,
    refreshToken: held?.refreshToken ?? '',
  });
  const lists = await Promise.all([1, 2, 3].map(() => late.groups.list({ workspace_id: server.a.workspaceId })));
  assert.deepEqual(
    lists.map((list) => list.length),
    [1, 1, 1],
  );
  assert.notEqual(late.tokens?.refreshToken, held?.refreshToken);
});

test('a wrong password is refused without a second try', async () => {
  const stranger = createClient({ baseUrl: server.url, apiKey: server.a.apiKey });
  await assert.rejects(stranger.auth.signIn({ email: server.a.email, password: 'a wrong password' }), { status: 403 });
  assert.equal(stranger.tokens, null);
});

test('a packed, streamed upload is queued, waited for, and told of', async () => {
  const workspace_id = server.a.workspaceId;
  const { customer_group_id } = await client.groups.create({ workspace_id, group_name: 'Uploaded' });
  await client.fields.create({ workspace_id, field_name: 'email', field_type: 'string', is_unique: true });
  const rows = Array.from({ length: 2_000 }, (_, index) => `person-${index}@example.com`);
  const { import_id, status } = await client.customers.upload(
    { workspace_id, customer_group_id, field_map: { Address: 'email' } },
    new Blob([['Address', ...rows].join('\n')]).stream(),
    { contentType: 'text/csv', gzip: true },
  );
  assert.equal(status, 'queued');
  const looks: number[] = [];
  const done = await client.waitForImport(workspace_id, import_id, {
    onProgress: (progress) => looks.push(progress.done),
  });
  assert.deepEqual([done.status, done.created], ['completed', rows.length]);
  assert.ok(looks.length > 0);
});

test('an upload that is refused says so, however long its file is', async () => {
  let pieces = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pieces += 1;
      if (pieces > 1_000) controller.close();
      else controller.enqueue(new Uint8Array(65_536).fill(97));
    },
  });
  const parameters = { workspace_id: server.b.workspaceId, customer_group_id: 'none' };
  await assert.rejects(client.customers.upload(parameters, endless, { contentType: 'text/csv' }), {
    status: 403,
    code: 'workspace_forbidden',
  });
});
