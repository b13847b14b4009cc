import { access, constants, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { bad, type Finding } from './finding.ts';

/** Not what a file system has of its own, for root alone, where keys or objects are a mount. */
export const isOurs = (name: string) => name !== 'lost+found';

/** What this process may not use of a file, or of a folder and what is in it. What goes meanwhile is nothing of the kind. */
async function closedIn(path: string): Promise<string[]> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    await access(path, isFolder ? constants.R_OK | constants.W_OK | constants.X_OK : constants.R_OK);
    if (!isFolder) return [];
    const closed: string[] = [];
    for (const name of (await readdir(path)).filter(isOurs)) closed.push(...(await closedIn(join(path, name))));
    return closed;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (['EACCES', 'EPERM', 'EROFS'].includes(code)) return [path];
    throw error;
  }
}

/** What a command that was run as somebody else has left, and the server cannot read. */
export async function checkAccess(dataDir: string, names: readonly string[]): Promise<Finding[]> {
  const closed: string[] = [];
  for (const name of names) closed.push(...(await closedIn(join(dataDir, name))));
  if (closed.length === 0) return [];
  return [
    bad(
      `${closed.length} files or folders of the data folder cannot be used by the user that runs this, such as ${closed[0]}.`,
      `Run doctor as the server's user. If this is that user, have root give it back what somebody else left in ${dataDir}: chown -R on keys and objects. A mount must let it write.`,
    ),
  ];
}
