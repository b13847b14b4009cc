import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

const root = mkdtempSync(join(tmpdir(), 'bootstrap-'));
after(() => rm(root, { recursive: true, force: true }));

const OWN_NODE = `node-${process.platform}-${process.arch}`;

/** Shows what it was given; told to wait, it ends with 7 at the first signal and says how many came. */
const SCRIPT = `
const shown: Record<string, unknown> = {
  args: process.argv.slice(2), cwd: process.cwd(), own: process.env['OWN_NODE'] ?? null,
  mode: process.env['NUDGESCRIBE_MODE'] ?? null, path: process.env['PATH']?.split(':')[0],
};
console.log(JSON.stringify(shown));
if (process.argv[2] === 'wait') {
  let signals = 0;
  process.on('SIGTERM', () => {
    signals += 1;
    setTimeout(() => { console.log(JSON.stringify({ signals })); process.exit(7); }, 200);
  });
  setInterval(() => {}, 1000);
}
if (process.argv[2] === 'die') process.kill(process.pid, 'SIGKILL');
`;

const manifest = (extra: Record<string, unknown> = {}) => ({
  name: 'fixture',
  version: '1.0.0',
  scripts: { postinstall: 'echo installed >> installs.txt' },
  dependencies: { [OWN_NODE]: 'file:./own-node' },
  ...extra,
});

async function writeManifest(dir: string, extra: Record<string, unknown> = {}): Promise<void> {
  await writeFile(join(dir, 'package.json'), JSON.stringify(manifest(extra)));
}

/** A repository whose own Node is this one behind a small script. */
async function makeFixture(dir: string): Promise<void> {
  await mkdir(join(dir, 'bootstrap'), { recursive: true });
  await mkdir(join(dir, 'own-node', 'bin'), { recursive: true });
  await copyFile(join(import.meta.dirname, 'run.mjs'), join(dir, 'bootstrap', 'run.mjs'));
  await writeFile(join(dir, 'script.ts'), SCRIPT);
  const node = join(dir, 'own-node', 'bin', 'node');
  await writeFile(node, `#!/bin/sh\nOWN_NODE=yes exec ${process.execPath} "$@"\n`);
  await chmod(node, 0o755);
  const own = { name: OWN_NODE, version: '1.0.0', bin: { node: 'bin/node' } };
  await writeFile(join(dir, 'own-node', 'package.json'), JSON.stringify(own));
  await writeManifest(dir);
  const { name, version, dependencies } = manifest();
  const packages = {
    '': { name, version, hasInstallScript: true, dependencies },
    [`node_modules/${OWN_NODE}`]: { resolved: 'own-node', link: true },
    'own-node': { name: OWN_NODE, version: '1.0.0', bin: { node: 'bin/node' } },
  };
  const lock = { name, version, lockfileVersion: 3, requires: true, packages };
  await writeFile(join(dir, 'package-lock.json'), JSON.stringify(lock));
}

type Run = { child: ChildProcess; output: () => string; errors: () => string; code: Promise<number | null> };

function run(dir: string, args: string[], environment: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, [join(dir, 'bootstrap', 'run.mjs'), 'script.ts', ...args], {
    cwd: tmpdir(),
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const code = once(child, 'close').then(([exit]) => exit as number | null);
  return { child, output: () => output, errors: () => errors, code };
}

const installs = async (dir: string): Promise<number> =>
  (await readFile(join(dir, 'installs.txt'), 'utf8').catch(() => '')).split('\n').length - 1;

describe('bootstrap', { skip: process.platform === 'win32' }, () => {
  const dir = join(root, 'clone');
  before(() => makeFixture(dir));

  test('installs once for two starts at the same time, also after one was killed there', async () => {
    await writeFile(join(dir, '.install.lock'), '999999999');
    const runs = [run(dir, ['a', 'b c']), run(dir, ['a', 'b c'])];
    for (const each of runs) {
      assert.equal(await each.code, 0, each.errors());
      const shown = JSON.parse(each.output()) as { args: unknown };
      assert.deepEqual(shown.args, ['a', 'b c']);
    }
    assert.equal(await installs(dir), 1);
    assert.ok(runs.some((each) => each.errors().includes('Installed in')));
  });

  test("runs on the repository's Node, where it was called, with the environment kept and nothing installed again", async () => {
    const again = run(dir, [], { NUDGESCRIBE_MODE: 'production' });
    assert.equal(await again.code, 0, again.errors());
    assert.equal(again.errors(), '');
    assert.deepEqual(JSON.parse(again.output()), {
      args: [],
      cwd: tmpdir(),
      own: 'yes',
      mode: 'production',
      path: join(dir, 'node_modules', '.bin'),
    });
    assert.equal(await installs(dir), 1);
  });

  test('passes a signal on once, and ends as the script ends', async () => {
    const waiting = run(dir, ['wait']);
    while (waiting.output() === '')
      await once(waiting.child.stdout as NonNullable<typeof waiting.child.stdout>, 'data');
    await new Promise((resolve) => setTimeout(resolve, 100));
    waiting.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 50));
    waiting.child.kill('SIGTERM');
    assert.equal(await waiting.code, 7);
    assert.match(waiting.output(), /"signals":1/);
    assert.equal(await run(dir, ['die']).code, 137);
  });

  test("falls back to the system's Node when its own is not there", async () => {
    await chmod(join(dir, 'own-node', 'bin', 'node'), 0o644);
    await rm(join(dir, 'node_modules'), { recursive: true });
    // npm makes what it links executable, so the program itself must be unfit.
    await writeFile(join(dir, 'own-node', 'bin', 'node'), '#!/bin/sh\nexit 1\n');
    const fallen = run(dir, []);
    assert.equal(await fallen.code, 0, fallen.errors());
    assert.match(fallen.output(), /"own":null/);
    assert.equal(await installs(dir), 2);
  });

  test('installs again when the manifest changed, and says what to do when that fails', async () => {
    await writeManifest(dir, { description: 'changed' });
    assert.equal(await run(dir, []).code, 0);
    assert.equal(await installs(dir), 3);
    await writeManifest(dir, { dependencies: { missing: '1.0.0' } });
    const failed = run(dir, []);
    assert.equal(await failed.code, 1);
    assert.match(failed.errors(), /"npm ci" failed .*then start again/);
    assert.equal(failed.output(), '');
    await assert.rejects(readFile(join(dir, '.install.lock')));
  });
});
