import type { CustomersCheckParameters, FieldsInferReply, Import } from '@nudgescribe/sdk';
import { NudgescribeError } from '@nudgescribe/sdk';
import { client } from '../api/client.ts';
import { type Column, fieldMapFor, NEW_FIELD } from './column.ts';

export type Plan = {
  workspaceId: string;
  file: File;
  columns: readonly Column[];
  inferred: FieldsInferReply;
  /** An existing group, or the name of one that is made. */
  group: { id: string } | { name: string };
};

/** Makes the group and the fields that the plan needs and that are not there yet. Gives the group's id. */
export async function prepare(plan: Plan): Promise<string> {
  const ids = { workspace_id: plan.workspaceId };
  const known = new Set((await client.fields.list(ids)).map(({ field_name }) => field_name.toLowerCase()));
  for (const { proposed, target } of plan.columns) {
    if (target !== NEW_FIELD || known.has(proposed.field_name.toLowerCase())) continue;
    await client.fields.create({
      ...ids,
      field_name: proposed.field_name,
      display_name: proposed.display_name,
      field_type: proposed.field_type,
      field_format: proposed.field_format ?? undefined,
      is_required: proposed.is_required || undefined,
      is_unique: proposed.is_unique,
      is_sensitive: proposed.is_sensitive || proposed.is_unique,
      options: (proposed.field_type === 'enum' ? proposed.options : null) ?? undefined,
      validation_rules: proposed.validation_rules ?? undefined,
    });
  }
  if ('id' in plan.group) return plan.group.id;
  const { name } = plan.group;
  const same = (await client.groups.list(ids)).find(
    ({ group_name }) => group_name.toLowerCase() === name.trim().toLowerCase(),
  );
  return (same ?? (await client.groups.create({ ...ids, group_name: name }))).customer_group_id;
}

/**
 * Sends the file, as a dry run or for good. A file whose rows are refused answers with the import all the same, so that
 * both ways end in one shape.
 */
export async function sendFile(
  plan: Plan,
  groupId: string,
  options: Pick<CustomersCheckParameters, 'validate_only' | 'on_error'>,
): Promise<Import> {
  const { delimiter } = plan.inferred;
  try {
    return await client.customers.upload(
      {
        workspace_id: plan.workspaceId,
        customer_group_id: groupId,
        field_map: fieldMapFor(plan.columns, plan.inferred),
        delimiter: delimiter as ',' | ';' | '\t' | '|',
        ...options,
      },
      plan.file,
      { contentType: 'text/csv' },
    );
  } catch (error) {
    if (error instanceof NudgescribeError && error.status === 400 && typeof error.body.import_id === 'string')
      return (await client.imports.get({ workspace_id: plan.workspaceId, import_id: error.body.import_id })) as Import;
    throw error;
  }
}
