import { execFile } from 'node:child_process';
import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A process of one cluster; the children of a postmaster call themselves "postgres: …". */
export type ClusterProcess = { pid: number; isPostmaster: boolean };

/**
 * The mark that every process of a cluster carries in its command line (Postgres puts its `cluster_name` there). It is
 * made from the identity of the folder itself, so it needs no file, survives everything, and a copied folder has
 * another. The dot at the end keeps one mark from being the beginning of another.
 */
export async function clusterMark(clusterDir: string): Promise<string> {
  const { dev, ino } = await stat(clusterDir, { bigint: true });
  return `nudgescribe-${dev.toString(36)}-${ino.toString(36)}.`;
}

/**
 * The running processes of the cluster. A pid from a file proves nothing, it may have been given to a stranger, so they
 * are known by mark and owner. Always empty on Windows, where Postgres finds its processes by other means.
 */
export async function findClusterProcesses(mark: string, ownerUid: number): Promise<ClusterProcess[]> {
  if (process.platform === 'win32') return [];
  const all = process.platform === 'linux' ? await listFromProc(ownerUid) : await listFromPs(ownerUid);
  return all
    .filter(({ command }) => belongsTo(command, mark))
    .map(({ pid, command }) => ({ pid, isPostmaster: !command.startsWith('postgres: ') }));
}

function belongsTo(command: string, mark: string): boolean {
  if (command.startsWith(`postgres: ${mark}`)) return true;
  return /(^|\/)(postgres|initdb) /.test(command) && command.includes(` cluster_name=${mark}`);
}

type Listed = { pid: number; command: string };

async function listFromProc(ownerUid: number): Promise<Listed[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const listed = await Promise.all(
    names.map(async (name) => {
      // A process may end between the listing and the look.
      const owner = await lstat(`/proc/${name}`).catch(() => null);
      if (owner?.uid !== ownerUid) return null;
      const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
      return { pid: Number(name), command: command.replaceAll('\0', ' ') };
    }),
  );
  return listed.filter((entry) => entry !== null);
}

async function listFromPs(ownerUid: number): Promise<Listed[]> {
  const { stdout } = await run('ps', ['-axwwo', 'pid=,uid=,args='], { maxBuffer: 64 * 1024 ** 2 });
  return stdout.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(-?\d+)\s+(.*)$/.exec(line);
    if (match === null || Number(match[2]) >>> 0 !== ownerUid) return [];
    return [{ pid: Number(match[1]), command: match[3] ?? '' }];
  });
}

/** Sends a signal; a process that has ended meanwhile is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

const FAST_MS = 5_000;
const IMMEDIATE_MS = 1_500;
const KILL_MS = 5_000;
const POLL_MS = 25;

/**
 * Ends what an earlier server left running on the cluster: a fast shutdown, then an immediate one, then by force.
 * Acknowledged rows are safe in each case. Returns how many processes there were; throws when some cannot be ended.
 */
export async function endClusterProcesses(mark: string, ownerUid: number): Promise<number> {
  const found = await findClusterProcesses(mark, ownerUid);
  if (found.length === 0) return 0;
  const steps: { name: NodeJS.Signals; waitMs: number; all: boolean }[] = [
    // Children that lost their postmaster end by themselves, unless they are busy; waiting for them is pointless then.
    ...(found.some(({ isPostmaster }) => isPostmaster)
      ? ([
          { name: 'SIGINT', waitMs: FAST_MS, all: false },
          { name: 'SIGQUIT', waitMs: IMMEDIATE_MS, all: false },
        ] as const)
      : []),
    { name: 'SIGKILL', waitMs: KILL_MS, all: true },
  ];
  for (const { name, waitMs, all } of steps) {
    for (const { pid, isPostmaster } of await findClusterProcesses(mark, ownerUid))
      if (all || isPostmaster) signal(pid, name);
    const deadline = Date.now() + waitMs;
    while (Date.now() < deadline) {
      if ((await findClusterProcesses(mark, ownerUid)).length === 0) return found.length;
      await sleep(POLL_MS);
    }
  }
  throw new Error(`${found.length} processes of an earlier database server do not end.`);
}
