import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startCluster, type TestCluster } from './cluster.ts';
import { ensureChromium } from './console/ensure-chromium.ts';

// Type-check, lint and all tests, as one command with one closing line. Arguments narrow the test files:
// npm test -- imports runs the files whose path contains "imports", and skips type-check and lint. With --e2e the console is
// built and its tests are run in a browser (npm run test:e2e). With --long harnesses run in full, and then the tests in a
// browser (npm run test:full, npm run test:crash).

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isLong = process.argv.includes('--long');
const onlyBrowser = process.argv.includes('--e2e');
const TIMEOUT_MS = isLong ? 3_300_000 : 240_000;
const MEMORY_FOLDER = '/dev/shm';
/** Twice what the fullest moment of a run takes. */
const NEEDED_BYTES = 4 * 1024 ** 3;

/**
 * Where all data folders and databases of the run go: into memory where there is enough of it. A disk takes a quarter of
 * the run's time to make and remove some hundred databases, and a process that is killed loses nothing more on it.
 */
function folderForRun(): string {
  const { bavail, bsize } = existsSync(MEMORY_FOLDER) ? statfsSync(MEMORY_FOLDER) : { bavail: 0, bsize: 0 };
  const made = mkdtempSync(join(bavail * bsize >= NEEDED_BYTES ? MEMORY_FOLDER : tmpdir(), 'nudgescribe-tests-'));
  // As any folder for temporary files: tests that run as root start a database as somebody else.
  chmodSync(made, 0o755);
  return made;
}

/** What a signal is passed on to: the tests end, and the run cleans up behind them. */
let running: ChildProcess | null = null;
let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    isStopped = true;
    running?.kill(signal);
  });

function run(
  command: string,
  args: string[],
  environment: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running = child;
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      process.stdout.write(text);
    });
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

const filesLike = (pattern: string) =>
  globSync(pattern, { cwd: ROOT, exclude: (name) => name.includes('node_modules') })
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .sort();
const inNode = onlyBrowser ? [] : filesLike('{server,sdk,cli,demo,bootstrap,console}/**/*.test.ts');
const inBrowser = onlyBrowser || isLong ? filesLike('server/test/console/*.e2e.ts') : [];
/** One after the other: what waits for a page as a person does must not wait for a harness that takes the whole machine. */
const rounds = [inNode, inBrowser].filter((files) => files.length > 0);
if (rounds.length === 0) {
  process.stderr.write(`No test file matches ${wanted.join(', ')}.\n`);
  process.exit(1);
}

let passed = 0;
let failed = 0;
// Before anything else: without a browser a long run would fail at its end.
if (inBrowser.length > 0) {
  ensureChromium();
  const { code } = await run(process.execPath, ['console/build.ts']);
  if (code !== 0) process.exit(1);
}
if (inNode.length > 0 && wanted.length === 0) {
  for (const [name, command, args] of [
    ['type-check', 'tsc', ['--noEmit']],
    ['type-check of the console', 'tsc', ['--noEmit', '-p', 'console']],
    ['lint', 'biome', ['check', '--error-on-warnings', '.']],
  ] as const) {
    const { code } = await run(`${ROOT}node_modules/.bin/${command}`, [...args]);
    process.stdout.write(`${code === 0 ? 'ok' : 'FAILED'}: ${name}\n`);
    if (code === 0) passed += 1;
    else failed += 1;
  }
}

const folder = folderForRun();
process.env.TMPDIR = folder;
let cluster: TestCluster | null = null;
try {
  cluster = await startCluster();
  for (const files of rounds) {
    if (isStopped) break;
    const { code, output } = await run(
      process.execPath,
      ['--test', '--test-reporter=spec', '--test-concurrency=3', `--test-timeout=${TIMEOUT_MS}`, ...files],
      {
        NUDGESCRIBE_TEST_CLUSTER_URL: cluster.url,
        NUDGESCRIBE_TEST_ROOT_KEY: cluster.rootKey,
        ...(process.argv.includes('--pictures') ? { NUDGESCRIBE_TEST_SCREENSHOTS: 'yes' } : {}),
        ...(isLong ? { NUDGESCRIBE_TEST_FORM: 'long' } : {}),
      },
    );
    const count = (word: string) => Number(new RegExp(`^ℹ ${word} (\\d+)$`, 'm').exec(output)?.[1] ?? 0);
    passed += count('pass');
    const broken = count('fail') + count('cancelled');
    failed += broken;
    // A runner that failed without naming a test, or ran none, is a failure too.
    if (broken === 0 && (code !== 0 || count('pass') === 0)) failed += 1;
  }
} finally {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
