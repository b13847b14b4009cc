import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataFolderInUse } from './errors.ts';

export type FolderLock = { release(): void };

const SQLITE_BUSY = 5;

/**
 * Takes the data folder for this process, or throws DataFolderInUse. Node has no file lock of its own; SQLite's
 * exclusive transaction is one that the operating system gives back at the very moment the process ends, however it
 * ends, so no file has to be trusted or cleaned up, and pids do not matter. It also holds between containers that
 * share the folder, and against a second call in the same process. The file stays empty.
 */
export function lockFolder(dataDir: string): FolderLock {
  const path = join(dataDir, 'server.lock');
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    // Without this a journal file would stay behind a killed process.
    lock.exec('PRAGMA journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)
      throw new DataFolderInUse(dataDir);
    throw error;
  }
  chmodSync(path, 0o600);
  let held = true;
  return {
    release: () => {
      if (held) lock.close();
      held = false;
    },
  };
}
