import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config.ts';
import { isThere, refuseAsRoot, refuseOthersKeys } from '../data-folder.ts';
import { openEmbedded, openServices, rolesOf } from '../open-services.ts';
import { advanceNumbers } from '../platform/database/advance-numbers.ts';
import { openDatabase } from '../platform/database/database.ts';
import { newestKnownMigration } from '../platform/database/migrate.ts';
import { createLog } from '../platform/log/log.ts';
import type { Progress } from '../product/backups/back-up.ts';
import { BackupRefused } from '../product/backups/backup-refused.ts';
import { bringKeys } from '../product/backups/carry-keys.ts';
import { finishRestore } from '../product/backups/finish-restore.ts';
import { loadBackup, refuseAccounts } from '../product/backups/load-backup.ts';
import { backupKeyOf, readManifest } from '../product/backups/manifest.ts';
import { checkMark, removeMark } from '../product/backups/restore-mark.ts';
import { loadServerSecret } from '../product/sealing/key-records.ts';
import { SealBroken } from '../product/sealing/seal-broken.ts';
import { type KeyStore, SERVER_RECORD } from '../providers/key-store/key-store.ts';
import { createLocalKeyStore } from '../providers/key-store/local-folder.ts';
import type { RootKey } from '../providers/root-key/root-key.ts';
import { loadRootKey, readRootKeyFile, rootKeyFileOf } from '../root-key.ts';
import { UsageMistake } from './usage-mistake.ts';
import { whileTelling } from './while-telling.ts';

type Print = (text: string) => void;

/** The root key that is there. A server would make itself one where there is none. */
async function findRootKey(config: Config): Promise<RootKey> {
  const isNamed = config.rootKey !== null || config.rootKeyProgram !== null;
  if (!isNamed && (await readRootKeyFile(rootKeyFileOf(config))) === null)
    throw new BackupRefused(
      `There is no root key: set NUDGESCRIBE_ROOT_KEY to that of the installation the backup is of, or bring its file to ${rootKeyFileOf(config)}.`,
    );
  return loadRootKey(config);
}

/** Keys that a copy has, and the folder that it was named by. */
type Copy = { store: KeyStore; folder: string };

/** The copy of keys that is named. Throws BackupRefused when it is none. */
async function openCopy(keys: string): Promise<Copy> {
  const folder = resolve(keys);
  await access(join(folder, 'keys', SERVER_RECORD)).catch(() => {
    throw new BackupRefused(`There are no keys in ${folder}: name the folder that "backup --keys" wrote.`);
  });
  return { store: await createLocalKeyStore(folder), folder };
}

/** What the data folder's keys open; where it has none, those of the copy, which stay where they are. */
async function serverSecret(rootKey: RootKey, ours: KeyStore, copy: Copy | null): Promise<Buffer> {
  const store = (await ours.get(SERVER_RECORD)) === null ? copy?.store : ours;
  // Without any, new ones would be made.
  if (store === undefined)
    throw new BackupRefused(
      'The data folder has no keys: name a copy of the key store with --keys, or bring data/keys back.',
    );
  try {
    return await loadServerSecret(rootKey, store);
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    throw new BackupRefused(
      'The keys do not open under this root key: set NUDGESCRIBE_ROOT_KEY, or its file, to that of the installation the backup is of.',
      { cause: error },
    );
  }
}

/**
 * Throws where a server runs on the data folder, where the database is another installation's, and where it has accounts
 * unless a restore goes on. Before anything is changed: keys that are brought stay, and an older database is migrated.
 */
async function refuseInUse(config: Config, secret: Buffer, goesOn: boolean): Promise<void> {
  if (config.databaseUrl === null && !(await isThere(join(config.dataDir, 'postgres')))) return;
  const embedded =
    config.databaseUrl === null ? await openEmbedded(config.dataDir, createLog(config.logLevel), 'own') : null;
  try {
    const ownerUrl = config.databaseUrl ?? embedded?.url ?? '';
    const { urls } = rolesOf(ownerUrl, secret);
    const hasRoles = await refuseOthersKeys(config.dataDir, ownerUrl, urls.app);
    if (goesOn || !hasRoles) return;
    // Nothing is recorded that would be sealed.
    const database = openDatabase(urls, { poolSize: 1, seal: () => Buffer.alloc(0), onIdleError: () => undefined });
    await refuseAccounts({ database }).finally(() => database.close());
  } finally {
    await embedded?.stop();
  }
}

/** Brings the keys of the copy. Returns the names of those that do not open. */
async function takeKeys(rootKey: RootKey, { store, folder }: Copy, ours: KeyStore, print: Print): Promise<string[]> {
  const { carried, closed } = await bringKeys(rootKey, store, ours, folder);
  print(`${carried} records of the key store came from ${folder}.`);
  return closed;
}

/** `restore`: puts a backup into an empty database and storage, and erases again whoever was erased since. */
export async function restoreCommand(args: string[], environment: NodeJS.ProcessEnv, print: Print): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { from: { type: 'string' }, keys: { type: 'string' }, continue: { type: 'boolean', default: false } },
  });
  if (values.from === undefined) throw new UsageMistake('restore needs --from FOLDER.');
  const from = resolve(values.from);
  const config: Config = { ...readConfig(environment), logLevel: 'warn' };
  await refuseAsRoot(config.dataDir);
  const rootKey = await findRootKey(config);
  const ours = await createLocalKeyStore(config.dataDir);
  const copy = values.keys === undefined ? null : await openCopy(values.keys);
  const secret = await serverSecret(rootKey, ours, copy);
  const manifest = await readManifest(from, backupKeyOf(secret));
  const newest = await newestKnownMigration();
  if (manifest.migration > newest)
    throw new BackupRefused(
      `This backup is of a newer version: of migration ${manifest.migration}, and this version has ${newest}. Restore it with the version that made it, or a newer one.`,
    );
  if (values.continue) await checkMark(config.dataDir, manifest);
  await refuseInUse(config, secret, values.continue);
  // Last of all: they bring back versions that a rotation has destroyed since.
  const closed = copy === null ? [] : await takeKeys(rootKey, copy, ours, print);
  const progress: Progress = { accounts: 0, rows: 0, objects: 0, bytes: 0 };

  // At the version that the rows are of; the migrations since then change them as they would have been changed.
  const old = await openServices(config, { database: 'own', migrateUpTo: manifest.migration });
  try {
    await whileTelling(progress, print, async () => {
      await advanceNumbers(old.ownerUrl, manifest.numbered);
      await loadBackup(old.services, from, manifest, values.continue, progress);
    });
  } finally {
    await old.close();
  }
  const { services, close } = await openServices(config, { database: 'own' });
  try {
    const erased = await finishRestore(services);
    await removeMark(config.dataDir);
    const left = manifest.accounts.length - progress.accounts;
    if (left > 0)
      print(
        `${left} of ${manifest.accounts.length} accounts were there already and stayed as they are now, which may differ from the backup.`,
      );
    print(
      `Restored ${progress.accounts} accounts as of ${manifest.made_at}. Erased again, as they had been since: ${erased.customers} customers, ${erased.accounts} accounts.`,
    );
    if (closed.length > 0)
      print(
        `These keys of the copy do not open: ${closed.join(', ')}. Accounts that have no others in the data folder stay closed; an older copy, with the root key of its time, may have them whole.`,
      );
    print(
      'Who was erased after these keys were copied is not known to them: is this the newest copy? Everybody signs in anew. What was changed after the backup is as it was before: look at users, roles and API keys that were taken away since, and take them away again before you start the server.',
    );
  } finally {
    await close();
  }
}
