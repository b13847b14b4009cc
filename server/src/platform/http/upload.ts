import { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { Failure } from '../errors/failure.ts';
import { platformFailures } from '../errors/platform-failures.ts';
import { bodyFailure, refuseDeep } from './json-body.ts';
import { unpackedFile } from './packed-file.ts';

/** Where a body carries its rows, and where it carries a file. */
export const ROWS_FIELD = 'customer_data';
export const FILE_FIELD = 'data_file';

/** A file that came with the call, received whole before anything is decided by it. */
export type ReceivedUpload = {
  kind: 'csv' | 'ndjson';
  bytes: number;
  /** Keyed hash of the bytes. */
  contentHash: Buffer;
  /** The bytes themselves when the file is small; null when they lie in object storage. */
  memory: Buffer | null;
  /** Hands the stored object over to the caller, who deletes it from then on. Null when the file is in memory. */
  adopt(): string | null;
  /** Deletes what nobody adopted. Safe to call twice. */
  release(): Promise<void>;
};

export type UploadReceiver = (
  accountId: string,
  kind: ReceivedUpload['kind'],
  stream: Readable,
) => Promise<ReceivedUpload>;

/** The media type of a packed file says nothing of what is in it. */
const NDJSON_NAME = /\.(ndjson|jsonl)(\.gz)?$/i;
const MAX_FIELDS = 50;
const MAX_FIELD_BYTES = 256 * 1024;
/** As much as an upload holds in memory before it goes to the disk. */
const UNPERMITTED_BYTES = 4 * 1024 * 1024;

/**
 * Query and form parameters are text; objects in them are JSON text, and true/false stand for themselves. 400 for a name
 * given twice (the query parser makes an array of it): which of the two is meant could only be guessed.
 */
export function parametersFrom(entries: Iterable<[string, string | string[]]>): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, text] of entries) {
    if (typeof text !== 'string' || Object.hasOwn(body, name)) {
      const field = name.slice(0, 100);
      throw platformFailures.invalid_fields({
        message: `${field}: was given more than once. Send it once.`,
        details: [{ field, code: 'given_twice', message: 'was given more than once. Send it once.' }],
      });
    }
    Object.defineProperty(body, name, {
      value: parameterValue(text),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return body;
}

function parameterValue(text: string): unknown {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (!text.startsWith('{') && !text.startsWith('[')) return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  refuseDeep(value);
  return value;
}

/** A file of whom nobody knows yet whether they may send it: it goes to no disk. */
async function* onlySmall(file: Readable): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of file as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > UNPERMITTED_BYTES)
      throw platformFailures.broken_multipart({
        message: `Put ${FILE_FIELD} behind the other fields of the form: what they say is checked before a file of more than ${UNPERMITTED_BYTES} bytes is received.`,
      });
    yield chunk;
  }
}

/**
 * Reads a multipart body: fields in any order around one data_file part. `beforeFile` runs when the file begins, with the
 * fields known by then, and may refuse the call before the file is received; false: it cannot say yet, and the file must be
 * a small one. The file may be gzip.
 */
export async function readMultipart(
  raw: Readable,
  contentType: string,
  beforeFile: (fields: Record<string, unknown>) => Promise<boolean>,
  receive: (kind: ReceivedUpload['kind'], stream: Readable) => Promise<ReceivedUpload>,
): Promise<{ fields: Record<string, unknown>; upload: ReceivedUpload | null }> {
  const entries: [string, string][] = [];
  let receiving: Promise<ReceivedUpload> | null = null;
  let receivedFile: Readable | null = null;
  let parser: InstanceType<typeof Busboy>;
  try {
    parser = new Busboy({
      headers: { 'content-type': contentType },
      limits: { fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, files: 2, parts: MAX_FIELDS + 2 },
    });
  } catch {
    throw platformFailures.broken_multipart();
  }
  try {
    await new Promise<void>((resolve, reject) => {
      parser.on('field', (name: string, value: string, _nameCut: boolean, valueCut: boolean) => {
        if (valueCut)
          reject(
            platformFailures.broken_multipart({
              message: `The field ${name.slice(0, 100)} is longer than ${MAX_FIELD_BYTES} bytes.`,
            }),
          );
        entries.push([name, value]);
      });
      parser.on('file', (name: string, file: Readable, fileName: string, _encoding: string, mimeType: string) => {
        // A body that ends inside the file makes the part itself emit the error, also while nobody reads it yet.
        file.on('error', () => reject(platformFailures.broken_multipart()));
        if (name !== FILE_FIELD || receiving !== null) {
          file.resume();
          reject(platformFailures.broken_multipart());
          return;
        }
        receivedFile = file;
        const isNdjson = mimeType === 'application/x-ndjson' || NDJSON_NAME.test(fileName);
        const kind = isNdjson ? 'ndjson' : 'csv';
        // Async from its first line on: what is thrown in a listener of the parser ends the process.
        receiving = (async () => {
          const isPermitted = await beforeFile(parametersFrom(entries));
          const content = unpackedFile(file);
          return receive(kind, isPermitted ? content : Readable.from(onlySmall(content), { objectMode: false }));
        })();
        receiving.catch((error) => {
          file.resume();
          reject(error);
        });
      });
      parser.on('fieldsLimit', () =>
        reject(platformFailures.broken_multipart({ message: `More than ${MAX_FIELDS} fields.` })),
      );
      parser.on('partsLimit', () => reject(platformFailures.broken_multipart()));
      parser.on('filesLimit', () => reject(platformFailures.broken_multipart()));
      parser.on('error', () => reject(platformFailures.broken_multipart()));
      parser.on('finish', resolve);
      raw.on('error', reject);
      raw.on('aborted', () => reject(platformFailures.upload_cut_off()));
      raw.on('close', () => {
        if (!raw.readableEnded) reject(platformFailures.upload_cut_off());
      });
      raw.pipe(parser);
    });
    return { fields: parametersFrom(entries), upload: receiving === null ? null : await receiving };
  } catch (error) {
    raw.unpipe(parser);
    parser.destroy();
    (receivedFile as Readable | null)?.destroy(new Error('the multipart body was given up'));
    await releaseQuietly(receiving);
    throw error instanceof Failure ? error : bodyFailure(error);
  }
}

async function releaseQuietly(receiving: Promise<ReceivedUpload> | null): Promise<void> {
  const upload = await receiving?.catch(() => null);
  await upload?.release();
}
