import assert from 'node:assert/strict';
import { request } from 'node:http';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { countsOf, newGroup, type TestWorkspace, testWorkspace } from '../../src/product/customers/test-workspace.ts';
import { createMisbehavingStorage, type MisbehavingStorage } from '../../src/providers/object-storage/misbehaving.ts';
import { isLongForm } from '../form.ts';
import { startTestServer, type Tenant, type TestServer, until } from '../harness.ts';

/** A million in the long form, as the largest files that people send. */
const ROWS = isLongForm ? 1_000_000 : 4_500;
const WAIT_MS = isLongForm ? 900_000 : 60_000;

const FIELDS = [
  {
    field_name: 'email',
    field_type: 'string',
    is_unique: true,
    is_required: true,
    validation_rules: { format: 'email' },
  },
  { field_name: 'city', field_type: 'string', is_sensitive: false },
];

const HEADER = 'email,city\n';
const goodRow = (index: number) => `h${index}@x.example,Rome\n`;

/** A file whose rows are made as they are sent. */
function rowsOf(count: number, row: (index: number) => string): ReadableStream {
  let next = 1;
  const encoder = new TextEncoder();
  return new ReadableStream({
    start: (out) => out.enqueue(encoder.encode(HEADER)),
    pull: (out) => {
      let text = '';
      for (const until = Math.min(count, next + 999); next <= until; next += 1) text += row(next);
      if (text !== '') out.enqueue(encoder.encode(text));
      if (next > count) out.close();
    },
  });
}

async function importOf(tenant: Tenant, importId: string) {
  const wish = { workspace_id: tenant.workspaceId, import_id: importId };
  return (await tenant.call('POST', '/v1/customer/imports', wish)).body;
}

const ended = (tenant: Tenant, importId: string) =>
  until(async () => {
    const found = await importOf(tenant, importId);
    return !['queued', 'running'].includes(found.status) && found;
  }, WAIT_MS);

async function repairLines(tenant: Tenant, importId: string): Promise<string[]> {
  const wish = { workspace_id: tenant.workspaceId, import_id: importId, format: 'csv' };
  return (await tenant.call('POST', '/v1/customer/imports', wish)).text.trimEnd().split('\r\n');
}

const storedCustomers = (server: TestServer) =>
  server.app.services.database.tenant(server.a.accountId, async (tx) => {
    const row = await tx.row<{ count: number }>('select count(*)::int as count from customers where account_id = $1', [
      server.a.accountId,
    ]);
    return row?.count ?? 0;
  });

const uploadsLeft = (server: TestServer) => server.app.services.objects.list(`uploads/${server.a.accountId}`);

