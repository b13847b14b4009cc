import { z } from 'zod';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { Reply } from '../../platform/http/endpoint.ts';
import { EXAMPLE_ID, idSchema, pageSchema, pageSizeSchema } from '../../platform/http/schemas.ts';
import { nameTouched, recordCall } from '../audit/record-call.ts';
import { requirePermission } from '../roles/permission.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { endpoint, type ProductCall } from '../services.ts';
import { usageFailures } from '../usage/errors.ts';
import { cancelImport } from './cancel-import.ts';
import { checkCustomers } from './check-customers.ts';
import { contentInMemory, contentOfUpload, type ImportContent, recordsAsNdjson } from './content.ts';
import { importFailures } from './errors.ts';
import { requireImport } from './find-import.ts';
import { importReply, importSchema } from './import.ts';
import { importOptions, optionFields } from './import-options.ts';
import { isRepairFileGone } from './old-failed-rows.ts';
import { patchCustomers } from './patch-customers.ts';
import { CustomerUpload } from './receive-upload.ts';
import { repairFile } from './repair-file.ts';
import { listImports } from './store.ts';

const CHECK_BODY_BYTES = 64 * 1024 * 1024;
const DEFAULT_PAGE_SIZE = 100;

// Kept as it came: z.record would drop an own "__proto__" key unseen, which the row check refuses by name.
const recordSchema = z
  .unknown()
  .refine((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'must be an object')
  .meta({ type: 'object', additionalProperties: {} });
const recordsSchema = z
  .union([recordSchema, z.array(z.unknown()).min(1, 'must hold at least one record')])
  .describe('One record or an array of them, keyed by field_name.');

const checkBody = z.strictObject({
  workspace_id: idSchema,
  customer_group_id: idSchema,
  customer_data: recordsSchema.optional(),
  data_file: z.string().optional().describe('CSV text, or base64 of the file.'),
  data_file_encoding: z.literal('base64').optional(),
  ...optionFields,
  repairs_import_id: idSchema.optional().describe('The import whose failed rows this file mends.'),
});

type CheckBody = z.output<typeof checkBody>;

const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

function fileBytes(body: CheckBody): Buffer {
  const text = body.data_file ?? '';
  if (body.data_file_encoding === undefined) return Buffer.from(text);
  if (!BASE64.test(text)) throw importFailures.data_file_not_base64();
  return Buffer.from(text, 'base64');
}

/** The one source of the call's rows. Throws one_source_required when there is none or more than one. */
function contentOf(call: ProductCall<CheckBody>, keys: AccountKeys): ImportContent {
  const { body, upload, services } = call;
  const given = [body.customer_data, body.data_file, upload ?? undefined].filter((source) => source !== undefined);
  if (given.length !== 1) throw importFailures.one_source_required();
  if (body.data_file === undefined && body.data_file_encoding !== undefined)
    throw platformFailures.invalid_fields({ message: 'data_file_encoding goes with a data_file in a JSON body.' });
  if (upload instanceof CustomerUpload) return contentOfUpload(services.objects, keys, upload);
  if (body.customer_data === undefined) return contentInMemory(services.objects, keys, 'csv', fileBytes(body));
  const records = Array.isArray(body.customer_data) ? body.customer_data : [body.customer_data];
  return contentInMemory(services.objects, keys, 'ndjson', recordsAsNdjson(records));
}

export const importEndpoints = [
  endpoint({
    name: 'customers.check',
    method: 'POST',
    changes: true,
    path: '/v1/customer/check',
    summary: 'Validate customers and store them',
    description:
      'Exactly one of customer_data, data_file, or the file itself: as multipart part data_file, or as a raw text/csv or application/x-ndjson body with the parameters in the query. Up to 1,000 rows (and 16 MiB) are answered at once, more are queued. Existing customers are matched by unique fields.',
    access: { kind: 'workspace', permission: 'customers.write' },
    intake: 'upload',
    maxBodyBytes: CHECK_BODY_BYTES,
    body: checkBody,
    reply: importSchema,
    example: {
      workspace_id: EXAMPLE_ID,
      customer_group_id: EXAMPLE_ID,
      customer_data: [{ email: 'ada@example.com', first_name: 'Ada' }],
    },
    audit: 'customers.imported',
    transaction: 'own',
    failures: [importFailures, usageFailures],
    handle: async (call) => {
      const { services, actor, body } = call;
      const keys = await services.keyring.forAccount(actor.accountId);
      const request = {
        workspaceId: body.workspace_id,
        groupId: body.customer_group_id,
        options: importOptions(body),
        repairsImportId: body.repairs_import_id ?? null,
      };
      return checkCustomers(call, request, contentOf(call, keys));
    },
  }),
  endpoint({
    name: 'customers.update',
    method: 'PATCH',
    path: '/v1/customer',
    summary: 'Update existing customers by their unique fields',
    description:
      'As a check in update_only, at most 1,000 records. updated counts every customer found and accepted, also those that were so already.',
    access: { kind: 'workspace', permission: 'customers.write' },
    maxBodyBytes: CHECK_BODY_BYTES,
    body: z.strictObject({
      workspace_id: idSchema,
      customer_data: recordsSchema,
      customer_group_id: idSchema.optional().describe('A group that the customers join.'),
      on_error: optionFields.on_error,
      blank_cells: optionFields.blank_cells,
      field_map: optionFields.field_map,
    }),
    reply: z.strictObject({
      updated: z.number(),
      not_found: z.number(),
      errors: importSchema.shape.errors,
    }),
    example: { workspace_id: EXAMPLE_ID, customer_data: { email: 'ada@example.com', first_name: 'Ada' } },
    audit: 'customers.updated',
    failures: [importFailures, usageFailures],
    handle: async (call) => {
      const { body } = call;
      const { answer, touched } = await patchCustomers(call, {
        workspaceId: body.workspace_id,
        groupId: body.customer_group_id ?? null,
        options: { ...importOptions(body), mode: 'update_only' },
        records: Array.isArray(body.customer_data) ? body.customer_data : [body.customer_data],
      });
      const facts = { updated: answer.updated, not_found: answer.not_found };
      await nameTouched(call, 'customers.updated', facts, { customer_ids: touched });
      return answer;
    },
  }),
  endpoint({
    name: 'imports.get',
    method: 'POST',
    path: '/v1/customer/imports',
    summary: 'An import, the list of imports, or a repair file',
    description:
      'With import_id the import, or with format "csv" its failed rows in the original columns with the reasons. The repair file needs the permission customers.write, is audited, and is kept for 90 days unless the operator says otherwise. Without import_id the list, newest first.',
    access: { kind: 'workspace', permission: 'customers.read' },
    body: z.strictObject({
      workspace_id: idSchema,
      import_id: idSchema.optional(),
      format: z.literal('csv').optional().describe('The repair file; needs import_id.'),
      page: pageSchema,
      page_size: pageSizeSchema,
    }),
    reply: z.union([importSchema, z.array(importSchema)]),
    replyMediaTypes: ['application/json', 'text/csv'],
    example: { workspace_id: EXAMPLE_ID, import_id: EXAMPLE_ID },
    failures: [importFailures],
    transaction: 'write',
    handle: async (call) => {
      const { services, tx, actor, body } = call;
      if (body.import_id === undefined) {
        if (body.format !== undefined)
          throw platformFailures.invalid_fields({ message: 'format "csv" needs the import_id of one import.' });
        const size = body.page_size ?? DEFAULT_PAGE_SIZE;
        return (await listImports(tx, actor.accountId, body.workspace_id, body.page ?? 1, size)).map(importReply);
      }
      const row = await requireImport(tx, actor.accountId, body.workspace_id, body.import_id);
      if (body.format === undefined) return importReply(row);
      await requirePermission(tx, actor, body.workspace_id, 'customers.write');
      if (isRepairFileGone(services, row)) throw importFailures.repair_file_gone();
      const content = await repairFile(services, row);
      await recordCall(tx, call, 'customers.repair_file_read', body.workspace_id, { import_id: row.import_id });
      return new Reply('text/csv; charset=utf-8', content, {
        'content-disposition': `attachment; filename="repair-${row.import_id}.csv"`,
      });
    },
  }),
  endpoint({
    name: 'imports.cancel',
    method: 'DELETE',
    path: '/v1/customer/imports',
    summary: 'Cancel a queued or running import',
    description:
      'Under on_error "skip" what was stored by then stays, as the counters tell. Written to the audit log as `customers.import_cancelled`, or as `customers.import_cancel_requested` while it runs: its end is an event of its own.',
    access: { kind: 'workspace', permission: 'customers.write' },
    body: z.strictObject({ workspace_id: idSchema, import_id: idSchema }),
    reply: importSchema.safeExtend({ message: z.string() }).meta({ id: 'CancelledImport' }),
    example: { workspace_id: EXAMPLE_ID, import_id: EXAMPLE_ID },
    transaction: 'write',
    failures: [importFailures],
    handle: async (call) => {
      const { services, tx, actor, body } = call;
      const found = await requireImport(tx, actor.accountId, body.workspace_id, body.import_id);
      const { row, isEnded, told } = await cancelImport(services, tx, found);
      const action = isEnded ? 'customers.import_cancelled' : 'customers.import_cancel_requested';
      if (told !== null) await recordCall(tx, call, action, body.workspace_id, told);
      const reply = importReply(row);
      const stays = 'Customers that were stored before stay stored; the counters tell how many.';
      const message = isEnded ? `The import is cancelled. ${stays}` : `The import ends before its next chunk. ${stays}`;
      return { ...reply, message };
    },
  }),
];
