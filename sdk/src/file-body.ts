import type { FileBody, UploadOptions } from './call.ts';

/** What fetch takes as a body; the name for it differs between platforms' own types. */
type RequestBody = NonNullable<RequestInit['body']>;

/**
 * The request's body for a file, packed and counted on its way when asked; sets the headers that go with it. A stream is
 * passed on piece by piece, so that memory does not grow with the file.
 */
export function packFile(
  file: FileBody,
  options: UploadOptions,
  headers: Record<string, string>,
): { body: RequestBody; duplex?: 'half' } {
  headers['content-type'] = options.contentType;
  if (options.gzip !== undefined && options.gzip !== false) headers['content-encoding'] = 'gzip';
  const { onProgress } = options;
  if (options.gzip !== true && onProgress === undefined && !(file instanceof ReadableStream))
    return { body: file as RequestBody };
  let stream = file instanceof ReadableStream ? file : new Blob([file as string]).stream();
  if (onProgress !== undefined) stream = counted(stream, onProgress);
  if (options.gzip === true) stream = packed(stream);
  // Without half duplex, fetch refuses a streamed body.
  return { body: stream as unknown as RequestBody, duplex: 'half' };
}

function counted(
  stream: ReadableStream<Uint8Array>,
  onProgress: (sentBytes: number) => void,
): ReadableStream<Uint8Array> {
  let sentBytes = 0;
  return stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        sentBytes += chunk.byteLength;
        onProgress(sentBytes);
        controller.enqueue(chunk);
      },
    }),
  );
}

function packed(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  return stream.pipeThrough(new CompressionStream('gzip') as unknown as TransformStream<Uint8Array, Uint8Array>);
}
