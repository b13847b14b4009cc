import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupRefused } from './backup-refused.ts';
import type { BackupManifest } from './manifest.ts';

// While a backup is being restored, a file of the data folder names it: objects lie in this folder too, so that rows which go
// on in another database, or objects in another folder, are not taken for a restore that is half done.

const markOf = (dataDir: string) => join(dataDir, 'restore.unfinished');
const identityOf = (manifest: BackupManifest) => createHash('sha256').update(JSON.stringify(manifest)).digest('hex');

/** Notes that this backup is being restored, before anything of it is there. */
export async function markRestore(dataDir: string, manifest: BackupManifest): Promise<void> {
  const path = markOf(dataDir);
  await writeFile(`${path}.new`, identityOf(manifest), { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}

/** Throws BackupRefused when no restore was broken off here, or one of another backup. */
export async function checkMark(dataDir: string, manifest: BackupManifest): Promise<void> {
  const marked = await readFile(markOf(dataDir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new BackupRefused(
      `No restore was broken off in ${dataDir}, so that there is nothing to go on with. Leave --continue away to restore into an empty database and data folder.`,
    );
  });
  if (marked !== identityOf(manifest))
    throw new BackupRefused(
      `The restore that was broken off in ${dataDir} was of another backup: go on with that one, or restore this one into an empty database and data folder, without --continue.`,
    );
}

/** The restore has come to its end. */
export const removeMark = (dataDir: string) => rm(markOf(dataDir), { force: true });
