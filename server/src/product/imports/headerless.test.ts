import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { tablesWith } from '../../../test/clear-text-search.ts';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { stoppingAfter, workOff } from '../../../test/work-off.ts';
import { asOwner } from '../../platform/database/as-owner.ts';
import { countsOf, type TestWorkspace, testWorkspace } from '../customers/test-workspace.ts';
import { forgetOldFailedRows } from './old-failed-rows.ts';

// Lower case and without punctuation, as identifiers are stored.
const mark = `erste${randomBytes(6).toString('hex')}`;
const FIRST = [`${mark}@mail.example`, `${mark} Ada`, '10/12/1815'];
const MAP = { [`${mark}@mail.example`]: 'email', [`${mark} Ada`]: 'name', '10/12/1815': 'born' };
const rows = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}@x.example,N,01/02/2000`);

describe('a file without a header line', () => {
  let server: TestServer;
  let space: TestWorkspace;

  before(async () => {
    server = await startTestServer({ workers: false });
    space = await testWorkspace(server.a);
  });

  const ask = (import_id: string, format?: string) =>
    server.a.call('POST', '/v1/customer/imports', { workspace_id: server.a.workspaceId, import_id, format });
  const inClear = () => tablesWith(server.databaseUrl, mark);
  const namesKept = (importId: string) =>
    asOwner(server.databaseUrl, async (client) => {
      const found = await client.query('select sealed_header, options from imports where import_id = $1', [importId]);
      return found.rows[0].sealed_header !== null || 'field_map' in found.rows[0].options;
    });
  const sent = async (lines: string[], query: Record<string, string> = {}) => {
    const answer = await space.upload(lines.join('\n'), 'text/csv', {
      on_error: 'skip',
      field_map: JSON.stringify(MAP),
      ...query,
    });
    assert.equal(answer.status, 200, answer.text);
    if (answer.body.job_id !== null) {
      assert.deepEqual(await inClear(), [], 'while it waits');
      assert.equal(await workOff(server, answer.body.job_id), 'completed');
    }
    return answer.body.import_id as string;
  };

  for (const [way, count] of [
    ['at once', 10],
    ['by a job', 1_200],
  ] as const)
    describe(`imported ${way}`, () => {
      test("by a map of the caller's leaves its first person nowhere in clear", async () => {
        const clean = await sent([FIRST.join(), ...rows(`clean-${count}-`, count)]);
        assert.deepEqual(countsOf((await ask(clean)).body), { total_rows: count, created: count });
        assert.equal(await namesKept(clean), false, 'nobody needs the header of a file of which no row failed');
        assert.match((await ask(clean, 'csv')).text, /^error_row,error_field,error_code,error_message\r\n$/);

        const bad = 'no address,N,01/02/2000';
        const failed = await sent([FIRST.join(), bad, ...rows(`failed-${count}-`, count)]);
        assert.deepEqual(countsOf((await ask(failed)).body), { total_rows: count + 1, created: count, failed: 1 });
        const repair = await ask(failed, 'csv');
        assert.deepEqual(
          repair.text.split('\r\n').map((line) => line.split(',').slice(0, 3)),
          [FIRST, bad.split(','), ['']],
          'as it came',
        );
        const mended = await sent([repair.text.replace('no address', `mended-${count}@x.example`)], {
          repairs_import_id: failed,
        });
        assert.deepEqual(countsOf((await ask(mended)).body), { total_rows: 1, created: 1 });
        assert.deepEqual(await inClear(), [], 'afterwards');

        await asOwner(server.databaseUrl, (client) =>
          client.query("update imports set completed_at = now() - interval '91 days' where import_id = $1", [failed]),
        );
        await forgetOldFailedRows(server.app.services);
        assert.equal(await namesKept(failed), false, 'the header goes with the failed rows');
      });
    });

  test('is told apart by what stands in its first line, without saying that again', async () => {
    const headers: [string, RegExp | null][] = [
      [`${mark}@mail.example`, /an email address/],
      ['+43 664 1234567', /a phone number/],
      ['(0664) 123-4567', /a phone number/],
      ['10/12/1815', /a date/],
      ['1815-12-10T08:00:00Z', /a date/],
      ['10 Dec 1815', /a date/],
      ['10.12.1815', /a date/],
      ['4711', /a number/],
      ['-12.50', /a number/],
      ['name 2', null],
      ['18-25', null],
      ['2nd phone', null],
      ['e-mail', null],
      ['@handle', null],
    ];
    for (const [header, kind] of headers) {
      const text = `nickname,${header}\nA,1\nB,2\n`;
      const inferred = await server.a.call('POST', '/v1/cpf/infer', {
        workspace_id: space.ids.workspace_id,
        sample: text,
      });
      const stored = await space.check({ data_file: text, field_map: { nickname: null } });
      const [fault] = stored.body.details;
      assert.deepEqual([stored.status, fault.code], [400, 'unknown_header'], stored.text);
      if (kind === null) {
        assert.equal(inferred.status, 200, inferred.text);
        assert.equal(fault.field, header);
        continue;
      }
      assert.deepEqual([inferred.status, inferred.body.code], [400, 'header_missing'], inferred.text);
      assert.match(inferred.body.message, kind);
      assert.match(inferred.body.message, /^Column 2 .* no header line\. Put the columns' names above the first row/);
      assert.equal(fault.message, inferred.body.message, 'in the same words');
      for (const { text } of [inferred, stored]) assert.ok(!text.includes(header), text);
    }
  });
});

test('a number names a column where another one shows that the line is one of names', async () => {
  const server = await startTestServer({ workers: false });
  const infer = (sample: string) =>
    server.a.call('POST', '/v1/cpf/infer', { workspace_id: server.a.workspaceId, sample });
  const { status, text } = await infer('email,name,2023,2024\nada@x.example,Ada,10,20\nbob@x.example,Bob,5,8\n');
  assert.equal(status, 200, text);
  assert.equal((await infer('Ada,Vienna,4711\nBob,Graz,4712\n')).body.code, 'header_missing');
  assert.equal((await infer('age,10.12.1815\n36,1.1.2000\n')).body.code, 'header_missing');
});

describe('records', () => {
  let server: TestServer;
  let space: TestWorkspace;
  const key = `${mark}@mail.example`;

  before(async () => {
    server = await startTestServer({ workers: false });
    space = await testWorkspace(server.a);
  });

  const ask = (import_id: string, format?: string) =>
    server.a.call('POST', '/v1/customer/imports', { workspace_id: server.a.workspaceId, import_id, format });

  test('under keys that are no fields are named to who sent them and in the repair file, and kept without', async () => {
    const unknown = Array.from({ length: 2 }, (_, index) => ({ email: `u${index}@x.example`, name: 'N', [key]: 1 }));
    const answer = await space.check({ on_error: 'skip', customer_data: unknown });
    assert.deepEqual(
      answer.body.errors.map((error: { row: number; field: string }) => [error.row, error.field]),
      [
        [1, key],
        [2, key],
      ],
    );
    const refused = await space.check({ customer_data: unknown });
    assert.deepEqual([refused.status, refused.body.details[0].field], [400, key]);
    const many = Array.from({ length: 1_200 }, (_, index) => ({ email: `q${index}@x.example`, name: 'N', [key]: 1 }));
    const text = many.map((record) => JSON.stringify(record)).join('\n');
    const queued = await space.upload(text, 'application/x-ndjson', { on_error: 'skip' });
    assert.equal(await workOff(server, queued.body.job_id), 'completed');
    for (const { body } of [answer, refused, queued]) {
      const kept = (await ask(body.import_id)).body;
      const { field, code, message } = kept.errors[0];
      assert.deepEqual([field, code], [null, 'unknown_field']);
      assert.match(message, /the repair file names it/);
      assert.equal(kept.error_counts.unknown_field, kept.failed);
      const repair = (await ask(body.import_id, 'csv')).text;
      assert.ok(repair.startsWith(`email,name,${key},error_row`), repair.slice(0, 200));
      assert.match(repair, new RegExp(`,1,${key},unknown_field,`));
    }
    assert.deepEqual(await tablesWith(server.databaseUrl, mark), []);
  });

  for (const queuedBy of ['this version', 'one that kept the map in clear'])
    test(`under keys that a map of the caller's renames, queued by ${queuedBy}, are stored, and the map goes`, async () => {
      const records = Array.from({ length: 1_200 }, (_, index) => ({ [key]: `${index} ${queuedBy}`, name: 'N' }));
      const prefix = queuedBy.length;
      const text = records.map((record, index) =>
        JSON.stringify({ ...record, email: `m${prefix}-${index}@x.example` }),
      );
      const field_map = { [key]: 'phone' };
      const { body } = await space.upload(text.join('\n'), 'application/x-ndjson', {
        field_map: JSON.stringify(field_map),
      });
      assert.deepEqual(await tablesWith(server.databaseUrl, mark), [], 'while it waits');
      if (queuedBy !== 'this version')
        await asOwner(server.databaseUrl, (client) =>
          client.query('update imports set sealed_header = null, options = options || $2 where import_id = $1', [
            body.import_id,
            JSON.stringify({ field_map }),
          ]),
        );
      assert.equal(await workOff(server, body.job_id), 'completed');
      assert.deepEqual(countsOf((await ask(body.import_id)).body), { total_rows: 1_200, created: 1_200 });
      const found = await server.a.call('POST', '/v1/customer/find', {
        workspace_id: server.a.workspaceId,
        identifiers: [{ email: `m${prefix}-7@x.example` }],
        decrypt: true,
      });
      assert.equal(found.body[0].profile.phone, `7 ${queuedBy}`);
      assert.deepEqual(await tablesWith(server.databaseUrl, mark), [], 'afterwards');
      const { rows: kept } = await asOwner(server.databaseUrl, (client) =>
        client.query('select sealed_header from imports where import_id = $1', [body.import_id]),
      );
      assert.deepEqual(kept, [{ sealed_header: null }]);
    });

  // The last one: its import stays.
  test('whose map was put in the place of by something else that is sealed for the import are not stored', async () => {
    const record = (index: number, more = {}) =>
      JSON.stringify({ name: 'N', [key]: `other${index}@x.example`, ...more });
    const text = Array.from({ length: 12_000 }, (_, index) => record(index, index === 0 ? { no_such_field: 1 } : {}));
    const { body } = await space.upload(text.join('\n'), 'application/x-ndjson', {
      field_map: JSON.stringify({ [key]: 'email' }),
      on_error: 'skip',
    });
    const failedRows = () =>
      asOwner(server.databaseUrl, async (client) => {
        const found = await client.query('select sealed_row from import_failed_rows where import_id = $1', [
          body.import_id,
        ]);
        return found.rows.length;
      });
    for (let looks = 1; (await failedRows()) === 0; looks += 1)
      assert.equal(await workOff(server, body.job_id, stoppingAfter(looks)), 'queued');
    await asOwner(server.databaseUrl, (client) =>
      client.query(
        `update imports i set sealed_header = f.sealed_row from import_failed_rows f
         where f.import_id = i.import_id and i.import_id = $1`,
        [body.import_id],
      ),
    );
    const before = (await ask(body.import_id)).body.created;
    assert.equal(await workOff(server, body.job_id), 'queued', 'as after any failure of ours');
    const { created, failed } = (await ask(body.import_id)).body;
    assert.deepEqual([created, failed], [before, 1], 'nothing was read by another map');
  });
});
