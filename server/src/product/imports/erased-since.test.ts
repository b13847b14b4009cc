import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../../test/harness.ts';
import { stoppingAfter, workOff } from '../../../test/work-off.ts';
import { type TestCampaigns, testCampaigns } from '../campaigns/test-campaign.ts';
import { newGroup } from '../customers/test-workspace.ts';

const ROWS = 5_000;

let server: TestServer;
let six: TestCampaigns;

before(async () => {
  server = await startTestServer({ workers: false });
  six = await testCampaigns(() => server.a);
});

const work = (jobId: string, looks?: number) =>
  workOff(server, jobId, looks === undefined ? undefined : stoppingAfter(looks));

const find = async (...numbers: string[]) =>
  (await six.ok('POST', '/v1/customer/find', { identifiers: numbers.map((customer_number) => ({ customer_number })) }))
    .length;

const file = (prefix: string, bad: number[] = []) =>
  [
    'customer_number,first_name,tenure',
    ...Array.from({ length: ROWS }, (_, index) => `${prefix}${index},Name,${bad.includes(index) ? 'no number' : '1'}`),
  ].join('\n');

async function queue(groupId: string, data_file: string, more: Record<string, unknown> = {}) {
  const answer = await six.ok('POST', '/v1/customer/check', { customer_group_id: groupId, data_file, ...more });
  assert.equal(answer.status, 'queued');
  const [job] = await server.app.services.database.tenant(server.a.accountId, (tx) =>
    tx.rows<{ job_id: string }>('select job_id from imports where import_id = $1', [answer.import_id]),
  );
  return { importId: answer.import_id as string, jobId: job?.job_id ?? '' };
}

describe('who is erased while an import waits or is under way', () => {
  for (const on_error of ['skip', 'reject'] as const)
    test(`is left out by it (${on_error}), also out of its repair file, and may be brought by a later one`, async () => {
      const groupId = await newGroup(server.a, `Erased before ${on_error}`);
      const p = on_error;
      await six.add([{ customer_number: `${p}1`, first_name: 'There' }], groupId);
      const { importId, jobId } = await queue(groupId, file(p, on_error === 'skip' ? [3] : []), { on_error });
      const [there] = await six.ok('POST', '/v1/customer/find', { identifiers: [{ customer_number: `${p}1` }] });
      await six.ok('DELETE', '/v1/customer', { customer_ids: [there.customer_id] });
      // Nobody of these is stored yet: they are named by their identifiers.
      const later = [2, 3, ROWS - 1].map((number) => ({ customer_number: `${p}${number}` }));
      assert.equal((await six.ok('DELETE', '/v1/customer', { identifiers: later })).not_found, 3);
      assert.equal(await work(jobId, 3), 'queued', 'stopped on its way');
      assert.equal(await work(jobId), 'completed');
      const { total_rows, created, skipped, failed } = await six.ok('POST', '/v1/customer/imports', {
        import_id: importId,
      });
      assert.deepEqual([total_rows, created, skipped, failed], [ROWS, ROWS - 4, 4, 0]);
      assert.equal(await find(`${p}1`, `${p}2`, `${p}3`, `${p}${ROWS - 1}`), 0);
      assert.equal(await find(`${p}0`, `${p}4`), 2);
      const left = await server.app.services.database.tenant(server.a.accountId, (tx) =>
        tx.rows('select 1 from erased_identifiers'),
      );
      assert.equal(left.length, 0, 'remembered no longer than it takes');
      const again = await queue(groupId, file(p), { on_error });
      assert.equal(await work(again.jobId), 'completed');
      assert.equal(await find(`${p}1`, `${p}2`), 2);
    });

  test('is left out also where the clock was ahead when the file came', async () => {
    const groupId = await newGroup(server.a, 'Clock ahead');
    const { importId, jobId } = await queue(groupId, file('ahead'), { on_error: 'skip' });
    await server.app.services.database.tenant(server.a.accountId, (tx) =>
      tx.run("update imports set created_at = now() + interval '1 hour' where import_id = $1", [importId]),
    );
    await six.ok('DELETE', '/v1/customer', { identifiers: [{ customer_number: 'ahead7' }] });
    assert.equal(await work(jobId), 'completed');
    assert.deepEqual([await find('ahead7'), await find('ahead8')], [0, 1]);
  });

  test('is erased by a call between two chunks, and not brought back by the rest of the file', async () => {
    const groupId = await newGroup(server.a, 'Erased between');
    const lines = file('between').split('\n');
    // The same person at both ends of the file: once stored, then erased, then met again.
    const data_file = [...lines, 'between0,Again,2'].join('\n');
    const { importId, jobId } = await queue(groupId, data_file, { on_error: 'skip' });
    for (let looks = 1; (await find('between0')) === 0; looks += 1) assert.equal(await work(jobId, looks), 'queued');
    await six.ok('DELETE', '/v1/customer', { identifiers: [{ customer_number: 'between0' }] });
    assert.equal(await work(jobId), 'completed');
    assert.equal(await find('between0'), 0);
    const { created, skipped } = await six.ok('POST', '/v1/customer/imports', { import_id: importId });
    assert.deepEqual([created, skipped], [ROWS, 1]);
  });
});
