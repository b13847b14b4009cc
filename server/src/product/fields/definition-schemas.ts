import { z } from 'zod';

const boundSchema = z.union([z.number(), z.string().max(40)]);
/** validation_rules as callers send and see them. */
export const rulesSchema = z
  .strictObject({
    format: z.enum(['email', 'phone', 'url']).optional(),
    min: boundSchema.optional(),
    max: boundSchema.optional(),
    min_length: z.number().int().min(0).max(10_000).optional(),
    max_length: z.number().int().min(1).max(10_000).optional(),
    pattern: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe('RE2 syntax, found anywhere in the value; anchor it with ^ and $ for a whole match.'),
  })
  .meta({ id: 'ValidationRules' });
