import { z } from 'zod';
import { EXAMPLE_ID, idSchema } from '../../platform/http/schemas.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { nameTouched } from '../audit/record-call.ts';
import { lockProfiles } from '../fields/load-fields.ts';
import { groupFailures } from '../groups/errors.ts';
import { requireGroup } from '../groups/find-group.ts';
import { requirePermission } from '../roles/permission.ts';
import { endpoint } from '../services.ts';
import { deleteGroup } from './delete-group.ts';
import type { Erasee } from './erase-customers.ts';
import { ERASED_AT_MOST, erasePeople } from './erase-people.ts';
import { customerFailures } from './errors.ts';
import { indexesOf } from './find-people.ts';
import { identifierObjectSchema } from './identify.ts';
import { leaveGroup } from './join-group.ts';
import { customerReadEndpoints } from './read-endpoints.ts';

const MAX_MEMBERS_REMOVED = 10_000;
const ERASURE_BODY_BYTES = 16 * 1024 * 1024;

const oneOfBoth = (a: unknown, b: unknown) => (a === undefined) !== (b === undefined);

export const customerEndpoints = [
  ...customerReadEndpoints,
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
