import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLink, signLink } from './signed-link.ts';

const key = Buffer.alloc(32, 7);
const target = {
  accountId: '0197a3f0-1c5e-7b52-9d1a-6f0c3e8b2a41',
  publicationId: '0197a3f0-1c5e-7b52-9d1a-6f0c3e8b2a42',
  page: 3,
  expires: 2_000,
};
const queryOf = (text: string): Record<string, string> => Object.fromEntries(new URLSearchParams(text));

test('an untouched link opens until it expires', () => {
  const query = queryOf(signLink(key, target));
  assert.deepEqual(openLink(key, query, 1_999), { target, isOver: false });
  assert.deepEqual(openLink(key, query, 2_000), { target, isOver: false });
  assert.deepEqual(openLink(key, query, 2_001), { target, isOver: true });
});

test('any change, addition or loss of a parameter is refused', () => {
  const query = queryOf(signLink(key, target));
  for (const name of Object.keys(query)) {
    const { [name]: value = '', ...rest } = query;
    assert.equal(openLink(key, rest, 0), null, `${name} left out`);
    for (let index = 0; index < value.length; index += 1) {
      const changed = `${value.slice(0, index)}${value[index] === '1' ? '2' : '1'}${value.slice(index + 1)}`;
      assert.equal(openLink(key, { ...query, [name]: changed }, 0), null, `${name} changed at ${index}`);
    }
  }
  assert.equal(openLink(key, { ...query, extra: '1' }, 0), null);
  assert.equal(openLink(key, { ...query, page: '03' }, 0), null);
  assert.equal(openLink(Buffer.alloc(32, 8), query, 0), null);
});
