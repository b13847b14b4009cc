import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { gzipMember } from './gzip-member.ts';

test('pieces behind each other are one gzip member, which any reader reads', () => {
  for (const sizes of [[], [0], [1], [100_000, 0, 7], [70_000, 70_000, 70_000]]) {
    const pieces = sizes.map((size) => (size % 2 === 0 ? Buffer.alloc(size, 'line,of,text\r\n') : randomBytes(size)));
    const member = gzipMember();
    const packed = Buffer.concat([...pieces.map((piece) => member.add(piece)), member.end()]);
    assert.deepEqual(gunzipSync(packed), Buffer.concat(pieces));
    // No second member follows: some readers stop behind the first.
    assert.equal(
      packed.readUInt32LE(packed.length - 4),
      pieces.reduce((sum, piece) => sum + piece.length, 0),
    );
  }
});
