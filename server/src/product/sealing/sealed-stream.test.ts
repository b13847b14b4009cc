import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { newId } from '../../platform/ids/ids.ts';
import { createLocalKeyStore } from '../../providers/key-store/local-folder.ts';
import { createLocalObjectStorage } from '../../providers/object-storage/local-folder.ts';
import { createMisbehavingStorage, type MisbehavingStorage } from '../../providers/object-storage/misbehaving.ts';
import { ObjectMissing } from '../../providers/object-storage/object-storage.ts';
import { createLocalRootKeys } from '../../providers/root-key/local-keys.ts';
import { type AccountKeys, createAccountKeyring } from './account-keys.ts';
import { SealBroken } from './seal-broken.ts';
import { FRAME_BYTES, readSealed, writeSealed } from './sealed-stream.ts';

const HEADER_BYTES = 51;
const SEALED_FRAME_BYTES = FRAME_BYTES + 16;

let folder: string;
let objects: MisbehavingStorage;
let keys: AccountKeys;
let otherKeys: AccountKeys;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nudgescribe-sealed-stream-'));
  objects = createMisbehavingStorage(await createLocalObjectStorage(folder));
  const bytes = randomBytes(32);
  const rootKey = await createLocalRootKeys(async () => [bytes]);
  const keyring = createAccountKeyring({ rootKey, keyStore: await createLocalKeyStore(folder) });
  const made = async () => {
    const accountId = newId();
    await keyring.create(accountId);
    return keyring.forAccount(accountId);
  };
  keys = await made();
  otherKeys = await made();
});
after(() => rm(folder, { recursive: true, force: true }));

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const streamOf = (...parts: Buffer[]) => Readable.from(parts, { objectMode: false });
const pathOf = (...key: string[]) => join(folder, 'objects', ...key);

test('comes back from any offset, the very end too', async () => {
  for (const size of [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES, 3 * FRAME_BYTES + 17]) {
    const content = randomBytes(size);
    await writeSealed(objects, keys, 'a/b.csv', streamOf(content.subarray(0, 5), content.subarray(5)));
    const offsets = [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 2 * FRAME_BYTES, size - 1, size];
    for (const offset of new Set(offsets.filter((at) => at >= 0 && at <= size)))
      assert.deepEqual(
        await collect(readSealed(objects, keys, 'a/b.csv', offset)),
        content.subarray(offset),
        `${size} from ${offset}`,
      );
  }
});

test('small pieces are gathered into the same frames, and nothing of the content shows', async () => {
  const content = Buffer.alloc(FRAME_BYTES + 1_000, 'a readable text ');
  const pieces = Array.from({ length: Math.ceil(content.length / 999) }, (_, index) =>
    content.subarray(index * 999, (index + 1) * 999),
  );
  await writeSealed(objects, keys, 'pieces', streamOf(...pieces));
  const sealed = await readFile(pathOf('pieces'));
  assert.equal(sealed.length, HEADER_BYTES + content.length + 2 * 16);
  assert.ok(!sealed.includes('readable'));
  assert.deepEqual(await collect(readSealed(objects, keys, 'pieces')), content);
});

