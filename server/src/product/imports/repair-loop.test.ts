import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { startTestServer, type TestServer, until } from '../../../test/harness.ts';
import { countsOf, newGroup, type TestWorkspace, testWorkspace } from '../customers/test-workspace.ts';

const HEADER = 'email,phone,name,city,age,born';

/** Customers who are there, and a file of them, new ones, bad rows and rows that come twice. */
function filesOf(prefix: string, rows: number) {
  const line = (index: number, city = 'Rome', age = '40') =>
    `${prefix}${index}@x.example,,"Name ""${index}"", Jr.",${city},${age},`;
  const csv = (lines: string[]) => [HEADER, ...lines, ''].join('\r\n');
  const stored = Array.from({ length: 30 }, (_, index) => line(index));
  const sent = Array.from({ length: rows }, (_, index) => line(index, index < 10 ? 'Oslo' : 'Rome'));
  sent[40] = line(40, 'Rome', 'forty');
  sent[41] = `no address,,,Rome,41,31/02/2020`;
  sent[42] = `${sent[42]},one cell too many`;
  // The second one stands a chunk or so behind the first.
  sent[rows - 2] = line(50, 'Ulm');
  return { stored: csv(stored), sent: csv(sent), rows };
}

describe('the repair loop', () => {
  let server: TestServer;
  let space: TestWorkspace;
  before(async () => {
    server = await startTestServer();
    space = await testWorkspace(server.a);
  });

  const importOf = (importId: string) =>
    until(async () => {
      const { body } = await server.a.call('POST', '/v1/customer/imports', {
        workspace_id: server.a.workspaceId,
        import_id: importId,
      });
      return !['queued', 'running'].includes(body.status) && body;
    });
  const send = async (content: string, query: Record<string, string>) => {
    const answer = await space.upload(content, 'text/csv', query);
    assert.ok([200, 400].includes(answer.status), answer.text);
    return { answer, done: await importOf(answer.body.import_id) };
  };
  const repairFile = async (importId: string) => {
    const wish = { workspace_id: server.a.workspaceId, import_id: importId, format: 'csv' };
    return (await server.a.call('POST', '/v1/customer/imports', wish)).text;
  };

  for (const onError of ['skip', 'reject'])
    for (const rows of [200, 6_000])
      test(`${rows} rows, ${onError}: a dry run tells what the real one then tells, and the mended rows complete it`, async () => {
        const groupId = await newGroup(server.a, `Repair ${onError} ${rows}`);
        space.ids.customer_group_id = groupId;
        const files = filesOf(`${onError}${rows}-`, rows);
        assert.equal((await send(files.stored, {})).done.created, 30);
        const dry = await send(files.sent, { on_error: onError, validate_only: 'true' });
        assert.equal(dry.answer.status, 200, 'a dry run found what it looked for');
        assert.equal((await space.members()).length, 30, 'and stored nothing');
        const real = await send(files.sent, { on_error: onError });
        const isInline = rows <= 1_000;
        assert.equal(real.answer.status, onError === 'reject' && isInline ? 400 : 200);
        const report = ({ done }: typeof real) => ({
          valid: done.valid,
          counts: countsOf(done),
          errors: done.errors,
          error_counts: done.error_counts,
        });
        assert.deepEqual(report(dry), report(real));
        assert.equal(real.done.same_file_as, null, 'a dry run stored nothing that could be the same');
        if (isInline) {
          assert.deepEqual(countsOf(real.answer.body), countsOf(real.done));
          const told = real.answer.status === 400 ? real.answer.body.details : real.answer.body.errors;
          assert.deepEqual(told, real.done.errors);
        }
        const kept = rows - 4;
        assert.deepEqual(
          report(real).counts,
          onError === 'skip'
            ? { total_rows: rows, created: kept - 30, updated: 10, unchanged: 20, duplicates: 1, failed: 3 }
            : { total_rows: rows, skipped: kept, duplicates: 1, failed: 3 },
        );
        const again = onError === 'reject' ? [[rows - 1, 'email', 'duplicate_identifier']] : [];
        assert.deepEqual(
          real.done.errors.map((error: { row: number; field: string; code: string }) => [
            error.row,
            error.field,
            error.code,
          ]),
          [
            [41, 'age', 'invalid_number'],
            // Whether a name is missing too depends on who the row means, and that cannot be read.
            [42, 'email', 'invalid_email'],
            [42, 'born', 'invalid_date'],
            [43, null, 'ragged_row'],
            ...again,
          ],
        );
        for (const { message } of real.done.errors) assert.match(message, /^[A-Z].{10,}[.?]$/);

        const failed: Record<string, string>[] = parse(await repairFile(real.done.import_id), {
          columns: true,
          relax_column_count: true,
        });
        assert.deepEqual(
          failed.map((row) => [row.email, row.error_row]),
          [
            [`${onError}${rows}-40@x.example`, '41'],
            ['no address', '42'],
            [`${onError}${rows}-42@x.example`, '43'],
            ...(onError === 'reject' ? [[`${onError}${rows}-50@x.example`, String(rows - 1)]] : []),
          ],
        );
        const mended = (await repairFile(real.done.import_id))
          .replace(',forty,', ',40,')
          .replace('no address,,,Rome,41,31/02/2020', `${onError}${rows}-41@x.example,,Mended,Rome,41,01/02/2020`);
        const repaired = await send(mended, { on_error: onError, repairs_import_id: real.done.import_id });
        assert.deepEqual(countsOf(repaired.done), {
          total_rows: failed.length,
          created: failed.length,
        });
        const { body: found } = await server.a.call('POST', '/v1/customer/find', {
          workspace_id: server.a.workspaceId,
          identifiers: [{ email: `${onError}${rows}-41@x.example` }],
          decrypt: true,
        });
        assert.equal(found[0]?.profile.name, 'Mended');
        if (onError === 'skip') {
          const anew = await send(files.sent, { on_error: onError });
          assert.equal(anew.done.same_file_as, real.done.import_id);
          // The mended rows are still bad in it; all others are told to be there already.
          assert.deepEqual(countsOf(anew.done), { total_rows: rows, unchanged: kept, duplicates: 1, failed: 3 });
        }
      });
});
