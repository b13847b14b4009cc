import assert from 'node:assert/strict';
import { test } from 'node:test';
import { murmur3 } from './murmur3.ts';

// Test vectors of the reference implementation (SMHasher, and those collected at stackoverflow.com/questions/14747343).
const VECTORS: [string, number, number][] = [
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['test', 0, 0xba6bd213],
  ['test', 0x9747b28c, 0x704b81dc],
  ['Hello, world!', 0, 0xc0363e43],
  ['Hello, world!', 0x9747b28c, 0x24884cba],
  ['aaaa', 0x9747b28c, 0x5a97808a],
  ['aaa', 0x9747b28c, 0x283e0130],
  ['aa', 0x9747b28c, 0x5d211726],
  ['a', 0x9747b28c, 0x7fa09ea6],
  ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
];

test('both seeds hash as the reference does, wherever the bytes stand', () => {
  for (const [text, seed, expected] of VECTORS) {
    for (const offset of [0, 1, 3]) {
      const bytes = Buffer.from(`${'#'.repeat(offset)}${text}#`);
      const state = Int32Array.of(7, seed);
      murmur3(state, bytes, offset, bytes.length - 1);
      assert.equal((state[1] ?? 0) >>> 0, expected, `${text} ${seed}`);
      const other = Int32Array.of(seed, 0);
      murmur3(other, bytes, offset, bytes.length - 1);
      assert.equal((other[0] ?? 0) >>> 0, expected);
    }
  }
});
