import type { FastifyRequest } from 'fastify';
import { platformFailures } from '../errors/platform-failures.ts';
import type { Actor } from './endpoint.ts';
import { parseJsonObject, readWhole, unpacked } from './json-body.ts';
import {
  FILE_FIELD,
  parametersFrom,
  type ReceivedUpload,
  ROWS_FIELD,
  readMultipart,
  type UploadReceiver,
} from './upload.ts';

export type Input = { fields: Record<string, unknown>; upload: ReceivedUpload | null };

/** The body's media type without its parameters; '' where none is named, which stands for JSON. */
export const mediaTypeOf = ({ headers }: Pick<FastifyRequest, 'headers'>): string =>
  (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

export const isJson = (mediaType: string) => mediaType === '' || mediaType === 'application/json';

/** Bytes of another charset would be read as other text, or told row by row as broken. */
function refuseOtherCharsets(contentType: string): void {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(contentType)?.[1]?.toLowerCase();
  if (charset === undefined || ['utf-8', 'utf8', 'us-ascii'].includes(charset)) return;
  throw platformFailures.media_type_unknown({
    message:
      'Only UTF-8 is understood. Save or convert the content as UTF-8 and send it with charset=utf-8, or without a charset.',
  });
}

/** Parameters of an upload. Not customers: proxies and browsers write addresses down. */
function parametersOf(query: Record<string, string | string[]>): Record<string, unknown> {
  for (const field of [ROWS_FIELD, FILE_FIELD])
    if (Object.hasOwn(query, field)) {
      const message = 'belongs in the body, not in the address.';
      const details = [{ field, code: 'not_in_the_address', message }];
      throw platformFailures.invalid_fields({ message: `${field}: ${message}`, details });
    }
  return parametersFrom(Object.entries(query));
}

/**
 * Reads the body into fields and a file, whatever its form. `before` may refuse the call before a file is received; where it
 * cannot say yet (false), only a small file is received.
 */
export async function readInput(
  request: FastifyRequest,
  endpoint: { method: string; intake: 'json' | 'upload'; maxBodyBytes: number },
  actor: Actor,
  query: Record<string, string | string[]>,
  receiveUpload: UploadReceiver,
  before: (fields: Record<string, unknown>, complete: boolean) => Promise<boolean>,
): Promise<Input> {
  if (endpoint.method === 'GET') return { fields: {}, upload: null };
  // Who hung up while they waited: nothing would tell of it any more, and reading would wait for ever.
  if (request.raw.destroyed) throw platformFailures.upload_cut_off();
  const mediaType = mediaTypeOf(request);
  refuseOtherCharsets(request.headers['content-type'] ?? '');
  const stream = unpacked(request.raw, request.headers['content-encoding']);
  if (isJson(mediaType)) {
    return { fields: parseJsonObject(await readWhole(stream, endpoint.maxBodyBytes)), upload: null };
  }
  if (endpoint.intake === 'upload') {
    if (mediaType === 'text/csv' || mediaType === 'application/x-ndjson') {
      const fields = parametersOf(query);
      await before(fields, true);
      return {
        fields,
        upload: await receiveUpload(actor.accountId, mediaType === 'text/csv' ? 'csv' : 'ndjson', stream),
      };
    }
    if (mediaType === 'multipart/form-data') {
      const known = parametersOf(query);
      const read = await readMultipart(
        stream,
        request.headers['content-type'] ?? '',
        (fields) => before({ ...known, ...fields }, false),
        (kind, file) => receiveUpload(actor.accountId, kind, file),
      );
      return { fields: { ...known, ...read.fields }, upload: read.upload };
    }
    throw platformFailures.media_type_unknown({
      message: 'Send application/json, multipart/form-data, text/csv or application/x-ndjson.',
    });
  }
  throw platformFailures.media_type_unknown();
}
