// Runs a script of this repository on the repository's own Node, installing what is missing first:
//   node bootstrap/run.mjs [--flag-of-node …] <script.ts> [arguments …]
// Plain JavaScript without dependencies, because it starts on whatever Node (20 or later) the system has.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MODULES = join(ROOT, 'node_modules');
/** Written last, so that its presence proves an install that went through. npm removes it when it begins anew. */
const MARKER = join(MODULES, '.nudgescribe-install.json');
/** Beside node_modules, which npm empties. */
const LOCK = join(ROOT, '.install.lock');
const NEEDED_MAJOR = 24;
const LOCK_LIMIT_MS = 15 * 60_000;
const LAST_WORDS_BYTES = 4_000;

/** A failure to be told in one sentence, without a stack. */
class Told extends Error {}

/** The child that signals are passed on to. */
let running = null;
let endedBy = null;

function passSignalsOn() {
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    let passed = false;
    process.on(name, () => {
      endedBy ??= name;
      // Once: a terminal or a supervisor tells the whole group, so the child has often heard already.
      if (!passed && running !== null) passed = running.kill(name);
    });
  }
}

const PARENT_LOOK_MS = 500;

/**
 * npm passes a signal to the shell it runs us in, and that shell dies of it without a word to us. When the parent is
 * gone, whoever started us through npm wants us to end.
 */
function endWithParent() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, PARENT_LOOK_MS).unref();
}

const exitCodeOf = (code, signal) => code ?? 128 + (constants.signals[signal] ?? 0);

