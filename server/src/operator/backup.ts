import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../config.ts';
import { openServices } from '../open-services.ts';
import { newestMigration } from '../platform/database/migrate.ts';
import { backUp, type Progress, tellBackedUp } from '../product/backups/back-up.ts';
import { BackupRefused } from '../product/backups/backup-refused.ts';
import { copyKeys } from '../product/backups/carry-keys.ts';
import { createLocalKeyStore } from '../providers/key-store/local-folder.ts';
import { loadRootKey } from '../root-key.ts';
import { isWithin } from './is-within.ts';
import { UsageMistake } from './usage-mistake.ts';
import { whileTelling } from './while-telling.ts';

type Print = (text: string) => void;

/** Throws BackupRefused when something is in the folder. One that is refused leaves none behind. */
async function refuseFull(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length > 0)
    throw new BackupRefused(`${folder} is not empty: a backup gets a folder of its own. Name a new one.`);
}

function checkPlaces(config: Config, to: string, keys: string | null): void {
  if (isWithin(to, config.dataDir)) throw new UsageMistake('--to lies in the data folder that is to be backed up.');
  if (keys === null) return;
  if (isWithin(keys, config.dataDir)) throw new UsageMistake('--keys lies in the data folder that is to be backed up.');
  if (isWithin(keys, to) || isWithin(to, keys))
    throw new UsageMistake('--keys and --to lie in each other: whoever has both can read everything. Keep them apart.');
}

/**
 * `backup`: copies all accounts into a folder, and the keys into another, beside a running server or alone. Throws
 * BackupRefused at its end when files were missing, keys do not open, or an account's audit log could not be told.
 */
export async function backupCommand(args: string[], environment: NodeJS.ProcessEnv, print: Print): Promise<void> {
  const { values } = parseArgs({ args, options: { to: { type: 'string' }, keys: { type: 'string' } } });
  if (values.to === undefined) throw new UsageMistake('backup needs --to FOLDER.');
  const to = resolve(values.to);
  const keys = values.keys === undefined ? null : resolve(values.keys);
  const config = readConfig(environment);
  checkPlaces(config, to, keys);
  await refuseFull(to);
  const { services, close, ownerUrl } = await openServices({ ...config, logLevel: 'warn' }, { database: 'either' });
  try {
    const progress: Progress = { accounts: 0, rows: 0, objects: 0, bytes: 0 };
    const migration = await newestMigration(ownerUrl);
    // Before and after: keys that a rotation destroys meanwhile open rows that were copied before.
    const rootKey = await loadRootKey(config);
    const carryKeys = async () =>
      keys === null ? [] : copyKeys(rootKey, services.keyStore, await createLocalKeyStore(keys), keys);
    await carryKeys();
    await mkdir(to, { recursive: true, mode: 0o700 });
    const made = await whileTelling(progress, print, () => backUp(services, to, migration, progress));
    const closed = await carryKeys();
    const untold = await tellBackedUp(services, made.accountIds, keys !== null);
    for (const key of made.missing) print(`Not there, though the database names it: ${key}`);
    print(
      keys === null
        ? `Backed up into ${to}. The keys are not in it: copy them with --keys, and keep them and the root key elsewhere.`
        : `Backed up into ${to}, the keys into ${keys}. Keep the two and the root key apart: together they open everything.`,
    );
    const troubles = [
      ...(made.missing.length === 0
        ? []
        : [`storage has lost ${made.missing.length} files, which are not in it either`]),
      ...(closed.length === 0
        ? []
        : [`these keys do not open, and were copied as far as they can be read: ${closed.join(', ')}`]),
      ...(untold.length === 0
        ? []
        : [`the audit log could not be told of it, and "doctor" will not count it, for ${untold.join(', ')}`]),
    ];
    if (troubles.length > 0) throw new BackupRefused(`The backup is written, but ${troubles.join('; ')}.`);
  } finally {
    await close();
  }
}
