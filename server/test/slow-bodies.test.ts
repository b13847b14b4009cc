import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { send, startTestServer, type Tenant, type TestServer } from './harness.ts';
import { openTableHolder, type TableHolder } from './table-holder.ts';

const PACE = { graceMs: 500, bytesPerSecond: 2_000 };
const PIECES_A_SECOND = 20;
/** As many files as an account may have on their way, and one more. */
const FILES = 17;

let server: TestServer;
let a: Tenant;
let holder: TableHolder;
let groupId: string;

before(async () => {
  server = await startTestServer({ workers: false, bodyPace: PACE });
  a = server.a;
  holder = await openTableHolder(server.databaseUrl);
  const named = await a.call('PUT', '/v1/cg', { workspace_id: a.workspaceId, group_name: 'Slow' });
  groupId = named.body.customer_group_id;
  const field = { field_name: 'number', field_type: 'string', is_unique: true };
  assert.equal((await a.call('PUT', '/v1/cpf', { workspace_id: a.workspaceId, ...field })).status, 200);
});
after(() => holder.end());

/** A body that comes in so many pieces, each in its turn. */
async function* slowly(text: string, pieces: number): AsyncGenerator<Uint8Array> {
  const size = Math.ceil(text.length / pieces);
  for (let from = 0; from < text.length; from += size) {
    yield Buffer.from(text.slice(from, from + size));
    await sleep(1_000 / PIECES_A_SECOND);
  }
}

const body = (text: string, pieces: number) => ReadableStream.from(slowly(text, pieces)) as ReadableStream;
const sends = (type: string, raw: string | ReadableStream, query: Record<string, string> = {}) =>
  send(server.url, 'POST', '/v1/customer/check', undefined, {
    token: a.token,
    raw,
    query,
    headers: { 'content-type': type },
  });
const parameters = () => ({ workspace_id: a.workspaceId, customer_group_id: groupId });
const file = (raw: string | ReadableStream) => sends('text/csv', raw, parameters());
const form = (text: string) =>
  `--X\r\nContent-Disposition: form-data; name="data_file"; filename="a.csv"\r\n\r\n${text}\r\n--X--\r\n`;

const LONG = `number\n${'1\n'.repeat(300)}`;

describe('a body that comes more slowly than is asked', () => {
  test('is given up with a reason, whatever its form, and its place goes to another', async () => {
    const answers = await Promise.all([
      ...Array.from({ length: FILES - 1 }, () => file(body(LONG, LONG.length))),
      sends('multipart/form-data; boundary=X', body(form(LONG), form(LONG).length), parameters()),
      sends('application/json', body(JSON.stringify(parameters()), 100)),
    ]);
    const codes = answers.map(({ status, body: { code } }) => `${status} ${code}`);
    // Of seventeen files one found no place.
    assert.deepEqual(
      [codes.filter((code) => code === '400 body_too_slow').length, codes.filter((code) => code.startsWith('429'))],
      [FILES, ['429 too_many_at_once']],
    );
    const uploads = await readdir(join(server.dataDir, 'objects'), { recursive: true });
    assert.deepEqual(
      uploads.filter((name) => name.startsWith('uploads')),
      [],
    );
    const again = await Promise.all(Array.from({ length: FILES - 1 }, () => file('number\n1\n')));
    assert.deepEqual(new Set(again.map(({ status }) => status)), new Set([200]));
  });
});

test('a body that came fast at first is given up, too, when it comes no more', async () => {
  async function* parts() {
    yield Buffer.from(`number\n${'1234567\n'.repeat(100_000)}`);
    yield* slowly(LONG, LONG.length);
  }
  const begun = performance.now();
  const answer = await file(ReadableStream.from(parts()) as ReadableStream);
  assert.deepEqual([answer.status, answer.body.code], [400, 'body_too_slow'], answer.text);
  // By its bytes alone it would have minutes.
  assert.ok(performance.now() - begun < 10_000);
});

test('a body that takes long and keeps the pace is taken', async () => {
  // 15 times as fast as is asked, for four times as long as anything is waited for.
  const text = `number\n${'1234567\n'.repeat(7_500)}`;
  const answer = await file(body(text, 40));
  assert.deepEqual([answer.status, answer.body.status], [200, 'queued'], answer.text);
});

test('a sender who waits for the server has all the time of the world', async () => {
  // More than lies between the two of them: it goes on coming when the server reads on.
  const text = `number\n${'1234567\n'.repeat(1_000_000)}`;
  const answered = await holder.whileHeld('workspaces', 'access exclusive', async () => {
    const sent = file(text);
    await sleep(4 * PACE.graceMs);
    return { sent };
  });
  assert.equal((await answered.sent).body.status, 'queued');
});
