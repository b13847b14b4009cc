import { z } from 'zod';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { approvalReply, approvalSchema } from '../approvals/approval.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { eligibleWhenSchema } from '../segments/eligibility.ts';
import { segmentBySchema } from '../segments/segment-by.ts';
import { spentReply, spentSchema } from './budget.ts';
import { briefSchema, CAMPAIGN_STATUSES, type CampaignRow, CHANNELS, fullCheckSchema } from './campaign.ts';

export const statusSchema = z.enum(CAMPAIGN_STATUSES);

export const campaignSchema = z
  .object({
    campaign_id: idSchema,
    account_id: idSchema,
    workspace_id: idSchema,
    campaign_name: z.string(),
    status: statusSchema,
    failure_reason: z.string().nullable(),
    customer_group_id: idSchema,
    brief: briefSchema,
    channels: z.array(z.object({ channel: z.enum(CHANNELS), max_length: z.number().int() })),
    segment_by: segmentBySchema,
    variants: z.number().int(),
    min_segment_size: z.number().int(),
    export_fields: z.array(z.string()),
    eligible_when: eligibleWhenSchema,
    writer: z.string(),
    current_run: z.number().int(),
    active_job_id: idSchema.nullable().describe('The writing or rewriting that runs now.'),
    created_by: idSchema,
    created_at: timestampSchema,
    updated_at: timestampSchema,
    published_at: timestampSchema.nullable(),
    holdout: z.number(),
    approvals: z.array(approvalSchema).describe('Who approved the current run, newest first; void ones too.'),
    approvals_needed: z.number().int().describe('How many different approvers the workspace asks for.'),
    budget: z.object({ max_cost: z.number().nullable(), max_model_calls: z.number().int().nullable() }).nullable(),
    full_check: fullCheckSchema
      .nullable()
      .describe('The newest check of the current run with the values of all customers.'),
    spent: spentSchema.describe('What writing has cost over all runs.'),
  })
  .meta({ id: 'Campaign' });

/** The campaign as callers see it; fields by name. */
export function campaignReply(campaign: CampaignRow, fields: readonly LoadedField[]): z.output<typeof campaignSchema> {
  const names = new Map(fields.map((field) => [field.field_id, field.field_name]));
  return {
    campaign_id: campaign.campaign_id,
    account_id: campaign.account_id,
    workspace_id: campaign.workspace_id,
    campaign_name: campaign.campaign_name,
    status: campaign.status,
    failure_reason: campaign.failure_reason,
    customer_group_id: campaign.customer_group_id,
    brief: campaign.brief,
    channels: campaign.channels,
    segment_by: campaign.segment_by,
    variants: campaign.variants,
    min_segment_size: campaign.min_segment_size,
    export_fields: campaign.export_fields.flatMap((id) => names.get(id) ?? []),
    eligible_when: campaign.eligible_when,
    writer: campaign.writer,
    current_run: campaign.current_run,
    active_job_id: campaign.active_job_id,
    created_by: campaign.created_by,
    created_at: campaign.created_at.toISOString(),
    updated_at: campaign.updated_at.toISOString(),
    published_at: campaign.published_at?.toISOString() ?? null,
    holdout: campaign.holdout,
    approvals: campaign.approvals.map(approvalReply),
    approvals_needed: campaign.quorum,
    budget: campaign.budget,
    full_check: campaign.full_check,
    spent: spentReply(campaign),
  };
}
