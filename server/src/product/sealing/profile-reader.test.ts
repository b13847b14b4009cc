import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeProfile } from './profile-envelope.ts';
import { createProfileReader } from './profile-reader.ts';

const TEXTS = [
  '',
  'plain',
  'a "quoted" one',
  'back\\slash',
  'ends with \\',
  'new\nline\tand\u0001',
  'Ä€',
  '😀 \ud83d',
  '{"1":"x"}',
  ',":}',
  '\u2028',
];

test('every value of every profile is read as it was written, and nothing of the profile before', () => {
  const reader = createProfileReader();
  let seed = 7;
  const below = (count: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed >> 8) % count;
  };
  for (let round = 0; round < 3_000; round += 1) {
    const values = new Map<number, string>();
    for (let count = below(8); count > 0; count -= 1)
      values.set(below(300), `${TEXTS[below(TEXTS.length)]}${TEXTS[below(TEXTS.length)]}`);
    // As an import writes it: a lone half of a pair has no bytes of its own.
    const plaintext = Buffer.from(encodeProfile(values));
    const expected = JSON.parse(plaintext.toString()) as Record<string, string>;
    reader.read(plaintext);
    for (let slot = 0; slot < 301; slot += 1) assert.equal(reader.valueOf(slot), expected[slot]);
  }
});

test('what ends too early is no profile', () => {
  const reader = createProfileReader();
  for (const text of ['', '{', '{"', '{"1', '{"1":', '{"1":"', '{"1":"abc', '{"1":"abc\\"', '{"1":"abc"'])
    assert.throws(() => reader.read(Buffer.from(text)), SyntaxError, text);
  reader.read(Buffer.from('{}'));
  assert.equal(reader.valueOf(1), undefined);
});
