import { z } from 'zod';
import { idSchema } from '../../platform/http/schemas.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { compileEligibility, eligibleWhenSchema } from '../segments/eligibility.ts';
import { readSegmentBy, segmentBySchema } from '../segments/segment-by.ts';
import { budgetSchema, type Price, readBudget, refuseUnpriced } from './budget.ts';
import { briefSchema, type CampaignRow, channelsSchema, readChannels } from './campaign.ts';
import { campaignFailures } from './errors.ts';

/** What shapes a campaign's text and audience, as callers send it. */
export const shapeSchema = z.strictObject({
  campaign_name: z
    .string()
    .trim()
    .min(1, 'must have at least one character')
    .max(100, 'must have at most 100 characters'),
  customer_group_id: idSchema,
  brief: briefSchema,
  channels: channelsSchema,
  segment_by: segmentBySchema,
  variants: z.number().int().min(1).max(5).optional(),
  min_segment_size: z.number().int().min(1).max(1_000_000_000).optional(),
  export_fields: z
    .array(z.string().min(1).max(64))
    .max(100)
    .optional()
    .describe('Names of fields that stand in the published files beside the identifiers.'),
  eligible_when: eligibleWhenSchema.optional(),
  holdout: z
    .number()
    .min(0)
    .max(50)
    .optional()
    .describe(
      'Percent of the customers that are held out as a control group, by a stable hash; 0 by default. They stand in the published files without a message.',
    ),
  budget: budgetSchema.optional(),
  writer: z.string().min(1).max(63).optional().describe('offline (default), or the name of a configured model.'),
});

export type Shape = z.output<typeof shapeSchema>;
export type ShapeColumns = Pick<
  CampaignRow,
  | 'campaign_name'
  | 'customer_group_id'
  | 'brief'
  | 'channels'
  | 'segment_by'
  | 'variants'
  | 'min_segment_size'
  | 'export_fields'
  | 'eligible_when'
  | 'writer'
  | 'holdout'
  | 'budget'
>;

/** Throws unknown_writer, naming those there are. */
export function requireWriter<Writer>(writers: ReadonlyMap<string, Writer>, name: string): Writer {
  const writer = writers.get(name);
  if (writer === undefined)
    throw campaignFailures.unknown_writer({
      message: `There is no writer named ${name}. Known: ${[...writers.keys()].join(', ')}.`,
    });
  return writer;
}

/** Reads a wish into what is stored, checked against fields and writers. Throws the segment and campaign failures. */
export function readShape(
  wish: { [K in keyof Shape]?: Shape[K] | undefined },
  before: ShapeColumns | null,
  fields: readonly LoadedField[],
  writers: ReadonlyMap<string, { terms?: { price: Price | null } }>,
  todayYear: number,
): ShapeColumns {
  const byName = new Map(fields.map((field) => [field.field_name.toLowerCase(), field]));
  const exported = wish.export_fields?.map((name) => {
    const field = byName.get(name.toLowerCase());
    if (field === undefined)
      throw campaignFailures.unknown_export_field({
        message: `export_fields: the workspace has no field named ${name}.`,
      });
    return field.field_id;
  });
  const writer = wish.writer ?? before?.writer ?? 'offline';
  const budget = wish.budget === undefined ? (before?.budget ?? null) : readBudget(wish.budget);
  refuseUnpriced(budget, requireWriter(writers, writer));
  const must = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('A required property passed the body check unset.');
    return value;
  };
  const segmentBy = must(wish.segment_by ?? before?.segment_by);
  readSegmentBy(segmentBy, fields);
  const eligibleWhen = wish.eligible_when ?? before?.eligible_when ?? [];
  compileEligibility(eligibleWhen, fields, todayYear);
  return {
    campaign_name: must(wish.campaign_name ?? before?.campaign_name),
    customer_group_id: must(wish.customer_group_id ?? before?.customer_group_id),
    brief: must(wish.brief ?? before?.brief),
    channels: wish.channels === undefined ? must(before?.channels) : readChannels(wish.channels),
    segment_by: segmentBy,
    variants: wish.variants ?? before?.variants ?? 1,
    min_segment_size: wish.min_segment_size ?? before?.min_segment_size ?? 1,
    export_fields: [...new Set(exported ?? before?.export_fields ?? [])],
    eligible_when: eligibleWhen,
    writer,
    holdout: wish.holdout ?? before?.holdout ?? 0,
    budget,
  };
}
