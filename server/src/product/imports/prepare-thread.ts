import { parentPort, workerData } from 'node:worker_threads';
import { reusedMemory } from '../../platform/database/binary-arrays.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { type PortableKeys, portedKeys } from '../sealing/portable-keys.ts';
import { encodeProfile } from '../sealing/profile-envelope.ts';
import { type Checker, checkerFor, type ImportContext } from './import-context.ts';
import { chunkPacker, memoryOf } from './pack-rows.ts';
import type { PackedChunk } from './packed-chunk.ts';
import { ParseFault } from './parse-fault.ts';
import type { RawRow } from './raw-row.ts';
import { BYTES_AT_ONCE, type ReadStart, readRows } from './read-rows.ts';
import { type RepeatFinder, repeatFinder } from './repeated-identifiers.ts';
import { aheadOf, valuesBySlot } from './row-ahead.ts';

/**
 * The thread in which a file is parsed, checked and sealed, so that the server's own thread answers calls meanwhile and
 * its heap sees whole chunks instead of every cell. It opens nothing itself: it asks for the file's bytes as it gets on,
 * and answers one request at a time.
 */
export type ThreadData = {
  context: Omit<ImportContext, 'keys'>;
  keys: PortableKeys;
  kind: 'csv' | 'ndjson';
  contentBytes: number;
};

export type Watch = 'repeated' | 'all' | 'none';

export type Request =
  /** Begins a reading; what an earlier one has left is forgotten. */
  | { ask: 'read'; start: ReadStart }
  /** Puts the next rows' identifiers through the filter of what may repeat. */
  | { ask: 'scan'; fields: readonly FieldDefinition[]; rows: number }
  /** With the keys to seal by from now on, when they are others than before. */
  | {
      ask: 'prepare';
      fields: readonly FieldDefinition[];
      sealing: boolean;
      watch: Watch;
      rows: number;
      keys: PortableKeys | null;
    }
  /** Null behind the file's end. Bytes of an earlier reading may still be on their way when the next begins. */
  | { ask: 'bytes'; reading: number; bytes: Uint8Array | null }
  /** Memory of a chunk that has been stored. */
  | { ask: 'reuse'; memory: ArrayBuffer[] };

export type Answer =
  /** From this byte on, or where the last ones ended. */
  | { tell: 'wants bytes'; reading: number; fromByte: number | null }
  | { tell: 'ready' }
  | { tell: 'scanned'; endByte: number }
  | { tell: 'prepared'; packed: PackedChunk }
  | { tell: 'end' }
  | { tell: 'fault'; code: string; message: string };

const port = parentPort;
if (port === null) throw new Error('This file is started as a thread.');
const data = workerData as ThreadData;
const context: ImportContext = { ...data.context, keys: portedKeys(data.keys) };

/** So many pieces of the file are asked for before they are needed: an answer takes longer than the work on one. */
const PIECES_AHEAD = 3;

/** The reading in hand: what has come of it, and who waits for more. */
const coming = { reading: 0, arrived: [] as (Uint8Array | null)[], wake: (): void => {} };

function wantBytes(fromByte: number | null): void {
  port?.postMessage({ tell: 'wants bytes', reading: coming.reading, fromByte } satisfies Answer);
}

function arrive(reading: number, bytes: Uint8Array | null): void {
  if (reading !== coming.reading) return;
  coming.arrived.push(bytes);
  coming.wake();
}

async function nextPiece(): Promise<Uint8Array | null> {
  while (coming.arrived.length === 0)
    await new Promise<void>((resolve) => {
      coming.wake = resolve;
    });
  return coming.arrived.shift() ?? null;
}

const memory = reusedMemory();

/** The bytes of the file that the rows of the chunk in hand were read from. */
const held: { at: number; bytes: Buffer }[] = [];

function takeHeld(from: number, to: number): Uint8Array<ArrayBuffer> {
  const taken = new Uint8Array(memory.take(to - from), 0, to - from);
  for (const { at, bytes } of held)
    if (at < to && at + bytes.length > from)
      taken.set(bytes.subarray(Math.max(0, from - at), to - at), Math.max(0, at - from));
  dropHeld(to);
  return taken;
}

function dropHeld(until: number): void {
  while (held[0] !== undefined && held[0].at + held[0].bytes.length <= until) held.shift();
}

async function* read(fromByte: number): AsyncGenerator<Buffer> {
  held.length = 0;
  coming.reading += 1;
  coming.arrived = [];
  let at = fromByte;
  wantBytes(fromByte);
  for (let ahead = 1; ahead < PIECES_AHEAD; ahead += 1) wantBytes(null);
  for (;;) {
    const bytes = await nextPiece();
    if (bytes === null) return;
    wantBytes(null);
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    held.push({ at, bytes: chunk });
    at += chunk.length;
    yield chunk;
  }
}

