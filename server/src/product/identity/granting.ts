import type { Transaction } from '../../platform/database/database.ts';
import type { Actor } from '../../platform/http/endpoint.ts';
import { permissionsIn, permissionsOfCode, requireHolding, requireReachingAll } from '../roles/permission.ts';
import { listWorkspaceRoles } from './store.ts';
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
export async function requireRulingOver(tx: Transaction, actor: Actor, user: UserRow): Promise<void> {
  if (user.all_workspaces) await requireReachingAll(tx, actor);
  const roles = await listWorkspaceRoles(tx, actor.accountId, [user.user_id]);
  requireHolding(actor.permissions, await permissionsOfCode(tx, actor.accountId, user.role_code));
  for (const { workspace_id, role_code } of roles) {
    const held = (await permissionsIn(tx, actor, workspace_id)) ?? new Set<string>();
    requireHolding(held, await permissionsOfCode(tx, actor.accountId, role_code));
  }
}
