import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';

/** For tests: a process that holds an embedded database, as the server does. */
export type TestServer = {
  child: ChildProcess;
  pid: number;
  /** Resolves with the connection string, or null when the start was refused. */
  url: Promise<string | null>;
  /** What the process printed: events of the log, and errors by name and message. */
  lines: string[];
  ended: Promise<number | null>;
};

/** Runs in the child: starts the database and stops it at SIGTERM. */
const PROGRAM = `
const { startEmbeddedDatabase } = await import(process.argv[1]);
const say = (line) => console.log(JSON.stringify(line));
try {
  const database = await startEmbeddedDatabase({
    dataDir: process.argv[2],
    settings: { shared_buffers: '16MB' },
    log: (event, fields) => say({ event, ...fields }),
  });
  process.on('SIGTERM', async () => { await database.stop(); process.exit(0); });
  setInterval(() => {}, 1000);
  say({ url: database.url });
} catch (error) {
  say({ error: error.name, message: error.message });
  process.exitCode = 1;
}
`;

/** Starts a process of its own group on that data folder, as that user when given, from that copy of this folder. */
export function startTestServer(dataDir: string, options: { uid?: number; moduleDir?: string } = {}): TestServer {
  const { uid, moduleDir = import.meta.dirname } = options;
  const module = join(moduleDir, 'embedded-database.ts');
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, module, dataDir], {
    detached: true,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const lines: string[] = [];
  const url = new Promise<string | null>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      const said = JSON.parse(line) as { url?: string };
      if (said.url !== undefined) resolve(said.url);
    });
    createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
    child.once('close', () => resolve(null));
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, pid: child.pid ?? 0, url, lines, ended };
}

/** Runs one statement on a connection of its own. */
export async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  // A database that is killed while the connection closes is what some tests are about.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
