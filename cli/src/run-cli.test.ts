import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startTestServer, type TestServer } from '../../server/test/harness.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const CUSTOMERS = 40;

let server: TestServer;
let folder: string;
before(async () => {
  server = await startTestServer();
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-cli-'));
});
after(() => rm(folder, { recursive: true, force: true }));

type AuditEvent = {
  event_id: string;
  action: string;
  workspace_id: string | null;
  object_ids: Record<string, unknown>;
};

type Ended = { code: number | null; out: string; err: string };

/** Runs the CLI as people do, as a process without a terminal. */
function run(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('NUDGESCRIBE_'));
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(kept), XDG_CONFIG_HOME: join(folder, 'config'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ended.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ended.err += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
  });
}

async function well(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  const ended = await run(args, environment);
  assert.equal(ended.code, 0, `${args.join(' ')}: ${ended.err}${ended.out}`);
  return ended;
}

const unattended = () => ({
  NUDGESCRIBE_URL: server.url,
  NUDGESCRIBE_EMAIL: server.a.email,
  NUDGESCRIBE_PASSWORD: server.a.password,
  NUDGESCRIBE_API_KEY: server.a.apiKey,
});

function customersCsv(bad: boolean): string {
  const rows = Array.from({ length: CUSTOMERS }, (_, index) => {
    const tier = index % 2 === 0 ? 'plus' : 'standard';
    const visits = bad && index === 3 ? 'many' : String(index);
    return `K-${100 + index},Name${String.fromCharCode(65 + (index % 26))},${tier},${visits}`;
  });
  return `customer_number,first_name,tier,visits\n${rows.join('\n')}\n`;
}

describe('called wrongly', () => {
  test('an unknown command, a missing option and a wrong choice end with 2 and say so', async () => {
    for (const [args, said] of [
      [['dance'], /unknown command/],
      [['import', 'a.csv'], /--group/],
      [['import', 'a.csv', '--group', 'A', '--on-error', 'panic'], /on-error/],
      [['import', 'missing.csv', '--group', 'A'], /no file "missing\.csv"/],
      [['campaign', 'create', '--name', 'A'], /--group, --objective, --product, --call-to-action/],
      [['campaign', 'segments'], /--group with --segment-by/],
    ] as const) {
      const ended = await run([...args]);
      assert.equal(ended.code, 2, args.join(' '));
      assert.match(ended.err, said);
    }
  });

  test('help is no mistake', async () => {
    const { out } = await well(['--help']);
    for (const command of ['login', 'import', 'campaign', 'fetch', 'verify', 'rerun'])
      assert.match(out, new RegExp(command));
    assert.match((await well(['campaign', 'review', '--help'])).out, /--approve-all/);
  });

  test('without a login it says how to get one, and a server that is not there is named as that', async () => {
    const ended = await run(['groups']);
    assert.equal(ended.code, 1);
    assert.match(ended.err, /nudgescribe login/);
    const away = await run(['groups'], { ...unattended(), NUDGESCRIBE_URL: 'http://127.0.0.1:9' });
    assert.equal(away.code, 1);
    assert.doesNotMatch(away.err, /at .*\.ts:/);
  });
});

