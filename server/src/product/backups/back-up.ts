import { rm } from 'node:fs/promises';
import type { Transaction } from '../../platform/database/database.ts';
import { describeError } from '../../platform/log/log.ts';
import { ObjectMissing } from '../../providers/object-storage/object-storage.ts';
import { everyAccount } from '../audit/every-account.ts';
import { recordByOperator } from '../audit/record-by-operator.ts';
import type { Services } from '../services.ts';
import { type KeptFile, writeKept } from './kept-file.ts';
import {
  type AccountBackup,
  type BackupManifest,
  objectFile,
  tableFile,
  writeAccountList,
  writeManifest,
} from './manifest.ts';
import { copyRowsOut, highestNumber, namedObjects, numberedColumns, tenantTables } from './store.ts';

type Parts = Pick<Services, 'database' | 'objects' | 'clock' | 'backupKey'>;

/** Objects come and go while rows are copied: an account is copied again, at the most so often, until they fit. */
const ROUNDS = 5;

/** What was copied so far, for whoever waits. */
export type Progress = { accounts: number; rows: number; objects: number; bytes: number };

const foldersOf = (accountId: string) => [`uploads/${accountId}`, `published/${accountId}`];
const trailFolder = (accountId: string) => `${accountId}/audit`;

async function copyTables(
  tx: Transaction,
  accountId: string,
  folder: string,
  progress: Progress,
): Promise<AccountBackup['tables']> {
  const tables: AccountBackup['tables'] = [];
  for (const table of await tenantTables(tx)) {
    const rows = await copyRowsOut(tx, accountId, table);
    const path = tableFile(folder, accountId, table.name);
    const kept = await writeKept(path, rows);
    if (rows.rowCount === 0) {
      await rm(path);
      continue;
    }
    progress.rows += rows.rowCount;
    progress.bytes += kept.bytes;
    tables.push({ name: table.name, columns: table.columns, rows: rows.rowCount, ...kept });
  }
  return tables;
}

/** Copies what is not copied yet. Content never changes under a key, but for lists beside what they list. */
async function copyObjects(
  { objects }: Parts,
  accountId: string,
  folder: string,
  keys: readonly string[],
  copied: Map<string, KeptFile>,
  progress: Progress,
): Promise<void> {
  for (const key of keys) {
    if (copied.has(key)) continue;
    try {
      const kept = await writeKept(objectFile(folder, accountId, key), objects.get(key));
      copied.set(key, kept);
      progress.objects += 1;
      progress.bytes += kept.bytes;
    } catch (error) {
      if (!(error instanceof ObjectMissing)) throw error;
    }
  }
}

/**
 * One account as it is at one moment, while it is served. The end of its audit log outside the database is copied first:
 * one that were ahead of the rows would say that events are missing.
 */
async function backUpAccount(
  parts: Parts,
  accountId: string,
  folder: string,
  progress: Progress,
): Promise<{ list: AccountBackup; numbered: BackupManifest['numbered'] }> {
  const { database, objects, clock } = parts;
  const copied = new Map<string, KeptFile>();
  const copy = (keys: readonly string[]) => copyObjects(parts, accountId, folder, keys, copied, progress);
  await copy(await objects.list(trailFolder(accountId)));
  for (let round = 1; ; round += 1) {
    const takenAt = clock.now().toISOString();
    const { tables, named, numbered } = await database.tenantSnapshot(accountId, async (tx) => {
      const found = {
        tables: await copyTables(tx, accountId, folder, progress),
        named: await namedObjects(tx, accountId),
      };
      const highest: BackupManifest['numbered'] = [];
      for (const { table, column } of await numberedColumns(tx))
        highest.push({ table, column, highest: await highestNumber(tx, accountId, table, column) });
      return { ...found, numbered: highest };
    });
    for (const prefix of foldersOf(accountId)) await copy(await objects.list(prefix));
    const missing = named.filter((key) => !copied.has(key));
    if (missing.length > 0 && round < ROUNDS) continue;
    progress.accounts += 1;
    const files = [...copied].map(([key, kept]) => ({ key, ...kept }));
    return { list: { account_id: accountId, taken_at: takenAt, tables, objects: files, missing }, numbered };
  }
}

/** The higher of each pair of numbers. */
function higher(one: BackupManifest['numbered'], other: BackupManifest['numbered']): BackupManifest['numbered'] {
  return other.map(({ table, column, highest }) => {
    const before = one.find((found) => found.table === table && found.column === column);
    return { table, column, highest: Math.max(highest, before?.highest ?? 0) };
  });
}

/**
 * Copies every account's rows and objects into an empty folder, each account as it is at one moment, beside running
 * servers. Keys are not among it. Returns the accounts, and the keys of objects that rows name and that are not there.
 */
export async function backUp(
  parts: Parts,
  folder: string,
  migration: number,
  progress: Progress,
): Promise<{ accountIds: string[]; missing: string[] }> {
  const manifest: BackupManifest = {
    format: 1,
    made_at: parts.clock.now().toISOString(),
    migration,
    numbered: [],
    accounts: [],
  };
  const missing: string[] = [];
  for (const accountId of await everyAccount(parts)) {
    const { list, numbered } = await backUpAccount(parts, accountId, folder, progress);
    manifest.accounts.push(await writeAccountList(folder, list));
    manifest.numbered = higher(manifest.numbered, numbered);
    missing.push(...list.missing);
  }
  await writeManifest(folder, parts.backupKey, manifest);
  return { accountIds: manifest.accounts.map((entry) => entry.account_id), missing };
}

/**
 * Tells the accounts' audit logs of a backup, once it is whole: what was begun and failed must not count as one. So it is in
 * the log of no database that the backup brings back. Returns the accounts whose log could not be told.
 */
export async function tellBackedUp(
  { database, log }: Pick<Services, 'database' | 'log'>,
  accountIds: readonly string[],
  withKeys: boolean,
): Promise<string[]> {
  const untold: string[] = [];
  for (const accountId of accountIds)
    await database
      .tenant(accountId, (tx) =>
        recordByOperator(tx, { accountId, action: 'account.backed_up', objectIds: { with_keys: withKeys } }),
      )
      .catch((error: unknown) => {
        log.warn('backup_not_told', { account_id: accountId, ...describeError(error) });
        untold.push(accountId);
      });
  return untold;
}
