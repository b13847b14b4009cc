import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { ObjectMissing, type ObjectStorage } from './object-storage.ts';

/** Everything a stream gives, as one buffer. */
export async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const bytesOf = (length: number) =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff));
const streamOf = (...parts: (Buffer | string)[]) =>
  Readable.from(
    parts.map((part) => Buffer.from(part)),
    { objectMode: false },
  );

/** What every object storage has to do. Each adapter's test file calls it with an opener of that adapter, empty. */
export function storageContract(open: () => Promise<ObjectStorage>): void {
  test('gives back what was put, whole and in ranges with both ends inclusive', async () => {
    const storage = await open();
    const content = bytesOf(300_000);
    await storage.put('a/b/file.csv', streamOf(content.subarray(0, 7), content.subarray(7)));
    assert.deepEqual(await readAll(storage.get('a/b/file.csv')), content);
    for (const [start, end] of [
      [0, 0],
      [10, 19],
      [299_999, 299_999],
      [299_990, 400_000],
    ] as const)
      assert.deepEqual(await readAll(storage.get('a/b/file.csv', { start, end })), content.subarray(start, end + 1));
    assert.deepEqual(await readAll(storage.get('a/b/file.csv', { start: 299_000 })), content.subarray(299_000));
  });

  test('an empty object is an object', async () => {
    const storage = await open();
    await storage.put('empty', Readable.from([], { objectMode: false }));
    assert.equal((await readAll(storage.get('empty'))).length, 0);
  });

  test('a second put replaces the first, never mixed', async () => {
    const storage = await open();
    await storage.put('a', streamOf('a long first content'));
    await storage.put('a', streamOf('second'));
    assert.equal(String(await readAll(storage.get('a'))), 'second');
  });

  test('an object is not visible before it is whole, and a failing source leaves what was there', async () => {
    const storage = await open();
    let seen = -1;
    await storage.put(
      'whole',
      Readable.from(
        (async function* () {
          yield Buffer.from('half');
          seen = (await readAll(storage.get('whole')).catch(() => Buffer.alloc(0))).length;
          yield Buffer.from('half');
        })(),
        { objectMode: false },
      ),
    );
    assert.equal(seen, 0);
    const failing = () =>
      Readable.from(
        (async function* () {
          yield Buffer.from('x');
          throw new Error('the source broke');
        })(),
        { objectMode: false },
      );
    await assert.rejects(storage.put('whole', failing()), /the source broke/);
    await assert.rejects(storage.put('never', failing()), /the source broke/);
    assert.equal(String(await readAll(storage.get('whole'))), 'halfhalf');
    await assert.rejects(readAll(storage.get('never')), ObjectMissing);
  });

  test('lists and deletes what lies below a prefix, and only that', async () => {
    const storage = await open();
    for (const key of ['p/2', 'p/1', 'p/q/3', 'pq/4', 'other']) await storage.put(key, streamOf(key));
    assert.deepEqual(await storage.list('p'), ['p/1', 'p/2', 'p/q/3']);
    assert.deepEqual(await storage.list('p/q'), ['p/q/3']);
    assert.deepEqual(await storage.list('nowhere'), []);
    await storage.deleteBelow('other');
    assert.equal(String(await readAll(storage.get('other'))), 'other');
    assert.deepEqual(await storage.list('other'), []);
    await storage.deleteBelow('p');
    await storage.deleteBelow('p');
    assert.deepEqual(await storage.list('p'), []);
    assert.deepEqual(await storage.list('pq'), ['pq/4']);
  });

  test('a deleted object is missing, and deleting it again is no error', async () => {
    const storage = await open();
    await storage.put('d/e', streamOf('x'));
    await storage.delete('d');
    assert.equal(String(await readAll(storage.get('d/e'))), 'x');
    await storage.delete('d/e');
    await storage.delete('d/e');
    for (const key of ['d/e', 'd', 'd/e/f', 'never']) await assert.rejects(readAll(storage.get(key)), ObjectMissing);
  });

  test('a reader may stop half-way', async () => {
    const storage = await open();
    await storage.put('big', streamOf(bytesOf(2_000_000)));
    const stream = storage.get('big');
    for await (const chunk of stream) {
      assert.ok((chunk as Buffer).length > 0);
      break;
    }
    assert.ok(stream.destroyed);
    await storage.delete('big');
  });

  test('keys outside the grammar are refused everywhere', async () => {
    const storage = await open();
    for (const key of [
      '',
      '/a',
      'a/',
      'a//b',
      '..',
      '../a',
      'a/../b',
      '.hidden',
      'a/.b',
      'a b',
      'a\\b',
      'a\0',
      'ä',
      'a'.repeat(129),
      'a/'.repeat(400).concat('aa'),
    ]) {
      await assert.rejects(async () => storage.delete(key), TypeError);
      await assert.rejects(async () => storage.deleteBelow(key), TypeError);
      await assert.rejects(async () => storage.list(key), TypeError);
      await assert.rejects(async () => storage.put(key, streamOf('x')), TypeError);
      await assert.rejects(async () => readAll(storage.get(key)), TypeError);
    }
  });
}
