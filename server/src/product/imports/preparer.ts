import { startThread } from '../../platform/threads/start-thread.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { portableKeys } from '../sealing/portable-keys.ts';
import type { ImportContext } from './import-context.ts';
import { unpackChunk } from './packed-chunk.ts';
import { ParseFault } from './parse-fault.ts';
import type { PreparedChunk } from './prepare-chunk.ts';
import type { Answer, Request, ThreadData, Watch } from './prepare-thread.ts';
import { type ReadStart, rowsOf, type Source } from './read-rows.ts';

const BYTES_A_MESSAGE = 64 * 1024;
const ROWS_AT_ONCE = 250;
/** What one chunk takes is bounded; a thread that wants more is broken, and is not to take the server with it. */
const LIMITS = { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 192, stackSizeMb: 4 };

export type Preparing = { fields: readonly FieldDefinition[]; sealing: boolean; watch: Watch };

/** A thread of its own in which one import's file is read. Requests are made one at a time. */
export type Preparer = {
  /** Goes through the whole file for identifiers that may stand in it twice; gives the bytes seen now and then. Throws ParseFault. */
  scan(fields: readonly FieldDefinition[], rowsAtOnce: number): AsyncGenerator<number>;
  /** The chunks from there on, each prepared as `how` says when it is asked for. Throws ParseFault. */
  chunks(start: ReadStart, how: () => Preparing): AsyncGenerator<PreparedChunk>;
  close(): Promise<void>;
};

export function startPreparer(context: ImportContext, source: Source, contentBytes: number): Preparer {
  const { keys, ...rest } = context;
  let { version } = keys.current;
  const data: ThreadData = { context: rest, keys: portableKeys(keys), kind: source.kind, contentBytes };
  const thread = startThread(new URL('./prepare-thread.ts', import.meta.url), data, LIMITS);
  let settle: { resolve(answer: Answer): void; reject(error: unknown): void } | null = null;
  let broken: unknown = null;
  let reading: AsyncIterator<Buffer> | null = null;
  let sending: Promise<void> = Promise.resolve();

  function fail(error: unknown): void {
    broken ??= error;
    settle?.reject(broken);
    settle = null;
  }
  thread.on('error', fail);
  thread.on('exit', () => fail(new Error('The thread that prepares an import has ended.')));

  /** Several of the store's pieces in one message: a message costs more than the bytes in it. */
  async function nextBytes(fromByte: number | null): Promise<Uint8Array<ArrayBuffer> | null> {
    if (fromByte !== null) {
      await reading?.return?.();
      reading = source.read(fromByte)[Symbol.asyncIterator]();
    }
    const pieces: Buffer[] = [];
    let length = 0;
    while (length < BYTES_A_MESSAGE) {
      const { value, done } = (await reading?.next()) ?? { value: undefined, done: true };
      if (done === true || value === undefined) break;
      pieces.push(value);
      length += value.length;
    }
    if (length === 0) return null;
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  thread.on('message', (answer: Answer) => {
    if (answer.tell !== 'wants bytes') {
      settle?.resolve(answer);
      settle = null;
      return;
    }
    // Asked for before they are needed, answered one after the other.
    sending = sending.then(async () => {
      const bytes = await nextBytes(answer.fromByte);
      const request: Request = { ask: 'bytes', reading: answer.reading, bytes };
      thread.postMessage(request, bytes === null ? [] : [bytes.buffer]);
    });
    sending.catch(fail);
  });

  function ask(request: Request): Promise<Answer> {
    if (broken !== null) return Promise.reject(broken);
    return new Promise((resolve, reject) => {
      settle = { resolve, reject };
      thread.postMessage(request);
    });
  }

  function giveBack(memory: ArrayBuffer[]): void {
    const request: Request = { ask: 'reuse', memory };
    thread.postMessage(request, memory);
  }

  async function next(request: Request): Promise<Exclude<Answer, { tell: 'fault' }>> {
    const answer = await ask(request);
    if (answer.tell === 'fault') throw new ParseFault(answer.code, answer.message);
    return answer;
  }

  return {
    scan: async function* (fields, rowsAtOnce) {
      await ask({ ask: 'read', start: { fromByte: 0, fromRow: 0, rowsAtOnce: ROWS_AT_ONCE } });
      for (;;) {
        const answer = await next({ ask: 'scan', fields, rows: rowsAtOnce });
        if (answer.tell !== 'scanned') return;
        yield answer.endByte;
      }
    },
    chunks: async function* (start, how) {
      await ask({ ask: 'read', start: { ...start, rowsAtOnce: ROWS_AT_ONCE } });
      for (;;) {
        const { fields, sealing, watch } = how();
        // An import may outlast a rotation of its account's keys.
        const rotated = keys.current.version !== version;
        version = keys.current.version;
        const answer = await next({
          ask: 'prepare',
          fields,
          sealing,
          watch,
          rows: start.rowsAtOnce,
          keys: rotated ? portableKeys(keys) : null,
        });
        if (answer.tell !== 'prepared') return;
        yield unpackChunk(
          answer.packed,
          fields,
          (bytes, fromByte, fromRow) => rowsOf(source.kind, context.plan, bytes, fromByte, fromRow),
          giveBack,
        );
      }
    },
    close: async () => {
      await reading?.return?.();
      await thread.terminate();
    },
  };
}
