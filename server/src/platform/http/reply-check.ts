import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';

/** As it arrives at the caller: without what JSON leaves out. */
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Throws where an answer is not what its description says, or holds more than that: nobody would know that it is given. */
export function requireTold(schema: z.ZodType, result: unknown): void {
  const answer = sent(result);
  if (!isDeepStrictEqual(sent(schema.parse(answer)), answer))
    throw new Error('An answer holds what its description does not name.');
}
