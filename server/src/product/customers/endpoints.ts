import { z } from 'zod';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { EXAMPLE_ID, idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { nameTouched } from '../audit/record-call.ts';
import { loadFields, lockProfiles } from '../fields/load-fields.ts';
import { groupFailures } from '../groups/errors.ts';
import { requireGroup } from '../groups/find-group.ts';
import { requirePermission } from '../roles/permission.ts';
import { endpoint } from '../services.ts';
import { suppressedCustomers } from '../suppressions/store.ts';
import { profileSchema } from './customer.ts';
import { deleteGroup } from './delete-group.ts';
import type { Erasee } from './erase-customers.ts';
import { ERASED_AT_MOST, erasePeople } from './erase-people.ts';
import { customerFailures } from './errors.ts';
import { findPeople, identifierFieldsOf, withGroups } from './find-people.ts';
import { identifierObjectSchema } from './identify.ts';
import { leaveGroup } from './join-group.ts';
import { openCustomerProfile } from './profile-values.ts';
import { customerReadEndpoints, indexesOf } from './read-endpoints.ts';
import { segmentsOfPerson } from './segment-people-store.ts';

const MAX_MEMBERS_REMOVED = 10_000;
const ERASURE_BODY_BYTES = 16 * 1024 * 1024;

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

const oneOfBoth = (a: unknown, b: unknown) => (a === undefined) !== (b === undefined);

export const customerEndpoints = [
  ...customerReadEndpoints,
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
      if (!oneOfBoth(body.customer_id, body.identifier))
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
        is_suppressed: (await suppressedCustomers(tx, actor.accountId, [row.customer_id])).length > 0,
        segments: await segmentsOfPerson(tx, actor.accountId, row.customer_id),
        created_by: row.created_by,
        created_at: row.created_at.toISOString(),
        updated_at: row.updated_at.toISOString(),
      };
    },
  }),
  endpoint({
    name: 'customers.delete',
    method: 'DELETE',
    path: '/v1/customer',
    summary: 'Erase customers for good',
    description:
      'Exactly one of customer_ids and identifiers. Up to 1,000 are erased at once; more are queued and the answer is { status: "queued", job_id }.',
    access: { kind: 'workspace', permission: 'customers.delete' },
    body: z.strictObject({
      workspace_id: idSchema,
      customer_ids: z.array(idSchema).min(1, 'must name somebody').max(ERASED_AT_MOST).optional(),
      identifiers: z.array(identifierObjectSchema).min(1, 'must name somebody').max(ERASED_AT_MOST).optional(),
    }),
    maxBodyBytes: ERASURE_BODY_BYTES,
    reply: z.union([
      z.strictObject({ deleted: z.number(), not_found: z.number() }),
      z.strictObject({ status: z.literal('queued'), job_id: idSchema }),
    ]),
    example: { workspace_id: EXAMPLE_ID, customer_ids: [EXAMPLE_ID] },
    audit: 'customers.deleted',
    failures: [customerFailures],
    handle: async (call) => {
      const { services, tx, actor, body } = call;
      if (!oneOfBoth(body.customer_ids, body.identifiers)) throw customerFailures.one_of_required();
      const erasees: Erasee[] =
        body.identifiers === undefined
          ? [...new Set(body.customer_ids)].map((id) =>
              isUuid(id) ? { customerId: id, blindIndexes: null } : { customerId: null, blindIndexes: [] },
            )
          : (await indexesOf(call, body.identifiers)).map((blindIndexes) => ({ customerId: null, blindIndexes }));
      const ids = { accountId: actor.accountId, workspaceId: body.workspace_id, userId: actor.userId };
      const { answer, erased } = await erasePeople(services, tx, ids, erasees);
      await nameTouched(call, 'customers.deleted', { asked: erasees.length, ...answer }, { customer_ids: erased });
      return answer;
    },
  }),
  endpoint({
    name: 'groups.removeMembers',
    method: 'DELETE',
    path: '/v1/cg/members',
    summary: 'Take customers out of a group',
    description: 'Nobody is erased.',
    access: { kind: 'workspace', permission: 'groups.write' },
    body: z.strictObject({
      workspace_id: idSchema,
      customer_group_id: idSchema,
      customer_ids: z.array(idSchema).min(1, 'must name somebody').max(MAX_MEMBERS_REMOVED),
    }),
    reply: z.strictObject({ removed: z.number(), not_found: z.number() }),
    example: { workspace_id: EXAMPLE_ID, customer_group_id: EXAMPLE_ID, customer_ids: [EXAMPLE_ID] },
    audit: 'group.members_removed',
    handle: async (call) => {
      const { tx, actor, body } = call;
      await lockProfiles(tx, body.workspace_id);
      const group = await requireGroup(tx, actor.accountId, body.workspace_id, body.customer_group_id, 'update');
      const wanted = [...new Set(body.customer_ids)];
      const removed = await leaveGroup(tx, actor.accountId, group.customer_group_id, wanted.filter(isUuid));
      const facts = { customer_group_id: group.customer_group_id, removed: removed.length };
      await nameTouched(call, 'group.members_removed', facts, { customer_ids: removed });
      return { removed: removed.length, not_found: wanted.length - removed.length };
    },
  }),
  endpoint({
    name: 'groups.delete',
    method: 'DELETE',
    path: '/v1/cg',
    summary: 'Delete a customer group',
    description:
      'Removes the assignments; with delete_customers also erases the customers who are in no other group. Refused while a campaign or an export still needs the group.',
    access: { kind: 'workspace', permission: 'groups.write' },
    body: z.strictObject({
      workspace_id: idSchema,
      customer_group_id: idSchema,
      delete_customers: z.boolean().optional().describe('Default false.'),
    }),
    reply: z.strictObject({
      message: z.string(),
      customer_group_id: idSchema,
      customers_removed: z.number().describe('How many customers were erased.'),
    }),
    example: { workspace_id: EXAMPLE_ID, customer_group_id: EXAMPLE_ID },
    audit: 'group.deleted',
    failures: [groupFailures],
    handle: async (call) => {
      const { services, tx, actor, body } = call;
      if (body.delete_customers === true) await requirePermission(tx, actor, body.workspace_id, 'customers.delete');
      const { accountId, userId } = actor;
      const ids = { accountId, workspaceId: body.workspace_id, groupId: body.customer_group_id, userId };
      const erased = await deleteGroup(services, tx, ids, body.delete_customers ?? false);
      const facts = { customer_group_id: body.customer_group_id, customers_removed: erased.length };
      await nameTouched(call, 'group.deleted', facts, { customer_ids: erased });
      return {
        message: 'The customer group was deleted.',
        customer_group_id: body.customer_group_id,
        customers_removed: erased.length,
      };
    },
  }),
];