let rows: AsyncGenerator<RawRow[]> | null = null;
let reached = { byte: 0, row: 0 };
let checker: Checker | null = null;
let finder: { met: RepeatFinder; signature: string } | null = null;
const sizes = { texts: 0, profiles: 0, clearValues: 0 };

function checkerOf(fields: readonly FieldDefinition[]): Checker {
  if (checker === null || checker.checking.signature !== JSON.stringify(fields)) checker = checkerFor(context, fields);
  return checker;
}

async function nextRows(): Promise<RawRow[] | null> {
  const { value, done } = (await rows?.next()) ?? { value: undefined, done: true };
  const last = value?.at(-1);
  if (done === true || value === undefined || last === undefined) return null;
  reached = { byte: last.endByte, row: last.row };
  return value;
}

/** How many identifiers the whole file has when its beginning, up to where the reading is, has so many. */
function expectedIn(met: number): number {
  const read = reached.byte - context.plan.first_byte;
  return Math.ceil((met * data.contentBytes) / Math.max(1, read));
}

async function scanRows(request: Extract<Request, { ask: 'scan' }>): Promise<Answer> {
  const { identify, checking } = checkerOf(request.fields);
  const until = reached.row + request.rows;
  const from = reached.byte;
  while (reached.row < until && reached.byte - from < BYTES_AT_ONCE) {
    const next = await nextRows();
    if (next === null) break;
    dropHeld(reached.byte);
    if (!checking.hasUnique) continue;
    const identifiers = next.flatMap((raw) => identify(raw).identifiers);
    finder ??= {
      met: repeatFinder(expectedIn(Math.max(next.length, identifiers.length))),
      signature: checking.signature,
    };
    for (const { blindIndex } of identifiers) finder.met.meet(blindIndex);
  }
  return reached.byte === from ? { tell: 'end' } : { tell: 'scanned', endByte: reached.byte };
}

async function prepareRows(request: Extract<Request, { ask: 'prepare' }>): Promise<Answer> {
  if (request.keys !== null) context.keys = portedKeys(request.keys);
  const { check, checking } = checkerOf(request.fields);
  // What the scan found by other fields says nothing about these.
  const known = finder?.signature === checking.signature ? finder.met : null;
  const watch = request.watch === 'repeated' && known === null ? 'all' : request.watch;
  const packer = chunkPacker(checking, request.sealing ? context : null, sizes, memory);
  const from = reached;
  // Rows are taken a few at a time: thousands of parsed ones would outlive the collector's young generation.
  while (packer.count < request.rows && reached.byte - from.byte < BYTES_AT_ONCE) {
    const next = await nextRows();
    if (next === null) break;
    for (const raw of next) {
      const row = check(raw);
      const values = valuesBySlot(checking, row);
      const isGood = row.errors.length === 0;
      const ahead = isGood ? aheadOf(context, checking, row, values) : null;
      const mayRepeat =
        watch === 'all' ||
        (watch === 'repeated' && row.identifiers.some(({ blindIndex }) => known?.mayRepeat(blindIndex)));
      packer.add(row, ahead?.text.plaintext.toString() ?? encodeProfile(values), ahead, mayRepeat);
    }
  }
  if (packer.count === 0) return { tell: 'end' };
  const source = { bytes: takeHeld(from.byte, reached.byte), fromByte: from.byte, fromRow: from.row };
  return { tell: 'prepared', packed: packer.finish(source) };
}

async function answer(request: Request): Promise<Answer | null> {
  if (request.ask === 'bytes') {
    arrive(request.reading, request.bytes);
    return null;
  }
  if (request.ask === 'reuse') {
    for (const spent of request.memory) memory.give(spent);
    return null;
  }
  if (request.ask === 'read') {
    const { start } = request;
    rows = readRows({ kind: data.kind, read }, context.plan, start);
    reached = { byte: Math.max(start.fromByte, context.plan.first_byte), row: start.fromRow };
    return { tell: 'ready' };
  }
  try {
    return request.ask === 'scan' ? await scanRows(request) : await prepareRows(request);
  } catch (error) {
    if (error instanceof ParseFault) return { tell: 'fault', code: error.code, message: error.message };
    throw error;
  }
}

port.on('message', async (request: Request) => {
  const answered = await answer(request);
  if (answered !== null) port.postMessage(answered, answered.tell === 'prepared' ? memoryOf(answered.packed) : []);
});
