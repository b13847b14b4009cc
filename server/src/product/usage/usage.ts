import { z } from 'zod';
import { timestampSchema } from '../../platform/http/schemas.ts';

/** What is counted for an account by the month, and may have a quota. */
export const USAGE_KINDS = ['imports', 'imported_rows', 'written_messages', 'exports', 'exported_rows'] as const;
export type UsageKind = (typeof USAGE_KINDS)[number];

/** Quotas a month by kind; a kind that is absent, or null, has no limit. */
export type Quotas = Readonly<Partial<Record<UsageKind, number | null>>>;

export const usageSchema = z
  .object({
    month: z.string().describe('yyyy-MM, in UTC.'),
    resets_at: timestampSchema.describe('When the next month begins.'),
    usage: z.array(
      z.object({
        kind: z.enum(USAGE_KINDS),
        used: z.number(),
        quota: z.number().nullable().describe('How much the account may use in a month; null without limit.'),
      }),
    ),
  })
  .meta({ id: 'Usage' });

/** The first day of the month of this moment (UTC), as yyyy-MM-dd. */
export function monthOf(moment: Date): string {
  return `${moment.toISOString().slice(0, 7)}-01`;
}

/** The first moment of the month after the one that begins on this day. */
export function monthAfter(firstDay: string): Date {
  const [year = 0, month = 1] = firstDay.split('-').map(Number);
  return new Date(Date.UTC(year, month, 1));
}

/** The quotas that hold: the account's own where it has one, else the operator's general ones. */
export function quotasFor(general: Quotas, own: readonly { kind: string; per_month: number | null }[]): Quotas {
  const known = own.filter(({ kind }) => (USAGE_KINDS as readonly string[]).includes(kind));
  return { ...general, ...Object.fromEntries(known.map(({ kind, per_month }) => [kind, per_month])) };
}
