import type { Transaction } from '../../platform/database/database.ts';
import { brokeConstraint } from '../../platform/database/database-errors.ts';
import { roleFailures } from '../roles/errors.ts';
import { identityFailures } from './errors.ts';
import type { UserRow, WorkspaceRole } from './user.ts';

const USER_COLUMNS =
  'account_id, user_id, email, display_name, password_hash, role_code, all_workspaces, disabled_at, created_by, created_at, updated_at';

export type NewUser = {
  accountId: string;
  userId: string;
  email: string;
  displayName: string;
  passwordHash: string;
  roleCode: string;
  allWorkspaces: boolean;
  createdBy: string;
};

/** A role or workspace that was there a moment ago, and that somebody deletes at the same time. */
function namesWhatIsGone(error: unknown): never {
  if (brokeConstraint(error, 'users_custom_role') || brokeConstraint(error, 'workspace_members_custom_role'))
    throw roleFailures.unknown_role();
  if (brokeConstraint(error, 'workspace_members_account_id_workspace_id_fkey'))
    throw identityFailures.unknown_workspace();
  throw error;
}

export async function insertUser(tx: Transaction, user: NewUser): Promise<UserRow> {
  const row = await tx
    .row<UserRow>(
      `insert into users (account_id, user_id, email, display_name, password_hash, role_code, all_workspaces, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${USER_COLUMNS}`,
      [
        user.accountId,
        user.userId,
        user.email,
        user.displayName,
        user.passwordHash,
        user.roleCode,
        user.allWorkspaces,
        user.createdBy,
      ],
    )
    .catch((error: unknown) => {
      if (brokeConstraint(error, 'users_email')) throw identityFailures.email_taken();
      return namesWhatIsGone(error);
    });
  if (row === undefined) throw new Error('The new user was not returned.');
  return row;
}

export function findUserByEmail(tx: Transaction, accountId: string, email: string): Promise<UserRow | undefined> {
  return tx.row<UserRow>(`select ${USER_COLUMNS} from users where account_id = $1 and lower(email) = lower($2)`, [
    accountId,
    email,
  ]);
}

/** Whose email this is, among all accounts: the operator's grant covers these columns only. */
export function findEmailOwners(
  tx: Transaction,
  email: string,
  limit: number,
  accountId: string | null,
): Promise<{ account_id: string; user_id: string }[]> {
  return tx.rows(
    'select account_id, user_id from users where lower(email) = lower($1) and ($3::uuid is null or account_id = $3) order by account_id limit $2',
    [email, limit, accountId],
  );
}

export function findUser(tx: Transaction, accountId: string, userId: string): Promise<UserRow | undefined> {
  return tx.row<UserRow>(`select ${USER_COLUMNS} from users where account_id = $1 and user_id = $2`, [
    accountId,
    userId,
  ]);
}

export function lockUser(tx: Transaction, accountId: string, userId: string): Promise<UserRow | undefined> {
  return tx.row<UserRow>(`select ${USER_COLUMNS} from users where account_id = $1 and user_id = $2 for update`, [
    accountId,
    userId,
  ]);
}

export function listUsers(
  tx: Transaction,
  accountId: string,
  page: { limit: number; offset: number },
): Promise<UserRow[]> {
  return tx.rows<UserRow>(
    `select ${USER_COLUMNS} from users where account_id = $1 order by created_at, user_id limit $2 offset $3`,
    [accountId, page.limit, page.offset],
  );
}

/** Sessions, roles in workspaces, second factor and links go with the row; history names the id only. */
export async function deleteUserRow(tx: Transaction, accountId: string, userId: string): Promise<void> {
  await tx.run('delete from users where account_id = $1 and user_id = $2', [accountId, userId]);
}

export async function updateUser(tx: Transaction, user: UserRow): Promise<UserRow> {
  const row = await tx
    .row<UserRow>(
      `update users set display_name = $3, role_code = $4, all_workspaces = $5, disabled_at = $6, updated_at = now() where account_id = $1 and user_id = $2 returning ${USER_COLUMNS}`,
      [user.account_id, user.user_id, user.display_name, user.role_code, user.all_workspaces, user.disabled_at],
    )
    .catch(namesWhatIsGone);
  return row ?? user;
}

export async function updatePassword(
  tx: Transaction,
  accountId: string,
  userId: string,
  passwordHash: string,
): Promise<void> {
  await tx.run('update users set password_hash = $3, updated_at = now() where account_id = $1 and user_id = $2', [
    accountId,
    userId,
    passwordHash,
  ]);
}

/** Active administrators, locked in one order, so that two of them cannot remove each other at once. */
export async function lockAdministrators(tx: Transaction, accountId: string): Promise<string[]> {
  const rows = await tx.rows<{ user_id: string }>(
    `select user_id from users where account_id = $1 and role_code = 'ACCOUNT_ADMIN' and disabled_at is null order by user_id for update`,
    [accountId],
  );
  return rows.map((row) => row.user_id);
}

export async function replaceWorkspaceRoles(
  tx: Transaction,
  accountId: string,
  userId: string,
  roles: readonly WorkspaceRole[],
): Promise<void> {
  await tx.run('delete from workspace_members where account_id = $1 and user_id = $2', [accountId, userId]);
  if (roles.length === 0) return;
  await tx
    .run(
      'insert into workspace_members (account_id, workspace_id, user_id, role_code) select $1, w.workspace_id, $2, w.role_code from jsonb_to_recordset($3) as w(workspace_id uuid, role_code text)',
      [accountId, userId, JSON.stringify(roles)],
    )
    .catch(namesWhatIsGone);
}

export function listWorkspaceRoles(
  tx: Transaction,
  accountId: string,
  userIds: readonly string[],
): Promise<(WorkspaceRole & { user_id: string })[]> {
  return tx.rows(
    `select user_id, workspace_id, role_code from workspace_members
     where account_id = $1 and user_id = any($2) order by user_id, workspace_id`,
    [accountId, userIds],
  );
}