describe('files with errors', () => {
  let server: TestServer;
  let space: TestWorkspace;
  before(async () => {
    server = await startTestServer();
    space = await testWorkspace(server.a, FIELDS);
  });
  const send = (row: (index: number) => string, onError: string) =>
    server.a.call('POST', '/v1/customer/check', undefined, {
      raw: rowsOf(ROWS, row),
      headers: { 'content-type': 'text/csv' },
      query: { ...space.ids, on_error: onError },
    });

  test(`one bad row, the last but one of ${ROWS}: nothing is stored under reject, all others under skip`, async () => {
    const row = (index: number) => (index === ROWS - 1 ? 'no address,Rome\n' : goodRow(index));
    const rejected = await ended(server.a, (await send(row, 'reject')).body.import_id);
    assert.deepEqual(
      [rejected.status, countsOf(rejected)],
      ['rejected', { total_rows: ROWS, skipped: ROWS - 1, failed: 1 }],
    );
    assert.deepEqual(
      rejected.errors.map((error: { row: number; field: string; code: string }) => [
        error.row,
        error.field,
        error.code,
      ]),
      [[ROWS - 1, 'email', 'invalid_email']],
    );
    assert.equal(await storedCustomers(server), 0);
    const skipped = await ended(server.a, (await send(row, 'skip')).body.import_id);
    assert.deepEqual(
      [skipped.status, countsOf(skipped)],
      ['completed', { total_rows: ROWS, created: ROWS - 1, failed: 1 }],
    );
    assert.equal(await storedCustomers(server), ROWS - 1);
    assert.equal((await repairLines(server.a, skipped.import_id)).length, 2);
  });

  test(`${ROWS} bad rows: a report of a hundred, every row counted and in the repair file, which can be mended and sent`, async () => {
    const before = await storedCustomers(server);
    const { body } = await send((index) => `bad ${index},Rome\n`, 'skip');
    const done = await ended(server.a, body.import_id);
    assert.deepEqual([done.status, countsOf(done)], ['completed', { total_rows: ROWS, failed: ROWS }]);
    assert.equal(done.errors.length, 100);
    assert.deepEqual(Object.values(done.error_counts), [ROWS]);
    const lines = await repairLines(server.a, body.import_id);
    assert.equal(lines.length, ROWS + 1);
    const numbers = lines.slice(1).map((line) => Number(/^bad (\d+),/.exec(line)?.[1]));
    for (const [index, number] of numbers.entries()) assert.equal(number, index + 1);
    const mended = lines.map((line) => line.replace(/^bad (\d+),/, 'mended$1@x.example,')).join('\r\n');
    const again = await server.a.call('POST', '/v1/customer/check', undefined, {
      raw: mended,
      headers: { 'content-type': 'text/csv' },
      query: { ...space.ids, on_error: 'skip', repairs_import_id: body.import_id },
    });
    const repaired = await ended(server.a, again.body.import_id);
    assert.deepEqual(
      [repaired.status, countsOf(repaired)],
      ['completed', { total_rows: ROWS, created: ROWS }],
      again.text,
    );
    assert.equal(await storedCustomers(server), before + ROWS);
  });
});

describe('an upload whose connection breaks', () => {
  test('at any byte: nothing is stored, queued or left behind', async () => {
    const server = await startTestServer();
    const space = await testWorkspace(server.a, FIELDS);
    const text = `${HEADER}"ü@x.example","Zürich\n""am See"""\r\n${Array.from({ length: 3_000 }, (_, index) => goodRow(index)).join('')}`;
    const boundary = 'cut-here';
    const multipart = Buffer.from(
      `--${boundary}\r\ncontent-disposition: form-data; name="customer_group_id"\r\n\r\n${space.ids.customer_group_id}\r\n` +
        `--${boundary}\r\ncontent-disposition: form-data; name="data_file"; filename="a.csv"\r\ncontent-type: text/csv\r\n\r\n${text}\r\n--${boundary}--\r\n`,
    );
    const bodies: [type: string, encoding: string | null, body: Buffer][] = [
      ['text/csv', null, Buffer.from(text)],
      ['text/csv', 'gzip', gzipSync(text)],
      [`multipart/form-data; boundary=${boundary}`, null, multipart],
    ];
    const query = new URLSearchParams(space.ids).toString();
    const cut = (type: string, encoding: string | null, body: Buffer, at: number) =>
      new Promise<number | null>((resolve) => {
        const call = request(`${server.url}/v1/customer/check?${query}`, {
          method: 'POST',
          headers: {
            'content-type': type,
            authorization: `Bearer ${server.a.token}`,
            'content-length': body.length,
            ...(encoding === null ? {} : { 'content-encoding': encoding }),
          },
        });
        call.on('response', (response) => resolve(response.statusCode ?? null));
        call.on('error', () => resolve(null));
        call.write(body.subarray(0, at), () => setTimeout(() => call.destroy(), 15));
      });
    for (const [type, encoding, body] of bodies) {
      const offsets = new Set([0, 1, 5, 12, 13, 14, 15, 40, 41, body.length - 2, body.length - 1]);
      for (let step = 1; step < (isLongForm ? 400 : 12); step += 1)
        offsets.add(Math.floor((step * body.length) / (isLongForm ? 400 : 12)));
      for (const at of offsets) assert.notEqual(await cut(type, encoding, body, at), 200, `${type} cut at ${at}`);
    }
    await sleep(300);
    const { accountId } = server.a;
    const imports = await server.app.services.database.tenant(accountId, (tx) =>
      tx.rows('select import_id from imports where account_id = $1', [accountId]),
    );
    assert.deepEqual([imports, await storedCustomers(server), await uploadsLeft(server)], [[], 0, []]);
  });
});

