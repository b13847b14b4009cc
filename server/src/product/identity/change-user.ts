import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { saveWorkspaceRoles } from './create-user.ts';
import { identityFailures } from './errors.ts';
import type { RoleCode } from './roles.ts';
import { revokeSessionsOf } from './session-store.ts';
import { lockAdministrators, lockUser, updateUser } from './store.ts';
import type { UserRow, WorkspaceRole } from './user.ts';

export type UserChange = {
  display_name?: string | undefined;
  role_code?: RoleCode | undefined;
  workspaces?: WorkspaceRole[] | null | undefined;
  disabled?: boolean | undefined;
};

/**
 * Changes a user; what it takes away is gone at the user's next call. Throws not_found, last_administrator when nobody
 * would be left to administer the account, administrator_limited, unknown_workspace.
 */
export async function changeUser(
  tx: Transaction,
  ids: { accountId: string; byUserId: string; userId: string; now: Date },
  change: UserChange,
): Promise<UserRow> {
  if (!isUuid(ids.userId)) throw notFound('user');
  const administrators = await lockAdministrators(tx, ids.accountId);
  const user = await lockUser(tx, ids.accountId, ids.userId);
  if (user === undefined) throw notFound('user');
  const roleCode = change.role_code ?? user.role_code;
  const disabled = change.disabled ?? user.disabled_at !== null;
  const stays = roleCode === 'ACCOUNT_ADMIN' && !disabled;
  if (!stays && administrators.length === 1 && administrators[0] === user.user_id)
    throw identityFailures.last_administrator();
  const limited = change.workspaces === undefined ? !user.all_workspaces : change.workspaces !== null;
  if (roleCode === 'ACCOUNT_ADMIN' && limited) throw identityFailures.administrator_limited();
  if (change.workspaces !== undefined)
    await saveWorkspaceRoles(tx, ids.accountId, user.user_id, ids.byUserId, change.workspaces ?? []);
  if (disabled) await revokeSessionsOf(tx, ids.accountId, user.user_id, 'user disabled');
  return updateUser(tx, {
    ...user,
    display_name: change.display_name ?? user.display_name,
    role_code: roleCode,
    all_workspaces: !limited,
    disabled_at: disabled ? (user.disabled_at ?? ids.now) : null,
  });
}
