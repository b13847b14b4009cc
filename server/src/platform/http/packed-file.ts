import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** RFC 1952, 2.3.1: what every gzip file begins with, and no UTF-8 text does. */
const GZIP_MARK = Buffer.from([0x1f, 0x8b]);

/** A file's bytes, unpacked when they are gzip themselves, as a .gz file in a form is. Breaks with zlib's error when they are cut or broken. */
export function unpackedFile(file: Readable): Readable {
  return Readable.from(unpackedPieces(file), { objectMode: false });
}

async function* unpackedPieces(file: Readable): AsyncGenerator<Buffer> {
  const pieces = (file as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  while (start.length < GZIP_MARK.length) {
    const { value, done } = await pieces.next();
    if (done === true) break;
    start = Buffer.concat([start, value]);
  }
  async function* whole(): AsyncGenerator<Buffer> {
    if (start.length > 0) yield start;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
  }
  if (!start.subarray(0, GZIP_MARK.length).equals(GZIP_MARK)) {
    yield* whole();
    return;
  }
  const packed = Readable.from(whole(), { objectMode: false });
  const gunzip = createGunzip();
  packed.on('error', (error) => gunzip.destroy(error));
  try {
    yield* packed.pipe(gunzip) as AsyncIterable<Buffer>;
  } finally {
    packed.destroy();
  }
}
