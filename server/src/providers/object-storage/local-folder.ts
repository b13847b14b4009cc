import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { newId } from '../../platform/ids/ids.ts';
import { checkKey, ObjectMissing, type ObjectStorage } from './object-storage.ts';

const UNFINISHED = '.unfinished';
const ABANDONED_MS = 24 * 3_600_000;

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Syncs the folder of a new file, and those above it up to the topmost one that was made for it. */
async function syncFolders(folder: string, topmostMade: string | undefined): Promise<void> {
  await sync(folder);
  if (topmostMade === undefined) return;
  for (let at = folder; at.length >= topmostMade.length; at = dirname(at)) await sync(dirname(at));
}

/**
 * Removes what a killed server left half-written a day ago or more: it was never visible to anybody. Younger files may
 * be growing, because operator commands and other servers open the same folder.
 */
async function sweepUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
  }
}

/** True for the errors of a path that leads to no file: for the callers of this storage there is simply no object. */
function isNoFile(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'EISDIR', 'ERR_FS_EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function ignoreNoFile(error: unknown): void {
  if (!isNoFile(error)) throw error;
}

function mapFull(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT' ? platformFailures.storage_full({ cause: error }) : error;
}

/** Objects as files below `<dataDir>/objects`: written beside, synced, then renamed into place. */
export async function createLocalObjectStorage(dataDir: string): Promise<ObjectStorage> {
  const root = join(dataDir, 'objects');
  const unfinished = join(root, UNFINISHED);
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await sweepUnfinished(unfinished);
  const pathOf = (key: string) => {
    checkKey(key);
    return join(root, ...key.split('/'));
  };

  async function keysBelow(prefix: string): Promise<string[]> {
    const entries = await readdir(pathOf(prefix), { recursive: true, withFileTypes: true }).catch((error: unknown) => {
      ignoreNoFile(error);
      return [];
    });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(root.length + 1)
          .split(sep)
          .join('/'),
      )
      .sort();
  }

  return {
    put: async (key, content) => {
      const path = pathOf(key);
      const temporary = join(unfinished, newId());
      try {
        await pipeline(content, createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true }));
        const topmostMade = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await rename(temporary, path);
        await syncFolders(dirname(path), topmostMade);
      } catch (error) {
        await rm(temporary, { force: true });
        throw mapFull(error);
      }
    },
    get: (key, range = {}) => {
      const file = createReadStream(pathOf(key), { ...range, highWaterMark: 256 * 1024 });
      const out = new PassThrough({ highWaterMark: 256 * 1024 });
      file.on('error', (error: NodeJS.ErrnoException) =>
        out.destroy(isNoFile(error) ? new ObjectMissing('There is no such object.', { cause: error }) : error),
      );
      out.on('close', () => file.destroy());
      return file.pipe(out);
    },
    delete: async (key) => {
      await rm(pathOf(key), { force: true }).catch(ignoreNoFile);
    },
    deleteBelow: async (prefix) => {
      // The trailing separator spares an object whose whole name is the prefix.
      await rm(pathOf(prefix) + sep, { recursive: true, force: true }).catch(ignoreNoFile);
    },
    list: keysBelow,
  };
}
