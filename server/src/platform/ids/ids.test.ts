import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUuid, newId } from './ids.ts';

test('a hundred thousand ids are valid, different and in order', () => {
  const from = Date.now();
  const ids = Array.from({ length: 100_000 }, newId);
  const to = Date.now();
  assert.equal(new Set(ids).size, ids.length);
  for (const [index, id] of ids.entries()) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.ok(index === 0 || (ids[index - 1] ?? '') < id, 'each is above the one before');
  }
  const moment = (id = '') => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  assert.ok(moment(ids[0]) >= from);
  // The count within a millisecond may run ahead of the clock, by far less than a second.
  assert.ok(moment(ids.at(-1)) <= to + 1_000);
});

test('the random part differs in every bit', () => {
  const ones = new Array<number>(62).fill(0);
  for (let count = 0; count < 4_000; count += 1) {
    const tail = BigInt(`0x${newId().slice(19).replace('-', '')}`);
    for (let bit = 0; bit < 62; bit += 1) if ((tail >> BigInt(bit)) & 1n) ones[bit] = (ones[bit] ?? 0) + 1;
  }
  // Eight standard deviations from the middle.
  for (const [bit, count] of ones.entries()) assert.ok(Math.abs(count - 2_000) < 253, `bit ${bit}: ${count}`);
});

test('isUuid takes the canonical text and nothing else', () => {
  assert.ok(isUuid(newId()));
  assert.ok(isUuid('00000000-0000-0000-0000-000000000000'));
  const id = newId();
  for (const odd of [
    '',
    'x',
    id.toUpperCase(),
    `${id} `,
    `${id}\n`,
    `{${id}}`,
    id.replaceAll('-', ''),
    `${id}'`,
    5,
    null,
    undefined,
    [id],
  ])
    assert.ok(!isUuid(odd), String(odd));
});
