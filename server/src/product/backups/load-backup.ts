import { pipeline } from 'node:stream/promises';
import type { Transaction } from '../../platform/database/database.ts';
import { everyAccount } from '../audit/every-account.ts';
import { recordByOperator } from '../audit/record-by-operator.ts';
import type { Services } from '../services.ts';
import type { Progress } from './back-up.ts';
import { BackupRefused } from './backup-refused.ts';
import { checkKept, readKept } from './kept-file.ts';
import { type AccountBackup, type BackupManifest, objectFile, readAccountList, tableFile } from './manifest.ts';
import { markRestore } from './restore-mark.ts';
import { copyRowsAside, type TenantTable, takeRowsIn, tenantTables } from './store.ts';

type Parts = Pick<Services, 'config' | 'database' | 'objects'>;

/** Stores the objects that are not there. Content never changes under a key, so one that is there is right, or newer. */
async function loadObjects(
  { objects }: Parts,
  folder: string,
  { account_id: accountId, objects: files }: AccountBackup,
  progress: Progress,
): Promise<void> {
  const prefixes = new Set(files.map(({ key }) => key.split('/').slice(0, 2).join('/')));
  const there = new Set<string>();
  for (const prefix of prefixes) for (const key of await objects.list(prefix)) there.add(key);
  for (const { key, ...facts } of files) {
    if (there.has(key)) continue;
    await objects.put(key, readKept(objectFile(folder, accountId, key), facts));
    progress.objects += 1;
    progress.bytes += facts.bytes;
  }
}

async function loadTable(
  tx: Transaction,
  folder: string,
  accountId: string,
  table: AccountBackup['tables'][number],
  ifThere: 'error' | 'leave',
): Promise<void> {
  const aside = await copyRowsAside(tx, table);
  const file = tableFile(folder, accountId, table.name);
  await pipeline(readKept(file, table), aside).catch(async (error: unknown) => {
    // Postgres may stumble over a damaged file before its end shows that it is one.
    await checkKept(file, table);
    throw error;
  });
  const rows = await takeRowsIn(tx, table, ifThere);
  if (rows !== table.rows && ifThere === 'error')
    throw new BackupRefused(
      `${table.name} has ${rows} rows of ${table.rows}: the backup is damaged. Take another one.`,
    );
}

type Tables = readonly TenantTable[];

async function loadTables(
  tx: Transaction,
  folder: string,
  list: AccountBackup,
  tables: Tables,
  ifThere: 'error' | 'leave',
): Promise<void> {
  for (const { name } of tables) {
    const table = list.tables.find((found) => found.name === name);
    if (table !== undefined) await loadTable(tx, folder, list.account_id, table, ifThere);
  }
}

/** All rows of an account, or none: each through the wall of its table, in an order in which what they refer to is there. */
async function loadRows(parts: Parts, folder: string, list: AccountBackup, tables: Tables): Promise<void> {
  const { account_id: accountId } = list;
  await parts.database.tenant(accountId, async (tx) => {
    await loadTables(tx, folder, list, tables, 'error');
    await recordByOperator(tx, {
      accountId,
      action: 'account.restored',
      objectIds: { taken_at: list.taken_at },
    });
  });
}

/** Throws BackupRefused where there are accounts: a restore that does not go on is into an empty database. */
export async function refuseAccounts(parts: Pick<Parts, 'database'>): Promise<void> {
  if ((await everyAccount(parts)).length > 0)
    throw new BackupRefused(
      'The database has accounts already: a backup is restored into an empty one. Name a new database in ' +
        'NUDGESCRIBE_DATABASE_URL, or move the data folder\'s "postgres" aside; move its "objects" aside, too. To go on with a ' +
        'restore that was broken off, say --continue: accounts that are there are left alone.',
    );
}

/**
 * Puts a backup's accounts into this database and storage, each whole or not at all. Accounts that are there are left
 * alone when `goesOn`, after a restore of this backup that was broken off; otherwise throws BackupRefused when there are any,
 * and when a file is not as it was written.
 */
export async function loadBackup(
  parts: Parts,
  folder: string,
  manifest: BackupManifest,
  goesOn: boolean,
  progress: Progress,
): Promise<void> {
  if (!goesOn) {
    await refuseAccounts(parts);
    await markRestore(parts.config.dataDir, manifest);
  }
  const there = new Set(await everyAccount(parts));
  for (const entry of manifest.accounts) {
    const list = await readAccountList(folder, entry);
    const tables = await parts.database.tenant(list.account_id, tenantTables);
    const unknown = list.tables.find(({ name }) => !tables.some((table) => table.name === name));
    if (unknown !== undefined) throw new BackupRefused(`There is no table ${unknown.name} in this database.`);
    if (!there.has(list.account_id)) {
      await loadObjects(parts, folder, list, progress);
      await loadRows(
        parts,
        folder,
        list,
        tables.filter((table) => table.is_ours),
      );
      for (const { rows, bytes } of list.tables) {
        progress.rows += rows;
        progress.bytes += bytes;
      }
      progress.accounts += 1;
    }
    // What only the operator may write: after the account, and once more where a kill came in between.
    await parts.database.acrossAccounts((tx) =>
      loadTables(
        tx,
        folder,
        list,
        tables.filter((table) => !table.is_ours),
        'leave',
      ),
    );
  }
}
