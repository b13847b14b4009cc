import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createCellReader } from './csv-cells.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-demo-'));
});
after(() => rm(folder, { recursive: true, force: true }));

function start(args: string[], environment: Record<string, string>) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('NUDGESCRIBE_'));
  const child = spawn(process.execPath, [MAIN, '--output', join(folder, 'out'), ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(kept), NUDGESCRIBE_DATA_DIR: join(folder, 'data'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  const heard: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      for (const hear of heard) hear();
    });
  const ended = new Promise<{ code: number | null; out: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out }));
  });
  const says = (words: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = words.exec(out);
        if (found !== null) resolve(found[1] ?? found[0]);
      };
      heard.push(look);
      look();
      ended.then(() => reject(new Error(`It ended without saying ${words}:\n${out}`)), reject);
    });
  return { child, ended, says };
}

const run = (args: string[], environment: Record<string, string> = {}) =>
  start(args, { NUDGESCRIBE_PORT: '0', ...environment }).ended;

async function publishedRows(): Promise<Record<string, string>[]> {
  const rows: string[][] = [];
  const reader = createCellReader(',', (cells) => rows.push(cells));
  reader.write(await readFile(join(folder, 'out', 'part-000001.csv'), 'utf8'));
  reader.end();
  const [header = [], ...body] = rows;
  return body.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ''])));
}

describe('the demo', () => {
  test('from nothing to published files, and the server is gone at the end', async () => {
    const { code, out } = await run(['--exit']);
    assert.equal(code, 0, out);
    const rows = await publishedRows();
    assert.equal(rows.length, 5_000);
    assert.equal(new Set(rows.map((row) => row.customer_number)).size, 5_000);
    assert.ok(rows.every((row) => row.message !== '' && !row.message?.includes('{{')));
    const manifest = JSON.parse(await readFile(join(folder, 'out', 'manifest.json'), 'utf8'));
    const bytes = await readFile(join(folder, 'out', 'part-000001.csv'));
    assert.equal(manifest.parts[0].sha256, createHash('sha256').update(bytes).digest('hex'));
    assert.match(out, /email: 137 blank/);
    assert.equal(out.match(/^ {2}│ Subject: /gm)?.length, 3);
    assert.equal((await stat(join(folder, 'data', 'demo-credentials.json'))).mode & 0o777, 0o600);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0] ?? '';
    await assert.rejects(fetch(`${url}/readyz`));
  });

  test("a reader's own file, on the same data, with blanks and no hints", async () => {
    const lines = Array.from(
      { length: 60 },
      (_, index) => `C${index};${['gold', 'silver', 'bronze'][index % 3]};${index % 7 === 0 ? '' : index * 1.5}`,
    );
    await writeFile(join(folder, 'own.csv'), `\uFEFFCustomer ID;Plan;Monthly charges\r\n${lines.join('\r\n')}\r\n`);
    await writeFile(join(folder, 'out', 'part-000002.csv'), 'left by an earlier run');
    const { code, out } = await run(['--csv', join(folder, 'own.csv'), '--exit']);
    assert.equal(code, 0, out);
    assert.match(out, /Monthly charges: 9 blank/);
    const rows = await publishedRows();
    assert.equal(rows.length, 60);
    assert.equal(new Set(rows.map((row) => row.segment_id)).size, Number(/(\d+) segments of 60/.exec(out)?.[1]));
    assert.deepEqual((await readdir(join(folder, 'out'))).sort(), ['manifest.json', 'part-000001.csv']);
  });

  test('a signal while the server goes on running stops both', async () => {
    const demo = start([], { NUDGESCRIBE_PORT: '0' });
    const url = await demo.says(/API {11}(http:\S+)/);
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    demo.child.kill('SIGINT');
    assert.equal((await demo.ended).code, 0);
    await assert.rejects(fetch(`${url}/readyz`));
  });

  test('what cannot be done is told in a sentence', async () => {
    const missing = await run(['--csv', join(folder, 'missing.csv'), '--exit']);
    assert.equal(missing.code, 1);
    assert.match(missing.out, /no file .*missing\.csv/);
    const wrong = await run(['--cvs', 'x']);
    assert.equal(wrong.code, 1);
    assert.match(wrong.out, /Usage/);

    await writeFile(join(folder, 'precious'), 'data');
    const foreign = await run(['--exit'], { NUDGESCRIBE_DATA_DIR: folder });
    assert.equal(foreign.code, 1);
    assert.match(foreign.out, /did not make/);

    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const busy = await run(['--exit'], { NUDGESCRIBE_PORT: String(port) });
    taken.close();
    assert.equal(busy.code, 1);
    assert.match(busy.out, /is taken/);
  });
});
