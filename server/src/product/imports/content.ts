import { Readable } from 'node:stream';
import type { ObjectStorage } from '../../providers/object-storage/object-storage.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { contentHasher } from '../sealing/blind-index.ts';
import { readSealed, writeSealed } from '../sealing/sealed-stream.ts';
import { type CustomerUpload, uploadKey } from './receive-upload.ts';

/** The bytes of one import, wherever they lie: readable again and again, from any offset. */
export type ImportContent = {
  kind: 'csv' | 'ndjson';
  bytes: number;
  hash: Buffer;
  read(fromByte: number): AsyncIterable<Buffer>;
  /** Puts the bytes into object storage if they are not there yet. */
  makeDurable(): Promise<DurableContent>;
};

/** Keep it once the import that owns it is committed; drop it when that failed. */
export type DurableContent = { objectKey: string; keep(): void; drop(): Promise<void> };

const PIECE_BYTES = 256 * 1024;

export function contentInMemory(
  objects: ObjectStorage,
  keys: AccountKeys,
  kind: ImportContent['kind'],
  bytes: Buffer,
  hash: Buffer = contentHasher(keys, keys.accountId).update(bytes).digest(),
): ImportContent {
  return {
    kind,
    bytes: bytes.length,
    hash,
    read: async function* (fromByte) {
      for (let at = fromByte; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
    },
    makeDurable: async () => {
      const key = uploadKey(keys.accountId);
      await writeSealed(objects, keys, key, Readable.from([bytes], { objectMode: false }));
      return { objectKey: key, keep: () => undefined, drop: () => objects.delete(key) };
    },
  };
}

export function contentOfUpload(objects: ObjectStorage, keys: AccountKeys, upload: CustomerUpload): ImportContent {
  if (upload.memory !== null) return contentInMemory(objects, keys, upload.kind, upload.memory, upload.contentHash);
  const objectKey = upload.objectKey ?? '';
  return {
    kind: upload.kind,
    bytes: upload.bytes,
    hash: upload.contentHash,
    read: (fromByte) => readSealed(objects, keys, objectKey, fromByte),
    makeDurable: async () => ({ objectKey, keep: () => void upload.adopt(), drop: () => upload.release() }),
  };
}

/**
 * Records of a JSON call as NDJSON, a line each, so that they take the path of every other upload. JSON.stringify keeps
 * an own "__proto__" key, which the row check then refuses by name.
 */
export function recordsAsNdjson(records: readonly unknown[]): Buffer {
  return Buffer.from(records.map((record) => JSON.stringify(record)).join('\n'));
}
