import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { deriveFrom } from '../sealing/key-records.ts';
import { BackupRefused } from './backup-refused.ts';
import { writeKept } from './kept-file.ts';

// A backup is a folder: `backup.json` names the accounts and what database they are of, signed by a key of the
// installation; it is written last, so that a folder without it is no backup. In `accounts/<id>` lie `account.json`, which
// lists the account's files with their hashes, `tables/<table>.copy` in Postgres' binary COPY format, and its objects, sealed
// as they are in storage, by their keys in `objects/`.

const FORMAT = 1;
const HASH = z.string().regex(/^[0-9a-f]{64}$/);
const kept = { bytes: z.number().int().min(0), sha256: HASH };
const NAME = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/);

const accountSchema = z.strictObject({
  account_id: z.uuid(),
  /** When the database was as it is here. */
  taken_at: z.iso.datetime(),
  tables: z.array(
    z.strictObject({ name: NAME, columns: z.array(NAME).min(1), rows: z.number().int().min(1), ...kept }),
  ),
  objects: z.array(z.strictObject({ key: z.string().max(800), ...kept })),
  /** Objects that the database names and that could not be read. */
  missing: z.array(z.string().max(800)),
});

const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  made_at: z.iso.datetime(),
  /** The newest migration of the database. */
  migration: z.number().int().min(1),
  /** How far columns that number rows have come. */
  numbered: z.array(z.strictObject({ table: NAME, column: NAME, highest: z.number().int() })),
  accounts: z.array(z.strictObject({ account_id: z.uuid(), sha256: HASH })),
});
const signedSchema = manifestSchema.extend({ signature: HASH });

export type AccountBackup = z.infer<typeof accountSchema>;
export type BackupManifest = z.infer<typeof manifestSchema>;

const MANIFEST = 'backup.json';
const LIST = 'account.json';

export const accountFolder = (folder: string, accountId: string) => join(folder, 'accounts', accountId);
export const tableFile = (folder: string, accountId: string, table: string) =>
  join(accountFolder(folder, accountId), 'tables', `${table}.copy`);
export const objectFile = (folder: string, accountId: string, key: string) =>
  join(accountFolder(folder, accountId), 'objects', ...key.split('/'));

const signatureOf = (key: Buffer, manifest: BackupManifest) =>
  createHmac('sha256', key)
    .update(JSON.stringify(manifestSchema.parse(manifest)))
    .digest();

/** The key that signs manifests, of the server's secret. */
export const backupKeyOf = (secret: Buffer) => deriveFrom(secret, 'backups');

const pretty = (content: unknown) => `${JSON.stringify(content, null, 2)}\n`;

/** Writes an account's list, and returns by what the manifest knows it. */
export async function writeAccountList(
  folder: string,
  list: AccountBackup,
): Promise<BackupManifest['accounts'][number]> {
  const path = join(accountFolder(folder, list.account_id), LIST);
  const { sha256 } = await writeKept(path, Readable.from([Buffer.from(pretty(list))]));
  return { account_id: list.account_id, sha256 };
}

/** Throws BackupRefused when the list is not the one that the manifest names. */
export async function readAccountList(
  folder: string,
  { account_id, sha256 }: BackupManifest['accounts'][number],
): Promise<AccountBackup> {
  const path = join(accountFolder(folder, account_id), LIST);
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new BackupRefused(`${path} is not as it was written: the backup is damaged. Take another one.`);
  return accountSchema.parse(JSON.parse(bytes.toString()));
}

/** Makes the folder a backup: in one step, after all else is there. */
export async function writeManifest(folder: string, key: Buffer, manifest: BackupManifest): Promise<void> {
  const path = join(folder, MANIFEST);
  const content = pretty({ ...manifest, signature: signatureOf(key, manifest).toString('hex') });
  await writeFile(`${path}.unfinished`, content, { mode: 0o600, flush: true });
  await rename(`${path}.unfinished`, path);
}

/** Throws BackupRefused when the folder is no finished backup, or was not signed by this key. */
export async function readManifest(folder: string, key: Buffer): Promise<BackupManifest> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new BackupRefused(`There is no finished backup in ${folder}: it has no ${MANIFEST}.`);
  });
  let raw: unknown = null;
  try {
    raw = JSON.parse(text);
  } catch {
    // Told of below, like whatever else is not a manifest.
  }
  const parsed = signedSchema.safeParse(raw);
  if (!parsed.success) throw new BackupRefused(`${MANIFEST} in ${folder} cannot be read by this version.`);
  const { signature, ...manifest } = parsed.data;
  if (!timingSafeEqual(signatureOf(key, manifest), Buffer.from(signature, 'hex')))
    throw new BackupRefused(
      'This backup was not made by an installation with these keys, or was altered since. Restore the keys it belongs to: --keys.',
    );
  return manifest;
}
