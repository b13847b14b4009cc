import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { passwordPath, SUPERUSER } from './cluster.ts';
import type { EmbeddedDatabase } from './embedded-database.ts';
import { EmbeddedDatabaseFailed } from './errors.ts';

/**
 * The database that another process of ours runs on this data folder, for operator commands beside a running server.
 * `stop` leaves it running. Throws EmbeddedDatabaseFailed when none can be found.
 */
export async function connectToRunning(dataDir: string): Promise<EmbeddedDatabase> {
  const [pidFile, password] = await Promise.all([
    readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'),
    readFile(passwordPath(dataDir), 'utf8'),
  ]).catch(() => {
    throw new EmbeddedDatabaseFailed(
      'The data folder is in use, but its database is not up yet. Try again in a moment.',
    );
  });
  // PostgreSQL, "postmaster.pid": pid, data directory, start time, port, socket directory, listen address, one a line.
  const [, , , port = '', socketDir = '', address = ''] = pidFile.split('\n').map((line) => line.trim());
  // Postgres may have been told of its folder by a path that only it can follow.
  const socket = join(dataDir, 'postgres', `.s.PGSQL.${port}`);
  const host = socketDir === '' ? address : (await isThere(socket)) ? join(dataDir, 'postgres') : socketDir;
  return {
    host,
    port: Number(port),
    url: `postgres://${SUPERUSER}:${encodeURIComponent(password.trim())}@${encodeURIComponent(host)}:${port}/${SUPERUSER}`,
    stop: async () => undefined,
  };
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
