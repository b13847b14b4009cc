import type { Reads, Transaction } from '../../platform/database/database.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import type { Actor, Scope } from '../../platform/http/endpoint.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { roleFailures } from './errors.ts';
import { type Permission, permissionsOfRole, reachesBeyondWorkspaces } from './roles.ts';
import { findCustomRole, findWorkspaceRole, listWorkspacesOf, worksEverywhere } from './store.ts';

/** Whether the caller signed in by a key that lets do less than its user may. */
export const isLimited = ({ permissions, workspaces }: Scope): boolean => permissions !== null || workspaces !== null;

/** What a role lets do within what the key that somebody signed in by lets do. */
function withinScope(permissions: ReadonlySet<Permission>, scope: Scope): ReadonlySet<Permission> {
  const { permissions: limit } = scope;
  return limit === null ? permissions : new Set([...permissions].filter((permission) => limit.has(permission)));
}

/** What a role lets do in the account. By a key that names workspaces nothing reaches beyond them. */
export function permissionsInAccount(permissions: ReadonlySet<Permission>, scope: Scope): ReadonlySet<Permission> {
  const within = withinScope(permissions, scope);
  if (scope.workspaces === null) return within;
  return new Set([...within].filter((permission) => !reachesBeyondWorkspaces(permission)));
}

/** What the caller may do in the workspace; null when they see no such workspace. */
export async function permissionsIn(
  reads: Reads,
  actor: Pick<Actor, 'accountId' | 'userId' | 'scope'>,
  workspaceId: string,
): Promise<ReadonlySet<Permission> | null> {
  const { workspaces } = actor.scope;
  if (!isUuid(workspaceId) || (workspaces !== null && !workspaces.has(workspaceId))) return null;
  const role = await findWorkspaceRole(reads, actor.accountId, actor.userId, workspaceId);
  if (role?.role_code == null) return null;
  return withinScope(permissionsOfRole(role.role_code, role.permissions), actor.scope);
}

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
  return (await permissionsIn(tx, actor, workspaceId))?.has(permission) ?? false;
}

export type VisibleWorkspace = {
  workspace_id: string;
  workspace_name: string;
  role_code: string;
  permissions: ReadonlySet<Permission>;
};

/** The workspaces this caller may see, oldest first, with what they may do there. */
export async function workspacesOf(
  tx: Transaction,
  actor: Pick<Actor, 'accountId' | 'userId' | 'scope'>,
): Promise<VisibleWorkspace[]> {
  const { workspaces } = actor.scope;
  const all = await listWorkspacesOf(tx, actor.accountId, actor.userId);
  return all
    .filter(({ workspace_id }) => workspaces === null || workspaces.has(workspace_id))
    .map((one) => ({
      ...one,
      permissions: withinScope(permissionsOfRole(one.role_code, one.permissions), actor.scope),
    }));
}

/** The ids of the workspaces this caller may see. */
export async function visibleWorkspaces(tx: Transaction, actor: Actor): Promise<string[]> {
  return (await workspacesOf(tx, actor)).map(({ workspace_id }) => workspace_id);
}

/** What a role of this account lets do. Throws unknown_role (400). */
export async function permissionsOfCode(
  tx: Transaction,
  accountId: string,
  roleCode: string,
): Promise<ReadonlySet<Permission>> {
  const custom = await findCustomRole(tx, accountId, roleCode);
  const permissions = permissionsOfRole(roleCode, custom?.permissions ?? null);
  if (permissions.size === 0) throw roleFailures.unknown_role();
  return permissions;
}

/** Whether what the caller may do in the account holds in every workspace of it. */
export async function reachesAll(
  tx: Transaction,
  { accountId, userId, scope }: Pick<Actor, 'accountId' | 'userId' | 'scope'>,
): Promise<boolean> {
  return scope.workspaces === null && (await worksEverywhere(tx, accountId, userId));
}

/** Throws grants_too_much (403) for who works in some workspaces only: what they hold, they do not hold everywhere. */
export async function requireReachingAll(
  tx: Transaction,
  actor: Pick<Actor, 'accountId' | 'userId' | 'scope'>,
): Promise<void> {
  if (!(await reachesAll(tx, actor))) throw roleFailures.grants_too_much();
}

/** Throws grants_too_much (403) unless the caller holds all of it: nobody gives, or rules over, more than they hold. */
export function requireHolding(held: ReadonlySet<string>, wanted: Iterable<string>): void {
  for (const permission of wanted) if (!held.has(permission)) throw roleFailures.grants_too_much();
}
