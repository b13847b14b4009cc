import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startTestServer, type Tenant, type TestServer, until } from '../../../test/harness.ts';
import { countsOf, newGroup, type TestWorkspace, testWorkspace } from '../customers/test-workspace.ts';
import { createJobRunner } from '../jobs/runner.ts';

const line = (prefix: string, index: number, city = 'Rome') => `${prefix}${index}@x.example,,Name ${index},${city},,`;
const file = (lines: string[]) => ['email,phone,name,city,age,born', ...lines, ''].join('\n');
const many = (prefix: string, count: number, city?: string) =>
  Array.from({ length: count }, (_, index) => line(prefix, index + 1, city));

const ended = (tenant: Tenant, importId: string) =>
  until(async () => {
    const { body } = await tenant.call('POST', '/v1/customer/imports', {
      workspace_id: tenant.workspaceId,
      import_id: importId,
    });
    return !['queued', 'running'].includes(body.status) && body;
  });

async function groupSize(tenant: Tenant, groupId: string): Promise<number> {
  const { body } = await tenant.call('POST', '/v1/customer/pages', {
    workspace_id: tenant.workspaceId,
    customer_group_id: groupId,
    page_size: 100,
  });
  return body.total_customers;
}

describe('queued imports', () => {
  let server: TestServer;
  let space: TestWorkspace;

  before(async () => {
    server = await startTestServer();
    space = await testWorkspace(server.a);
  });

  async function freshGroup(name: string): Promise<string> {
    const groupId = await newGroup(server.a, name);
    space.ids.customer_group_id = groupId;
    return groupId;
  }

  test('1,001 rows are queued, and the import and its job tell the same end', async () => {
    const groupId = await freshGroup('Queued');
    const answer = await space.upload(file(many('q', 1_001)));
    assert.deepEqual([answer.status, answer.body.status, answer.body.valid], [200, 'queued', null], answer.text);
    const body = await ended(server.a, answer.body.import_id);
    assert.deepEqual([body.status, body.valid], ['completed', true]);
    assert.deepEqual(countsOf(body), { total_rows: 1_001, created: 1_001 });
    assert.equal(body.progress.done, body.progress.total);
    assert.equal(await groupSize(server.a, groupId), 1_001);
    const job = await until(async () => {
      const { body: found } = await server.a.call('POST', '/v1/job', {
        workspace_id: server.a.workspaceId,
        job_id: body.job_id,
      });
      return found.status === 'completed' && found;
    });
    assert.equal(job.result.created, 1_001);
    const again = await space.upload(file(many('q', 1_001)));
    assert.equal(again.body.same_file_as, answer.body.import_id);
    assert.deepEqual(countsOf(await ended(server.a, again.body.import_id)), { total_rows: 1_001, unchanged: 1_001 });
    await until(async () => (await server.app.services.objects.list(`uploads/${server.a.accountId}`)).length === 0);
  });

  test('a bad row at 1,500 and a duplicate at 2,900 reject the whole file', async () => {
    const groupId = await freshGroup('Rejected');
    const lines = many('rej', 3_000);
    lines[1_499] = 'not-an-address,,Name,Rome,,';
    lines[2_899] = line('rej', 7);
    const { body } = await space.upload(file(lines));
    const done = await ended(server.a, body.import_id);
    assert.deepEqual([done.status, done.valid], ['rejected', false]);
    assert.deepEqual(countsOf(done), { total_rows: 3_000, skipped: 2_998, failed: 1, duplicates: 1 });
    assert.deepEqual(
      done.errors.map((error: { row: number; code: string }) => [error.row, error.code]),
      [
        [1_500, done.errors[0].code],
        [2_900, 'duplicate_identifier'],
      ],
    );
    assert.equal(await groupSize(server.a, groupId), 0);
    const found = await server.a.call('POST', '/v1/customer/find', {
      workspace_id: server.a.workspaceId,
      identifiers: [{ email: 'rej1@x.example' }],
    });
    assert.deepEqual(found.body, []);
  });

  test('under skip the good rows are stored and every failed one is in the repair file', async () => {
    const groupId = await freshGroup('Skipped');
    const lines = many('skip', 3_000).map((text, index) =>
      index % 10 === 9 ? text.replace('@x.example', '@@') : text,
    );
    lines.push(line('skip', 1));
    const { body } = await space.upload(file(lines), 'text/csv', { on_error: 'skip' });
    const done = await ended(server.a, body.import_id);
    assert.equal(done.status, 'completed');
    assert.deepEqual(countsOf(done), { total_rows: 3_001, created: 2_700, failed: 300, duplicates: 1 });
    assert.equal(done.errors.length, 100);
    assert.equal(Object.values(done.error_counts as Record<string, number>)[0], 300);
    assert.equal(await groupSize(server.a, groupId), 2_700);
    const repair = await server.a.call('POST', '/v1/customer/imports', {
      workspace_id: server.a.workspaceId,
      import_id: body.import_id,
      format: 'csv',
    });
    assert.equal(repair.text.trimEnd().split('\r\n').length, 301);
  });

  for (const onError of ['skip', 'reject'])
    test(`rows that come again ten thousand rows later are duplicates (${onError})`, async () => {
      const groupId = await freshGroup(`Again ${onError}`);
      const lines = many(`again-${onError}`, 10_500);
      lines[2] = 'not-an-address,,Name,Rome,,';
      // Only the name differs, so taking the row for an update would show.
      lines.push(...lines.slice(0, 5).map((text) => text.replace('Rome', 'Oslo')));
      lines.push(line(`again-${onError}`, 3), line(`again-${onError}`, 3));
      const { body } = await space.upload(file(lines), 'text/csv', { on_error: onError });
      const done = await ended(server.a, body.import_id);
      assert.equal(done.status, onError === 'skip' ? 'completed' : 'rejected');
      // Row 3 was bad and so was its repetition; the customer it meant is made by the row after, and once.
      const good = { [onError === 'skip' ? 'created' : 'skipped']: 10_500 };
      assert.deepEqual(countsOf(done), { total_rows: 10_507, ...good, failed: 2, duplicates: 5 });
      assert.equal(await groupSize(server.a, groupId), onError === 'skip' ? 10_500 : 0);
    });

  test('a quote that is never closed at the end stores nothing, under skip too', async () => {
    const groupId = await freshGroup('Unclosed');
    const text = `${file(many('open', 60_000))}"last@x.example,,N,,,\n`;
    assert.ok(text.length < 4 * 1024 * 1024);
    const small = await space.upload(text, 'text/csv', { on_error: 'skip' });
    assert.equal(small.body.details?.[0].code, 'unclosed_quote', small.text);
    const large = `${file(many('open', 1_500).map((row) => row.replace('Rome', 'R'.repeat(9_990))))}${text.slice(text.indexOf('\n') + 1)}`;
    assert.ok(large.length > 16 * 1024 * 1024);
    const { body, text: answer } = await space.upload(large, 'text/csv', { on_error: 'skip' });
    assert.equal(body.status, 'queued', answer);
    const done = await ended(server.a, body.import_id);
    assert.deepEqual([done.status, done.error_counts], ['rejected', { unclosed_quote: 1 }]);
    assert.equal(await groupSize(server.a, groupId), 0);
  });

  test('the same file twice at once makes every customer once', async () => {
    const groupId = await freshGroup('At once');
    const text = file(many('twin', 2_500));
    const answers = await Promise.all([space.upload(text), space.upload(text), space.upload(text)]);
    /** Each names one that came before it, and only the first names none. */
    const namesOf = (imports: { import_id: string; same_file_as: string | null }[]) => {
      const ids = imports.map((made) => made.import_id);
      const named = imports.map((made) => made.same_file_as);
      return {
        none: named.filter((id) => id === null).length,
        ours: named.filter((id) => ids.includes(id ?? '')).length,
      };
    };
    assert.deepEqual(namesOf(answers.map((answer) => answer.body)), { none: 1, ours: 2 });
    const all = await Promise.all(answers.map((answer) => ended(server.a, answer.body.import_id)));
    assert.deepEqual(
      all.map((done) => done.status),
      ['completed', 'completed', 'completed'],
    );
    assert.equal(
      all.reduce((sum, done) => sum + done.created, 0),
      2_500,
    );
    assert.equal(await groupSize(server.a, groupId), 2_500);
    const small = file(many('tiny', 300));
    const inline = await Promise.all([space.upload(small), space.upload(small), space.upload(small)]);
    assert.deepEqual(inline.map((answer) => answer.body.created).sort(), [0, 0, 300]);
    assert.deepEqual(namesOf(inline.map((answer) => answer.body)), { none: 1, ours: 2 });
  });

  test('imports apply in the order they came, wait without a worker, and leave nothing when they are cancelled', async () => {
    const groupId = await freshGroup('In line');
    const line = (city: string) => file(many('line', 1_100, city));
    const answers = [];
    // More than there are workers: the other account's must not wait behind them.
    for (const city of ['Rome', 'Oslo', 'Bern', 'Cork', 'Lima', 'Nice', 'Pisa'])
      answers.push(await space.upload(line(city), 'text/csv', { on_error: 'skip' }));
    const other = await testWorkspace(server.b);
    const theirs = await other.upload(file(many('line', 1_100)));
    const last = answers.pop();
    const cancelled = await server.a.call('DELETE', '/v1/customer/imports', {
      workspace_id: server.a.workspaceId,
      import_id: last?.body.import_id,
    });
    // A worker may just be looking whether it is this import's turn; then it ends there.
    assert.equal(cancelled.status, 200, cancelled.text);
    const dropped = await ended(server.a, last?.body.import_id);
    assert.deepEqual([dropped.status, dropped.created, dropped.updated], ['cancelled', 0, 0]);
    assert.equal((await ended(server.b, theirs.body.import_id)).status, 'completed');
    const all = await Promise.all(answers.map((answer) => ended(server.a, answer.body.import_id)));
    assert.deepEqual(all.map(countsOf), [
      { total_rows: 1_100, created: 1_100 },
      ...all.slice(1).map(() => ({ total_rows: 1_100, updated: 1_100 })),
    ]);
    const ends = all.map((done) => Date.parse(done.completed_at));
    assert.deepEqual(ends, [...ends].sort());
    const [first] = await space.members(1, 1);
    assert.equal(first?.profile.city, 'Nice');
    assert.equal(await groupSize(server.a, groupId), 1_100);
    await until(async () => (await server.app.services.objects.list('uploads')).length === 0);
  });

  test('an upload that is cut leaves nothing behind', async () => {
    const query = new URLSearchParams(space.ids).toString();
    await new Promise<void>((resolve) => {
      const upload = request(`${server.url}/v1/customer/check?${query}`, {
        method: 'POST',
        headers: {
          'content-type': 'text/csv',
          authorization: `Bearer ${server.a.token}`,
          'content-length': 50_000_000,
        },
      });
      upload.on('error', () => resolve());
      upload.on('close', () => resolve());
      upload.write(Buffer.alloc(6 * 1024 * 1024, 'a,b\n'));
      setTimeout(() => upload.destroy(), 300);
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(await server.app.services.objects.list(`uploads/${server.a.accountId}`), []);
  });
});

describe('an upload that is too large', () => {
  test('is refused with 413, packed or not, and leaves nothing behind', async () => {
    const server = await startTestServer({ environment: { NUDGESCRIBE_MAX_UPLOAD_BYTES: '5000000' } });
    const space = await testWorkspace(server.a);
    const text = file(many('large', 150_000));
    assert.ok(text.length > 5_000_000);
    assert.ok(gzipSync(text).length < 5_000_000, 'what is small until it is unpacked');
    const boundary = '--X\r\nContent-Disposition: form-data; name="data_file"; filename="a.csv.gz"\r\n\r\n';
    const part = Buffer.concat([Buffer.from(boundary), gzipSync(text), Buffer.from('\r\n--X--\r\n')]);
    const csv = { 'content-type': 'text/csv' };
    for (const [raw, headers] of [
      [text, csv],
      [gzipSync(text), { ...csv, 'content-encoding': 'gzip' }],
      [part, { 'content-type': 'multipart/form-data; boundary=X' }],
    ] as [string | Buffer, Record<string, string>][]) {
      const answer = await server.a.call('POST', '/v1/customer/check', undefined, { raw, headers, query: space.ids });
      assert.deepEqual([answer.status, answer.body.code], [413, 'body_too_large'], answer.text);
    }
    assert.deepEqual(await server.app.services.objects.list(`uploads/${server.a.accountId}`), []);
  });
});

describe('an import whose worker stops', () => {
  let server: TestServer;
  let space: TestWorkspace;

  before(async () => {
    server = await startTestServer({ workers: false });
    space = await testWorkspace(server.a);
  });

  /** Runs the job again and again, each time stopped after so many looks at the signal, until it has ended. */
  async function runInPieces(
    jobId: string,
    looks: number,
    between?: (start: number) => Promise<void>,
  ): Promise<number> {
    const { services } = server.app;
    const runner = createJobRunner({
      services,
      database: services.database,
      queue: services.queue,
      kinds: services.jobKinds,
      log: services.log,
    });
    for (let starts = 1; starts < 100; starts += 1) {
      let seen = 0;
      const signal = new Proxy(new AbortController().signal, {
        get: (target, key) => (key === 'aborted' ? ++seen > looks : Reflect.get(target, key, target)),
      });
      await runner.run({ account_id: server.a.accountId, job_id: jobId }, signal);
      const job = await server.a.call('POST', '/v1/job', { workspace_id: server.a.workspaceId, job_id: jobId });
      if (!['queued', 'running'].includes(job.body.status)) return starts;
      await between?.(starts);
    }
    throw new Error('The job never ended.');
  }

  const digest = (values: unknown[]) => createHash('sha256').update(JSON.stringify(values)).digest('hex');

  for (const onError of ['reject', 'skip']) {
    test(`goes on where it stopped, every row once (${onError})`, async () => {
      space.ids.customer_group_id = await newGroup(server.a, `Stopped ${onError}`);
      const lines = many(onError, 9_000);
      // The second is met by another start than the first, after a chunk has been stored.
      const again = line(onError, 11, 'Oslo');
      if (onError === 'skip') {
        lines[4_100] = 'bad,,,,,';
        lines[8_990] = again;
      }
      const { body } = await space.upload(file(lines), 'text/csv', { on_error: onError });
      const starts = await runInPieces(body.job_id, 3);
      assert.ok(starts > 2, `only ${starts} starts`);
      const done = await ended(server.a, body.import_id);
      const failed = onError === 'skip' ? 1 : 0;
      assert.deepEqual(countsOf(done), {
        total_rows: 9_000,
        created: 9_000 - 2 * failed,
        ...(failed === 0 ? {} : { duplicates: 1, failed }),
      });
      const emails: unknown[] = [];
      for (let page = 1; page <= 9; page += 1)
        emails.push(...(await space.members(page)).map((member) => member.profile.email));
      const expected = lines.filter((text) => text !== 'bad,,,,,' && text !== again).map((text) => text.split(',')[0]);
      assert.equal(digest(emails), digest(expected), 'everyone once, in the order of the file');
    });
  }

  test('cancelling: before and while validating nothing is stored; what skip has stored stays', async () => {
    const groupId = await newGroup(server.a, 'Cancelled');
    space.ids.customer_group_id = groupId;
    const cancel = (importId: string) =>
      server.a.call('DELETE', '/v1/customer/imports', { workspace_id: server.a.workspaceId, import_id: importId });
    const waiting = await space.upload(file(many('never', 1_200)));
    const cancelled = await cancel(waiting.body.import_id);
    assert.equal(cancelled.body.status, 'cancelled', cancelled.text);
    const twice = await cancel(waiting.body.import_id);
    assert.deepEqual([twice.status, twice.body.code], [400, 'import_ended']);
    await runInPieces(waiting.body.job_id, 100);
    assert.equal(await groupSize(server.a, groupId), 0);

    const running = await space.upload(file(many('some', 9_000)), 'text/csv', { on_error: 'skip' });
    await runInPieces(running.body.job_id, 4, async () => {
      if ((await groupSize(server.a, groupId)) > 0) await cancel(running.body.import_id);
    });
    const done = await ended(server.a, running.body.import_id);
    assert.equal(done.status, 'cancelled');
    const stored = await groupSize(server.a, groupId);
    assert.ok(stored > 0 && stored < 9_000);
    assert.equal(done.created, stored);
  });

  test('a field that is deleted under a queued import stops it before anything is stored', async () => {
    const groupId = await newGroup(server.a, 'Field gone');
    space.ids.customer_group_id = groupId;
    const fieldId = await space.field({ field_name: 'badge', field_type: 'string', is_unique: true });
    const lines = Array.from({ length: 1_100 }, (_, index) => `B${index},Name`);
    const { body } = await space.upload(['badge,name', ...lines].join('\n'), 'text/csv', { on_error: 'skip' });
    assert.equal(body.status, 'queued');
    const removed = await server.a.call('DELETE', '/v1/cpf', {
      workspace_id: server.a.workspaceId,
      customer_profile_field_id: fieldId,
    });
    assert.equal(removed.status, 200, removed.text);
    await runInPieces(body.job_id, 100);
    const done = await ended(server.a, body.import_id);
    assert.deepEqual([done.status, done.error_counts], ['failed', { field_gone: 1 }]);
  });

  test('an import fails clearly when its group is gone', async () => {
    const groupId = await newGroup(server.a, 'Gone');
    space.ids.customer_group_id = groupId;
    const { body } = await space.upload(file(many('gone', 1_100)));
    const deleted = await server.a.call('DELETE', '/v1/cg', {
      workspace_id: server.a.workspaceId,
      customer_group_id: groupId,
    });
    assert.equal(deleted.status, 200, deleted.text);
    await runInPieces(body.job_id, 100);
    const done = await ended(server.a, body.import_id);
    assert.deepEqual([done.status, done.error_counts], ['failed', { group_gone: 1 }]);
    assert.equal(done.created, 0);
  });
});
