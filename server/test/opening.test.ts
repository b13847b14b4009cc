import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, lchown, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { openEmbedded } from '../src/open-services.ts';
import { examine } from '../src/operator/doctor.ts';
import { createLog } from '../src/platform/log/log.ts';
import { onCluster, prepareKeys } from './cluster.ts';
import { startProcess } from './crash/processes.ts';
import { startTestServer, type TestServer } from './harness.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const isRoot = process.geteuid?.() === 0;
/** Any id that is not ours, and that has no name. */
const SOMEBODY = 54_321;

let server: TestServer;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-opening-'));
  server = await startTestServer({ workers: false });
});
after(() => rm(folder, { recursive: true, force: true }));

/** What another secret of the server would change: the passwords of its roles, and the audit log. */
const madeBySecret = () =>
  onCluster(server.databaseUrl, async (client) => {
    const roles = await client.query(
      "select rolname, rolpassword from pg_authid where rolname like 'nudgescribe%' order by rolname",
    );
    const events = await client.query('select count(*) from audit_events');
    return [roles.rows, events.rows];
  });

const everythingIn = async (path: string) => (await readdir(path, { recursive: true })).sort();

/** Runs a command of the operator's to its end, in a process of its own. */
async function command(args: string[], settings: Record<string, string>): Promise<{ code: unknown; output: string }> {
  const running = startProcess(args, settings);
  return { code: await running.ended, output: running.output() };
}

const badOnes = async (environment: Record<string, string>) =>
  (await examine(environment)).filter(({ level }) => level === 'bad').map(({ what }) => what);

describe('a database whose keys are elsewhere', () => {
  test('is left alone by every command, worker and server, which make no keys in the wrong folder', async () => {
    const { NUDGESCRIBE_ROOT_KEY: _, ...settings } = server.environment;
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const was = await madeBySecret();
    for (const dataDir of [empty, join(folder, 'not-mounted')]) {
      const wrong = { ...settings, NUDGESCRIBE_DATA_DIR: dataDir };
      for (const args of [
        ['migrate'],
        ['keys', 'status'],
        ['audit', 'verify'],
        ['backup', '--to', join(folder, 'backup')],
        ['worker'],
      ]) {
        const { code, output } = await command(args, wrong);
        assert.equal(code, 1, args.join(' '));
        assert.match(output, /^The data folder .* has no keys for this database\. Set NUDGESCRIBE_DATA_DIR .*\n$/);
      }
      await assert.rejects(startApp(readConfig(wrong), { workers: false }), { name: 'DataFolderRefused' });
      assert.deepEqual(await badOnes(wrong), [`The data folder ${dataDir} has no keys for this database.`]);
    }
    assert.deepEqual(await readdir(folder), ['empty']);
    assert.deepEqual([await readdir(empty), await madeBySecret()], [[], was]);
  });

  test('is not taken for a new one either when it is the built-in one, and goes on when they are back', async () => {
    const dataDir = join(folder, 'built-in');
    const settings = { NUDGESCRIBE_DATA_DIR: dataDir, NUDGESCRIBE_PORT: '0', NUDGESCRIBE_LOG_LEVEL: 'silent' };
    const start = async () => {
      const app = await startApp(readConfig(settings), { workers: false });
      await app.stop();
      return app.firstStart;
    };
    assert.ok((await start()) !== null);
    const aside = join(folder, 'aside');
    await mkdir(aside);
    for (const name of ['keys', 'root-key']) await rename(join(dataDir, name), join(aside, name));
    const left = (await readdir(dataDir)).sort();
    await assert.rejects(start(), /has no keys for this database/);
    assert.deepEqual(await badOnes(settings), [`The data folder ${dataDir} has no keys for this database.`]);
    assert.deepEqual((await readdir(dataDir)).sort(), left);
    for (const name of ['keys', 'root-key']) await rename(join(aside, name), join(dataDir, name));
    assert.equal(await start(), null);
    // Roles whose passwords were lost on the way to another cluster: the operator says so, and they get theirs.
    const asOwner = async (change: string) => {
      const database = await openEmbedded(dataDir, createLog('silent'), 'own');
      await onCluster(database.url, (client) => client.query(`alter role nudgescribe_app ${change}`));
      await database.stop();
    };
    await asOwner('password null');
    await assert.rejects(start(), /are of another installation than the database\..* nudgescribe_app NOLOGIN /);
    await asOwner('nologin');
    assert.equal(await start(), null);
    // As a first start that was killed leaves it, which makes the keys first.
    await rm(join(dataDir, 'postgres'), { recursive: true });
    assert.ok((await start()) !== null);
  });
});

test('a database is left alone with the keys of another installation, and its roles go on with their passwords', async () => {
  const dataDir = await mkdtemp(join(folder, 'others-'));
  const rootKey = randomBytes(32).toString('hex');
  await prepareKeys(dataDir, rootKey);
  const wrong = { ...server.environment, NUDGESCRIBE_DATA_DIR: dataDir, NUDGESCRIBE_ROOT_KEY: rootKey };
  const [was, made] = [await madeBySecret(), await everythingIn(dataDir)];
  const what = `The keys for the data folder ${dataDir} are of another installation than the database.`;
  for (const args of [['migrate'], ['keys', 'status'], ['worker'], ['serve']]) {
    const { code, output } = await command(args, wrong);
    assert.deepEqual([code, output.slice(0, what.length)], [1, what], args.join(' '));
  }
  assert.deepEqual((await badOnes(wrong)).slice(-1), [what]);
  assert.deepEqual(await madeBySecret(), was);
  assert.deepEqual(
    (await everythingIn(dataDir)).filter((name) => !name.startsWith('objects')),
    made,
  );
});

