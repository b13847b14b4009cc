import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Credentials } from './credentials.ts';
import { Told } from './told.ts';

const MAIN = fileURLToPath(new URL('../server/src/main.ts', import.meta.url));
const HOST = '127.0.0.1';
const USUAL_PORT = 8787;
const READY_MS = 60_000;
const STOP_MS = 10_000;
const LOOK_MS = 50;
const LAST_LINES = 12;

export type RunningServer = {
  url: string;
  pid: number;
  /** Ends when the process does, for whatever reason. */
  ended: Promise<void>;
  /** SIGTERM, and patience for ten seconds; false when it had to be killed. Safe to call twice. */
  stop(): Promise<boolean>;
};

/** The port if nobody listens there (0: any free one), else null. */
function freePort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(null));
    probe.listen(port, HOST, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}

/** The wished port, or a free one where none was wished. Throws Told when the wished one is taken. */
export async function choosePort(wished: number | null, say: (text: string) => void): Promise<number> {
  const port = await freePort(wished ?? USUAL_PORT);
  if (port !== null) return port;
  if (wished !== null)
    throw new Told(`Port ${wished} is taken. Stop what listens there, or name another one in NUDGESCRIBE_PORT.`);
  const other = await freePort(0);
  if (other === null) throw new Told('No free port was found.');
  say(`Port ${USUAL_PORT} is taken, so the server listens on ${other}.`);
  return other;
}

/** Settings of the shell that are meant for a real server, its database say, must not reach the demo's. */
function environmentOf(dataDir: string, port: number, credentials: Credentials): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('NUDGESCRIBE_'));
  return {
    ...Object.fromEntries(kept),
    NUDGESCRIBE_HOST: HOST,
    NUDGESCRIBE_PORT: String(port),
    NUDGESCRIBE_DATA_DIR: dataDir,
    NUDGESCRIBE_BOOTSTRAP_EMAIL: credentials.email,
    NUDGESCRIBE_BOOTSTRAP_PASSWORD: credentials.password,
    NUDGESCRIBE_BOOTSTRAP_API_KEY: credentials.api_key,
  };
}

/** What the server said for people before it ended; its structured lines are left in the log. */
async function lastWords(logPath: string): Promise<string> {
  const text = await readFile(logPath, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{'));
  return lines.slice(-LAST_LINES).join('\n');
}

const isReady = (url: string) =>
  fetch(`${url}/readyz`).then(
    (response) => response.ok,
    () => false,
  );

async function stopProcess(child: ChildProcess, ended: Promise<void>): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return true;
  child.kill('SIGTERM');
  const late = new AbortController();
  const inTime = await Promise.race([
    ended.then(() => true),
    sleep(STOP_MS, false, { signal: late.signal }).catch(() => false),
  ]);
  late.abort();
  if (inTime) return true;
  child.kill('SIGKILL');
  await ended;
  return false;
}

export function logPathOf(dataDir: string): string {
  return join(dataDir, 'demo-server.log');
}

/** Starts a server of its own. Its whole output goes to the log file of this run. */
export function startServer(dataDir: string, port: number, credentials: Credentials): RunningServer {
  const log = openSync(logPathOf(dataDir), 'w', 0o600);
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: environmentOf(dataDir, port, credentials),
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return { url: `http://${HOST}:${port}`, pid: child.pid ?? 0, ended, stop: () => stopProcess(child, ended) };
}

/** Waits until the server answers calls. Throws Told with its own words when it ends or takes too long. */
export async function waitUntilReady(server: RunningServer, dataDir: string): Promise<void> {
  let hasEnded = false;
  server.ended.then(() => {
    hasEnded = true;
  });
  const deadline = Date.now() + READY_MS;
  while (!(await isReady(server.url))) {
    if (hasEnded) {
      const words = await lastWords(logPathOf(dataDir));
      throw new Told(words === '' ? 'The server ended before it was ready.' : words);
    }
    if (Date.now() > deadline) throw new Told(`The server was not ready after ${READY_MS / 1000} s.`);
    await sleep(LOOK_MS);
  }
}