test('a cut, altered, reordered, lengthened or moved object is refused', async () => {
  const content = randomBytes(3 * FRAME_BYTES);
  await writeSealed(objects, keys, 'x/one', streamOf(content));
  await writeSealed(objects, keys, 'x/two', streamOf(content));
  const sealed = await readFile(pathOf('x', 'one'));
  const other = await readFile(pathOf('x', 'two'));
  const header = sealed.subarray(0, HEADER_BYTES);
  const frame = (of: Buffer, index: number) =>
    of.subarray(HEADER_BYTES + index * SEALED_FRAME_BYTES, HEADER_BYTES + (index + 1) * SEALED_FRAME_BYTES);
  const joined = (...frames: Buffer[]) => Buffer.concat([header, ...frames]);
  const [first, second, third] = [frame(sealed, 0), frame(sealed, 1), frame(sealed, 2)];
  assert.deepEqual(joined(first, second, third), sealed);
  const altered: Record<string, Buffer> = {
    'the last frame is missing': joined(first, second),
    'the first frame is missing': joined(second, third),
    'only the header': header,
    'a byte is missing': sealed.subarray(0, -1),
    'a byte too many': Buffer.concat([sealed, Buffer.from([0])]),
    'two frames are exchanged': joined(second, first, third),
    'a frame stands twice': joined(first, second, second, third),
    'the last frame stands twice': joined(first, second, third, third),
    'a frame of another object': joined(first, frame(other, 1), third),
    "another object's header": Buffer.concat([other.subarray(0, HEADER_BYTES), first, second, third]),
    nothing: Buffer.alloc(0),
  };
  for (const [what, bytes] of Object.entries(altered)) {
    await writeFile(pathOf('x', 'one'), bytes);
    await assert.rejects(collect(readSealed(objects, keys, 'x/one')), SealBroken, what);
  }
  await writeFile(pathOf('x', 'one'), sealed);
  await writeFile(pathOf('x', 'two'), sealed);
  await assert.rejects(collect(readSealed(objects, keys, 'x/two')), SealBroken);
  await assert.rejects(collect(readSealed(objects, otherKeys, 'x/one')), SealBroken);
  assert.deepEqual(await collect(readSealed(objects, keys, 'x/one')), content);
});

test('every flipped byte of a small object is refused', async () => {
  await writeSealed(objects, keys, 'small', streamOf(Buffer.from('a small one')));
  const sealed = await readFile(pathOf('small'));
  for (let at = 0; at < sealed.length; at += 1) {
    const flipped = Buffer.from(sealed);
    flipped[at] = (flipped[at] ?? 0) ^ 0x40;
    await writeFile(pathOf('small'), flipped);
    await assert.rejects(collect(readSealed(objects, keys, 'small')), SealBroken, `byte ${at}`);
  }
});

test('a seek does not trust what it skips to: a cut before the offset is refused', async () => {
  await writeSealed(objects, keys, 'seek', streamOf(randomBytes(4 * FRAME_BYTES)));
  const sealed = await readFile(pathOf('seek'));
  await writeFile(pathOf('seek'), sealed.subarray(0, HEADER_BYTES + 2 * SEALED_FRAME_BYTES));
  for (const offset of [FRAME_BYTES + 1, 2 * FRAME_BYTES, 3 * FRAME_BYTES, 4 * FRAME_BYTES])
    await assert.rejects(collect(readSealed(objects, keys, 'seek', offset)), SealBroken);
});

test('a source that fails, is cut off, or was broken before leaves nothing behind', async () => {
  const failing = new Readable({
    read() {
      this.push(Buffer.alloc(10));
      this.destroy(new Error('it broke'));
    },
  });
  await assert.rejects(writeSealed(objects, keys, 'y/none', failing), /it broke/);
  const closed = new Readable({ read: () => closed.destroy() });
  await assert.rejects(writeSealed(objects, keys, 'y/none', closed));
  const before = new Readable({ read() {} }).on('error', () => undefined).destroy(new Error('it broke'));
  await new Promise((resolve) => before.once('close', resolve));
  await assert.rejects(writeSealed(objects, keys, 'y/none', before));
  assert.deepEqual(await objects.list('y'), []);
  await assert.rejects(collect(readSealed(objects, keys, 'y/none')), ObjectMissing);
});

test('a storage that breaks is told, and the source is let go', async () => {
  objects.misbehave({ calls: ['put'], error: new Error('storage is away'), afterBytes: 100_000 });
  const endless = new Readable({
    read() {
      this.push(Buffer.alloc(FRAME_BYTES));
    },
  });
  await assert.rejects(writeSealed(objects, keys, 'z/none', endless), /storage is away/);
  assert.ok(endless.destroyed);
  objects.misbehave(null);
  await writeSealed(objects, keys, 'z/one', streamOf(randomBytes(3 * FRAME_BYTES)));
  objects.misbehave({ calls: ['get'], error: new Error('storage is away'), afterBytes: 100_000 });
  await assert.rejects(collect(readSealed(objects, keys, 'z/one')), /storage is away/);
  objects.misbehave(null);
});
