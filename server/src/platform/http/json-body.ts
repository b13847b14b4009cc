import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { platformFailures } from '../errors/platform-failures.ts';
import { nestsDeeper } from './json-depth.ts';

/** Reads a whole stream, refusing with 413 as soon as it is longer than maxBytes. */
export async function readWhole(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      // The rest is left unread: the connection closes after the answer.
      throw platformFailures.body_too_large();
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/** The body's bytes, unpacked when the caller says it is gzip. */
export function unpacked(raw: Readable, contentEncoding: string | undefined): Readable {
  const encoding = (contentEncoding ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return raw;
  if (encoding !== 'gzip')
    throw platformFailures.media_type_unknown({
      message: 'Only gzip and identity are understood as Content-Encoding.',
    });
  const gunzip = createGunzip();
  raw.on('error', (error) => gunzip.destroy(error));
  raw.on('aborted', () => gunzip.destroy(platformFailures.upload_cut_off()));
  raw.on('close', () => {
    if (!raw.readableEnded) gunzip.destroy(platformFailures.upload_cut_off());
  });
  gunzip.on('error', () => raw.unpipe(gunzip));
  raw.pipe(gunzip);
  return gunzip;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** No call of the API comes near it; what is nested by the thousand can be read, but not checked or written again. */
export const MAX_BODY_LEVELS = 64;

/** Throws broken_json (400) for what is nested deeper than anything of the API. */
export function refuseDeep(value: unknown): void {
  if (nestsDeeper(value, MAX_BODY_LEVELS))
    throw platformFailures.broken_json({
      message: `The body nests objects or lists more than ${MAX_BODY_LEVELS} levels deep. Send it flatter.`,
    });
}

/** The JSON object in these bytes; nothing at all is an empty object. */
export function parseJsonObject(bytes: Buffer): Record<string, unknown> {
  if (bytes.length === 0) return {};
  let value: unknown;
  try {
    const text = UTF8.decode(bytes);
    if (text.trim() === '') return {};
    // JSON.parse keeps "__proto__" as an own key and touches no prototype; the body check refuses it by name.
    value = JSON.parse(text);
  } catch {
    throw platformFailures.broken_json();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw platformFailures.body_not_an_object();
  refuseDeep(value);
  return value as Record<string, unknown>;
}

/** A body whose unpacking failed reads as 400, an unfinished one as 400 too, everything else as it is. */
export function bodyFailure(error: unknown): unknown {
  const code = (error as { code?: string } | undefined)?.code;
  if (typeof code === 'string' && code.startsWith('Z_')) return platformFailures.broken_gzip();
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') return platformFailures.upload_cut_off();
  return error;
}
