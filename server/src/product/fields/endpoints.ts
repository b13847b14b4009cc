import { z } from 'zod';
import { EXAMPLE_ID, idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { requirePermission } from '../roles/permission.ts';
import { endpoint } from '../services.ts';
import { changeField, type FieldChange } from './change-field.ts';
import { createField } from './create-field.ts';
import { CURRENCY_CODES } from './currencies.ts';
import { DATE_FORMATS } from './date-formats.ts';
import { rulesSchema } from './definition-schemas.ts';
import { fieldFailures } from './errors.ts';
import { FIELD_TYPES } from './field.ts';
import { fieldReply } from './field-row.ts';
import { removeFields } from './remove-fields.ts';
import { listFields } from './store.ts';

const typeSchema = z.enum(FIELD_TYPES);
const displayNameSchema = z.string().trim().min(1).max(100);
const formatSchema = z.string().min(1).max(20);
const optionsSchema = z.array(z.string().min(1).max(200)).min(1).max(1_000);

const fieldSchema = z
  .object({
    customer_profile_field_id: idSchema,
    account_id: idSchema,
    workspace_id: idSchema,
    field_name: z.string(),
    display_name: z.string(),
    field_type: typeSchema,
    field_format: z.string().nullable(),
    is_required: z.boolean(),
    is_unique: z.boolean(),
    is_sensitive: z.boolean(),
    options: z.array(z.string()).nullable(),
    validation_rules: rulesSchema.nullable(),
    created_by: idSchema,
    created_at: timestampSchema,
    updated_at: timestampSchema,
  })
  .meta({ id: 'CustomerProfileField' });

const failures = [fieldFailures];
const workspaceBody = z.strictObject({ workspace_id: idSchema });

export const fieldEndpoints = [
  endpoint({
    name: 'fields.create',
    method: 'PUT',
    path: '/v1/cpf',
    summary: 'Create a customer profile field',
    description:
      'Date and currency require field_format. Unique fields are the identifiers records match by. Sensitive fields (the default) are sealed and are never segment attributes; values of fields that are neither sensitive nor unique also stand in clear, for segments.',
    access: { kind: 'workspace', permission: 'fields.write' },
    body: z.strictObject({
      workspace_id: idSchema,
      field_name: z.string().min(1).max(64),
      field_type: typeSchema,
      display_name: displayNameSchema.optional(),
      field_format: formatSchema.optional(),
      is_required: z.boolean().optional(),
      is_unique: z.boolean().optional(),
      is_sensitive: z.boolean().optional(),
      options: optionsSchema.optional(),
      validation_rules: rulesSchema.optional(),
    }),
    reply: fieldSchema,
    example: {
      workspace_id: EXAMPLE_ID,
      field_name: 'customer_number',
      field_type: 'string',
      is_required: true,
      is_unique: true,
    },
    audit: 'field.created',
    failures,
    handle: async ({ tx, actor, body, audit }) => {
      const field = await createField(
        tx,
        { accountId: actor.accountId, workspaceId: body.workspace_id, userId: actor.userId },
        {
          field_name: body.field_name,
          display_name: body.display_name ?? body.field_name,
          field_type: body.field_type,
          field_format: body.field_format ?? null,
          is_required: body.is_required ?? false,
          is_unique: body.is_unique ?? false,
          is_sensitive: body.is_sensitive ?? true,
          options: body.options ?? null,
          validation_rules: body.validation_rules ?? null,
        },
      );
      audit({ customer_profile_field_id: field.customer_profile_field_id });
      return fieldReply(field);
    },
  }),
  endpoint({
    name: 'fields.list',
    method: 'POST',
    path: '/v1/cpf',
    summary: 'List customer profile fields, oldest first',
    access: { kind: 'workspace', permission: 'fields.read' },
    body: workspaceBody,
    reply: z.array(fieldSchema),
    example: { workspace_id: EXAMPLE_ID },
    handle: async ({ tx, actor, body }) => (await listFields(tx, actor.accountId, body.workspace_id)).map(fieldReply),
  }),
  endpoint({
    name: 'fields.change',
    method: 'PATCH',
    path: '/v1/cpf',
    summary: 'Change a customer profile field',
    description:
      'Stored data is kept. Name, type, is_unique and a currency format never change. A change of is_sensitive moves stored values in a job (job_id); until it ends segments by the field are refused. Turning it off lets whoever may read segments read stored values, and so takes the permission customers.decrypt too.',
    access: { kind: 'workspace', permission: 'fields.write' },
    body: z.strictObject({
      workspace_id: idSchema,
      customer_profile_field_id: idSchema,
      display_name: displayNameSchema.optional(),
      is_required: z.boolean().optional(),
      is_sensitive: z.boolean().optional(),
      field_format: formatSchema.optional(),
      options: optionsSchema.optional(),
      validation_rules: rulesSchema.nullable().optional(),
    }),
    reply: fieldSchema.extend({ job_id: idSchema.nullable() }),
    example: { workspace_id: EXAMPLE_ID, customer_profile_field_id: EXAMPLE_ID, display_name: 'Customer number' },
    audit: 'field.changed',
    failures,
    handle: async ({ services, tx, actor, body, audit }) => {
      const { workspace_id, customer_profile_field_id, ...change } = body;
      const { field, jobId, isOpened } = await changeField(
        services.queue,
        tx,
        {
          accountId: actor.accountId,
          workspaceId: workspace_id,
          userId: actor.userId,
          fieldId: customer_profile_field_id,
        },
        change as FieldChange,
      );
      // Stored values become readable to whoever reads segments: only who may read them sealed decides that.
      if (isOpened) await requirePermission(tx, actor, workspace_id, 'customers.decrypt');
      audit({ customer_profile_field_id, ...(jobId === null ? {} : { job_id: jobId, opened: isOpened }) });
      return { ...fieldReply(field), job_id: jobId };
    },
  }),
  endpoint({
    name: 'fields.delete',
    method: 'DELETE',
    path: '/v1/cpf',
    summary: 'Delete customer profile fields and their stored values',
    description:
      'The fields are gone at once; the job takes their values out of the stored profiles. Refused while a campaign that is not published uses one of them.',
    access: { kind: 'workspace', permission: 'fields.write' },
    body: z.strictObject({
      workspace_id: idSchema,
      customer_profile_field_id: z.union([idSchema, z.array(idSchema).min(1).max(200)]),
    }),
    reply: z.object({
      message: z.string(),
      customer_profile_field_id: z.union([idSchema, z.array(idSchema)]),
      job_id: idSchema,
    }),
    example: { workspace_id: EXAMPLE_ID, customer_profile_field_id: EXAMPLE_ID },
    audit: 'field.deleted',
    failures,
    handle: async ({ services, tx, actor, body, audit }) => {
      const fieldIds = [body.customer_profile_field_id].flat();
      const { jobId } = await removeFields(services.queue, tx, {
        accountId: actor.accountId,
        workspaceId: body.workspace_id,
        userId: actor.userId,
        fieldIds,
      });
      audit({ customer_profile_field_id: fieldIds, job_id: jobId });
      return {
        message:
          fieldIds.length === 1
            ? 'The field was deleted; its stored values are being removed.'
            : 'The fields were deleted; their stored values are being removed.',
        customer_profile_field_id: body.customer_profile_field_id,
        job_id: jobId,
      };
    },
  }),
  endpoint({
    name: 'fields.formats',
    method: 'POST',
    path: '/v1/cpf/formats',
    summary: 'Date formats and currency codes that fields may have',
    access: { kind: 'workspace', permission: 'fields.read' },
    body: workspaceBody,
    reply: z.object({ date_formats: z.array(z.string()), currencies: z.array(z.string()) }),
    example: { workspace_id: EXAMPLE_ID },
    handle: async () => ({ date_formats: [...DATE_FORMATS], currencies: [...CURRENCY_CODES] }),
  }),
];
