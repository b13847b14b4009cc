import { z } from 'zod';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';

/** One approver's word for one content of a run. Voided: what it was given for has been changed since. */
export type ApprovalRow = {
  digest: string;
  approved_by: string;
  /** ISO timestamps: the rows come aggregated as JSON. */
  approved_at: string;
  voided_at: string | null;
};

export const approvalSchema = z
  .object({
    digest: z.string().describe('SHA-256 of what was approved.'),
    approved_by: idSchema,
    approved_at: timestampSchema,
    voided_at: timestampSchema.nullable().describe('When a later edit or decision made it void.'),
  })
  .meta({ id: 'Approval' });

/** The approval as callers see it. */
export function approvalReply(row: ApprovalRow): z.output<typeof approvalSchema> {
  return {
    digest: row.digest,
    approved_by: row.approved_by,
    approved_at: new Date(row.approved_at).toISOString(),
    voided_at: row.voided_at === null ? null : new Date(row.voided_at).toISOString(),
  };
}
