import { copyFile, lstat, mkdir, mkdtemp, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Lasting places first; temporary ones lose the copy now and then, which only costs making it again. */
const PLACES = ['/var/cache', '/var/lib', '/opt', '/var/tmp', tmpdir()];

/**
 * For root whose clone lies where only root may enter: yields copies of `native` (the programs' folder) in places other
 * users can reach, one after another until the caller is content with one; `<place>/nudgescribe-<name>/native`. A copy
 * from an earlier start is taken only if nobody but root could have written it and every byte equals the original.
 */
export async function* stagePrograms(native: string, name: string): AsyncGenerator<string> {
  const wanted = (await listFiles(native)).filter((path) => isNeeded(path));
  for (const place of PLACES) {
    try {
      if (!(await onlyRootCanReplaceIn(place))) continue;
      const home = join(await realpath(place), `nudgescribe${name}`);
      if (await isFaithful(home, native, wanted)) {
        yield join(home, 'native');
        continue;
      }
      const fresh = await mkdtemp(`${home}.`);
      try {
        await copyAll(native, join(fresh, 'native'), wanted);
        yield join(await takePlace(fresh, home, native, wanted), 'native');
      } catch (error) {
        await rm(fresh, { recursive: true, force: true });
        throw error;
      }
    } catch {
      // Read-only, full or forbidden: the next place may do, and the caller explains if none does.
    }
  }
}

/** Moves a finished copy to its lasting name, unless another start was faster or somebody else sits on the name. */
async function takePlace(fresh: string, home: string, native: string, wanted: string[]): Promise<string> {
  const there = await lstat(home).catch(() => null);
  if (there !== null && there.uid !== 0) return fresh;
  if (there !== null) await rm(home, { recursive: true, force: true });
  try {
    await rename(fresh, home);
    return home;
  } catch {
    if (!(await isFaithful(home, native, wanted))) return fresh;
    await rm(fresh, { recursive: true, force: true });
    return home;
  }
}

/** Headers, static libraries and build files are of no use to a running server. */
function isNeeded(path: string): boolean {
  return !/\.a$|\/pgxs\/|\/pkgconfig\/|^include\//.test(path);
}

/** All regular files below, as relative paths. */
async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

async function copyAll(from: string, to: string, files: string[]): Promise<void> {
  await openToOthers(dirname(to));
  const made = new Set<string>();
  for (const file of files) {
    const folders = file.split('/').slice(0, -1);
    for (let depth = 0; depth <= folders.length; depth += 1) {
      const folder = join(to, ...folders.slice(0, depth));
      if (made.has(folder)) continue;
      await mkdir(folder);
      await openToOthers(folder);
      made.add(folder);
    }
    const path = join(to, file);
    await copyFile(join(from, file), path);
    await openToOthers(path, file.startsWith('bin/') ? 0o755 : 0o644);
  }
}

/** Readable by everybody and writable by root alone, whatever the umask. */
async function openToOthers(path: string, mode = 0o755): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.chown(0, 0);
    await handle.chmod(mode);
  } finally {
    await handle.close();
  }
}

/** No other user can exchange what root put there: every folder above is root's, and closed or sticky. */
async function onlyRootCanReplaceIn(place: string): Promise<boolean> {
  for (let folder = await realpath(place); ; folder = dirname(folder)) {
    const { uid, mode } = await lstat(folder);
    const writableByOthers = (mode & 0o022) !== 0;
    if (uid !== 0 || (writableByOthers && (mode & 0o1000) === 0) || (mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function isFaithful(home: string, native: string, wanted: string[]): Promise<boolean> {
  try {
    const entries = await readdir(home, { recursive: true, withFileTypes: true });
    for (const path of [home, ...entries.map((entry) => join(entry.parentPath, entry.name))]) {
      const found = await lstat(path);
      if (found.uid !== 0 || (!found.isSymbolicLink() && (found.mode & 0o022) !== 0)) return false;
      // The package's links lead to a neighbour; any other could lead anywhere.
      if (found.isSymbolicLink() && dirname(await realpath(path)) !== dirname(path)) return false;
    }
    for (const file of wanted) {
      if (!(await sameBytes(join(home, basename(native), file), join(native, file)))) return false;
    }
    return true;
  } catch {
    return false;
  }
}

const CHUNK = 1024 ** 2;

async function sameBytes(one: string, other: string): Promise<boolean> {
  const [a, b] = [await open(one, 'r'), await open(other, 'r')];
  try {
    const [left, right] = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)];
    if ((await a.stat()).size !== (await b.stat()).size) return false;
    for (;;) {
      const [{ bytesRead: got }, { bytesRead: expected }] = [await a.read(left), await b.read(right)];
      if (got !== expected || !left.subarray(0, got).equals(right.subarray(0, expected))) return false;
      if (got === 0) return true;
    }
  } finally {
    await a.close();
    await b.close();
  }
}
