import { z } from 'zod';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { EXAMPLE_ID, idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { profileSchema } from '../customers/customer.ts';
import { customerFailures } from '../customers/errors.ts';
import { findPeople, identifierFieldsOf, indexesOf, withGroups } from '../customers/find-people.ts';
import { identifierObjectSchema } from '../customers/identify.ts';
import { openCustomerProfile } from '../customers/profile-values.ts';
import { segmentsOfPerson } from '../customers/segment-people.ts';
import { loadFields } from '../fields/load-fields.ts';
import { endpoint } from '../services.ts';
import { isSuppressed } from '../suppressions/find-suppressed.ts';

const exportSchema = z
  .strictObject({
    customer_id: idSchema,
    account_id: idSchema,
    workspace_id: idSchema,
    profile: profileSchema,
    identifiers: z.array(z.string()).describe('Unique fields by which this person can be found.'),
    groups: z.array(z.strictObject({ customer_group_id: idSchema, group_name: z.string() })),
    is_suppressed: z.boolean().describe('Whether this person gets no messages, by whatever names them on the list.'),
    segments: z
      .array(z.strictObject({ campaign_id: idSchema, segment_id: idSchema }))
      .describe('Segments of few people in which this person was counted: what was written for them may tell of it.'),
    created_by: idSchema,
    created_at: timestampSchema,
    updated_at: timestampSchema,
  })
  .meta({ id: 'CustomerExport' });

export const personExportEndpoints = [
  endpoint({
    name: 'customers.export',
    method: 'POST',
    path: '/v1/customer/export',
    summary: 'Everything held on one person',
    description: 'Name the person by customer_id or by an identifier. The call is audited.',
    access: { kind: 'workspace', permission: 'customers.export' },
    body: z.strictObject({
      workspace_id: idSchema,
      customer_id: idSchema.optional(),
      identifier: identifierObjectSchema.optional(),
    }),
    reply: exportSchema,
    example: { workspace_id: EXAMPLE_ID, customer_id: EXAMPLE_ID },
    audit: 'customer.exported',
    failures: [customerFailures],
    handle: async (call) => {
      const { services, tx, actor, body } = call;
      if ((body.customer_id === undefined) === (body.identifier === undefined))
        throw customerFailures.one_of_required({ message: 'Send exactly one of customer_id and identifier.' });
      const [person] =
        body.identifier === undefined
          ? await withGroups(tx, actor.accountId, body.workspace_id, [body.customer_id ?? ''])
          : await findPeople(tx, actor.accountId, body.workspace_id, await indexesOf(call, [body.identifier]));
      if (person === undefined) throw notFound('customer');
      const { row, groups } = person;
      const keys = await services.keyring.forAccount(actor.accountId);
      const fields = await loadFields(tx, actor.accountId, body.workspace_id);
      const identified = new Set(await identifierFieldsOf(tx, actor.accountId, row.customer_id));
      call.audit({ customer_id: row.customer_id });
      return {
        customer_id: row.customer_id,
        account_id: row.account_id,
        workspace_id: row.workspace_id,
        profile: openCustomerProfile(keys, fields, row),
        identifiers: fields.filter((field) => identified.has(field.field_id)).map((field) => field.field_name),
        groups,
        is_suppressed: await isSuppressed(tx, actor.accountId, row.customer_id),
        segments: await segmentsOfPerson(tx, actor.accountId, row.customer_id),
        created_by: row.created_by,
        created_at: row.created_at.toISOString(),
        updated_at: row.updated_at.toISOString(),
      };
    },
  }),
];
