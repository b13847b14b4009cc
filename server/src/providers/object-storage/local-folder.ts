import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { newId } from '../../platform/ids/ids.ts';
import { checkKey, ObjectMissing, type ObjectStorage } from './object-storage.ts';

const UNFINISHED = '.unfinished';

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function mapFull(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOSPC' || code === 'EDQUOT' ? platformFailures.storage_full({ cause: error }) : error;
}

/** Objects as files below `<dataDir>/objects`: written beside, synced, then renamed into place. */
export async function createLocalObjectStorage(dataDir: string): Promise<ObjectStorage> {
  const root = join(dataDir, 'objects');
  const unfinished = join(root, UNFINISHED);
  // What a killed server left half-written was never visible to anybody.
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const pathOf = (key: string) => {
    checkKey(key);
    return join(root, ...key.split('/'));
  };

  async function keysBelow(prefix: string): Promise<string[]> {
    const entries = await readdir(pathOf(prefix), { recursive: true, withFileTypes: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
        throw error;
      },
    );
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
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await rename(temporary, path);
        await sync(dirname(path));
      } catch (error) {
        await rm(temporary, { force: true });
        throw mapFull(error);
      }
    },
    get: (key, range = {}) => {
      const file = createReadStream(pathOf(key), { ...range, highWaterMark: 256 * 1024 });
      const out = new PassThrough({ highWaterMark: 256 * 1024 });
      file.on('error', (error: NodeJS.ErrnoException) =>
        out.destroy(error.code === 'ENOENT' ? new ObjectMissing('There is no such object.', { cause: error }) : error),
      );
      out.on('close', () => file.destroy());
      return file.pipe(out);
    },
    delete: async (key) => {
      await rm(pathOf(key), { force: true });
    },
    deleteBelow: async (prefix) => {
      await rm(pathOf(prefix), { recursive: true, force: true });
    },
    list: keysBelow,
  };
}
