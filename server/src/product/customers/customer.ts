import { z } from 'zod';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';

export type CustomerRow = {
  account_id: string;
  customer_id: string;
  workspace_id: string;
  sealed_profile: Buffer;
  profile_digest: Buffer;
  clear_values: Record<string, string>;
  created_by: string;
  created_at: Date;
  updated_at: Date;
};

/** A value as it stands in `profile`: decimal strings for numbers and amounts, ISO dates, null for a blank. */
export const profileSchema = z.record(z.string(), z.union([z.string(), z.boolean(), z.null()]));

const customerShape = {
  customer_id: idSchema,
  account_id: idSchema,
  workspace_id: idSchema,
  encrypted_profile: z.string().describe('The sealed profile, base64.'),
  created_by: idSchema,
  created_at: timestampSchema,
  updated_at: timestampSchema,
  profile: profileSchema.optional().describe('By field_name; only with decrypt.'),
};

export const memberSchema = z
  .strictObject({ ...customerShape, customer_group_id: idSchema })
  .meta({ id: 'GroupMember' });

export const customerSchema = z
  .strictObject({
    ...customerShape,
    groups: z.array(z.strictObject({ customer_group_id: idSchema, group_name: z.string() })),
  })
  .meta({ id: 'Customer' });

/** The customer as callers see it, without groups or profile. */
export function customerReply(row: CustomerRow) {
  return {
    customer_id: row.customer_id,
    account_id: row.account_id,
    workspace_id: row.workspace_id,
    encrypted_profile: row.sealed_profile.toString('base64'),
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** How many pages a group fills: positions are never given out twice, so pages are ranges of them. */
export function pagesOf(group: { member_count: number; last_position: number }, pageSize: number): number {
  return group.member_count === 0 ? 0 : Math.ceil(group.last_position / pageSize);
}
