import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterMark, findClusterProcesses } from './processes.ts';
import { ask, startTestServer, type TestServer } from './test-server.ts';

const root = mkdtempSync(join(tmpdir(), 'embedded-crash-'));
after(() => rm(root, { recursive: true, force: true }));

const dataDir = join(root, 'data');
const clusterDir = join(dataDir, 'postgres');

async function urlOf(server: TestServer): Promise<string> {
  const url = await server.url;
  assert.ok(url !== null, server.lines.join('\n'));
  return url;
}

async function stop(server: TestServer): Promise<void> {
  process.kill(server.pid, 'SIGTERM');
  assert.equal(await server.ended, 0, server.lines.join('\n'));
}

async function databaseProcesses(): Promise<number[]> {
  const found = await findClusterProcesses(await clusterMark(clusterDir), (await stat(clusterDir)).uid);
  return found.map(({ pid }) => pid);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(5)) if (await holds()) return;
  assert.fail('It did not happen within 10 s.');
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

describe('after a crash the embedded database', { skip: process.platform === 'win32' }, () => {
  test('recovers from a first start killed half-way, and lets nobody in while one starts', async () => {
    const killed = startTestServer(dataDir);
    await until(async () => (await readdir(dataDir).catch(() => [])).some((name) => name.startsWith('postgres.new-')));
    await sleep(150);
    const refused = startTestServer(dataDir);
    assert.equal(await refused.ended, 1);
    assert.match(refused.lines.join('\n'), /"DataFolderInUse"/);
    process.kill(killed.pid, 'SIGKILL');
    await killed.ended;
    assert.equal(await exists(clusterDir), false, 'The server was killed too late for this test.');
    const server = startTestServer(dataDir);
    await ask(await urlOf(server), 'create table kept (n int)');
    assert.deepEqual(
      (await readdir(dataDir)).filter((name) => name.startsWith('postgres.new-')),
      [],
    );
    await stop(server);
    assert.deepEqual(await databaseProcesses(), []);
  });

  test('has every acknowledged row when everything is killed at once', async () => {
    const server = startTestServer(dataDir);
    await ask(await urlOf(server), 'insert into kept select generate_series(1, 1000)');
    for (const pid of [server.pid, ...(await databaseProcesses())]) process.kill(pid, 'SIGKILL');
    await server.ended;
    const again = startTestServer(dataDir);
    assert.deepEqual(await ask(await urlOf(again), 'select count(*)::int n from kept'), [{ n: 1000 }]);
    await stop(again);
  });

  test('ends the Postgres that a killed server left running, also one without its postmaster', async () => {
    const first = startTestServer(dataDir);
    await ask(await urlOf(first), 'insert into kept values (0)');
    process.kill(first.pid, 'SIGKILL');
    await first.ended;
    const orphans = await databaseProcesses();
    assert.ok(orphans.length > 3);
    const second = startTestServer(dataDir);
    assert.deepEqual(await ask(await urlOf(second), 'select count(*)::int n from kept'), [{ n: 1001 }]);
    assert.ok(second.lines.some((line) => line.includes('database_orphans_ended')));
    const now = await databaseProcesses();
    assert.deepEqual(
      orphans.filter((pid) => now.includes(pid)),
      [],
    );
    // A backend that computes does not notice that its postmaster has gone.
    const busy = ask(await urlOf(second), 'do $$ begin loop end loop; end $$').catch(() => null);
    await sleep(200);
    const postmaster = Number((await readFile(join(clusterDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(second.pid, 'SIGKILL');
    process.kill(postmaster, 'SIGKILL');
    const third = startTestServer(dataDir);
    assert.deepEqual(await ask(await urlOf(third), 'select count(*)::int n from kept'), [{ n: 1001 }]);
    await busy;
    await stop(third);
  });

  test('is not misled by a pid file whose pid a stranger has now, and leaves the stranger alone', async () => {
    const owner = await stat(clusterDir);
    const asOwner = process.geteuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : {};
    const stranger = spawn('sleep', ['60'], { ...asOwner, cwd: '/' });
    await once(stranger, 'spawn');
    const stale = `${stranger.pid}\n/proc/self/cwd\n1\n5432\n/proc/self/cwd\n\n  1 1\nready   \n`;
    await writeFile(join(clusterDir, 'postmaster.pid'), stale);
    await writeFile(join(clusterDir, '.s.PGSQL.5432.lock'), stale);
    const server = startTestServer(dataDir);
    assert.deepEqual(await ask(await urlOf(server), 'select 1 one'), [{ one: 1 }]);
    await stop(server);
    assert.equal(stranger.exitCode, null);
    assert.equal(stranger.signalCode, null);
    stranger.kill();
  });

  test('ends cleanly when the whole process group gets the signal', async () => {
    const server = startTestServer(dataDir);
    await urlOf(server);
    process.kill(-server.pid, 'SIGTERM');
    assert.equal(await server.ended, 0);
    assert.ok(server.lines.some((line) => line.includes('database_stopped')));
    assert.deepEqual(await databaseProcesses(), []);
    assert.equal(await exists(join(clusterDir, 'postmaster.pid')), false);
  });
});
