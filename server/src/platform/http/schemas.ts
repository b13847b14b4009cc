import { z } from 'zod';

/** Text ids: opaque to callers, so any non-empty text is a well-formed one and an unknown one is simply not found. */
export const idSchema = z.string().min(1, 'must not be empty').max(100).describe('An opaque id.');

export const timestampSchema = z.iso.datetime().describe('ISO 8601, UTC.');

/** An id as text, or a value that no row has when the text is not a uuid: Postgres would refuse the cast. */
export const NO_SUCH_ID = '00000000-0000-0000-0000-000000000000';

export const pageSchema = z.number().int().min(1).max(1_000_000_000).optional().describe('Starts at 1. Default 1.');
export const pageSizeSchema = z.number().int().min(1).max(1_000).optional().describe('1 to 1,000. Default 100.');

/** Values of the example bodies. Refusal tests put their own ids in place of these, by the key's name. */
export const EXAMPLE_ID = '0197a3f0-1c5e-7b52-9d1a-6f0c3e8b2a41';
