import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type EmbeddedDatabase, startEmbeddedDatabase } from './embedded-database.ts';
import { DataFolderInUse } from './errors.ts';
import { ask } from './test-server.ts';

const root = mkdtempSync(join(tmpdir(), 'embedded-'));
after(() => rm(root, { recursive: true, force: true }));

const events: string[] = [];
const start = (dataDir: string): Promise<EmbeddedDatabase> =>
  startEmbeddedDatabase({ dataDir, settings: { shared_buffers: '16MB' }, log: (event) => events.push(event) });

describe('the embedded database', () => {
  const dataDir = join(root, 'data');

  test('starts in an empty folder, keeps its data over a restart, and refuses a second start meanwhile', async () => {
    const first = await start(dataDir);
    await ask(first.url, 'create table kept (n int)');
    await ask(first.url, 'insert into kept values (7)');
    await assert.rejects(start(dataDir), (error: Error) => {
      assert.ok(error instanceof DataFolderInUse);
      assert.match(error.message, /NUDGESCRIBE_DATA_DIR/);
      return true;
    });
    assert.deepEqual(await ask(first.url, 'select n from kept'), [{ n: 7 }]);
    await Promise.all([first.stop(), first.stop()]);
    const second = await start(dataDir);
    assert.equal(second.url, first.url);
    assert.deepEqual(await ask(second.url, 'select n from kept'), [{ n: 7 }]);
    await second.stop();
  });

  test('answers only with the password, from this machine, and keeps the password to its owner', async () => {
    const database = await start(dataDir);
    try {
      const wrong = new URL(database.url);
      wrong.password = 'wrong';
      await assert.rejects(ask(wrong.href, 'select 1'), { code: '28P01' });
      const [settings] = await ask(
        database.url,
        `select current_setting('listen_addresses') listen, current_setting('fsync') fsync,
           current_setting('data_checksums') checksums, current_setting('server_encoding') encoding, lower('ÄÖ') lowered`,
      );
      assert.deepEqual(settings, { listen: '', fsync: 'on', checksums: 'on', encoding: 'UTF8', lowered: 'äö' });
      assert.equal((await stat(join(dataDir, 'postgres.password'))).mode & 0o777, 0o600);
      assert.equal((await stat(join(dataDir, 'postgres'))).mode & 0o777, 0o700);
    } finally {
      await database.stop();
    }
  });

  test('never writes a value of a statement to its log', async () => {
    const database = await start(dataDir);
    try {
      await ask(database.url, 'create table people (email text primary key)');
      await ask(database.url, "insert into people values ('secret@example.com')");
      for (const text of [
        "select 'secret@example.com'::int",
        "insert into people values ('secret@example.com')",
        "do $$ begin raise warning 'secret@example.com'; end $$; select 1/0",
      ])
        await assert.rejects(ask(database.url, text));
    } finally {
      await database.stop();
    }
    const logDir = join(dataDir, 'postgres', 'log');
    const logs = await Promise.all((await readdir(logDir)).map((name) => readFile(join(logDir, name), 'utf8')));
    assert.match(logs.join(''), /ready to accept connections/);
    assert.doesNotMatch(logs.join(''), /secret/);
  });

  test('gets a new password when the file was lost', async () => {
    await rm(join(dataDir, 'postgres.password'));
    const database = await start(dataDir);
    assert.deepEqual(await ask(database.url, 'select n from kept'), [{ n: 7 }]);
    await database.stop();
  });

  test('starts again by itself, at the same address, when Postgres dies', async () => {
    const database = await start(dataDir);
    const pidFile = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
    process.kill(Number(pidFile.split('\n')[0]), 'SIGKILL');
    const deadline = Date.now() + 10_000;
    while (!events.includes('database_restarted') && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(await ask(database.url, 'select n from kept'), [{ n: 7 }]);
    await database.stop();
  });

  test('ends within the time it promises although a connection is busy', async () => {
    const database = await start(dataDir);
    const busy = assert.rejects(ask(database.url, 'select pg_sleep(60)'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = Date.now();
    await database.stop();
    assert.ok(Date.now() - began < 8_000);
    await busy;
  });

  test('refuses a folder of another major version, and one that holds something else', async () => {
    const path = join(dataDir, 'postgres', 'PG_VERSION');
    const before = await readFile(path, 'utf8');
    await writeFile(path, '99\n');
    await assert.rejects(start(dataDir), { name: 'EmbeddedDatabaseFailed', message: /PostgreSQL 99.*newer release/ });
    await writeFile(path, '9\n');
    await assert.rejects(start(dataDir), {
      name: 'EmbeddedDatabaseFailed',
      message: /PostgreSQL 9,.* backup --to .* restore --from /,
    });
    await rm(path);
    await assert.rejects(start(dataDir), { name: 'EmbeddedDatabaseFailed', message: /holds no database/ });
    await writeFile(path, before);
    await (await start(dataDir)).stop();
  });

  test('takes a loopback port where the path is too long for a socket', async () => {
    const database = await start(join(root, 'l'.repeat(110)));
    assert.equal(database.host, '127.0.0.1');
    assert.deepEqual(await ask(database.url, 'select 1 one'), [{ one: 1 }]);
    await database.stop();
  });

  test('says so when the data folder cannot be one', async () => {
    await writeFile(join(root, 'file'), '');
    await assert.rejects(start(join(root, 'file')), { name: 'EmbeddedDatabaseFailed', message: /data folder/ });
  });
});
