import { Readable } from 'node:stream';
import { setImmediate as calls } from 'node:timers/promises';
import type { Config } from '../../config.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import type { ReceivedUpload, UploadReceiver } from '../../platform/http/upload.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { ObjectStorage } from '../../providers/object-storage/object-storage.ts';
import type { AccountKeyring } from '../sealing/account-keys.ts';
import { contentHasher } from '../sealing/blind-index.ts';
import { writeSealed } from '../sealing/sealed-stream.ts';

export const UPLOADS = 'uploads';
const IN_MEMORY_BYTES = 4 * 1024 * 1024;

/** An upload that has arrived whole, with the keyed hash by which the same file is recognised. */
export class CustomerUpload implements ReceivedUpload {
  readonly kind: ReceivedUpload['kind'];
  readonly bytes: number;
  readonly memory: Buffer | null;
  readonly contentHash: Buffer;
  readonly objectKey: string | null;
  readonly #objects: ObjectStorage;
  #owned: boolean;

  constructor(
    objects: ObjectStorage,
    parts: Pick<CustomerUpload, 'kind' | 'bytes' | 'memory' | 'contentHash' | 'objectKey'>,
  ) {
    this.#objects = objects;
    this.kind = parts.kind;
    this.bytes = parts.bytes;
    this.memory = parts.memory;
    this.contentHash = parts.contentHash;
    this.objectKey = parts.objectKey;
    this.#owned = parts.objectKey !== null;
  }

  adopt(): string | null {
    this.#owned = false;
    return this.objectKey;
  }

  async release(): Promise<void> {
    if (!this.#owned || this.objectKey === null) return;
    this.#owned = false;
    await this.#objects.delete(this.objectKey);
  }
}

/** The key under which the account's uploads lie until their import has ended. */
export const uploadKey = (accountId: string) => `${UPLOADS}/${accountId}/${newId()}`;

/**
 * Receives uploads: up to 4 MiB stay in memory, longer ones go sealed into object storage as they arrive. Bytes count
 * unpacked; more than config.maxUploadBytes is 413. A cut or refused upload leaves nothing behind.
 */
export function createUploadReceiver(parts: {
  config: Pick<Config, 'maxUploadBytes'>;
  objects: ObjectStorage;
  keyring: AccountKeyring;
}): UploadReceiver {
  return async (accountId, kind, stream) => {
    const keys = await parts.keyring.forAccount(accountId);
    const hasher = contentHasher(keys, accountId);
    const arriving = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    let bytes = 0;
    const next = async (): Promise<Buffer | null> => {
      const { value, done } = await arriving.next();
      if (done === true) return null;
      bytes += value.length;
      if (bytes > parts.config.maxUploadBytes)
        throw platformFailures.body_too_large({
          message: `The file is larger than ${parts.config.maxUploadBytes} bytes. Send it in parts.`,
        });
      hasher.update(value);
      // What has arrived would be worked off in one go, and calls would wait for it: one piece, and then whoever else is there.
      await calls();
      return value;
    };

    const held: Buffer[] = [];
    let ended = false;
    while (!ended && bytes <= IN_MEMORY_BYTES) {
      const chunk = await next();
      if (chunk === null) ended = true;
      else held.push(chunk);
    }
    if (ended) {
      const memory = Buffer.concat(held, bytes);
      return new CustomerUpload(parts.objects, {
        kind,
        bytes,
        memory,
        contentHash: hasher.digest(),
        objectKey: null,
      });
    }
    const objectKey = uploadKey(accountId);
    async function* rest() {
      yield* held.splice(0);
      for (let chunk = await next(); chunk !== null; chunk = await next()) yield chunk;
    }
    await writeSealed(parts.objects, keys, objectKey, Readable.from(rest(), { objectMode: false }));
    return new CustomerUpload(parts.objects, { kind, bytes, memory: null, contentHash: hasher.digest(), objectKey });
  };
}