describe('from a file to published messages', () => {
  test('login keeps tokens only, readable by their owner alone', async () => {
    const wrong = await run(['login'], { ...unattended(), NUDGESCRIBE_PASSWORD: 'not the password' });
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /\(request [0-9a-f-]+\)/);
    await well(['login'], unattended());
    const path = join(folder, 'config', 'nudgescribe', 'login.json');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    const kept = await readFile(path, 'utf8');
    assert.ok(!kept.includes(server.a.password) && !kept.includes(server.a.apiKey));
    const listed = JSON.parse((await well(['workspaces', '--json'])).out);
    assert.deepEqual(
      listed.map((workspace: { workspace_id: string }) => workspace.workspace_id),
      [server.a.workspaceId],
    );
  });

  test('a workspace is made and chosen by its name', async () => {
    const made = JSON.parse((await well(['workspaces', 'create', 'Second place', '--json'])).out);
    await well(['workspaces', 'use', 'Second place']);
    const listed = (await well(['workspaces'])).out;
    assert.match(listed, new RegExp(`Second place +${made.workspace_id} +yes`));
    const again = await run(['workspaces', 'create', 'second PLACE']);
    assert.equal(again.code, 1);
    await well(['workspaces', 'use', server.a.workspaceId]);
    const gone = await server.a.call('DELETE', '/v1/workspace', { workspace_id: made.workspace_id });
    assert.equal(gone.status, 200, gone.text);
  });

  test('tokens are not sent to another server', async () => {
    const ended = await run(['groups'], { NUDGESCRIBE_URL: 'http://127.0.0.1:9' });
    assert.equal(ended.code, 1);
    assert.match(ended.err, /logged in to/);
  });

  test('import proposes fields, needs --yes without a terminal, and never shows a value', async () => {
    await writeFile(join(folder, 'good.csv'), customersCsv(false));
    const asked = await run(['import', 'good.csv', '--group', 'Spring', '--infer']);
    assert.equal(asked.code, 2);
    assert.match(asked.err, /--yes/);
    const done = await well(['import', 'good.csv', '--group', 'Spring', '--infer', '--yes']);
    assert.match(done.err, /customer_number\s+string\s+identifier/);
    assert.match(done.out, /completed, 40 rows/);
    assert.ok(!`${done.out}${done.err}`.includes('NameA'));
    const again = JSON.parse((await well(['import', 'good.csv', '--group', 'Spring', '--json'])).out);
    assert.equal(again.unchanged, CUSTOMERS);
  });

  test('a bad row rejects the file, and a repair file has it', async () => {
    await writeFile(join(folder, 'bad.csv'), customersCsv(true));
    const refused = await run(['import', 'bad.csv', '--group', 'Spring']);
    assert.equal(refused.code, 1);
    assert.match(refused.out, /rejected[\s\S]*4\s+visits/);
    const skipped = await well([
      'import',
      'bad.csv',
      '--group',
      'Spring',
      '--on-error',
      'skip',
      '--repair-file',
      'repair.csv',
    ]);
    assert.match(skipped.out, /completed/);
    const repair = await readFile(join(folder, 'repair.csv'), 'utf8');
    assert.match(repair, /error_row/);
    assert.match(repair, /K-103/);
    assert.equal(repair.trimEnd().split('\n').length, 2);
    const twice = await run(['import', 'bad.csv', '--group', 'Spring', '--repair-file', 'repair.csv']);
    assert.equal(twice.code, 2);
  });

  test('create, generate, review, approve, publish, fetch, rerun', async () => {
    await well([
      ...['campaign', 'create', '--name', 'Spring savings', '--group', 'Spring', '--objective', 'Open an account'],
      ...['--product', 'Spring Saver', '--call-to-action', 'Open it now', '--segment-by', 'tier'],
      ...['--segment-by', 'visits:10,30'],
    ]);
    const segments = JSON.parse((await well(['campaign', 'segments', 'Spring savings', '--json'])).out);
    assert.equal(segments.segment_count, 6);
    await well(['campaign', 'generate', 'Spring savings']);
    const early = await run(['campaign', 'approve', 'Spring savings']);
    assert.equal(early.code, 1);
    assert.match(early.err, /Pending[\s\S]*\(request /);
    const messages = JSON.parse((await well(['campaign', 'review', 'Spring savings', '--json'])).out);
    assert.equal(messages.length, 6);
    const [first] = messages as { message_id: string }[];
    await well(['campaign', 'review', 'spring SAVINGS', '--reject', first?.message_id ?? '', '--note', 'too long']);
    assert.match((await well(['campaign', 'review', 'Spring savings'])).out, /1 Rejected[\s\S]*|5 Pending/);
    await well(['campaign', 'review', 'Spring savings', '--rewrite', first?.message_id ?? '', '--guidance', 'Shorter']);
    await well(['campaign', 'review', 'Spring savings', '--approve', first?.message_id ?? '']);
    await well(['campaign', 'review', 'Spring savings', '--approve-all']);
    await well(['campaign', 'approve', 'Spring savings']);
    assert.match((await well(['campaign', 'publish', 'Spring savings'])).out, /40 rows in 1 file/);
    await well(['fetch', 'Spring savings', '--to', 'out']);
    assert.deepEqual((await readdir(join(folder, 'out'))).sort(), ['manifest.json', 'part-000001.csv']);
    assert.match(await readFile(join(folder, 'out', 'part-000001.csv'), 'utf8'), /^customer_number,/);
    await well(['fetch', 'Spring savings', '--to', 'out']);
    assert.match((await well(['verify', 'out'])).out, /40 rows in 1 file are as published/);
    const { digest } = JSON.parse((await well(['verify', 'out/part-000001.csv', '--json'])).out);
    await well(['verify', 'out', '--digest', digest]);
    assert.equal((await run(['verify', 'out', '--digest', 'f'.repeat(64)])).code, 1);
    assert.equal((await run(['verify', 'nowhere'])).code, 2);
    await writeFile(
      join(folder, 'tampered.csv'),
      await readFile(join(folder, 'out', 'part-000001.csv'), 'utf8').then((text) => text.replace('K-100', 'K-900')),
    );
    const tampered = await run(['verify', 'tampered.csv', '--manifest', 'out/manifest.json']);
    assert.equal(tampered.code, 1);
    assert.match(tampered.out, /unknown_file/);
    await writeFile(join(folder, 'out', 'manifest.json'), '{}');
    assert.equal((await run(['verify', 'out'])).code, 2);
    assert.equal((await run(['fetch', 'Spring savings', '--to', 'out'])).code, 2);
    await well(['rerun', 'Spring savings']);
    const history = JSON.parse((await well(['rerun', 'history', 'Spring savings', '--json'])).out);
    assert.deepEqual(
      history.map((one: { run_number: number }) => one.run_number),
      [2, 1],
    );
  });

  test('the audit log is searched, paged and written to a file', async () => {
    const other = JSON.parse((await well(['workspaces', 'create', 'Told apart', '--json'])).out).workspace_id;
    for (const name of ['One', 'Two', 'Three'])
      await well(['groups', 'create', `Audited ${name}`, '--workspace', other]);
    const list = async (...args: string[]): Promise<AuditEvent[]> =>
      JSON.parse((await well(['audit', 'list', '--json', ...args])).out);
    const all = await list('--action', 'group.created', '--workspace', other);
    assert.deepEqual([all.length, new Set(all.map(({ workspace_id }) => workspace_id))], [3, new Set([other])]);
    assert.deepEqual(await list('--action', 'group.created', '--workspace', 'TOLD apart'), all);
    assert.ok((await list('--action', 'group.created')).length > 3);
    const [third, second, first] = all;
    const page = ['--action', 'group.', '--workspace', other, '--limit', '2'];
    assert.deepEqual(await list(...page), [third, second]);
    assert.deepEqual(await list(...page, '--before', second?.event_id ?? ''), [first]);
    assert.deepEqual(await list('--object', String(second?.object_ids.customer_group_id)), [second]);
    assert.deepEqual(await list('--workspace', other, '--outcome', 'refused'), []);
    assert.deepEqual(await list('--workspace', other, '--actor', first?.event_id ?? ''), []);
    assert.deepEqual(await list('--workspace', other, '--until', '2001-01-01'), []);
    assert.deepEqual(await list('--workspace', other, '--since', '2001-01-01', '--actor', server.a.userId), all);
    const shown = await well(['audit', ...page]);
    assert.match(shown.out, /group\.created +done/);
    assert.match(shown.err, new RegExp(`--before ${second?.event_id}`));
    assert.doesNotMatch((await well(['audit', ...page, '--before', second?.event_id ?? ''])).err, /--before/);

    const everyone = await server.a.call('POST', '/v1/customer', {
      workspace_id: server.a.workspaceId,
      customer_group_id: (await server.a.call('POST', '/v1/cg', { workspace_id: server.a.workspaceId })).body.find(
        (group: { group_name: string }) => group.group_name === 'Spring',
      ).customer_group_id,
    });
    const customer_ids = everyone.body.map(({ customer_id }: { customer_id: string }) => customer_id);
    await server.a.call('PUT', '/v1/suppression', { workspace_id: server.a.workspaceId, customer_ids });
    const cut = await well(['audit', '--action', 'suppression.added']);
    assert.match(cut.out, /"and 37 more"/);
    assert.equal(customer_ids.filter((customerId: string) => cut.out.includes(customerId)).length, 3);
    assert.equal((await list('--object', customer_ids[39], '--action', 'suppression.added')).length, 1);

    await well(['audit', 'export', 'events.ndjson', '--workspace', other, '--action', 'group.']);
    const lines = (await readFile(join(folder, 'events.ndjson'), 'utf8')).trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      all,
    );
    const twice = await run(['audit', 'export', 'events.ndjson', '--workspace', other]);
    assert.notEqual(twice.code, 0, 'what is there is not written over');
    for (const { object_ids } of all) await server.a.call('DELETE', '/v1/cg', { workspace_id: other, ...object_ids });
    const gone = await server.a.call('DELETE', '/v1/workspace', { workspace_id: other });
    assert.equal(gone.status, 200, gone.text);
    assert.deepEqual(
      await list('--action', 'group.created', '--workspace', other),
      all,
      'its log outlives a workspace',
    );
    await well(['audit', 'export', 'everything.ndjson']);
    const everything = (await readFile(join(folder, 'everything.ndjson'), 'utf8')).trimEnd().split('\n');
    const ids: string[] = everything.map((line) => JSON.parse(line).event_id);
    assert.deepEqual(ids, [...new Set(ids)].sort().reverse());
    assert.ok(all.every(({ event_id }) => ids.includes(event_id)));
    for (const args of [
      ['--limit', '0'],
      ['--limit', '1001'],
      ['--before', 'yesterday'],
      ['--since', 'someday'],
      ['--workspace', 'no such place'],
    ])
      assert.equal((await run(['audit', 'list', ...args])).code, 2, args.join(' '));
  });

  test('logout forgets the login', async () => {
    await well(['logout']);
    assert.equal((await run(['groups'])).code, 1);
    await well(['groups'], unattended());
  });
});