/** Everything an install depends on. The platform too: a folder may be carried from one system to another. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\0`);
  const main = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const workspaces = (Array.isArray(main.workspaces) ? main.workspaces : []).map((name) => join(name, 'package.json'));
  for (const name of ['package.json', 'package-lock.json', '.npmrc', ...workspaces]) {
    const path = join(ROOT, name);
    hash
      .update(`${name}\0`)
      .update(existsSync(path) ? readFileSync(path) : '')
      .update('\0');
  }
  return hash.digest('hex');
}

/** What the last complete install left, if it was one of this very state. */
function installed(wanted) {
  try {
    const marker = JSON.parse(readFileSync(MARKER, 'utf8'));
    if (marker.fingerprint !== wanted) return null;
    if (marker.node !== null && !existsSync(join(ROOT, marker.node))) return null;
    return marker;
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** One install at a time. Resolves with what gives the lock back; waits for another process that holds it. */
async function takeLock() {
  const deadline = Date.now() + LOCK_LIMIT_MS;
  let told = false;
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
      return () => rmSync(LOCK, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST')
        throw new Told(`Cannot write to ${ROOT} (${error.code}). Run "npm ci" there once as the owner of the folder.`);
    }
    removeStaleLock();
    if (endedBy !== null) process.exit(exitCodeOf(null, endedBy));
    if (Date.now() > deadline)
      throw new Told(`Another install has not ended for 15 minutes. If none is running, delete ${LOCK}.`);
    if (!told) process.stderr.write('Waiting for another install of Nudgescribe to finish …\n');
    told = true;
    await sleep(100);
  }
}

function readLock(path) {
  try {
    return { pid: Number(readFileSync(path, 'utf8')), ageMs: Date.now() - statSync(path).mtimeMs };
  } catch {
    return null;
  }
}

/** Removes the lock of a process that has died, but never one that somebody took in between. */
function removeStaleLock() {
  const isStale = (lock) =>
    lock !== null && (lock.ageMs > LOCK_LIMIT_MS || (lock.pid > 0 ? !isAlive(lock.pid) : lock.ageMs > 5_000));
  if (!isStale(readLock(LOCK))) return;
  const aside = `${LOCK}.${process.pid}`;
  try {
    renameSync(LOCK, aside);
    if (!isStale(readLock(aside))) linkSync(aside, LOCK);
  } catch {
    // Somebody else was faster.
  }
  rmSync(aside, { force: true });
}

/** npm as it was started, or the one on the path. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script !== undefined && /npm-cli\.[cm]?js$/.test(script) && existsSync(script))
    return { command: process.execPath, before: [script], shell: false };
  return { command: 'npm', before: [], shell: process.platform === 'win32' };
}

async function install(wanted) {
  const { command, before, shell } = npmCommand();
  // Explicit, because NODE_ENV=production or a setting of the user would leave out what is needed here.
  const include = ['--include=optional', '--include=dev'];
  const args = [...before, 'ci', ...include, '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  const line = 'Installing what Nudgescribe needs';
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  process.stderr.write(`${line}; the first time this takes a minute or so …\n`);
  const ticking = setInterval(
    () => process.stderr.write(process.stderr.isTTY ? `\r${line}: ${seconds()} ` : `${line}: ${seconds()}\n`),
    process.stderr.isTTY ? 1_000 : 15_000,
  );
  let said = '';
  const child = spawn(command, args, { cwd: ROOT, shell, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  running = child;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said = (said + chunk).slice(-LAST_WORDS_BYTES);
    });
  const { code, signal, error } = await new Promise((settle) => {
    child.once('error', (problem) => settle({ code: 1, signal: null, error: problem }));
    child.once('close', (exit, by) => settle({ code: exit, signal: by, error: null }));
  });
  running = null;
  clearInterval(ticking);
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
  if (endedBy !== null) return;
  if (error?.code === 'ENOENT')
    throw new Told('npm was not found. Install Node with npm (any version from 20 up) and start again.');
  if (code !== 0)
    throw new Told(
      `"npm ci" failed in ${ROOT} (${error?.code ?? signal ?? `exit code ${code}`}). Check the network and the free space on the disk, then start again; "npm ci" run there by hand shows more.\n${said.trim()}`,
    );
  mkdirSync(MODULES, { recursive: true });
  writeFileSync(`${MARKER}.new`, JSON.stringify({ fingerprint: wanted, node: findOwnNode() }));
  renameSync(`${MARKER}.new`, MARKER);
  process.stderr.write(`Installed in ${seconds()}.\n`);
}

/** The path of the Node that came with the install, relative to the repository; null when none runs here. */
function findOwnNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const names = [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`];
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const linked = process.platform === 'win32' ? [] : [join(MODULES, '.bin', 'node')];
  const candidates = [...linked, ...names.map((name) => join(MODULES, name, 'bin', file))];
  const found = candidates.find((path) => {
    if (!existsSync(path)) return false;
    const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 30_000 });
    return status === 0 && majorOf(stdout) >= NEEDED_MAJOR;
  });
  return found === undefined ? null : relative(ROOT, found);
}

const majorOf = (version) => Number(/^v?(\d+)\./.exec(version.trim())?.[1] ?? 0);

function nodeToUse(marker) {
  if (marker.node !== null) return join(ROOT, marker.node);
  if (majorOf(process.versions.node) >= NEEDED_MAJOR) return process.execPath;
  throw new Told(
    `Nudgescribe runs on Node ${NEEDED_MAJOR}, and npm could not provide it for ${process.platform}-${process.arch}; this is Node ${process.versions.node}. Install Node ${NEEDED_MAJOR} or later and start again.`,
  );
}

async function ensureInstalled() {
  const wanted = fingerprint();
  const ready = installed(wanted);
  if (ready !== null) return ready;
  const giveBack = await takeLock();
  try {
    if (installed(wanted) === null && endedBy === null) await install(wanted);
  } finally {
    giveBack();
  }
  if (endedBy !== null) process.exit(exitCodeOf(null, endedBy));
  const marker = installed(wanted);
  if (marker === null) throw new Told('The installed files changed while they were installed. Start again.');
  return marker;
}

/**
 * The environment with the repository's programs first; Windows writes the variable in its own way. What compiling and
 * type stripping came to is kept beside the modules: a second start takes half as long and 30 MB less. With an allocator
 * arena for each of Node's many threads (glibc) a server holds on to 20 MB more.
 */
function environment() {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  const path = process.env[name];
  const programs = join(MODULES, '.bin');
  return {
    NODE_COMPILE_CACHE: join(MODULES, '.cache', 'nudgescribe-compiled'),
    MALLOC_ARENA_MAX: '2',
    ...process.env,
    [name]: path === undefined ? programs : `${programs}${delimiter}${path}`,
  };
}

async function main() {
  const given = process.argv.slice(2);
  const scriptAt = given.findIndex((argument) => !argument.startsWith('--'));
  if (scriptAt === -1) throw new Told('Usage: node bootstrap/run.mjs [--flag-of-node …] <script.ts> [arguments …]');
  const [script, ...rest] = given.slice(scriptAt);
  if (majorOf(process.versions.node) < 20) throw new Told(`Node 20 or later is needed; this is ${process.version}.`);
  passSignalsOn();
  endWithParent();
  const node = nodeToUse(await ensureInstalled());
  // Type stripping and SQLite are announced as experimental by the earliest releases of Node 24.
  const flags = ['--disable-warning=ExperimentalWarning', ...given.slice(0, scriptAt)];
  const args = [...flags, resolve(ROOT, script), ...rest];
  const child = spawn(node, args, { stdio: 'inherit', env: environment() });
  running = child;
  // A signal that came while nothing was running yet.
  if (endedBy !== null) child.kill(endedBy);
  child.once('error', (error) => {
    process.stderr.write(`${node} cannot be started (${error.code}). Delete node_modules and start again.\n`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => process.exit(exitCodeOf(code, signal)));
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Told ? error.message : error.stack}\n`);
  process.exit(1);
});
