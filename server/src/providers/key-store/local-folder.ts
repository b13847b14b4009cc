import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isUuid, newId } from '../../platform/ids/ids.ts';
import {
  type KeptRecord,
  type KeyRecord,
  KeyRecordChanged,
  KeyRecordDamaged,
  KeyRecordExists,
  type KeyStore,
  SERVER_RECORD,
} from './key-store.ts';
import { erasureNoteSchema, recordSchema } from './record-schemas.ts';

const ERASURES = 'erasures';
const GENERATION = /^([1-9][0-9]{0,8})\.json$/;
const READS_AT_MOST = 20;

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

/** Makes a folder's entries durable. Folders cannot be synced everywhere; where not, the file's own sync has to do. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}

/** Writes a file beside its place, durably, and gives its path. */
async function writeBeside(folder: string, content: unknown): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${newId()}.tmp`);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(content));
    await file.sync();
  } finally {
    await file.close();
  }
  return path;
}

const generationsOf = (names: readonly string[]) =>
  names.map((name) => Number(GENERATION.exec(name)?.[1] ?? 0)).filter((generation) => generation > 0);

function readRecord(name: string, text: string): KeyRecord {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    // Without the cause: it may quote what stands there.
    throw new KeyRecordDamaged(
      `The keys of ${name} in the key store are damaged. Put their folder from the newest copy of the keys in place of them.`,
    );
  }
}

/**
 * Keys as files of mode 0600 in `<dataDir>/keys`: a folder a record, in it one file named by its generation. A record is
 * replaced by linking the next generation's name, which fails when somebody else was first; so of two changes, and of a
 * change and a destruction, on whatever machines, one wins and the other sees it. What was replaced is deleted.
 */
export async function createLocalKeyStore(dataDir: string): Promise<KeyStore> {
  // Made with its first record: to look for keys where there are none leaves no trace.
  const root = join(dataDir, 'keys');
  const folderOf = (name: string) => {
    if (name !== SERVER_RECORD && !isUuid(name)) throw new TypeError('A key record is named by an account id.');
    return join(root, name);
  };
  const notesOf = (accountId: string) => {
    if (!isUuid(accountId)) throw new TypeError('An account id must be a uuid.');
    return join(root, ERASURES, accountId);
  };

  /** Deletes all but this generation and later ones: also what a crash left behind. */
  async function forgetBefore(folder: string, generation: number): Promise<void> {
    for (const name of await namesIn(folder)) {
      const [older = 0] = generationsOf([name]);
      if (name.endsWith('.tmp') || (older > 0 && older < generation)) await rm(join(folder, name), { force: true });
    }
    await syncFolder(folder);
  }

  async function put(name: string, generation: number, record: unknown): Promise<void> {
    const folder = folderOf(name);
    const temporary = await writeBeside(folder, record);
    try {
      // A link fails where the name is taken; a rename would put new keys over old ones.
      await link(temporary, join(folder, `${generation}.json`));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // Without its temporary file: a change that won has tidied up.
      if (code === 'EEXIST' || code === 'ENOENT') throw new KeyRecordChanged('Somebody else has changed this record.');
      throw error;
    } finally {
      await rm(temporary, { force: true });
    }
    // Two others may have come between the look and the link, and the first of them been tidied away again: what stands
    // below a later generation counts for nothing. Changes are safe to repeat, so who is unsure asks for another look.
    if (Math.max(...generationsOf(await namesIn(folder))) > generation)
      throw new KeyRecordChanged('Somebody else has changed this record.');
    await syncFolder(folder);
    await forgetBefore(folder, generation);
  }

  async function get(name: string): Promise<KeptRecord | null> {
    const folder = folderOf(name);
    for (let read = 1; ; read += 1) {
      const generations = generationsOf(await namesIn(folder));
      if (generations.length === 0) return null;
      const generation = Math.max(...generations);
      if (generations.length > 1) await forgetBefore(folder, generation);
      try {
        return { record: readRecord(name, await readFile(join(folder, `${generation}.json`), 'utf8')), generation };
      } catch (error) {
        // It was replaced between the look and the reading.
        if (!isMissing(error) || read === READS_AT_MOST) throw error;
      }
    }
  }

  return {
    get,
    create: async (name, record) => {
      const exists = () => new KeyRecordExists('There are such keys already.');
      if (generationsOf(await namesIn(folderOf(name))).length > 0) throw exists();
      await put(name, 1, record).catch((error: unknown) => {
        throw error instanceof KeyRecordChanged ? exists() : error;
      });
    },
    replace: async (name, seen, record) => {
      const now = await get(name);
      if (now?.generation !== seen.generation) throw new KeyRecordChanged('Somebody else has changed this record.');
      await put(name, seen.generation + 1, record);
    },
    discard: async (name) => {
      await rm(folderOf(name), { recursive: true, force: true });
      await syncFolder(root);
    },
    names: async () => (await namesIn(root)).filter((name) => name === SERVER_RECORD || isUuid(name)).sort(),
    noteErasure: async (note) => {
      const folder = notesOf(note.account_id);
      await rename(await writeBeside(folder, note), join(folder, `${note.erasure_id}.json`));
      await syncFolder(folder);
    },
    accountsWithErasures: async () => (await namesIn(join(root, ERASURES))).filter(isUuid).sort(),
    erasures: async (accountId) =>
      (await namesIn(notesOf(accountId)))
        .filter((name) => name.endsWith('.json'))
        .map((name) => name.slice(0, -'.json'.length))
        .sort(),
    erasure: async (accountId, erasureId) => {
      if (!isUuid(erasureId)) throw new TypeError('An erasure is named by its id.');
      const text = await readFile(join(notesOf(accountId), `${erasureId}.json`), 'utf8');
      return erasureNoteSchema.parse(JSON.parse(text));
    },
  };
}
