import { createHash } from 'node:crypto';
import { z } from 'zod';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { canonicalJson } from '../../platform/json/canonical-json.ts';
import type { Brief, Channel } from '../campaigns/campaign.ts';
import type { Criteria } from '../segments/segment-by.ts';

export const REVIEW_STATUSES = ['Pending', 'Approved', 'Rejected', 'Excluded'] as const;
export type ReviewStatus = (typeof REVIEW_STATUSES)[number];
export const APPROVAL_STAGES = ['Ready for review', 'Ready to publish', 'Published'] as const;
export type ApprovalStage = (typeof APPROVAL_STAGES)[number];

export const findingSchema = z
  .object({
    code: z.string().describe('One of docs/checks.md.'),
    severity: z.enum(['error', 'warning']).describe('Errors block approval.'),
    message: z.string(),
    fix: z.string().nullable().describe('What to do, in words.'),
    edit: z
      .object({
        part: z.enum(['subject', 'preheader', 'message']),
        from: z.number().int(),
        to: z.number().int(),
        replacement: z.string(),
      })
      .nullable()
      .describe('The fix where it can be applied as it is: characters (UTF-16 units) from..to of the part replaced.'),
  })
  .meta({ id: 'Finding' });

/** What a check says of a message; errors block approval. */
export type MessageFinding = z.output<typeof findingSchema>;

/** Findings as callers see them: those of texts that were checked before edits were offered have none. */
export function findingReply(finding: Omit<MessageFinding, 'edit'> & Partial<MessageFinding>): MessageFinding {
  return { ...finding, edit: finding.edit ?? null };
}

export type MessageRow = {
  message_id: string;
  campaign_id: string;
  run_number: number;
  segment_id: string;
  channel: Channel['channel'];
  variant: number;
  subject: string | null;
  message: string;
  /** The line that a mailbox shows behind the subject; null on every channel but email. */
  preheader: string | null;
  technique: string;
  findings: MessageFinding[];
  review_status: ReviewStatus;
  approval_stage: ApprovalStage;
  review_note: string | null;
  is_archived: boolean;
  reused_from: string | null;
  context_hash: string;
  written_by: string;
  rewrite_job_id: string | null;
  rewrite_guidance: string | null;
  created_at: Date;
  updated_at: Date;
};

/** A message with the segment it speaks to. */
export type MessageInSegment = MessageRow & {
  criteria: Criteria;
  label: string;
  size: number;
  canonical_criteria: string;
};

export const messageSchema = z
  .object({
    message_id: idSchema,
    campaign_id: idSchema,
    run_number: z.number().int(),
    segment: z.object({
      segment_id: idSchema,
      criteria: z.record(z.string(), z.unknown()),
      label: z.string(),
      size: z.number().int(),
    }),
    channel: z.string(),
    variant: z.number().int(),
    subject: z.string().nullable(),
    message: z.string(),
    technique: z.string(),
    findings: z.array(findingSchema),
    review_status: z.enum(REVIEW_STATUSES),
    approval_stage: z.enum(APPROVAL_STAGES),
    is_archived: z.boolean(),
    reused_from: idSchema.nullable(),
    created_at: timestampSchema,
    updated_at: timestampSchema,
    note: z.string().nullable().describe('What the reviewer noted.'),
    written_by: z
      .string()
      .describe('The writer and its version, "edited", or "erased": removed, as everybody it was for was erased.'),
    preheader: z.string().nullable().describe('The line that a mailbox shows behind the subject; emails only.'),
  })
  .meta({ id: 'Message' });

/** The message as callers see it. */
export function messageReply(row: MessageInSegment): z.output<typeof messageSchema> {
  return {
    message_id: row.message_id,
    campaign_id: row.campaign_id,
    run_number: row.run_number,
    segment: { segment_id: row.segment_id, criteria: row.criteria, label: row.label, size: row.size },
    channel: row.channel,
    variant: row.variant,
    subject: row.subject,
    message: row.message,
    technique: row.technique,
    findings: row.findings.map(findingReply),
    review_status: row.review_status,
    approval_stage: row.approval_stage,
    is_archived: row.is_archived,
    reused_from: row.reused_from,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    note: row.review_note,
    written_by: row.written_by,
    preheader: row.preheader,
  };
}

/** What a text was written for: brief, channel and criteria. A rerun takes a text over only where this is the same. */
export function contextHash(brief: Brief, channel: Channel, canonicalCriteria: string): string {
  return createHash('sha256')
    .update(canonicalJson([brief, channel, canonicalCriteria]))
    .digest('hex');
}
