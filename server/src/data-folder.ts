import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { nameOfUser } from './platform/database/embedded/service-user.ts';
import { isMigrated, takesPassword } from './platform/database/migrate.ts';
import { newId } from './platform/ids/ids.ts';
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

/** Whose a file is that this process makes in the folder: some storage has one owner for all. Null where it may make none. */
async function ownerOfNew(folder: string): Promise<number | null> {
  const path = join(folder, `${newId()}.tmp`);
  try {
    await writeFile(path, '', { flag: 'wx', mode: 0o600 });
    return (await stat(path)).uid;
  } catch {
    return null;
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

/** Throws DataFolderRefused for root on somebody else's folder: what it wrote there, their server could not read. */
export async function refuseAsRoot(dataDir: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const found = await stat(dataDir).catch(() => null);
  if (found === null || found.uid === 0) return;
  if ((await ownerOfNew(dataDir)) === found.uid) return;
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

/**
 * Throws DataFolderRefused where the database is an installation's whose roles do not take the password that these keys
 * make: by them the roles would get other ones, and the audit log other seals. Returns whether there are such roles.
 */
export async function refuseOthersKeys(dataDir: string, ownerUrl: string, appUrl: string): Promise<boolean> {
  const isTaken = await takesPassword(ownerUrl, appUrl);
  if (isTaken !== false) return isTaken === true;
  throw new DataFolderRefused(
    `The keys for the data folder ${dataDir} are of another installation than the database.`,
    'Set NUDGESCRIBE_DATA_DIR and NUDGESCRIBE_DATABASE_URL to those of one installation. If they are, and the database was moved to a cluster whose roles came without their passwords, give the role nudgescribe_app NOLOGIN there, and start the server: it gives them theirs.',
  );
}
