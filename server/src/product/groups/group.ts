import { z } from 'zod';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';

export type GroupRow = {
  account_id: string;
  customer_group_id: string;
  workspace_id: string;
  group_name: string;
  created_by: string;
  created_at: Date;
  updated_at: Date;
  member_count: number;
  last_position: number;
};

export const groupNameSchema = z
  .string()
  .trim()
  .min(1, 'must have at least one character')
  .max(100, 'must have at most 100 characters');

/** Exactly seven keys, all strings: fixed by the contract. */
export const groupSchema = z
  .strictObject({
    customer_group_id: idSchema,
    account_id: idSchema,
    workspace_id: idSchema,
    group_name: z.string(),
    created_by: idSchema,
    created_at: timestampSchema,
    updated_at: timestampSchema,
  })
  .meta({ id: 'CustomerGroup' });

/** The group as callers see it. */
export function groupReply(group: GroupRow): z.output<typeof groupSchema> {
  return {
    customer_group_id: group.customer_group_id,
    account_id: group.account_id,
    workspace_id: group.workspace_id,
    group_name: group.group_name,
    created_by: group.created_by,
    created_at: group.created_at.toISOString(),
    updated_at: group.updated_at.toISOString(),
  };
}
