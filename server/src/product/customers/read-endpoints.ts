import { z } from 'zod';
import { EXAMPLE_ID, idSchema, pageSchema, pageSizeSchema } from '../../platform/http/schemas.ts';
import { recordCall } from '../audit/record-call.ts';
import { loadFields } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import { requirePermission } from '../roles/permission.ts';
import { endpoint } from '../services.ts';
import { customerReply, customerSchema, memberSchema, pagesOf } from './customer.ts';
import { customerFailures } from './errors.ts';
import { findPeople, indexesOf } from './find-people.ts';
import { identifierObjectSchema } from './identify.ts';
import { openCustomerProfile } from './profile-values.ts';
import { readGroupPage } from './read-group.ts';

const DEFAULT_PAGE_SIZE = 100;
const MAX_IDENTIFIERS_FOUND = 1_000;
const groupIds = { workspace_id: idSchema, customer_group_id: idSchema };
const exampleGroup = { workspace_id: EXAMPLE_ID, customer_group_id: EXAMPLE_ID };

export const customerReadEndpoints = [
  endpoint({
    name: 'customers.pages',
    method: 'POST',
    path: '/v1/customer/pages',
    summary: 'How many pages a group fills',
    access: { kind: 'workspace', permission: 'customers.read' },
    body: z.strictObject({ ...groupIds, page_size: pageSizeSchema }),
    reply: z.strictObject({ pages: z.number(), page_size: z.number(), total_customers: z.number() }),
    example: { ...exampleGroup, page_size: 100 },
    handle: async ({ tx, actor, body }) => {
      const group = await requireGroup(tx, actor.accountId, body.workspace_id, body.customer_group_id);
      const pageSize = body.page_size ?? DEFAULT_PAGE_SIZE;
      return { pages: pagesOf(group, pageSize), page_size: pageSize, total_customers: group.member_count };
    },
  }),
  endpoint({
    name: 'customers.list',
    method: 'POST',
    path: '/v1/customer',
    summary: 'One page of a group, in joining order',
    description:
      'Walking the pages 1…N shows everyone who stays exactly once. Pages may be short after deletions; past the end is []. decrypt needs the permission customers.decrypt and is audited.',
    access: { kind: 'workspace', permission: 'customers.read' },
    body: z.strictObject({
      ...groupIds,
      page: pageSchema,
      page_size: pageSizeSchema,
      decrypt: z.boolean().optional().describe('Adds the readable profile. Default false.'),
    }),
    reply: z.array(memberSchema),
    example: { ...exampleGroup, page: 1, page_size: 100 },
    transaction: 'write',
    failures: [customerFailures],
    handle: async (call) => {
      const { services, tx, actor, body } = call;
      const { accountId } = actor;
      const group = await requireGroup(tx, accountId, body.workspace_id, body.customer_group_id);
      const page = body.page ?? 1;
      const pageSize = body.page_size ?? DEFAULT_PAGE_SIZE;
      if (body.decrypt === true) await requirePermission(tx, actor, body.workspace_id, 'customers.decrypt');
      const rows = await readGroupPage(tx, accountId, group.customer_group_id, page, pageSize);
      const replies = rows.map((row) => ({ ...customerReply(row), customer_group_id: group.customer_group_id }));
      if (body.decrypt !== true) return replies;
      const keys = await services.keyring.forAccount(accountId);
      const fields = await loadFields(tx, accountId, body.workspace_id);
      await recordCall(tx, call, 'customers.decrypted', body.workspace_id, {
        customer_group_id: group.customer_group_id,
        page,
        customers: rows.length,
      });
      return replies.map((reply, index) => {
        const row = rows[index];
        return row === undefined ? reply : { ...reply, profile: openCustomerProfile(keys, fields, row) };
      });
    },
  }),
  endpoint({
    name: 'customers.find',
    method: 'POST',
    path: '/v1/customer/find',
    summary: 'Find customers by their identifiers',
    description: 'An identifier that names nobody is left out of the answer. The call is audited.',
    access: { kind: 'workspace', permission: 'customers.read' },
    body: z.strictObject({
      workspace_id: idSchema,
      identifiers: z.array(identifierObjectSchema).min(1, 'must name somebody').max(MAX_IDENTIFIERS_FOUND),
      decrypt: z.boolean().optional().describe('Adds the readable profile. Default false.'),
    }),
    reply: z.array(customerSchema),
    example: { workspace_id: EXAMPLE_ID, identifiers: [{ email: 'ada@example.com' }] },
    transaction: 'write',
    failures: [customerFailures],
    handle: async (call) => {
      const { services, tx, actor, body } = call;
      if (body.decrypt === true) await requirePermission(tx, actor, body.workspace_id, 'customers.decrypt');
      const indexes = await indexesOf(call, body.identifiers);
      const found = await findPeople(tx, actor.accountId, body.workspace_id, indexes);
      const replies = found.map(({ row, groups }) => ({ ...customerReply(row), groups }));
      if (body.decrypt !== true) {
        // Who asks by identifiers learns who is a customer, also where the profiles stay sealed.
        const facts = { asked: body.identifiers.length, found: found.length };
        await recordCall(tx, call, 'customers.found', body.workspace_id, facts);
        return replies;
      }
      const keys = await services.keyring.forAccount(actor.accountId);
      const fields = await loadFields(tx, actor.accountId, body.workspace_id);
      await recordCall(tx, call, 'customers.decrypted', body.workspace_id, {
        customer_ids: found.map(({ row }) => row.customer_id),
      });
      return found.map(({ row, groups }) => ({
        ...customerReply(row),
        groups,
        profile: openCustomerProfile(keys, fields, row),
      }));
    },
  }),
];