test('a server whose database takes it for somebody else than its roles does not start', async () => {
  const { username, password } = new URL(server.databaseUrl);
  const asOwner = `${server.databaseUrl}?user=${username}&password=${password}`;
  const config = { ...readConfig(server.environment), databaseUrl: asOwner };
  await assert.rejects(startApp(config, { workers: false }), /does not take the server for its role nudgescribe_app/);
});

describe('a data folder of another user', { skip: isRoot ? false : 'only root can give files away' }, () => {
  const giveTo = async (uid: number) => {
    for (const name of await everythingIn(server.dataDir)) await lchown(join(server.dataDir, name), uid, uid);
    await chown(server.dataDir, uid, uid);
  };
  before(() => giveTo(SOMEBODY));
  after(() => giveTo(0));

  test('is left alone by root, who is told as whom to run the command', async () => {
    const made = await everythingIn(server.dataDir);
    for (const args of [
      ['keys', 'status'],
      ['restore', '--from', join(folder, 'backup')],
      ['account', 'create', '--name', 'Third', '--email', 'third@example.test'],
    ]) {
      const { code, output } = await command(args, server.environment);
      assert.equal(code, 1, args.join(' '));
      assert.match(output, /belongs to '#54321'.* sudo -u '#54321' /);
    }
    const nobody = Number(spawnSync('id', ['-u', 'nobody']).stdout);
    await chown(server.dataDir, nobody, nobody);
    assert.match((await command(['keys', 'status'], server.environment)).output, /sudo -u nobody /);
    assert.match((await badOnes(server.environment)).join(), /^The data folder \S+ belongs to nobody, whose server/);
    await chown(server.dataDir, SOMEBODY, SOMEBODY);
    assert.deepEqual(await everythingIn(server.dataDir), made);
  });

  test('has what root left in it told by doctor to its user', async (t) => {
    const asThem = { uid: SOMEBODY, gid: SOMEBODY, encoding: 'utf8' } as const;
    if (spawnSync('test', ['-r', MAIN], asThem).status !== 0) return t.skip('only root may enter the clone');
    const doctor = () => spawnSync(process.execPath, [MAIN, 'doctor'], { ...asThem, env: server.environment }).stdout;
    assert.match(doctor(), /Secrets in the data folder are readable by the server only/);
    const ofRoot = [join(server.dataDir, 'keys', server.a.accountId), join(server.dataDir, 'objects', 'of-root')];
    await writeFile(ofRoot[1] ?? '', '', { mode: 0o600 });
    await chown(ofRoot[0] ?? '', 0, 0);
    const told = doctor();
    assert.match(told, /BAD {3}2 files or folders of the data folder cannot be used .*\/keys\//);
    assert.doesNotMatch(told, /Secrets in the data folder are readable/);
    for (const path of ofRoot) await lchown(path, SOMEBODY, SOMEBODY);
    // What a file system has of its own, where the keys are a mount, is nobody's mistake.
    const lost = join(server.dataDir, 'keys', 'lost+found');
    await mkdir(lost, { mode: 0o700 });
    assert.match(doctor(), /Secrets in the data folder are readable by the server only/);
    const open = join(server.dataDir, 'keys', server.a.accountId, '1.json');
    await chmod(open, 0o644);
    assert.match(doctor(), /1 of the secrets' files or folders can be read by others/);
    await chmod(open, 0o600);
    await rm(lost, { recursive: true });
  });

  test('is open to root where storage gives everything one owner, as a container’s volume may', async (t) => {
    const asThem = { uid: SOMEBODY, gid: SOMEBODY, encoding: 'utf8' } as const;
    if (spawnSync('test', ['-r', MAIN], asThem).status !== 0) return t.skip('only root may enter the clone');
    // Of such storage a process sees that it is root, and that what it makes is somebody else's: so does this one.
    const volume = join(server.dataDir, 'volume');
    await mkdir(volume);
    await chown(volume, SOMEBODY, SOMEBODY);
    const args = ['--import', 'data:text/javascript,process.geteuid=()=>0', MAIN, 'doctor'];
    const { stdout } = spawnSync(process.execPath, args, { ...asThem, env: { NUDGESCRIBE_DATA_DIR: volume } });
    assert.match(stdout, /There is no installation in \S+volume yet/);
    assert.deepEqual(await everythingIn(volume), []);
    await rm(volume, { recursive: true });
  });

  test('is told by doctor where it is mounted so that nothing can be written', async (t) => {
    const script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec "$2" "$3" doctor';
    const args = ['-m', 'sh', '-c', script, 'sh', join(server.dataDir, 'keys'), process.execPath, MAIN];
    if (spawnSync('unshare', ['-m', 'true']).status !== 0) return t.skip('no mounts of its own here');
    await chown(server.dataDir, 0, 0);
    const { stdout } = spawnSync('unshare', args, { encoding: 'utf8', env: { ...process.env, ...server.environment } });
    await chown(server.dataDir, SOMEBODY, SOMEBODY);
    assert.match(stdout, /BAD {3}\d+ files or folders of the data folder cannot be used .*\/keys/);
  });
});
