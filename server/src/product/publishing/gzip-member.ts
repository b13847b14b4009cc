import { crc32, deflateRawSync, constants as zlib } from 'node:zlib';

/**
 * One gzip member (RFC 1952) in pieces, made at once and not by a stream: each piece is deflated by itself and ends at a
 * whole byte (Z_SYNC_FLUSH), as pigz does, so that the pieces behind each other are one deflate stream.
 */
export type GzipMember = { add(bytes: Uint8Array): Buffer; end(): Buffer };

/** Fast rather than small: lines of one campaign repeat each other, and shrink to a tenth at any level. */
const LEVEL = 3;
/** Magic, deflate, no flags, no time, no hint, unknown system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** An empty block that says it is the last. */
const LAST_BLOCK = Buffer.from([3, 0]);

export function gzipMember(): GzipMember {
  let checksum = 0;
  let length = 0;
  let isBegun = false;
  const begin = (): Buffer[] => {
    if (isBegun) return [];
    isBegun = true;
    return [HEADER];
  };
  return {
    add: (bytes) => {
      checksum = crc32(bytes, checksum);
      length = (length + bytes.length) % 2 ** 32;
      return Buffer.concat([...begin(), deflateRawSync(bytes, { level: LEVEL, finishFlush: zlib.Z_SYNC_FLUSH })]);
    },
    end: () => {
      const trailer = Buffer.alloc(8);
      trailer.writeUInt32LE(checksum, 0);
      trailer.writeUInt32LE(length, 4);
      return Buffer.concat([...begin(), LAST_BLOCK, trailer]);
    },
  };
}
