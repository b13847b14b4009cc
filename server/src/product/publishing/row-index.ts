import { CHANNELS, type ChannelName } from '../campaigns/campaign.ts';
import { makeRoom, type TextPage } from './text-page.ts';

/**
 * Beside each published file lies an object that has, for each of its rows in order, whose it is, on which channel, and a
 * digest of what it says: customer id (16 bytes) | channel (1) | digest (7). By it a customer's rows are found, and rows of
 * two publications compared, without reading any text.
 */
const ID_BYTES = 16;
const KEY_BYTES = 17;
export const ENTRY_BYTES = 24;

/** The channel's byte in an index. The order of the list is that of what was written: new channels go to its end. */
export function channelByte(channel: ChannelName): number {
  return CHANNELS.indexOf(channel);
}

/** Writes a row's entry: the first 7 bytes of the two numbers are its digest. */
export function writeIndexEntry(index: TextPage, customerId: Uint8Array, channel: number, digest: Int32Array): void {
  makeRoom(index, ENTRY_BYTES + 1);
  const { bytes, length } = index;
  bytes.set(customerId, length);
  bytes[length + ID_BYTES] = channel;
  bytes.writeInt32LE(digest[0] ?? 0, length + KEY_BYTES);
  bytes.writeInt32LE(digest[1] ?? 0, length + KEY_BYTES + 4);
  // The last byte of the eight is written over by the next entry.
  index.length = length + ENTRY_BYTES;
}

/** How many rows a file has, by its index. */
export const rowsInIndex = (index: Buffer) => index.length / ENTRY_BYTES;

export const entryAt = (index: Buffer, row: number): Buffer =>
  index.subarray(row * ENTRY_BYTES, (row + 1) * ENTRY_BYTES);

/** The 16 bytes of the id of the customer whose row it is. */
export const ownerIn = (entry: Buffer): Buffer => entry.subarray(0, ID_BYTES);

/** A customer's id as the key of a set or map that rows are looked up in. */
export function rowOwner(idBytes: Buffer): string {
  return idBytes.toString('latin1');
}

/** The numbers, from 0, of the rows that belong to these customers. */
export function rowsOf(index: Buffer, owners: ReadonlySet<string>): Set<number> {
  const rows = new Set<number>();
  for (let row = 0; row < rowsInIndex(index); row += 1)
    if (owners.has(rowOwner(ownerIn(entryAt(index, row))))) rows.add(row);
  return rows;
}

/** The index of what is left when these rows are taken out. */
export function indexWithout(index: Buffer, rows: ReadonlySet<number>): Buffer {
  const left: Buffer[] = [];
  for (let row = 0; row < rowsInIndex(index); row += 1) if (!rows.has(row)) left.push(entryAt(index, row));
  return Buffer.concat(left);
}

/** What became of a row since the publication before. */
export const SAME = 0;
export const NEW = 1;
export const CHANGED = 2;
export const REMOVED = 3;

/** So many rows of the earlier publication are held at a time. */
const ROWS_AT_ONCE = 250_000;

type Indexes = { rows: number; read(): Promise<Buffer> }[];

/**
 * Compares two publications by their indexes, a customer's row on a channel with the one they had on it before. Gives for
 * each file of the later one what its rows are, and for each of the earlier one which are REMOVED. Reads both as often as
 * it takes to hold no more than `atOnce` rows.
 */
export async function compareIndexes(
  later: Indexes,
  earlier: Indexes,
  atOnce = ROWS_AT_ONCE,
): Promise<{ later: Uint8Array[]; earlier: Uint8Array[] }> {
  const marks = {
    later: later.map(({ rows }) => new Uint8Array(rows).fill(NEW)),
    earlier: earlier.map(({ rows }) => new Uint8Array(rows).fill(REMOVED)),
  };
  const shares = Math.max(1, Math.ceil(earlier.reduce((sum, { rows }) => sum + rows, 0) / atOnce));
  for (let share = 0; share < shares; share += 1) {
    // The end of an id is random; all rows of a customer are of one share.
    const isMine = (entry: Buffer) => entry.readUInt16BE(ID_BYTES - 2) % shares === share;
    const known = new Map<string, { digest: string; file: number; row: number }>();
    await eachEntry(earlier, (entry, file, row) => {
      if (isMine(entry))
        known.set(entry.toString('latin1', 0, KEY_BYTES), { digest: entry.toString('latin1', KEY_BYTES), file, row });
    });
    await eachEntry(later, (entry, file, row) => {
      const before = isMine(entry) ? known.get(entry.toString('latin1', 0, KEY_BYTES)) : undefined;
      if (before === undefined) return;
      const isSame = before.digest === entry.toString('latin1', KEY_BYTES);
      (marks.later[file] as Uint8Array)[row] = isSame ? SAME : CHANGED;
      (marks.earlier[before.file] as Uint8Array)[before.row] = SAME;
    });
  }
  return marks;
}

async function eachEntry(indexes: Indexes, take: (entry: Buffer, file: number, row: number) => void): Promise<void> {
  for (const [file, { read }] of indexes.entries()) {
    const index = await read();
    for (let row = 0; row < rowsInIndex(index); row += 1) take(entryAt(index, row), file, row);
  }
}
