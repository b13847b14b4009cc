import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Manifest } from '@nudgescribe/sdk';
import { BrokenCsv, CsvRecords } from './csv-records.ts';
import type { Problem } from './problem.ts';
import { rowChecker } from './row-checker.ts';

/** A file that is wrong throughout would otherwise tell so ten thousand times. */
const MAX_PROBLEMS = 20;

export type VerifiedPart = { file: string; page: number | null; rows: number; problems: Problem[]; more: number };
type Part = Manifest['parts'][number];
type Tell = (row: number | null, code: string, message: string) => void;

const isPacked = (path: string) => path.endsWith('.gz');

/** Bytes and SHA-256 of the file's text, as manifests tell them; of one that does not unpack, of what could be. */
async function measure(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      done();
    },
  });
  const source = createReadStream(path);
  try {
    await (isPacked(path) ? pipeline(source, createGunzip(), sink) : pipeline(source, sink));
  } catch (error) {
    if (unreadableReason(error) === null) throw error;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** What a broken file may do to whoever reads it; anything else that is thrown is no fault of the file. */
function unreadableReason(error: unknown): string | null {
  if (error instanceof BrokenCsv) return error.message;
  const code = String((error as { code?: unknown }).code ?? '');
  if (code.startsWith('Z_')) return 'it is not whole gzip';
  return code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : null;
}

/** Reads the file's rows, in bounded memory, and tells what is wrong with each. Gives how many there are. */
async function checkRows(manifest: Manifest, path: string, tell: Tell): Promise<number> {
  let records = -1;
  const checkRow = rowChecker(manifest, (code, message) => tell(records, code, message));
  const names = manifest.columns.map((column) => column.name);
  const reader = new CsvRecords((cells) => {
    records += 1;
    if (records > 0) checkRow(cells);
    else if (cells.length !== names.length || cells.some((cell, index) => cell !== names[index]))
      tell(null, 'header_differs', 'Its header is not the one of the manifest.');
  });
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      try {
        reader.push(decoder.decode(chunk, { stream: true }));
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  try {
    const source = createReadStream(path);
    await (isPacked(path) ? pipeline(source, createGunzip(), sink) : pipeline(source, sink));
    reader.push(decoder.decode());
    reader.end();
    if (records === -1) tell(null, 'header_differs', 'It is empty.');
  } catch (error) {
    const reason = unreadableReason(error);
    if (reason === null) throw error;
    tell(null, 'unreadable', `It cannot be read as a published file behind row ${Math.max(records, 0)}: ${reason}.`);
  }
  return Math.max(records, 0);
}

/** The part that a file is: by its name, or, renamed, by its content. */
function partFor(manifest: Manifest, path: string, sha256: string): Part | undefined {
  const name = basename(path, isPacked(path) ? '.gz' : '');
  return manifest.parts.find((part) => part.file === name) ?? manifest.parts.find((part) => part.sha256 === sha256);
}

/**
 * Checks one downloaded file against its manifest, offline: bytes, SHA-256, header, rows, and of every row that it is
 * one of this run and carries an approved text.
 */
export async function verifyPart(manifest: Manifest, path: string): Promise<VerifiedPart> {
  const file = basename(path);
  const problems: Problem[] = [];
  let more = 0;
  const tell: Tell = (row, code, message) => {
    if (problems.length < MAX_PROBLEMS) problems.push({ file, row, code, message });
    else more += 1;
  };
  const { bytes, sha256 } = await measure(path);
  const part = partFor(manifest, path, sha256);
  if (part === undefined) tell(null, 'unknown_file', 'The manifest has no file of this name or content.');
  else {
    if (bytes !== part.bytes) tell(null, 'bytes_differ', `It has ${bytes} bytes; the manifest says ${part.bytes}.`);
    if (sha256 !== part.sha256) tell(null, 'sha256_differs', 'Its SHA-256 is not the one of the manifest.');
  }
  const rows = await checkRows(manifest, path, tell);
  if (part !== undefined && rows !== part.rows)
    tell(null, 'rows_differ', `It has ${rows} rows; the manifest says ${part.rows}.`);
  return { file, page: part?.page ?? null, rows, problems, more };
}
