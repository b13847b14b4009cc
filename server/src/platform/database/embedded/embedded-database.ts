import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensurePassword, makeDataDir, prepareCluster, removeStaleFiles, SUPERUSER } from './cluster.ts';
import { EmbeddedDatabaseFailed, explaining } from './errors.ts';
import { lockFolder } from './folder-lock.ts';
import { type Postmaster, type PostmasterOptions, startPostmaster } from './postmaster.ts';
import { clusterMark, endClusterProcesses, signal } from './processes.ts';
import { findPrograms } from './programs.ts';
import { chooseServiceUser } from './service-user.ts';
import { clusterSettings } from './settings.ts';

export type EmbeddedDatabase = {
  /** A folder (beginning with a slash) that holds the socket, or 127.0.0.1. */
  host: string;
  port: number;
  /** The superuser's connection string. It holds the password: never log it. */
  url: string;
  /** Ends Postgres cleanly, in less than 8 s, and gives the folder back. Connections that are open are closed. */
  stop(): Promise<void>;
};

export type EmbeddedDatabaseOptions = {
  /** Absolute path of the data folder; the cluster goes into `<dataDir>/postgres`. */
  dataDir: string;
  log: (event: string, fields: Record<string, unknown>) => void;
  /** Further settings, as Postgres names them. */
  settings?: Record<string, string>;
};

/** A socket's path may have 107 bytes on Linux and 103 on macOS. */
const SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

const SOCKET_PORT = 5432;

/**
 * Starts the PostgreSQL that came with the npm packages on `<dataDir>/postgres`, making the cluster on the first start
 * and recovering it after a crash. It can be reached through a socket only its user and root may open, or, where the
 * folder's path is too long for one, through a loopback port. As root, Postgres runs as an unprivileged user.
 *
 * Should Postgres die by itself, it is started again at the same address; open connections are lost.
 *
 * @throws DataFolderInUse when another server holds the folder, EmbeddedDatabaseFailed with what to do otherwise.
 */
export async function startEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const { dataDir, log } = options;
  await explaining(`Creating the data folder ${dataDir}`, () => makeDataDir(dataDir));
  const lock = await explaining(`Opening the data folder ${dataDir}`, async () => lockFolder(dataDir));
  try {
    return await explaining('Starting the embedded database', () => startHeld(options, () => lock.release()));
  } catch (error) {
    lock.release();
    log('database_failed', { error_kind: error instanceof Error ? error.name : typeof error });
    throw error;
  }
}

async function startHeld(options: EmbeddedDatabaseOptions, release: () => void): Promise<EmbeddedDatabase> {
  const { log } = options;
  const started = performance.now();
  const dataDir = await realpath(options.dataDir);
  const clusterDir = join(dataDir, 'postgres');
  const user = await chooseServiceUser(clusterDir);
  const programs = await findPrograms(user);
  const base = { dataDir, clusterDir, programs, user, log };
  await prepareCluster(base);
  const mark = await clusterMark(clusterDir);
  const owner = user?.uid ?? process.geteuid?.() ?? 0;
  const settings = { ...(await clusterSettings(options.settings ?? {})), cluster_name: mark };

  const clear = async () => {
    const orphans = await endClusterProcesses(mark, owner);
    if (orphans > 0) log('database_orphans_ended', { processes: orphans });
    await removeStaleFiles(clusterDir);
  };
  await clear();
  const password = await ensurePassword(base);
  const { postmaster, host, port } = await startListening(base, settings, clear);
  log('database_started', { ms: Math.round(performance.now() - started), port, socket: host.startsWith('/') });

  const stopping = new AbortController();
  let current: Postmaster = postmaster;
  // Leaving without stop(), say after an uncaught error, must not leave the database behind.
  const endWithProcess = () => signal(current.pid, 'SIGINT');
  process.once('exit', endWithProcess);
  const keepAlive = async () => {
    for (let attempt = 0; ; attempt += 1) {
      await current.exited;
      if (stopping.signal.aborted) return;
      log('database_ended_unexpectedly', { attempt });
      await sleep(Math.min(5_000, 100 * 2 ** attempt), undefined, { ref: false, signal: stopping.signal }).catch(
        () => {},
      );
      if (stopping.signal.aborted) return;
      try {
        await clear();
        const again = { ...base, settings: { ...settings, ...listening(host, port) }, signal: stopping.signal };
        current = await startPostmaster(again);
        log('database_restarted', {});
        attempt = -1;
      } catch (error) {
        log('database_restart_failed', { reason: error instanceof EmbeddedDatabaseFailed ? error.message : 'unknown' });
      }
    }
  };
  const kept = keepAlive();

  let stopped: Promise<void> | null = null;
  const stop = async () => {
    const began = performance.now();
    process.off('exit', endWithProcess);
    stopping.abort();
    await current.stop();
    await kept;
    release();
    log('database_stopped', { ms: Math.round(performance.now() - began) });
  };
  return {
    host,
    port,
    url: `postgres://${SUPERUSER}:${encodeURIComponent(password)}@${encodeURIComponent(host)}:${port}/${SUPERUSER}`,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

const START_ATTEMPTS = 20;

/** Starts on the socket or a free port; tries again where only time or another port is needed. */
async function startListening(
  base: Omit<PostmasterOptions, 'settings'>,
  settings: Record<string, string>,
  clear: () => Promise<void>,
): Promise<{ postmaster: Postmaster; host: string; port: number }> {
  const socketPath = join(base.clusterDir, `.s.PGSQL.${SOCKET_PORT}`);
  const hasSocket = process.platform !== 'win32' && Buffer.byteLength(socketPath) <= SOCKET_PATH_BYTES;
  for (let attempt = 1; ; attempt += 1) {
    const host = hasSocket ? base.clusterDir : '127.0.0.1';
    const port = hasSocket ? SOCKET_PORT : await freePort();
    try {
      const postmaster = await startPostmaster({ ...base, settings: { ...settings, ...listening(host, port) } });
      return { postmaster, host, port };
    } catch (error) {
      const passing =
        /pre-existing shared memory block|could not bind|Address already in use|lock file .* already exists/;
      if (attempt === START_ATTEMPTS || !(error instanceof Error) || !passing.test(error.message)) throw error;
      await sleep(250);
      await clear();
    }
  }
}

function listening(host: string, port: number): Record<string, string> {
  const onSocket = host.startsWith('/');
  return {
    port: String(port),
    listen_addresses: onSocket ? '' : host,
    // Named through the working directory: the server's user may not be able to walk the path from the root.
    unix_socket_directories: onSocket ? (process.platform === 'linux' ? '/proc/self/cwd' : host) : '',
    unix_socket_permissions: '0700',
  };
}

/** A port nobody uses at this moment. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new EmbeddedDatabaseFailed('No loopback port is free.');
  return address.port;
}
