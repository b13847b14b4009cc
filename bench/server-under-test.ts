import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@nudgescribe/sdk';
import { startEmbeddedDatabase } from '../server/src/platform/database/embedded/embedded-database.ts';

const MAIN = fileURLToPath(new URL('../server/src/main.ts', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../package.json', import.meta.url));
const READY_MS = 60_000;

/** A server process of its own on a Postgres of its own, with the settings a user gets: fsync on, nothing tuned for the bench. */
export type ServerUnderTest = {
  client: Client;
  url: string;
  pid: number;
  workspaceId: string;
  /** The administrator's. */
  login: { email: string; password: string };
  /** The superuser's connection string, for the raw limit. */
  databaseUrl: string;
  folder: string;
  /** The settings it runs with, for commands beside it. */
  environment: Record<string, string | undefined>;
  stop(): Promise<void>;
};

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No loopback port is free.');
  return address.port;
}

async function waitUntilReady(url: string, child: ChildProcess, logPath: string): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (
    !(await fetch(`${url}/readyz`)
      .then((response) => response.ok)
      .catch(() => false))
  ) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`The server did not get ready:\n${(await readFile(logPath, 'utf8')).slice(-2_000)}`);
    await sleep(50);
  }
}

/** The flags of Node with which `npm start` runs the server. */
async function flagsOfStart(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

/** Starts both under a temporary folder that is removed by stop(). `nodeOptions` go to the server's Node, say --cpu-prof. */
export async function startServerUnderTest(nodeOptions: readonly string[] = []): Promise<ServerUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'nudgescribe-bench-'));
  const database = await startEmbeddedDatabase({ dataDir: join(folder, 'database'), log: () => undefined });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const login = {
    email: 'bench@example.com',
    password: randomBytes(18).toString('base64url'),
    apiKey: randomBytes(36).toString('base64url'),
  };
  const logPath = join(folder, 'server.log');
  const log = openSync(logPath, 'w', 0o600);
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('NUDGESCRIBE_'));
  const environment = {
    ...Object.fromEntries(kept),
    NUDGESCRIBE_DATABASE_URL: database.url,
    NUDGESCRIBE_DATA_DIR: join(folder, 'data'),
    NUDGESCRIBE_PORT: String(port),
    NUDGESCRIBE_BOOTSTRAP_EMAIL: login.email,
    NUDGESCRIBE_BOOTSTRAP_PASSWORD: login.password,
    NUDGESCRIBE_CALLS_PER_MINUTE: '10000000',
    NUDGESCRIBE_BOOTSTRAP_API_KEY: login.apiKey,
  };
  const child = spawn(process.execPath, [...(await flagsOfStart()), ...nodeOptions, MAIN, 'serve'], {
    env: environment,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitUntilReady(url, child, logPath);
    const client = createClient({ baseUrl: url, apiKey: login.apiKey });
    await client.auth.signIn({ email: login.email, password: login.password });
    const [workspace] = await client.workspaces.list({});
    if (workspace === undefined) throw new Error('The server made no workspace.');
    const { workspace_id: workspaceId } = workspace;
    return {
      client,
      url,
      pid: child.pid ?? 0,
      workspaceId,
      login,
      databaseUrl: database.url,
      folder,
      environment,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
