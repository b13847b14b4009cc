import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isUuid, newId } from '../../platform/ids/ids.ts';
import { KeyRecordExists, type KeyStore } from './key-store.ts';

const recordSchema = z.strictObject({
  account_id: z.uuid(),
  wrapped_index_secret: z.string().max(500),
  versions: z
    .array(z.strictObject({ version: z.number().int().min(1).max(65_535), wrapped_key: z.string().max(500) }))
    .min(1)
    .max(1_000),
});

/** Makes a folder's entries durable. Folders cannot be synced everywhere; where not, the file's own sync has to do. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Account keys as files of mode 0600 in `<dataDir>/keys`. */
export async function createLocalKeyStore(dataDir: string): Promise<KeyStore> {
  const folder = join(dataDir, 'keys');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pathOf = (accountId: string) => {
    if (!isUuid(accountId)) throw new TypeError('An account id must be a uuid.');
    return join(folder, `${accountId}.json`);
  };
  return {
    get: async (accountId) => {
      const text = await readFile(pathOf(accountId), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      return text === null ? null : recordSchema.parse(JSON.parse(text));
    },
    create: async (record) => {
      const path = pathOf(record.account_id);
      const temporary = `${path}.${newId()}.tmp`;
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(JSON.stringify(record));
        await file.sync();
      } finally {
        await file.close();
      }
      try {
        // A link fails where the name is taken; a rename would put new keys over old ones.
        await link(temporary, path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST')
          throw new KeyRecordExists('This account has keys already.');
        throw error;
      } finally {
        await rm(temporary, { force: true });
      }
      await syncFolder(folder);
    },
    delete: async (accountId) => {
      await rm(pathOf(accountId), { force: true });
      await syncFolder(folder);
    },
  };
}
