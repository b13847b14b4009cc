import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import type { Actor } from '../../platform/http/endpoint.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { visibleWorkspaces } from '../roles/permission.ts';
import { actorNow } from './actor-now.ts';
import { saveWorkspaceRoles } from './create-user.ts';
import { identityFailures } from './errors.ts';
import { requireGranting, requireRulingOver } from './granting.ts';
import { endPasswordLink } from './password-link-store.ts';
import { revokeSessionsOf } from './session-store.ts';
import { deleteUserRow, lockAdministrators, lockUser, updateUser } from './store.ts';
import type { UserRow, WorkspaceRole } from './user.ts';

export type UserChange = {
  display_name?: string | undefined;
  role_code?: string | undefined;
  workspaces?: WorkspaceRole[] | null | undefined;
  disabled?: boolean | undefined;
};

/**
 * Changes a user; what it takes away is gone at the user's next call. Throws not_found, last_administrator when nobody
 * would be left to administer the account, administrator_limited, unknown_workspace, unknown_role; unauthorised, forbidden and
 * grants_too_much (403).
 */
export async function changeUser(
  tx: Transaction,
  ids: { actor: Actor; userId: string; now: Date },
  change: UserChange,
): Promise<UserRow> {
  if (!isUuid(ids.userId)) throw notFound('user');
  const { accountId } = ids.actor;
  const administrators = await lockAdministrators(tx, accountId);
  const actor = await actorNow(tx, ids.actor, ids.now, 'users.write');
  const user = await lockUser(tx, accountId, ids.userId);
  if (user === undefined) throw notFound('user');
  await requireRulingOver(tx, actor, user);
  const roleCode = change.role_code ?? user.role_code;
  const limited = change.workspaces === undefined ? !user.all_workspaces : change.workspaces !== null;
  if (change.role_code !== undefined || change.workspaces !== undefined)
    await requireGranting(tx, actor, roleCode, limited ? (change.workspaces ?? []) : null);
  // A link was handed over for what the user was then: whoever has it must not become what the user is made now.
  if (change.role_code !== undefined || change.workspaces !== undefined || change.disabled !== undefined)
    await endPasswordLink(tx, accountId, user.user_id);
  const disabled = change.disabled ?? user.disabled_at !== null;
  const stays = roleCode === 'ACCOUNT_ADMIN' && !disabled;
  if (!stays) requireAnother(administrators, user.user_id);
  if (roleCode === 'ACCOUNT_ADMIN' && limited) throw identityFailures.administrator_limited();
  if (change.workspaces !== undefined)
    await saveWorkspaceRoles(
      tx,
      accountId,
      user.user_id,
      new Set(await visibleWorkspaces(tx, actor)),
      change.workspaces ?? [],
    );
  if (disabled) await revokeSessionsOf(tx, accountId, user.user_id, 'user disabled');
  return updateUser(tx, {
    ...user,
    display_name: change.display_name ?? user.display_name,
    role_code: roleCode,
    all_workspaces: !limited,
    disabled_at: disabled ? (user.disabled_at ?? ids.now) : null,
  });
}

/**
 * Deletes a user: nothing personal of theirs stays, and their next call is refused. What they made stays, and names their
 * id. Throws not_found, own_user, last_administrator, unauthorised, forbidden, grants_too_much (403).
 */
export async function deleteUser(tx: Transaction, ids: { actor: Actor; userId: string; now: Date }): Promise<void> {
  if (!isUuid(ids.userId)) throw notFound('user');
  const { accountId } = ids.actor;
  const administrators = await lockAdministrators(tx, accountId);
  const actor = await actorNow(tx, ids.actor, ids.now, 'users.write');
  const user = await lockUser(tx, accountId, ids.userId);
  if (user === undefined) throw notFound('user');
  if (user.user_id === actor.userId) throw identityFailures.own_user();
  await requireRulingOver(tx, actor, user);
  requireAnother(administrators, user.user_id);
  await deleteUserRow(tx, accountId, user.user_id);
}

/** Throws last_administrator when nobody else is left to administer the account. */
function requireAnother(administrators: readonly string[], userId: string): void {
  if (administrators.length === 1 && administrators[0] === userId) throw identityFailures.last_administrator();
}
