import { Readable, Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStorage } from './object-storage.ts';

export type StorageCall = keyof ObjectStorage;

/** How calls go wrong. Everything left out works as it should. */
export type Misbehaviour = {
  /** Calls that go wrong; all of them when absent. */
  calls?: readonly StorageCall[];
  /** Only so many calls go wrong, then all is well again. Without it they go wrong until told otherwise. */
  times?: number;
  /** Waits before the call. */
  delayMs?: number;
  /** The error the call ends with. Without it calls are only slow. */
  error?: Error;
  /** For put and get: the error comes once so many bytes have passed, as of a connection that breaks. */
  afterBytes?: number;
};

export type MisbehavingStorage = ObjectStorage & {
  /** From now on; null ends it. */
  misbehave(misbehaviour: Misbehaviour | null): void;
  /** How many calls of each kind have been made. */
  readonly made: Readonly<Record<StorageCall, number>>;
};

/** Passes bytes on and breaks with `error` before the byte after the first `afterBytes`, or at the end if there are fewer. */
function breaking(error: Error, afterBytes: number): Transform {
  let left = afterBytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const passed = chunk.subarray(0, left);
      if (passed.length > 0) this.push(passed);
      left -= passed.length;
      if (passed.length < chunk.length) done(error);
      else done();
    },
    flush: (done) => done(error),
  });
}

/** A storage for tests that fails on request, in front of one that works. */
export function createMisbehavingStorage(storage: ObjectStorage): MisbehavingStorage {
  let current: Misbehaviour | null = null;
  let left = 0;
  const made = { put: 0, get: 0, delete: 0, deleteBelow: 0, list: 0 };

  /** What is to go wrong with this call. */
  function take(call: StorageCall): Misbehaviour {
    made[call] += 1;
    if (current === null || left === 0 || current.calls?.includes(call) === false) return {};
    left -= 1;
    return current;
  }

  async function simple<T>(call: StorageCall, work: () => Promise<T>): Promise<T> {
    const { delayMs, error } = take(call);
    if (delayMs !== undefined) await sleep(delayMs);
    if (error !== undefined) throw error;
    return work();
  }

  return {
    made,
    misbehave: (misbehaviour) => {
      current = misbehaviour;
      left = misbehaviour?.times ?? Number.POSITIVE_INFINITY;
    },
    put: async (key, content) => {
      const { delayMs, error, afterBytes } = take('put');
      if (delayMs !== undefined) await sleep(delayMs);
      if (error === undefined) return storage.put(key, content);
      if (afterBytes === undefined) {
        content.destroy();
        throw error;
      }
      return storage.put(key, content.compose(breaking(error, afterBytes)) as unknown as Readable);
    },
    get: (key, range) => {
      const { delayMs, error, afterBytes } = take('get');
      if (delayMs === undefined && error === undefined) return storage.get(key, range);
      return Readable.from(
        (async function* () {
          if (delayMs !== undefined) await sleep(delayMs);
          let bytes = 0;
          for await (const chunk of storage.get(key, range)) {
            if (error === undefined) {
              yield chunk as Buffer;
              continue;
            }
            const passed = (chunk as Buffer).subarray(0, (afterBytes ?? 0) - bytes);
            bytes += passed.length;
            if (passed.length > 0) yield passed;
            if (passed.length < (chunk as Buffer).length) break;
          }
          if (error !== undefined) throw error;
        })(),
        { objectMode: false },
      );
    },
    delete: (key) => simple('delete', () => storage.delete(key)),
    deleteBelow: (prefix) => simple('deleteBelow', () => storage.deleteBelow(prefix)),
    list: (prefix) => simple('list', () => storage.list(prefix)),
  };
}
