import { z } from 'zod';
import { EXAMPLE_ID, idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { newId } from '../../platform/ids/ids.ts';
import { requirePermission, visibleWorkspaces } from '../roles/permission.ts';
import { endpoint } from '../services.ts';
import { changeWorkspace } from './change-workspace.ts';
import { accountFailures } from './errors.ts';
import { reviewRulesSchema, reviewWishSchema } from './review-rules.ts';
import { deleteWorkspace, insertWorkspace, listWorkspaces, type WorkspaceRow } from './store.ts';

const nameSchema = z
  .string()
  .trim()
  .min(1, 'must have at least one character')
  .max(100, 'must have at most 100 characters');

const workspaceSchema = z
  .object({
    workspace_id: idSchema,
    account_id: idSchema,
    workspace_name: z.string(),
    created_by: idSchema,
    created_at: timestampSchema,
    updated_at: timestampSchema,
    review: reviewRulesSchema.describe('What an approval needs in this workspace.'),
  })
  .meta({ id: 'Workspace' });

function workspaceReply(workspace: WorkspaceRow) {
  return {
    workspace_id: workspace.workspace_id,
    account_id: workspace.account_id,
    workspace_name: workspace.workspace_name,
    created_by: workspace.created_by,
    created_at: workspace.created_at.toISOString(),
    updated_at: workspace.updated_at.toISOString(),
    review: { two_person: workspace.review_two_person, quorum: workspace.review_quorum },
  };
}

const failures = [accountFailures];

export const workspaceEndpoints = [
  endpoint({
    name: 'workspaces.create',
    method: 'PUT',
    path: '/v1/workspace',
    summary: 'Create a workspace',
    access: { kind: 'account', permission: 'workspaces.write' },
    body: z.strictObject({ workspace_name: nameSchema }),
    reply: workspaceSchema,
    example: { workspace_name: 'Retail' },
    audit: 'workspace.created',
    failures,
    handle: async ({ tx, actor, body, audit }) => {
      const workspace = await insertWorkspace(tx, {
        accountId: actor.accountId,
        workspaceId: newId(),
        name: body.workspace_name,
        createdBy: actor.userId,
      });
      audit({ workspace_id: workspace.workspace_id });
      return workspaceReply(workspace);
    },
  }),
  endpoint({
    name: 'workspaces.list',
    method: 'POST',
    path: '/v1/workspace',
    summary: 'List the workspaces you may see, oldest first',
    access: { kind: 'account', permission: 'workspaces.read' },
    body: z.strictObject({}),
    reply: z.array(workspaceSchema),
    example: {},
    handle: async ({ tx, actor }) =>
      (await listWorkspaces(tx, actor.accountId, await visibleWorkspaces(tx, actor))).map(workspaceReply),
  }),
  endpoint({
    name: 'workspaces.change',
    method: 'PATCH',
    path: '/v1/workspace',
    summary: 'Rename a workspace, or change what its approvals need',
    description:
      'review: two_person keeps whoever shaped a campaign from approving it; quorum is how many different approvers the same content needs. Both are for administrators of the workspace or the account, and the event of a change tells whether it asks less than before. Renaming is for administrators of the account.',
    access: { kind: 'workspace', permission: 'workspaces.configure' },
    body: z.strictObject({
      workspace_id: idSchema,
      workspace_name: nameSchema.optional(),
      review: reviewWishSchema.optional(),
    }),
    reply: workspaceSchema,
    example: { workspace_id: EXAMPLE_ID, workspace_name: 'Retail banking' },
    audit: 'workspace.changed',
    failures,
    handle: async ({ tx, actor, body, audit }) => {
      if (body.workspace_name !== undefined) await requirePermission(tx, actor, body.workspace_id, 'workspaces.write');
      const { workspace, told } = await changeWorkspace(tx, actor.accountId, body.workspace_id, {
        name: body.workspace_name,
        review: body.review,
      });
      audit({ workspace_id: body.workspace_id, ...told });
      return workspaceReply(workspace);
    },
  }),
  endpoint({
    name: 'workspaces.delete',
    method: 'DELETE',
    path: '/v1/workspace',
    summary: 'Delete an empty workspace',
    description: 'Refused while it has fields, groups, customers or campaigns.',
    access: { kind: 'workspace', permission: 'workspaces.write' },
    body: z.strictObject({ workspace_id: idSchema }),
    reply: z.object({ message: z.string(), workspace_id: idSchema }),
    example: { workspace_id: EXAMPLE_ID },
    audit: 'workspace.deleted',
    failures,
    handle: async ({ tx, actor, body, audit }) => {
      await deleteWorkspace(tx, actor.accountId, body.workspace_id);
      audit({ workspace_id: body.workspace_id });
      return { message: 'The workspace was deleted.', workspace_id: body.workspace_id };
    },
  }),
];
