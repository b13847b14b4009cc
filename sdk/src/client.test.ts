import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createClient, NudgescribeError } from './index.ts';

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: Buffer };
type Given = {
  status?: number;
  body?: unknown;
  text?: string;
  headers?: Record<string, string>;
  cut?: boolean;
  silent?: boolean;
};

const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
});

/** A server that answers as told and remembers what it was asked: the wire, without the product behind it. */
async function startWire(answer: (seen: Seen, count: number) => Given | Promise<Given>) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const one = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    seen.push(one);
    const { status = 200, body, text, headers = {}, cut, silent } = await answer(one, seen.length);
    if (silent) return;
    if (cut) {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, {
      'content-type': text === undefined ? 'application/json' : 'text/csv',
      'x-request-id': 'r-1',
      ...headers,
    });
    response.end(text ?? JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function token(name: string, secondsLeft: number): string {
  const payload = Buffer.from(JSON.stringify({ name, exp: Math.floor(Date.now() / 1000) + secondsLeft })).toString(
    'base64url',
  );
  return `h.${payload}.s`;
}

const pair = (name: string) => ({ access_token: token(name, 3600), refresh_token: `refresh ${name}` });
const refusal = {
  status: 403,
  body: { error: 'Unauthorised', code: 'unauthorised', message: 'No.', request_id: 'r-9' },
};
const workspace_id = 'w';

describe('credentials', () => {
  test('signing in sends the key, keeps the tokens and tells of them', async () => {
    const wire = await startWire(({ url }) => ({ body: url === '/v1/auth' ? pair('one') : [] }));
    const told: string[] = [];
    const client = createClient({
      baseUrl: `${wire.url}/`,
      apiKey: 'key',
      onTokens: ({ accessToken }) => told.push(accessToken),
    });
    await client.auth.signIn({ email: 'a@example.com', password: 'p' });
    await client.groups.list({ workspace_id });
    assert.equal(wire.seen[0]?.headers['x-api-key'], 'key');
    assert.equal(wire.seen[0]?.headers.authorization, undefined);
    assert.equal(wire.seen[1]?.headers.authorization, `Bearer ${told[0]}`);
    assert.equal(wire.seen[1]?.headers['x-api-key'], undefined);
    assert.deepEqual(JSON.parse(wire.seen[1]?.body.toString() ?? ''), { workspace_id });
  });

  test('a token near its end is renewed once, however many calls wait for it', async () => {
    const wire = await startWire(({ method }) => ({ body: method === 'GET' ? pair('two') : [] }));
    const client = createClient({ baseUrl: wire.url, accessToken: token('one', 5), refreshToken: 'refresh one' });
    await Promise.all([1, 2, 3, 4].map(() => client.groups.list({ workspace_id })));
    const renewals = wire.seen.filter(({ method }) => method === 'GET');
    assert.deepEqual(
      renewals.map(({ headers }) => headers.authorization),
      ['Bearer refresh one'],
    );
    assert.ok(
      wire.seen
        .filter(({ method }) => method === 'POST')
        .every(({ headers }) => headers.authorization === `Bearer ${client.tokens?.accessToken}`),
    );
    assert.equal(client.tokens?.refreshToken, 'refresh two');
  });

  test('a refused token is renewed and the call sent again, a changing one too', async () => {
    const old = token('one', 3600);
    const wire = await startWire(({ method, headers }) =>
      method === 'GET'
        ? { body: pair('two') }
        : headers.authorization === `Bearer ${old}`
          ? refusal
          : { body: { group_name: 'A' } },
    );
    const client = createClient({ baseUrl: wire.url, accessToken: old, refreshToken: 'refresh one' });
    const group = await client.groups.create({ workspace_id, group_name: 'A' });
    assert.equal(group.group_name, 'A');
    assert.deepEqual(
      wire.seen.map(({ method }) => method),
      ['PUT', 'GET', 'PUT'],
    );
  });

  test('a spent refresh token leaves the first refusal standing', async () => {
    const wire = await startWire(() => refusal);
    const client = createClient({ baseUrl: wire.url, accessToken: token('one', 3600), refreshToken: 'spent' });
    await assert.rejects(client.groups.list({ workspace_id }), { status: 403, code: 'unauthorised', requestId: 'r-9' });
    assert.deepEqual(
      wire.seen.map(({ method }) => method),
      ['POST', 'GET'],
    );
  });

  test('a missing permission is no reason to renew', async () => {
    const wire = await startWire(() => ({ status: 403, body: { code: 'forbidden', message: 'No.' } }));
    const client = createClient({ baseUrl: wire.url, accessToken: token('one', 3600), refreshToken: 'refresh' });
    await assert.rejects(client.groups.list({ workspace_id }), { code: 'forbidden' });
    assert.equal(wire.seen.length, 1);
  });
});

describe('failures', () => {
  test('a refusal carries everything the server said', async () => {
    const details = [{ field: 'group_name', code: 'too_small', message: 'x' }];
    const wire = await startWire(() => ({
      status: 400,
      body: { code: 'invalid_fields', message: 'group_name: x', details, import_id: 'i', request_id: 'r-2' },
    }));
    const error = await createClient({ baseUrl: wire.url, accessToken: 't' })
      .groups.create({ workspace_id, group_name: '' })
      .catch((caught: unknown) => caught);
    assert.ok(error instanceof NudgescribeError);
    assert.deepEqual(
      {
        status: error.status,
        code: error.code,
        message: error.message,
        details: error.details,
        requestId: error.requestId,
        retryable: error.retryable,
        import: error.body.import_id,
      },
      {
        status: 400,
        code: 'invalid_fields',
        message: 'group_name: x',
        details,
        requestId: 'r-2',
        retryable: false,
        import: 'i',
      },
    );
  });

  test('missing fields are listed, and a proxy that answers in HTML is still an error', async () => {
    const wire = await startWire((_seen, count) =>
      count === 1
        ? { status: 401, body: { code: 'missing_fields', message: 'm', fields: ['workspace_id'] } }
        : { status: 404, text: '<html>' },
    );
    const client = createClient({ baseUrl: wire.url, accessToken: 't' });
    await assert.rejects(
      client.groups.list({ workspace_id }),
      (error: NudgescribeError) => error.fields[0] === 'workspace_id',
    );
    await assert.rejects(client.groups.list({ workspace_id }), { status: 404, code: 'http_404', requestId: 'r-1' });
  });

  test('a broken connection is tried again for a call that reads, never for one that changes', async () => {
    const wire = await startWire((_seen, count) => (count <= 2 ? { cut: true } : { body: [] }));
    const client = createClient({ baseUrl: wire.url, accessToken: 't' });
    assert.deepEqual(await client.groups.list({ workspace_id }), []);
    const cut = await startWire(() => ({ cut: true }));
    await assert.rejects(
      createClient({ baseUrl: cut.url, accessToken: 't' }).groups.create({ workspace_id, group_name: 'A' }),
      { code: 'network_error', status: 0, retryable: true },
    );
    assert.equal(cut.seen.length, 1);
  });

  test('a busy server is asked again after the time it names', async () => {
    const wire = await startWire((_seen, count) =>
      count === 1
        ? { status: 503, body: { code: 'dependency_away', message: 'm' }, headers: { 'retry-after': '0' } }
        : { body: [] },
    );
    assert.deepEqual(await createClient({ baseUrl: wire.url, accessToken: 't' }).groups.list({ workspace_id }), []);
  });

  test('a call ends by its time limit and by its signal, and says which', async () => {
    const wire = await startWire(() => ({ silent: true }));
    const client = createClient({ baseUrl: wire.url, accessToken: 't' });
    await assert.rejects(client.groups.create({ workspace_id, group_name: 'A' }, { timeoutMs: 50 }), {
      code: 'timeout',
    });
    await assert.rejects(client.groups.create({ workspace_id, group_name: 'A' }, { signal: AbortSignal.timeout(50) }), {
      code: 'aborted',
    });
    await assert.rejects(client.groups.list({ workspace_id }, { signal: AbortSignal.abort() }), { code: 'aborted' });
  });
});

describe('files', () => {
  const lines = 'email,name\na@example.com,Ada\n';
  const parameters = { workspace_id, customer_group_id: 'g', validate_only: true, field_map: { name: null } };

  test('an upload streams, with its parameters in the query and objects as JSON text', async () => {
    const wire = await startWire(() => ({ body: { status: 'queued' } }));
    const client = createClient({ baseUrl: wire.url, accessToken: 't' });
    const sent: number[] = [];
    const answer = await client.customers.upload(parameters, new Blob([lines]).stream(), {
      contentType: 'text/csv',
      onProgress: (bytes) => sent.push(bytes),
    });
    assert.equal(answer.status, 'queued');
    const [seen] = wire.seen;
    const url = new URL(seen?.url ?? '', wire.url);
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      workspace_id,
      customer_group_id: 'g',
      validate_only: 'true',
      field_map: '{"name":null}',
    });
    assert.equal(seen?.headers['content-type'], 'text/csv');
    assert.equal(seen?.body.toString(), lines);
    assert.equal(sent.at(-1), lines.length);
  });

  test('text, bytes and blobs go as they are, packed when asked', async () => {
    const wire = await startWire(() => ({ body: { status: 'queued' } }));
    const client = createClient({ baseUrl: wire.url, accessToken: 't' });
    for (const file of [lines, new TextEncoder().encode(lines), new Blob([lines])]) {
      await client.customers.upload(parameters, file, { contentType: 'application/x-ndjson' });
      assert.equal(wire.seen.at(-1)?.headers['content-type'], 'application/x-ndjson');
      assert.equal(wire.seen.at(-1)?.headers['content-encoding'], undefined);
      assert.equal(wire.seen.at(-1)?.body.toString(), lines);
      await client.customers.upload(parameters, file, { contentType: 'text/csv', gzip: true });
      assert.equal(wire.seen.at(-1)?.headers['content-encoding'], 'gzip');
      assert.equal(gunzipSync(wire.seen.at(-1)?.body ?? '').toString(), lines);
    }
  });

  test('a CSV answer is a string, or a stream when asked', async () => {
    const wire = await startWire(() => ({ text: lines }));
    const client = createClient({ baseUrl: wire.url, accessToken: 't' });
    const body = { workspace_id, import_id: 'i', format: 'csv' as const };
    assert.equal(await client.imports.get(body), lines);
    assert.equal(await new Response(await client.imports.getStream(body)).text(), lines);
    assert.equal(await new Response(await client.download('/v1/files/x?sig=1')).text(), lines);
    assert.equal(wire.seen.at(-1)?.headers.authorization, undefined);
  });
});

