import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from './config.ts';
import { parseRootKey, RootKeyRefused } from './product/sealing/root-key.ts';
import { createProgramRootKey, PROGRAM_PREFIX } from './providers/root-key/key-program.ts';
import { createLocalRootKeys } from './providers/root-key/local-keys.ts';
import type { RootKey } from './providers/root-key/root-key.ts';

type Place = Pick<Config, 'mode' | 'dataDir' | 'rootKey' | 'rootKeyFile' | 'rootKeyProgram'>;

/** Where the root key lies when it lies in a file: where the settings say, or in the data folder. */
export const rootKeyFileOf = (config: Place) => config.rootKeyFile ?? join(config.dataDir, 'root-key');

/** The keys of a setting or a file. */
export const parseKeys = (text: string) =>
  text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(parseRootKey);

/** The keys in a file, the one that wraps first; null when there is no file. Throws RootKeyRefused when anybody may read it. */
export async function readRootKeyFile(path: string): Promise<Buffer[] | null> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (found === null) return null;
  if (process.platform !== 'win32' && (found.mode & 0o007) !== 0)
    throw new RootKeyRefused(`Everybody on this machine may read the root key's file ${path}. Make it "chmod 600".`);
  const keys = parseKeys(await readFile(path, 'utf8'));
  if (keys.length === 0) throw new RootKeyRefused(`The root key's file ${path} is empty.`);
  return keys;
}

async function writeNew(path: string, keys: readonly Buffer[]): Promise<void> {
  // 'wx' refuses to overwrite: of two servers that start together one makes the key and the other fails and is restarted.
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(keys.map((key) => `${key.toString('hex')}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts these keys in the place of the file's, in one step. For one caller at a time: the lock is the caller's to take. */
export async function replaceRootKeyFile(path: string, keys: readonly Buffer[]): Promise<void> {
  const beside = `${path}.new`;
  // Left by a rotation that was killed.
  await rm(beside, { force: true });
  await writeNew(beside, keys);
  await rename(beside, path);
  const folder = await open(dirname(path), 'r');
  await folder.sync().catch(() => undefined);
  await folder.close();
}

/** Whatever the operator's program has not wrapped, keys at hand open: so that an installation can move there. */
function programFirst(program: RootKey, local: RootKey | null): RootKey {
  const of = (wrapped: string) => (wrapped.startsWith(PROGRAM_PREFIX) || local === null ? program : local);
  return {
    wrap: program.wrap,
    unwrap: (wrapped, boundTo) => of(wrapped).unwrap(wrapped, boundTo),
    isCurrent: async (wrapped) => of(wrapped) === program && program.isCurrent(wrapped),
    names: async () => [...(await program.names()), ...((await local?.names()) ?? [])],
  };
}

/**
 * The key that wraps everything else: a program that speaks with a key management service, or the keys of the settings, or
 * those of a file, which is made on first start outside production. Of several keys the first wraps and all open.
 * Throws RootKeyRefused when one is weak or published, or anybody may read the file.
 */
export async function loadRootKey(config: Place): Promise<RootKey> {
  const program = config.rootKeyProgram === null ? null : createProgramRootKey(config.rootKeyProgram);
  const { rootKey } = config;
  if (rootKey !== null) {
    const local = await createLocalRootKeys(async () => parseKeys(rootKey));
    return program === null ? local : programFirst(program, local);
  }
  const path = rootKeyFileOf(config);
  if ((await readRootKeyFile(path)) === null) {
    if (program !== null) return programFirst(program, null);
    if (config.mode === 'production' || config.rootKeyFile !== null)
      throw new RootKeyRefused(`There is no root key in ${path}. Make one with "openssl rand -hex 32 > ${path}".`);
    await writeNew(path, [randomBytes(32)]);
  }
  const local = await createLocalRootKeys(async () => (await readRootKeyFile(path)) ?? []);
  return program === null ? local : programFirst(program, local);
}
