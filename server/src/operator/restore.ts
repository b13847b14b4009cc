import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config.ts';
import { refuseAsRoot } from '../data-folder.ts';
import { openServices } from '../open-services.ts';
import { advanceNumbers } from '../platform/database/advance-numbers.ts';
import { newestKnownMigration } from '../platform/database/migrate.ts';
import type { Progress } from '../product/backups/back-up.ts';
import { BackupRefused } from '../product/backups/backup-refused.ts';
import { bringKeys } from '../product/backups/carry-keys.ts';
import { finishRestore } from '../product/backups/finish-restore.ts';
import { loadBackup } from '../product/backups/load-backup.ts';
import { backupKeyOf, readManifest } from '../product/backups/manifest.ts';
import { checkMark, removeMark } from '../product/backups/restore-mark.ts';
import { loadServerSecret } from '../product/sealing/key-records.ts';
import { SealBroken } from '../product/sealing/seal-broken.ts';
import { SERVER_RECORD } from '../providers/key-store/key-store.ts';
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

/** Brings the keys of a copy, if one is named. There must be some: without, the server would make itself new ones. */
async function prepareKeys(config: Config, rootKey: RootKey, keys: string | undefined, print: Print): Promise<void> {
  const store = await createLocalKeyStore(config.dataDir);
  if (keys !== undefined) {
    const copy = resolve(keys);
    await access(join(copy, 'keys', SERVER_RECORD)).catch(() => {
      throw new BackupRefused(`There are no keys in ${copy}: name the folder that "backup --keys" wrote.`);
    });
    const carried = await bringKeys(rootKey, await createLocalKeyStore(copy), store, copy);
    print(`${carried} records of the key store came from ${copy}.`);
  }
  if ((await store.get(SERVER_RECORD)) === null)
    throw new BackupRefused(
      'The data folder has no keys: name a copy of the key store with --keys, or bring data/keys back.',
    );
}

/** What the keys that were brought open. */
async function serverSecret(config: Config, rootKey: RootKey): Promise<Buffer> {
  try {
    return await loadServerSecret(rootKey, await createLocalKeyStore(config.dataDir));
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    throw new BackupRefused(
      'The keys do not open under this root key: set NUDGESCRIBE_ROOT_KEY, or its file, to that of the installation the backup is of.',
      { cause: error },
    );
  }
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
  await prepareKeys(config, rootKey, values.keys, print);
  const manifest = await readManifest(from, backupKeyOf(await serverSecret(config, rootKey)));
  const newest = await newestKnownMigration();
  if (manifest.migration > newest)
    throw new BackupRefused(
      `This backup is of a newer version: of migration ${manifest.migration}, and this version has ${newest}. Restore it with the version that made it, or a newer one.`,
    );
  if (values.continue) await checkMark(config.dataDir, manifest);
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
    print(
      'Who was erased after these keys were copied is not known to them: is this the newest copy? Everybody signs in anew. What was changed after the backup is as it was before: look at users, roles and API keys that were taken away since, and take them away again before you start the server.',
    );
  } finally {
    await close();
  }
}
