import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { requireTold } from './reply-check.ts';

test('an answer that says more than its description is found, however deep, and one that says less or else', () => {
  const schema = z.object({
    name: z.string(),
    inner: z.array(z.object({ id: z.string(), note: z.string().optional() })),
  });
  const answer = { inner: [{ id: '1', note: 'x' }, { id: '2' }], name: 'a' };
  requireTold(schema, answer);
  requireTold(schema, { ...answer, left_out: undefined });
  for (const bad of [
    { ...answer, password_hash: 'x' },
    { ...answer, inner: [{ id: '1', sealed: 'x' }] },
    { name: 'a' },
    { ...answer, name: 5 },
    { ...answer, name: null },
  ])
    assert.throws(() => requireTold(schema, bad), JSON.stringify(bad));
});
