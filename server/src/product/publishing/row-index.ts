import { type TextPage, writeBytes } from './text-page.ts';

/**
 * Beside each published file lies an object that has, for each of its rows in order, whose it is and a digest of what it
 * says: customer id (16 bytes) | digest (8). By it a customer's rows are found without reading any text.
 */
const ID_BYTES = 16;
const DIGEST_BYTES = 8;
const ENTRY_BYTES = ID_BYTES + DIGEST_BYTES;

export function writeIndexEntry(index: TextPage, customerId: Uint8Array, digest: Buffer): void {
  writeBytes(index, customerId);
  writeBytes(index, digest.subarray(0, DIGEST_BYTES));
}

/** How many rows a file has, by its index. */
export const rowsInIndex = (index: Buffer) => index.length / ENTRY_BYTES;

/** A customer's id as the key of a set or map that rows are looked up in. */
export function rowOwner(idBytes: Buffer): string {
  return idBytes.toString('latin1');
}

/** The numbers, from 0, of the rows that belong to these customers. */
export function rowsOf(index: Buffer, owners: ReadonlySet<string>): Set<number> {
  const rows = new Set<number>();
  for (let at = 0; at < index.length; at += ENTRY_BYTES)
    if (owners.has(rowOwner(index.subarray(at, at + ID_BYTES)))) rows.add(at / ENTRY_BYTES);
  return rows;
}

/** The index of what is left when these rows are taken out. */
export function indexWithout(index: Buffer, rows: ReadonlySet<number>): Buffer {
  const left: Buffer[] = [];
  for (let at = 0; at < index.length; at += ENTRY_BYTES)
    if (!rows.has(at / ENTRY_BYTES)) left.push(index.subarray(at, at + ENTRY_BYTES));
  return Buffer.concat(left);
}
