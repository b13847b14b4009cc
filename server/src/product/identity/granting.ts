import type { Transaction } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors/failure.ts';
import type { Actor } from '../../platform/http/endpoint.ts';
import { permissionsIn, permissionsOfCode, requireHolding, requireReachingAll } from '../roles/permission.ts';
import { findUser, listWorkspaceRoles } from './store.ts';
import type { UserRow, WorkspaceRole } from './user.ts';

/**
 * Throws grants_too_much (403) unless the caller holds all that these roles let do, where they let it: in the account, and
 * in each workspace named, or in all of them where none is (null). Throws unknown_role (400).
 */
export async function requireGranting(
  tx: Transaction,
  actor: Actor,
  roleCode: string,
  workspaces: readonly WorkspaceRole[] | null,
): Promise<void> {
  const { accountId } = actor;
  if (workspaces === null) await requireReachingAll(tx, actor);
  requireHolding(actor.permissions, await permissionsOfCode(tx, accountId, roleCode));
  for (const { workspace_id, role_code } of workspaces ?? []) {
    const wanted = await permissionsOfCode(tx, accountId, role_code);
    const held = await permissionsIn(tx, actor, workspace_id);
    // A workspace that the caller does not see is refused as an unknown one, by whoever saves the roles.
    if (held !== null) requireHolding(held, wanted);
  }
}

/** Throws grants_too_much (403) when the user holds more than the caller: nobody rules over those above them. */
export async function requireRulingOver(
  tx: Transaction,
  actor: Pick<Actor, 'accountId' | 'userId' | 'permissions' | 'scope'>,
  user: UserRow,
): Promise<void> {
  if (user.all_workspaces) await requireReachingAll(tx, actor);
  const roles = await listWorkspaceRoles(tx, actor.accountId, [user.user_id]);
  requireHolding(actor.permissions, await permissionsOfCode(tx, actor.accountId, user.role_code));
  for (const { workspace_id, role_code } of roles) {
    const held = (await permissionsIn(tx, actor, workspace_id)) ?? new Set<string>();
    requireHolding(held, await permissionsOfCode(tx, actor.accountId, role_code));
  }
}

/** Whether who made something for the user that holds later could still make it: not disabled, and ruling over the user. */
export async function stillRulesOver(tx: Transaction, makerId: string, user: UserRow): Promise<boolean> {
  const accountId = user.account_id;
  const maker = await findUser(tx, accountId, makerId);
  if (maker === undefined || maker.disabled_at !== null) return false;
  const permissions = await permissionsOfCode(tx, accountId, maker.role_code);
  if (!permissions.has('users.write')) return false;
  const actor = { accountId, userId: makerId, permissions, scope: { permissions: null, workspaces: null } };
  try {
    await requireRulingOver(tx, actor, user);
    return true;
  } catch (error) {
    if (error instanceof Failure && error.status === 403) return false;
    throw error;
  }
}
