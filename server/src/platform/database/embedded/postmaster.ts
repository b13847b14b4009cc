import { closeSync, openSync } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainFailure } from './errors.ts';
import { signal } from './processes.ts';
import { dataDirArgument, runToEnd, spawnAs } from './program-run.ts';
import type { Programs } from './programs.ts';
import type { ServiceUser } from './service-user.ts';
import { settingArguments } from './settings.ts';

export type Postmaster = {
  pid: number;
  /** Resolves when the process has ended, however. */
  exited: Promise<void>;
  /** Fast shutdown, then an immediate one, then by force; under 7.5 s in all. */
  stop(): Promise<void>;
};

export type PostmasterOptions = {
  dataDir: string;
  clusterDir: string;
  programs: Programs;
  user: ServiceUser | null;
  settings: Record<string, string>;
  log: (event: string, fields: Record<string, unknown>) => void;
  /** Gives the start up; what has been started by then is stopped. */
  signal?: AbortSignal;
};

const FAST_STOP_MS = 5_000;
const IMMEDIATE_STOP_MS = 1_500;
const KILL_MS = 1_000;

/** Recovery after a crash in a large import takes tens of seconds; far beyond that something is wrong. */
const READY_LIMIT_MS = 15 * 60_000;
const READY_POLL_MS = 15;
const PROGRESS_MS = 5_000;

/** Starts Postgres and resolves when it takes connections; rejects with what it said when it ends before. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { dataDir, clusterDir, programs, user, settings, log } = options;
  const startLog = join(dataDir, 'postgres-start.log');
  const startedAt = Date.now();
  const output = openSync(startLog, 'w', 0o600);
  const child = await spawnAs(
    programs.postgres,
    ['-D', dataDirArgument(clusterDir), ...settingArguments(settings)],
    user,
    // A session of its own: a signal to the server's whole process group must not reach the database, which has to
    // outlive the last transactions.
    { cwd: clusterDir, detached: true, stdio: ['ignore', output, output] },
  ).finally(() => closeSync(output));
  const { pid } = child;
  if (pid === undefined) throw explainFailure('Starting the database', 'The process has no pid.');
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      ended = true;
      resolve();
    });
  });
  // Waiting for the database must not keep a process alive that is otherwise done.
  child.unref();
  const stop = () => stopPostmaster({ pid, exited, hasEnded: () => ended, programs, clusterDir });
  let nextProgress = Date.now() + PROGRESS_MS;
  while (!(await saysReady(clusterDir, pid))) {
    if (ended)
      throw explainFailure('Starting the database', await lastWords(startLog, join(clusterDir, 'log'), startedAt));
    const givenUp = options.signal?.aborted === true;
    if (givenUp || Date.now() - startedAt > READY_LIMIT_MS) {
      await stop();
      throw explainFailure('Starting the database', givenUp ? 'It was stopped.' : 'It took too long to recover.');
    }
    if (Date.now() > nextProgress) {
      log('database_recovering', { seconds: Math.round((Date.now() - startedAt) / 1000) });
      nextProgress += PROGRESS_MS;
    }
    await sleep(READY_POLL_MS);
  }
  return { pid, exited, stop };
}

/** postmaster.pid: the pid in its first line, the state in its eighth. */
async function saysReady(clusterDir: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}

async function stopPostmaster(options: {
  pid: number;
  exited: Promise<void>;
  hasEnded: () => boolean;
  programs: Programs;
  clusterDir: string;
}): Promise<void> {
  const { pid, exited, hasEnded, programs, clusterDir } = options;
  const steps: { name: NodeJS.Signals; mode: string; waitMs: number }[] = [
    { name: 'SIGINT', mode: 'fast', waitMs: FAST_STOP_MS },
    { name: 'SIGQUIT', mode: 'immediate', waitMs: IMMEDIATE_STOP_MS },
  ];
  for (const { name, mode, waitMs } of steps) {
    if (hasEnded()) return;
    if (process.platform === 'win32') {
      // Windows has no such signals; pg_ctl knows Postgres' substitute for them.
      const args = ['kill', mode === 'fast' ? 'INT' : 'QUIT', String(pid)];
      await runToEnd({ program: programs.pgCtl, args, cwd: clusterDir, user: null });
    } else signal(pid, name);
    await endsWithin(exited, waitMs);
  }
  if (hasEnded()) return;
  signal(pid, 'SIGKILL');
  await endsWithin(exited, KILL_MS);
}

async function endsWithin(exited: Promise<void>, waitMs: number): Promise<void> {
  const waiting = new AbortController();
  await Promise.race([exited, sleep(waitMs, undefined, { signal: waiting.signal }).catch(() => undefined)]);
  waiting.abort();
}

const LAST_WORDS_BYTES = 4_096;

/** What a failed start left on standard error and, later on, in the newest log file of this start. */
async function lastWords(startLog: string, logDir: string, startedAt: number): Promise<string> {
  const names = await readdir(logDir).catch(() => []);
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(logDir, name);
      return { path, at: (await stat(path)).mtimeMs };
    }),
  );
  const newest = files.filter(({ at }) => at >= startedAt - 1_000).sort((a, b) => b.at - a.at)[0];
  const parts = [await tail(startLog), newest === undefined ? '' : await tail(newest.path)];
  // The hint where to look for the log is of no use beside the log itself.
  return parts.join('\n').replace(/^.*(redirecting log output|Future log output).*$/gm, '');
}

async function tail(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => null);
  if (file === null) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - LAST_WORDS_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LAST_WORDS_BYTES), 0, LAST_WORDS_BYTES, start);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
