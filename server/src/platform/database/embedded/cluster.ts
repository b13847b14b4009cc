import { randomBytes } from 'node:crypto';
import { chown, lchown, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedDatabaseFailed, explainFailure } from './errors.ts';
import { clusterMark, endClusterProcesses } from './processes.ts';
import { dataDirArgument, runToEnd } from './program-run.ts';
import type { Programs } from './programs.ts';
import { namedUser, type ServiceUser } from './service-user.ts';
import { settingArguments } from './settings.ts';

export const SUPERUSER = 'postgres';

export type ClusterOptions = {
  dataDir: string;
  clusterDir: string;
  programs: Programs;
  /** Whom the cluster belongs to; null for the user of this process. */
  user: ServiceUser | null;
  log: (event: string, fields: Record<string, unknown>) => void;
};

const UNFINISHED = 'postgres.new-';

/** Only with the password, only from this machine. */
const HOST_BASED_ACCESS = `local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
`;

/**
 * Makes `<dataDir>/postgres` ready to be started: made if absent, refused if another major version of PostgreSQL made
 * it, given to `user` if it came from a restored copy owned by root. A cluster is made under another name and renamed
 * when complete, so that one interrupted half-way is never taken for a whole one.
 */
export async function prepareCluster(options: ClusterOptions): Promise<void> {
  const { dataDir, clusterDir, user, log } = options;
  await removeUnfinished(dataDir);
  const found = await stat(clusterDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (found === null) {
    const started = performance.now();
    await makeCluster(options);
    log('database_created', { ms: Math.round(performance.now() - started) });
    return;
  }
  const owner = user?.uid ?? process.geteuid?.() ?? 0;
  if (process.platform !== 'win32' && found.uid !== owner) {
    if (user === null || found.uid !== 0)
      throw new EmbeddedDatabaseFailed(
        `The database in ${clusterDir} belongs to the user id ${found.uid}. Run the server as that user or as root, or set NUDGESCRIBE_DATA_DIR to another folder.`,
      );
    await giveTree(clusterDir, user);
  }
  await refuseOtherVersions(options);
}

async function removeUnfinished(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(UNFINISHED)) continue;
    const path = join(dataDir, name);
    // A killed server may have left its initdb running; it would go on writing into the folder being removed.
    await endClusterProcesses(await clusterMark(path), (await stat(path)).uid);
    await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

async function makeCluster(options: ClusterOptions): Promise<void> {
  const { dataDir, clusterDir, programs, user } = options;
  const maker = user === null ? null : await namedUser();
  const unfinished = await mkdtemp(join(dataDir, UNFINISHED));
  try {
    if (maker !== null) await chown(unfinished, maker.uid, maker.gid);
    const made = await runToEnd({
      program: programs.initdb,
      args: [
        ...['-D', dataDirArgument(unfinished), '--username', SUPERUSER, '--encoding=UTF8', '--locale=C'],
        // Postgres' own Unicode rules: the same order and case on every system.
        ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--data-checksums'],
        // The file of HOST_BASED_ACCESS takes its place.
        ...['--auth=reject', '--no-instructions', ...settingArguments({ cluster_name: await clusterMark(unfinished) })],
      ],
      cwd: unfinished,
      user: maker,
    });
    if (made.code !== 0) throw explainFailure('Creating the database', made.said);
    await rm(join(unfinished, 'pg_hba.conf'));
    await writeDurably(join(unfinished, 'pg_hba.conf'), HOST_BASED_ACCESS);
    await setPassword(dataDir, unfinished, programs, maker);
    if (user !== null) await giveTree(unfinished, user);
    await rename(unfinished, clusterDir);
    await syncFolder(dataDir);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    throw error;
  }
}

async function refuseOtherVersions({ dataDir, clusterDir, programs: { major } }: ClusterOptions): Promise<void> {
  const text = await readFile(join(clusterDir, 'PG_VERSION'), 'utf8').catch(() => null);
  const made = Number(text?.trim());
  if (text === null || !Number.isInteger(made))
    throw new EmbeddedDatabaseFailed(
      `The folder ${clusterDir} exists but holds no database. Move it away, or set NUDGESCRIBE_DATA_DIR to another folder.`,
    );
  if (made > major)
    throw new EmbeddedDatabaseFailed(
      `The database in ${clusterDir} was made by PostgreSQL ${made}, and this release of Nudgescribe brings PostgreSQL ${major}. Use the newer release that made it.`,
    );
  if (made < major)
    throw new EmbeddedDatabaseFailed(
      `The database in ${clusterDir} was made by PostgreSQL ${made}, and this release of Nudgescribe brings PostgreSQL ${major}. Back it up with the release that made it ("npm run operator -- backup --to FOLDER --keys OTHER_FOLDER"), move "postgres" and "objects" out of ${dataDir}, and bring the backup back with this release ("npm run operator -- restore --from FOLDER --keys OTHER_FOLDER").`,
    );
}

/**
 * The superuser's password, kept in `<dataDir>/postgres.password`. When the file was lost, the database gets a new one;
 * the server must not be running.
 */
export async function ensurePassword(options: ClusterOptions): Promise<string> {
  const { dataDir, clusterDir, programs, user, log } = options;
  const kept = await readFile(passwordPath(dataDir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (kept.trim() !== '') return kept.trim();
  const setter = user === null ? null : await namedUser();
  if (setter !== null) await giveTree(clusterDir, setter);
  const password = await setPassword(dataDir, clusterDir, programs, setter).finally(async () => {
    if (user !== null) await giveTree(clusterDir, user);
  });
  log('database_password_renewed', {});
  return password;
}

export function passwordPath(dataDir: string): string {
  return join(dataDir, 'postgres.password');
}

/** Sets a random password in single-user mode, then writes it down: the file appears once the database knows it. */
async function setPassword(
  dataDir: string,
  clusterDir: string,
  programs: Programs,
  user: ServiceUser | null,
): Promise<string> {
  const password = randomBytes(32).toString('base64url');
  const settings = { cluster_name: await clusterMark(clusterDir), exit_on_error: 'true', log_statement: 'none' };
  const { code, said } = await runToEnd({
    program: programs.postgres,
    args: ['--single', '-D', dataDirArgument(clusterDir), ...settingArguments(settings), SUPERUSER],
    cwd: clusterDir,
    user,
    input: `alter role ${SUPERUSER} password '${password}'\n`,
  });
  if (code !== 0) throw explainFailure('Setting the password of the database', said.replaceAll(password, '…'));
  const path = passwordPath(dataDir);
  await rm(`${path}.new`, { force: true });
  await writeDurably(`${path}.new`, `${password}\n`);
  await rename(`${path}.new`, path);
  return password;
}

/** Removes what a server that was killed leaves: once its processes are known to be gone, these files only mislead. */
export async function removeStaleFiles(clusterDir: string): Promise<void> {
  // Postgres on Windows tells a stale pid file by itself.
  if (process.platform === 'win32') return;
  for (const name of ['postmaster.pid', '.s.PGSQL.5432', '.s.PGSQL.5432.lock'])
    await rm(join(clusterDir, name), { force: true });
}

/** Creates the folders above the cluster; the data folder is for its owner alone when it is made here. */
export async function makeDataDir(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
}

async function giveTree(root: string, user: ServiceUser): Promise<void> {
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true }))
    await lchown(join(entry.parentPath, entry.name), user.uid, user.gid);
  // Last, because a folder that belongs to the user is taken for complete.
  await chown(root, user.uid, user.gid);
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes a rename in the folder survive a power cut. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
