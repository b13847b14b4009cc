import type { Transaction } from '../../platform/database/database.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import type { Actor } from '../../platform/http/endpoint.ts';
import { type Permission, ROLE_PERMISSIONS } from './roles.ts';
import { roleInWorkspace, visibleWorkspaceIds } from './store.ts';

/** Throws forbidden (403) unless the caller may do this in the workspace: for what only some bodies of a call need. */
export async function requirePermission(
  tx: Transaction,
  actor: Actor,
  workspaceId: string,
  permission: Permission,
): Promise<void> {
  if (!(await hasPermission(tx, actor, workspaceId, permission))) throw platformFailures.forbidden();
}

/** Whether the caller may do this in the workspace. */
export async function hasPermission(
  tx: Transaction,
  actor: Actor,
  workspaceId: string,
  permission: Permission,
): Promise<boolean> {
  const role = await roleInWorkspace(tx, actor.accountId, actor.userId, workspaceId);
  return role !== null && ROLE_PERMISSIONS[role].has(permission);
}

/** The workspaces this caller may see. */
export function visibleWorkspaces(tx: Transaction, actor: Actor): Promise<string[]> {
  return visibleWorkspaceIds(tx, actor.accountId, actor.userId);
}
