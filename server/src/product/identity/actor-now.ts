import type { Transaction } from '../../platform/database/database.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import type { Actor } from '../../platform/http/endpoint.ts';
import { permissionsInAccount } from '../roles/permission.ts';
import { type AccountPermission, permissionsOfRole } from '../roles/roles.ts';
import { findLiveSession, type SessionUser } from './session-store.ts';

/** What a session's user may do, within what the key lets do by which it was begun. */
export function grantOf(user: SessionUser): Pick<Actor, 'roleCode' | 'permissions' | 'scope'> {
  const limit = (list: string[] | null) => (list === null ? null : new Set(list));
  const scope = { permissions: limit(user.key_permissions), workspaces: limit(user.key_workspace_ids) };
  const permissions = permissionsInAccount(permissionsOfRole(user.role_code, user.role_permissions), scope);
  return { roleCode: user.role_code, permissions, scope };
}

/**
 * The caller as they are in this transaction, for what has waited since they were let in: for a lock that whoever took
 * something away from them held, or for a password's hash. Throws unauthorised and forbidden (403).
 */
export async function actorNow(
  tx: Transaction,
  actor: Actor,
  now: Date,
  permission: AccountPermission,
): Promise<Actor> {
  const user = await findLiveSession(tx, actor.accountId, actor.sessionId, actor.userId, now);
  if (user === undefined) throw platformFailures.unauthorised();
  const standing = { ...actor, ...grantOf(user) };
  if (!standing.permissions.has(permission)) throw platformFailures.forbidden();
  return standing;
}
