import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { nameOfUser } from './platform/database/embedded/service-user.ts';
import { isMigrated } from './platform/database/migrate.ts';
import { SERVER_RECORD } from './providers/key-store/key-store.ts';
import { createLocalKeyStore } from './providers/key-store/local-folder.ts';

/** A data folder that this process must not work on; what is wrong with it, and what to do. */
export class DataFolderRefused extends Error {
  override readonly name = 'DataFolderRefused';
  readonly what: string;
  readonly mend: string;

  constructor(what: string, mend: string) {
    super(`${what} ${mend}`);
    this.what = what;
    this.mend = mend;
  }
}

/** Throws DataFolderRefused for root on somebody else's folder: what it wrote there, their server could not read. */
export async function refuseAsRoot(dataDir: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const found = await stat(dataDir).catch(() => null);
  if (found === null || found.uid === 0) return;
  const owner = await nameOfUser(found.uid);
  throw new DataFolderRefused(
    `The data folder ${dataDir} belongs to ${owner}, whose server cannot read what root leaves there.`,
    `Run this as that user, with the server's settings: sudo -u ${owner} … Where the server itself is to run as root, give root the folder first.`,
  );
}

export const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Whether the folder has the server's own keys, which its first start makes before it touches the database. */
export async function hasServerKeys(dataDir: string): Promise<boolean> {
  return (await (await createLocalKeyStore(dataDir)).get(SERVER_RECORD)) !== null;
}

/**
 * Throws DataFolderRefused where the database is an installation's and the folder has no keys: by new ones the database's
 * roles would get other passwords, which every running server is refused with, and the audit log other seals.
 */
export async function refuseWithoutKeys({ dataDir, databaseUrl }: Config): Promise<void> {
  if (await hasServerKeys(dataDir)) return;
  const isUsed = databaseUrl === null ? isThere(join(dataDir, 'postgres')) : isMigrated(databaseUrl);
  // Looked for again: a server that makes the installation at this moment makes the keys first.
  if (!(await isUsed) || (await hasServerKeys(dataDir))) return;
  throw new DataFolderRefused(
    `The data folder ${dataDir} has no keys for this database.`,
    'Set NUDGESCRIBE_DATA_DIR to the folder of this installation, mount it if it is not there, or bring its "keys" back from where you keep a copy.',
  );
}
