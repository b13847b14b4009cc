import { z } from 'zod';
import type { Transaction } from '../../platform/database/database.ts';
import type { Actor } from '../../platform/http/endpoint.ts';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { endpoint } from '../services.ts';
import { roleFailures } from './errors.ts';
import { isLimited, requireHolding, requireReachingAll } from './permission.ts';
import {
  ACCOUNT_PERMISSIONS,
  CUSTOM_PREFIX,
  ROLE_CODES,
  ROLE_PERMISSIONS,
  type RoleCode,
  WORKSPACE_PERMISSIONS,
} from './roles.ts';
import {
  type CustomRoleRow,
  deleteCustomRole,
  insertCustomRole,
  listCustomRoles,
  lockCustomRole,
  updateCustomRole,
} from './store.ts';

const failures = [roleFailures];
const permissionSchema = z.enum([...ACCOUNT_PERMISSIONS, ...WORKSPACE_PERMISSIONS]);
const permissionsSchema = z.array(permissionSchema).min(1).max(100);
const nameSchema = z
  .string()
  .trim()
  .regex(
    /^[A-Za-z][A-Za-z0-9 _-]{0,49}$/,
    'must begin with a letter and have at most 50 letters, digits, spaces, - or _',
  );
const codeSchema = z.string().min(1).max(60);

const roleSchema = z
  .object({
    role_code: z.string(),
    role_name: z.string(),
    permissions: z.array(z.string()),
    is_built_in: z.boolean(),
    created_by: idSchema.nullable(),
    created_at: timestampSchema.nullable(),
    updated_at: timestampSchema.nullable(),
  })
  .meta({ id: 'Role' });

const NAMES: Readonly<Record<RoleCode, string>> = {
  ACCOUNT_ADMIN: 'Account administrator',
  WORKSPACE_ADMIN: 'Workspace administrator',
  EDITOR: 'Editor',
  REVIEWER: 'Reviewer',
  VIEWER: 'Viewer',
  API_CLIENT: 'Program',
};

const builtIn = (role_code: RoleCode) => ({
  role_code,
  role_name: NAMES[role_code],
  permissions: [...ROLE_PERMISSIONS[role_code]].sort(),
  is_built_in: true,
  created_by: null,
  created_at: null,
  updated_at: null,
});

const customReply = (row: CustomRoleRow) => ({
  role_code: row.role_code,
  role_name: row.role_name,
  permissions: [...row.permissions].sort(),
  is_built_in: false,
  created_by: row.created_by,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

const codeOf = (name: string) => `${CUSTOM_PREFIX}${name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;

function refuseBuiltIn(roleCode: string): void {
  if ((ROLE_CODES as readonly string[]).includes(roleCode)) throw roleFailures.role_built_in();
}

/**
 * Throws grants_too_much (403) unless the caller holds all of it in every workspace: whoever has the role, now or later and
 * wherever, gains what it lets do, and one's role for the account says nothing of a workspace in which one has another.
 */
async function requireRulingOverRole(tx: Transaction, actor: Actor, permissions: readonly string[]): Promise<void> {
  await requireReachingAll(tx, actor);
  requireHolding(actor.permissions, permissions);
}

export const roleEndpoints = [
  endpoint({
    name: 'roles.create',
    method: 'PUT',
    path: '/v1/role',
    summary: 'Make a role of your own',
    description:
      'Its code follows from its name. It may be given to users for the account or for single workspaces. Nobody can make, change or delete a role of more than they hold themselves, nor can who works in some workspaces only.',
    access: { kind: 'account', permission: 'roles.write' },
    body: z.strictObject({ role_name: nameSchema, permissions: permissionsSchema }),
    reply: roleSchema,
    example: { role_name: 'Publisher', permissions: ['campaigns.read', 'messages.read', 'messages.publish'] },
    audit: 'role.created',
    failures,
    handle: async ({ tx, actor, body, audit }) => {
      await requireRulingOverRole(tx, actor, body.permissions);
      const row = await insertCustomRole(tx, actor.accountId, {
        roleCode: codeOf(body.role_name),
        name: body.role_name,
        permissions: [...new Set(body.permissions)],
        createdBy: actor.userId,
      });
      audit({ role_code: row.role_code, permissions: row.permissions });
      return customReply(row);
    },
  }),
  endpoint({
    name: 'roles.list',
    method: 'POST',
    path: '/v1/role',
    summary: 'List roles and what they may do',
    description:
      'The built-in ones, then those of the account, oldest first; by a limited key the own one of those only.',
    access: { kind: 'account', permission: null },
    body: z.strictObject({}),
    reply: z.array(roleSchema),
    example: {},
    handle: async ({ tx, actor }) => {
      const custom = await listCustomRoles(tx, actor.accountId);
      const shown = isLimited(actor.scope) ? custom.filter(({ role_code }) => role_code === actor.roleCode) : custom;
      return [...ROLE_CODES.map(builtIn), ...shown.map(customReply)];
    },
  }),
  endpoint({
    name: 'roles.change',
    method: 'PATCH',
    path: '/v1/role',
    summary: 'Rename a role of your own, or change what it lets do',
    description: 'Holds at the next call of everybody who has the role. Its code stays.',
    access: { kind: 'account', permission: 'roles.write' },
    body: z.strictObject({
      role_code: codeSchema,
      role_name: nameSchema.optional(),
      permissions: permissionsSchema.optional(),
    }),
    reply: roleSchema,
    example: { role_code: 'CUSTOM_PUBLISHER', permissions: ['campaigns.read', 'messages.read', 'messages.publish'] },
    audit: 'role.changed',
    failures,
    handle: async ({ tx, actor, body, audit }) => {
      refuseBuiltIn(body.role_code);
      const role = await lockCustomRole(tx, actor.accountId, body.role_code);
      if (role === undefined) throw roleFailures.unknown_role();
      // Neither what it is to let do nor what it lets do now may be more than the caller holds.
      await requireRulingOverRole(tx, actor, [...role.permissions, ...(body.permissions ?? [])]);
      const row =
        (await updateCustomRole(tx, actor.accountId, {
          roleCode: role.role_code,
          name: body.role_name ?? role.role_name,
          permissions: [...new Set(body.permissions ?? role.permissions)],
        })) ?? role;
      audit({ role_code: row.role_code, permissions: row.permissions });
      return customReply(row);
    },
  }),
  endpoint({
    name: 'roles.delete',
    method: 'DELETE',
    path: '/v1/role',
    summary: 'Delete a role of your own',
    description: 'Refused while somebody holds it.',
    access: { kind: 'account', permission: 'roles.write' },
    body: z.strictObject({ role_code: codeSchema }),
    reply: z.object({ message: z.string(), role_code: z.string() }),
    example: { role_code: 'CUSTOM_PUBLISHER' },
    audit: 'role.deleted',
    failures,
    handle: async ({ tx, actor, body, audit }) => {
      refuseBuiltIn(body.role_code);
      const role = await lockCustomRole(tx, actor.accountId, body.role_code);
      if (role === undefined) throw roleFailures.unknown_role();
      await requireRulingOverRole(tx, actor, role.permissions);
      await deleteCustomRole(tx, actor.accountId, role.role_code);
      audit({ role_code: role.role_code });
      return { message: 'The role was deleted.', role_code: role.role_code };
    },
  }),
];
