import { z } from 'zod';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { approvalSectionSchema } from '../approvals/approval-section.ts';

export const changesSchema = z.object({ new: z.number().int(), changed: z.number().int(), removed: z.number().int() });
export type Changes = z.output<typeof changesSchema>;

/** What stands beside the files of one publication, so that a receiver can check that it has them all, unaltered. */
export const manifestSchema = z
  .object({
    campaign_id: idSchema,
    campaign_name: z.string(),
    run_number: z.number().int(),
    publication_id: idSchema,
    customer_group_id: idSchema,
    customer_group_name: z.string(),
    snapshot_at: timestampSchema.describe('The one moment at which membership, eligibility and segments were read.'),
    columns: z.array(z.object({ name: z.string(), source: z.enum(['identifier', 'export_field', 'message']) })),
    parts: z.array(
      z.object({
        page: z.number().int(),
        file: z.string(),
        rows: z.number().int(),
        bytes: z.number().int().describe('Of the CSV text, as sha256 is.'),
        gzip_bytes: z
          .number()
          .int()
          .nullable()
          .default(null)
          .describe('What the file has compressed; null when it is not kept so.'),
        sha256: z.string(),
        erased_rows: z.number().int().default(0).describe('Rows taken out because their customers were erased.'),
      }),
    ),
    rows: z.number().int(),
    customers: z.number().int().describe('Members of the group in the snapshot.'),
    unmatched: z.number().int().describe('Customers whose segment has no approved message.'),
    ineligible: z.number().int().describe('Customers left out by eligible_when.'),
    suppressed: z.number().int().describe('Customers on the suppression list of the workspace.'),
    held_out: z.number().int().describe('Customers of the control group: listed with empty texts and holdout true.'),
    erased_rows: z.number().int().default(0).describe('Rows taken out of the parts since they were published.'),
    erased_texts: z
      .number()
      .int()
      .default(0)
      .describe('Approved texts that are no longer there, as everybody they were for was erased.'),
    delta_of: z
      .object({ publication_id: idSchema, run_number: z.number().int() })
      .nullable()
      .default(null)
      .describe('In the manifest of a delta: what it tells the changes since. Null there: everything is new.'),
    changes: changesSchema
      .nullable()
      .default(null)
      .describe('Rows of a delta by what they are; null in a full manifest.'),
    rewritten_at: timestampSchema.nullable().default(null).describe('When rows or texts were last taken out.'),
    approval_digest: z.string().nullable().describe('The same as approval.digest.'),
    approval: approvalSectionSchema
      .nullable()
      .describe('What was approved, and by whom: enough to compute the digest again (docs/verify.md).'),
  })
  .meta({ id: 'Manifest' });

export type Manifest = z.output<typeof manifestSchema>;
