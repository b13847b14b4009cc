import { z } from 'zod';
import { endpoint } from '../services.ts';
import { usageNow } from './count-usage.ts';
import { usageOf } from './store.ts';
import { monthAfter, monthOf, USAGE_KINDS, usageSchema } from './usage.ts';

export const usageEndpoints = [
  endpoint({
    name: 'usage.get',
    method: 'POST',
    path: '/v1/usage',
    summary: 'What the account has used this month, and may use',
    description:
      'Imports and their rows (dry runs count as imports, and rows that were not stored do not count), messages written, exports and their rows. Publishing, importing and writing beyond a quota is 400 quota_exceeded.',
    access: { kind: 'account', permission: 'usage.read' },
    body: z.strictObject({
      month: z
        .string()
        .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-11')
        .optional()
        .describe('An earlier month, yyyy-MM.'),
    }),
    reply: usageSchema,
    example: {},
    handle: async ({ services, tx, actor, body }) => {
      const now = await usageNow(services, tx, actor.accountId);
      const month = body.month === undefined ? monthOf(services.clock.now()) : `${body.month}-01`;
      const earlier = month === now.month ? null : await usageOf(tx, actor.accountId, month);
      const used = earlier === null ? now.used : new Map(earlier.map(({ kind, amount }) => [kind, amount]));
      return {
        month: month.slice(0, 7),
        resets_at: monthAfter(month).toISOString(),
        usage: USAGE_KINDS.map((kind) => ({ kind, used: used.get(kind) ?? 0, quota: now.quotas[kind] ?? null })),
      };
    },
  }),
];