describe('a disk that is full', () => {
  test('of the storage: 507, nothing is queued, and it works again when there is space', async () => {
    let storage: MisbehavingStorage | null = null;
    const server = await startTestServer({
      services: (real) => {
        storage = createMisbehavingStorage(real.objects);
        return { objects: storage };
      },
    });
    const space = await testWorkspace(server.a, FIELDS);
    const upload = (rows: number) =>
      space.upload(`${HEADER}${Array.from({ length: rows }, (_, i) => goodRow(i)).join('')}`);
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    for (const [rows, afterBytes] of [
      [2_000, 10_000],
      [230_000, 2_000_000],
    ] as const) {
      (storage as MisbehavingStorage | null)?.misbehave({ calls: ['put'], error: full, afterBytes });
      const refused = await upload(rows);
      assert.deepEqual([refused.status, refused.body.code], [507, 'storage_full'], refused.text);
      assert.deepEqual([await storedCustomers(server), await uploadsLeft(server)], [0, []]);
      (storage as MisbehavingStorage | null)?.misbehave(null);
    }
    const done = await ended(server.a, (await upload(2_000)).body.import_id);
    assert.deepEqual([done.status, done.created], ['completed', 2_000]);
  });

  for (const onError of ['skip', 'reject'])
    test(`of the database in the middle of an import: it says so, waits, and is whole in the end (${onError})`, async () => {
      const server = await startTestServer();
      const space = await testWorkspace(server.a, FIELDS);
      const owner = new pg.Client({ connectionString: server.databaseUrl });
      await owner.connect();
      await owner.query('create table space_left (customers int not null)');
      await owner.query('insert into space_left values (5000)');
      await owner.query('grant select on space_left to nudgescribe_app');
      // Postgres' own error, from where it comes: the statement that writes customers.
      await owner.query(`create function needs_space() returns trigger language plpgsql as $$ begin
        if (select count(*) from customers) > (select customers from space_left) then
          raise exception 'could not extend file: No space left on device' using errcode = '53100';
        end if; return null; end $$`);
      await owner.query(
        'create trigger needs_space after insert on customers for each statement execute function needs_space()',
      );
      const rows = Array.from({ length: 9_000 }, (_, index) => goodRow(index)).join('');
      const { body } = await space.upload(`${HEADER}${rows}`, 'text/csv', { on_error: onError });
      const wish = { workspace_id: server.a.workspaceId, job_id: body.job_id };
      const waiting = await until(async () => {
        const { body: job } = await server.a.call('POST', '/v1/job', wish);
        return job.error !== null && job;
      });
      assert.deepEqual([waiting.status, waiting.error.code], ['queued', 'storage_full'], JSON.stringify(waiting));
      assert.equal(await storedCustomers(server), 4_000, 'whole chunks only');
      await owner.query('update space_left set customers = 1000000');
      const done = await ended(server.a, body.import_id);
      assert.deepEqual([done.status, countsOf(done)], ['completed', { total_rows: 9_000, created: 9_000 }]);
      assert.equal(await storedCustomers(server), 9_000);
      await owner.end();
    });
});

describe('two imports of one file at once', () => {
  for (const onError of ['skip', 'reject'])
    test(`store it once; the second says it is the same file (${onError})`, async () => {
      const server = await startTestServer();
      const space = await testWorkspace(server.a, FIELDS);
      const other = await newGroup(server.a, 'Other');
      const content = `${HEADER}${Array.from({ length: 4_500 }, (_, index) => goodRow(index)).join('')}`;
      const answers = await Promise.all([
        space.upload(content, 'text/csv', { on_error: onError }),
        space.upload(content, 'text/csv', { on_error: onError, customer_group_id: other }),
      ]);
      const done = await Promise.all(answers.map(({ body }) => ended(server.a, body.import_id)));
      const counts = done.map((one) => [one.status, one.created, one.unchanged]).sort();
      assert.deepEqual(counts, [
        ['completed', 0, 4_500],
        ['completed', 4_500, 0],
      ]);
      assert.equal(await storedCustomers(server), 4_500);
    });
});
