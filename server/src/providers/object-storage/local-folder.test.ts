import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, describe, test } from 'node:test';
import { Failure } from '../../platform/errors/failure.ts';
import { createLocalObjectStorage } from './local-folder.ts';
import { createMisbehavingStorage } from './misbehaving.ts';
import { ObjectMissing } from './object-storage.ts';
import { readAll, storageContract } from './storage-contract.ts';

const folders: string[] = [];
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nudgescribe-objects-'));
  folders.push(folder);
  return folder;
}
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const streamOf = (text: string) => Readable.from([Buffer.from(text)], { objectMode: false });

describe('a local folder', () => {
  storageContract(async () => createLocalObjectStorage(await newFolder()));

  test('files and folders are for the server alone', async () => {
    const folder = await newFolder();
    const storage = await createLocalObjectStorage(folder);
    await storage.put('a/b', streamOf('x'));
    const modeOf = async (...path: string[]) => (await stat(join(folder, 'objects', ...path))).mode & 0o777;
    assert.equal(await modeOf('a', 'b'), 0o600);
    assert.equal(await modeOf('a'), 0o700);
    assert.equal(await modeOf(), 0o700);
  });

  test('a second opener leaves what is being written, and sweeps what was abandoned', async () => {
    const folder = await newFolder();
    const unfinished = join(folder, 'objects', '.unfinished');
    const storage = await createLocalObjectStorage(folder);
    await writeFile(join(unfinished, 'abandoned'), 'x');
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000);
    await utimes(join(unfinished, 'abandoned'), twoDaysAgo, twoDaysAgo);
    await storage.put(
      'a/b',
      Readable.from(
        (async function* () {
          yield Buffer.from('one ');
          await createLocalObjectStorage(folder);
          yield Buffer.from('two');
        })(),
        { objectMode: false },
      ),
    );
    assert.equal(String(await readFile(join(folder, 'objects', 'a', 'b'))), 'one two');
    assert.deepEqual(await readdir(unfinished), []);
  });

  test('a full disk is 507 and leaves nothing behind', async () => {
    const folder = await newFolder();
    const storage = await createLocalObjectStorage(folder);
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const content = new Readable({ read: () => content.destroy(full) });
    await assert.rejects(
      storage.put('a', content),
      (error) => error instanceof Failure && error.status === 507 && error.code === 'storage_full',
    );
    assert.deepEqual(await readdir(join(folder, 'objects', '.unfinished')), []);
  });
});

describe('a misbehaving storage', () => {
  storageContract(async () => createMisbehavingStorage(await createLocalObjectStorage(await newFolder())));

  test('fails the calls it was told to, as often as it was told to', async () => {
    const storage = createMisbehavingStorage(await createLocalObjectStorage(await newFolder()));
    storage.misbehave({ calls: ['put', 'list'], times: 2, error: new Error('away') });
    await storage.delete('a');
    await assert.rejects(storage.put('a', streamOf('x')), /away/);
    await assert.rejects(storage.list('a'), /away/);
    await storage.put('a', streamOf('x'));
    storage.misbehave({ error: new Error('away') });
    await assert.rejects(readAll(storage.get('a')), /away/);
    await assert.rejects(storage.deleteBelow('a'), /away/);
    storage.misbehave(null);
    assert.equal(String(await readAll(storage.get('a'))), 'x');
    assert.deepEqual(storage.made, { put: 2, get: 2, delete: 1, deleteBelow: 1, list: 1 });
  });

  test('breaks off in the middle of writing and reading', async () => {
    const storage = createMisbehavingStorage(await createLocalObjectStorage(await newFolder()));
    await storage.put('there', streamOf('0123456789'));
    for (const afterBytes of [0, 4, 10, 100]) {
      storage.misbehave({ error: new Error('cut'), afterBytes });
      await assert.rejects(storage.put('new', streamOf('0123456789')), /cut/);
      const got: Buffer[] = [];
      await assert.rejects(async () => {
        for await (const chunk of storage.get('there')) got.push(chunk as Buffer);
      }, /cut/);
      assert.ok(Buffer.concat(got).length <= afterBytes);
    }
    storage.misbehave(null);
    await assert.rejects(readAll(storage.get('new')), ObjectMissing);
  });

  test('is slow on request', async () => {
    const storage = createMisbehavingStorage(await createLocalObjectStorage(await newFolder()));
    storage.misbehave({ delayMs: 30 });
    const began = performance.now();
    await storage.put('a', streamOf('x'));
    assert.equal(String(await readAll(storage.get('a'))), 'x');
    assert.ok(performance.now() - began >= 50);
  });
});
