import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { explainFailure } from './errors.ts';
import { programEnvironment } from './programs.ts';
import type { ServiceUser } from './service-user.ts';

/**
 * How a program is told its data folder. The system enters the folder while still root and only then changes the user;
 * from there the program reaches it as its working directory, though it may not enter the folders above.
 */
export function dataDirArgument(path: string): string {
  return process.platform === 'linux' ? '/proc/self/cwd' : path;
}

/** Spawns as that user, in that folder, without the server's environment. Resolves once the program runs. */
export async function spawnAs(
  program: string,
  args: string[],
  user: ServiceUser | null,
  options: SpawnOptions,
): Promise<ChildProcess> {
  const child = spawn(program, args, { ...options, ...(user ?? {}), env: programEnvironment(), windowsHide: true });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error: NodeJS.ErrnoException) => {
      const hint =
        user === null
          ? ''
          : `\nroot could not start a program as the user id ${user.uid}; run the server as an ordinary user.`;
      reject(explainFailure('Starting the embedded PostgreSQL', `${error.message}${hint}`, error));
    });
  });
  return child;
}

const OUTPUT_LIMIT = 64 * 1024;
const RUN_LIMIT_MS = 10 * 60_000;

type Run = { program: string; args: string[]; cwd: string; user: ServiceUser | null; input?: string };

/**
 * Runs a program to its end with `input` on standard input; `said` is what it printed, the last 64 KB of it. initdb and
 * the single-user mode insist on a name for their user id, which a container started with an arbitrary id lacks: they
 * are given one in a user namespace where the system allows that.
 */
export async function runToEnd(run: Run): Promise<{ code: number | null; said: string }> {
  const result = await runOnce(run);
  if (result.code === 0 || process.platform !== 'linux' || run.user !== null) return result;
  if (!/could not look up effective user ID/.test(result.said)) return result;
  const args = ['--user', '--map-user=65534', '--map-group=65534', '--', run.program, ...run.args];
  const mapped = await runOnce({ ...run, program: 'unshare', args }).catch(() => result);
  return mapped.code === 0 || !/unshare/.test(mapped.said) ? mapped : result;
}

async function runOnce(run: Run): Promise<{ code: number | null; said: string }> {
  const { program, args, cwd, user, input = '' } = run;
  const child = await spawnAs(program, args, user, {
    cwd,
    stdio: 'pipe',
    timeout: RUN_LIMIT_MS,
    killSignal: 'SIGQUIT',
  });
  let said = '';
  const hear = (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-OUTPUT_LIMIT);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  // The program may end before it reads; its exit code tells.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, said };
}