describe('waiting', () => {
  const state = (status: string, done: number) => ({ body: { status, progress: { done, total: 3 } } });

  test('looks until the work has ended, and tells of every look', async () => {
    const wire = await startWire((_seen, count) => state(count < 3 ? 'running' : 'completed', count));
    const done: number[] = [];
    const client = createClient({ baseUrl: wire.url, accessToken: 't' });
    const job = await client.waitForJob('w', 'j', {
      firstPauseMs: 1,
      onProgress: (progress) => done.push(progress.done),
    });
    assert.equal(job.status, 'completed');
    assert.deepEqual(done, [1, 2, 3]);
    assert.deepEqual(JSON.parse(wire.seen[0]?.body.toString() ?? ''), { workspace_id: 'w', job_id: 'j' });
  });

  test('gives an import that failed, and stops when told', async () => {
    const wire = await startWire((_seen, count) => state(count === 1 ? 'rejected' : 'running', 0));
    const client = createClient({ baseUrl: wire.url, accessToken: 't' });
    assert.equal((await client.waitForImport('w', 'i', { firstPauseMs: 1 })).status, 'rejected');
    await assert.rejects(client.waitForImport('w', 'i', { firstPauseMs: 10, signal: AbortSignal.timeout(40) }), {
      code: 'aborted',
    });
  });
});
