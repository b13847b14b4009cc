import { z } from 'zod';
import { EXAMPLE_ID, idSchema } from '../../platform/http/schemas.ts';
import { newId } from '../../platform/ids/ids.ts';
import { endpoint } from '../services.ts';
import { groupFailures } from './errors.ts';
import { requireGroup } from './find-group.ts';
import { groupNameSchema, groupReply, groupSchema } from './group.ts';
import { insertGroup, listGroups, renameGroup } from './store.ts';

const tableFailures = [groupFailures];

export const groupEndpoints = [
  endpoint({
    name: 'groups.create',
    method: 'PUT',
    path: '/v1/cg',
    summary: 'Create a customer group',
    access: { kind: 'workspace', permission: 'groups.write' },
    body: z.strictObject({ workspace_id: idSchema, group_name: groupNameSchema }),
    reply: groupSchema,
    example: { workspace_id: EXAMPLE_ID, group_name: 'Spring customers' },
    audit: 'group.created',
    failures: tableFailures,
    handle: async ({ tx, actor, body, audit }) => {
      const group = await insertGroup(tx, {
        accountId: actor.accountId,
        groupId: newId(),
        workspaceId: body.workspace_id,
        groupName: body.group_name,
        createdBy: actor.userId,
      });
      audit({ customer_group_id: group.customer_group_id });
      return groupReply(group);
    },
  }),
  endpoint({
    name: 'groups.list',
    method: 'POST',
    path: '/v1/cg',
    summary: 'List customer groups, oldest first',
    access: { kind: 'workspace', permission: 'groups.read' },
    body: z.strictObject({ workspace_id: idSchema }),
    reply: z.array(groupSchema),
    example: { workspace_id: EXAMPLE_ID },
    handle: async ({ tx, actor, body }) => (await listGroups(tx, actor.accountId, body.workspace_id)).map(groupReply),
  }),
  endpoint({
    name: 'groups.rename',
    method: 'PATCH',
    path: '/v1/cg',
    summary: 'Rename a customer group',
    description: 'Membership and history stay as they are.',
    access: { kind: 'workspace', permission: 'groups.write' },
    body: z.strictObject({ workspace_id: idSchema, customer_group_id: idSchema, group_name: groupNameSchema }),
    reply: groupSchema,
    example: { workspace_id: EXAMPLE_ID, customer_group_id: EXAMPLE_ID, group_name: 'Summer customers' },
    audit: 'group.renamed',
    failures: tableFailures,
    handle: async ({ tx, actor, body, audit }) => {
      const found = await requireGroup(tx, actor.accountId, body.workspace_id, body.customer_group_id, 'update');
      const group = await renameGroup(tx, actor.accountId, found.customer_group_id, body.group_name);
      audit({ customer_group_id: found.customer_group_id });
      return groupReply(group ?? found);
    },
  }),
];
