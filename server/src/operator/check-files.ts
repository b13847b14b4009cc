import { randomBytes } from 'node:crypto';
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Config } from '../config.ts';
import { isThere } from '../data-folder.ts';
import { loadServerSecret } from '../product/sealing/key-records.ts';
import { RootKeyRefused } from '../product/sealing/root-key.ts';
import { SealBroken } from '../product/sealing/seal-broken.ts';
import { CountryFileRefused, openCountryFile } from '../providers/geography/country-file.ts';
import { createLocalKeyStore } from '../providers/key-store/local-folder.ts';
import { createLocalObjectStorage } from '../providers/object-storage/local-folder.ts';
import { loadRootKey, rootKeyFileOf } from '../root-key.ts';
import { checkAccess, isOurs } from './check-access.ts';
import { bad, type Finding, good, note } from './finding.ts';

const GIB = 1024 ** 3;
const LOW_BYTES = 2 * GIB;
const LOW_SHARE = 0.1;
const SECRET_FILES = ['root-key', 'postgres.password'];

async function openToOthers(path: string): Promise<boolean> {
  // Windows has no such modes: access lists say there who may read.
  if (process.platform === 'win32') return false;
  const found = await stat(path).catch(() => null);
  return found !== null && (found.mode & 0o077) !== 0;
}

async function checkSecrets(dataDir: string): Promise<Finding[]> {
  const closed = await checkAccess(dataDir, [...SECRET_FILES, 'keys', 'objects']);
  if (closed.length > 0) return closed;
  const keys: string[] = [];
  for (const name of (await readdir(join(dataDir, 'keys')).catch(() => [])).filter(isOurs)) {
    const files = await readdir(join(dataDir, 'keys', name), { recursive: true }).catch(() => []);
    keys.push(name, ...files.map((file) => join(name, file)));
  }
  const paths = [
    dataDir,
    ...SECRET_FILES.map((name) => join(dataDir, name)),
    join(dataDir, 'keys'),
    ...keys.map((name) => join(dataDir, 'keys', name)),
  ];
  const open: string[] = [];
  for (const path of paths) if (await openToOthers(path)) open.push(path);
  if (open.length === 0) return [good('Secrets in the data folder are readable by the server only.')];
  const shown = open.slice(0, 3).join(' ');
  return [
    bad(
      `${open.length} of the secrets' files or folders can be read by others, such as ${open[0]}.`,
      `Run "chmod go-rwx ${shown}${open.length > 3 ? ' …' : ''}", and find out who could read them.`,
    ),
  ];
}

async function checkDisk(dataDir: string): Promise<Finding> {
  const { bavail, blocks, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  const what = `${(free / GIB).toFixed(1)} GiB are free where the data lies.`;
  return free < LOW_BYTES || bavail < blocks * LOW_SHARE
    ? note(what, 'Make room: imports are refused with 507 when the disk is full.')
    : good(what);
}

/** The root key can be read and opens what this installation keeps. */
async function checkRootKey(config: Config): Promise<Finding[]> {
  const mend = 'Without the right key nothing opens: bring back the one the installation was made with.';
  const path = rootKeyFileOf(config);
  const isElsewhere = config.rootKey !== null || config.rootKeyProgram !== null;
  // Loading would make one where there is none.
  if (!isElsewhere && !(await isThere(path))) return [bad(`The root key is missing in ${path}.`, mend)];
  try {
    await loadServerSecret(await loadRootKey(config), await createLocalKeyStore(config.dataDir));
    const opens = good("The root key can be read, and opens the server's own secret.");
    // Secrets that are mounted for a group are often so; in the data folder none may be.
    if (isElsewhere || config.rootKeyFile === null || !(await openToOthers(path))) return [opens];
    return [
      opens,
      note(
        `The group of ${path} may read the root key.`,
        'Run "chmod 600" on it, unless only the server is of that group.',
      ),
    ];
  } catch (error) {
    const isOurs = error instanceof RootKeyRefused || error instanceof SealBroken;
    return [bad(isOurs ? error.message : 'The root key cannot be used.', mend)];
  }
}

/** An object goes in, comes out the same, and goes away. */
async function checkStorage(dataDir: string): Promise<Finding> {
  try {
    const objects = await createLocalObjectStorage(dataDir);
    const key = `doctor/${randomBytes(8).toString('hex')}`;
    const content = randomBytes(100_000);
    await objects.put(key, Readable.from([content]));
    const back: Buffer[] = [];
    for await (const chunk of objects.get(key)) back.push(chunk as Buffer);
    await objects.delete(key);
    if (!Buffer.concat(back).equals(content)) return bad('Object storage gave back other bytes.', 'Check the disk.');
    return good('Object storage stores, reads and deletes.');
  } catch (error) {
    const code = (error as { code?: string }).code ?? 'no code';
    return bad(`Object storage cannot be used (${code}).`, `Let the server's user write below ${dataDir}.`);
  }
}

/** The operator's database of countries, where one is named. */
async function checkCountries(config: Config): Promise<Finding[]> {
  if (config.geoipFile === null) return [];
  try {
    (await openCountryFile(config.geoipFile, () => undefined)).close();
    return [good('The database of countries can be read.')];
  } catch (error) {
    if (!(error instanceof CountryFileRefused)) throw error;
    return [bad(error.message, 'Put a country database in MMDB format there, or unset NUDGESCRIBE_GEOIP_FILE.')];
  }
}

/** What lies on the disk of an installation: secrets, room, root key, objects. */
export async function checkFiles(config: Config): Promise<Finding[]> {
  return [
    ...(await checkSecrets(config.dataDir)),
    await checkDisk(config.dataDir),
    ...(await checkRootKey(config)),
    await checkStorage(config.dataDir),
    ...(await checkCountries(config)),
  ];
}
