import assert from 'node:assert/strict';
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { keyedHash, keyedTag } from './keyed-hash.ts';

const usual = (key: ReturnType<typeof createSecretKey>, prefix: string, content: string | Buffer) =>
  createHmac('sha256', key).update(prefix).update(content).digest('hex');

test('a keyed hash is the HMAC-SHA-256 of prefix and content, whatever their length and the key', () => {
  // RFC 4231, test case 2.
  assert.equal(
    keyedHash(createSecretKey(Buffer.from('Jefe')), 'what do ya ', 'want for nothing?'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
  for (const keyBytes of [1, 32, 63, 64, 65, 131]) {
    const key = createSecretKey(randomBytes(keyBytes));
    for (const length of [0, 1, 55, 56, 63, 64, 65, 300, 5_000, 21_700, 21_900, 65_500, 70_000, 200_000]) {
      const bytes = randomBytes(length);
      const text = 'ü😀x'.repeat(length / 4);
      for (const content of [bytes, bytes.toString('latin1'), text, `${text}\ud800`])
        for (const prefix of ['', 'a'.repeat(72), 'workspace\n'])
          assert.equal(keyedHash(key, prefix, content), usual(key, prefix, content), `${keyBytes} ${length}`);
    }
  }
});

test('a keyed tag is the beginning of the same over bytes of any length', () => {
  for (const keyBytes of [32, 65]) {
    const key = createSecretKey(randomBytes(keyBytes));
    for (const length of [0, 1, 64, 300, 65_400, 65_500, 200_000]) {
      const content = randomBytes(length);
      const whole = createHmac('sha256', key).update(content).digest();
      for (const tagBytes of [16, 32]) assert.deepEqual(keyedTag(key, content, tagBytes), whole.subarray(0, tagBytes));
    }
  }
});
