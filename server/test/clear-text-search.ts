import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { createInflateRaw } from 'node:zlib';
import { onCluster } from './cluster.ts';

// Looks for a text wherever somebody with the disk, or with the database, could find it. A text that is to be found should
// be lower case and without punctuation, as identifiers are stored.

/** Every way in which a text may stand in bytes without anybody having sealed it. */
export function formsOf(text: string): Buffer[] {
  // Whole groups of three bytes: what stands around the text changes the edges only.
  const base64 = [0, 1, 2].map((shift) => Buffer.from(text.slice(shift)).subarray(0, 12).toString('base64'));
  return [text, text.toUpperCase(), Buffer.from(text).toString('hex'), ...base64]
    .map((form) => Buffer.from(form))
    .concat(Buffer.from(text, 'utf16le'));
}

const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);
/** By then it would have been seen: every row of a file of ours has what is looked for. */
const MOST_UNPACKED_BYTES = 16 * 1024 * 1024;
/** What a gzip that breaks off gave is lost back to the beginning of such a piece. */
const PIECE_BYTES = 512;

/** Where the packed data begin, RFC 1952: after ten bytes and what the flags announce. Null when it is no gzip. */
function afterHeader(packed: Buffer): number | null {
  const flags = packed[3] ?? 0xff;
  if (flags >= 0x20) return null;
  let at = 10;
  if ((flags & 4) !== 0) at += 2 + (packed[at] ?? 0) + 256 * (packed[at + 1] ?? 0);
  for (const text of [8, 16]) if ((flags & text) !== 0) at = packed.indexOf(0, at) + 1;
  return (flags & 2) === 0 ? at : at + 2;
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/** What a gzip at the beginning of these bytes holds, as far as it goes: whatever stands behind it is no matter. */
async function unpack(packed: Buffer): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    // Without the sum at the end, which would refuse a gzip that is cut short or overwritten.
    for await (const part of Readable.from(pieces(packed.subarray(afterHeader(packed) ?? packed.length))).pipe(
      createInflateRaw(),
    )) {
      parts.push(part);
      bytes += part.length;
      if (bytes > MOST_UNPACKED_BYTES) break;
    }
  } catch {
    // Three bytes that only looked like a gzip, or one that breaks off.
  }
  return Buffer.concat(parts);
}

async function holds(content: Buffer, forms: readonly Buffer[]): Promise<boolean> {
  const isIn = (bytes: Buffer) => forms.some((form) => bytes.includes(form));
  if (isIn(content)) return true;
  for (let at = content.indexOf(GZIP); at !== -1; at = content.indexOf(GZIP, at + 1))
    if (isIn(await unpack(content.subarray(at)))) return true;
  return false;
}

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** The files in which the text stands in any form, also inside of a gzip anywhere in them. */
export async function filesWith(folder: string, text: string): Promise<string[]> {
  const forms = formsOf(text);
  const found: string[] = [];
  for (const file of await filesBelow(folder)) {
    const content = await readFile(file).catch(() => Buffer.alloc(0));
    if (await holds(content, forms)) found.push(relative(folder, file));
  }
  return found;
}

/**
 * The tables in whose rows the text stands in any form, as the superuser reads them: Postgres keeps long values compressed,
 * and its files do not show them. Of all schemas, the job queue's and the catalogue's as well, where statistics quote values.
 */
export function tablesWith(databaseUrl: string, text: string): Promise<string[]> {
  // Bytes are told as hexadecimal digits.
  const forms = formsOf(text).flatMap((form) => [form.toString('hex'), ...(form.includes(0) ? [] : [form.toString()])]);
  return onCluster(databaseUrl, async (client) => {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'm') and c.relpersistence <> 't' and n.nspname <> 'pg_toast' order by 1`,
    );
    const found: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query(`select 1 from only ${name} t where t::text like any($1) limit 1`, [
        forms.map((form) => `%${form}%`),
      ]);
      if (rows.length > 0) found.push(name);
    }
    return found;
  });
}
