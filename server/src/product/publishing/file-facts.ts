import { createHash } from 'node:crypto';
import { pipeline, type Readable, Transform } from 'node:stream';
import { createGzip } from 'node:zlib';

/** What a manifest says of a file: bytes and SHA-256 of its text, and what it takes compressed, where it is kept so. */
export type FileFacts = { bytes: number; gzip_bytes: number | null; sha256: string };

function counting(onBytes: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk);
      done(null, chunk);
    },
  });
}

/** A file's text on its way to be stored, compressed or not. `facts` are told once `content` has ended. */
export function measured(text: Readable, gzip: boolean): { content: Readable; facts(): FileFacts } {
  const hash = createHash('sha256');
  let bytes = 0;
  let stored = 0;
  const plain = counting((chunk) => {
    bytes += chunk.length;
    hash.update(chunk);
  });
  const content = counting((chunk) => {
    stored += chunk.length;
  });
  // What breaks one stream breaks them all: whoever stores the content is told.
  const told = () => undefined;
  if (gzip) pipeline(text, plain, createGzip(), content, told);
  else pipeline(text, plain, content, told);
  return { content, facts: () => ({ bytes, gzip_bytes: gzip ? stored : null, sha256: hash.digest('hex') }) };
}
