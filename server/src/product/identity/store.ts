import { prepared, type Transaction } from '../../platform/database/database.ts';
import { brokeConstraint } from '../../platform/database/database-errors.ts';
import { identityFailures } from './errors.ts';
import type { RoleCode } from './roles.ts';
import type { UserRow, WorkspaceRole } from './user.ts';

const USER_COLUMNS =
  'account_id, user_id, email, display_name, password_hash, role_code, all_workspaces, disabled_at, created_by, created_at, updated_at';
const MAX_USERS_LISTED = 10_000;
const MAX_KEYS_LISTED = 1_000;

export type NewUser = {
  accountId: string;
  userId: string;
  email: string;
  displayName: string;
  passwordHash: string;
  roleCode: RoleCode;
  allWorkspaces: boolean;
  createdBy: string;
};

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
      throw error;
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

export function listUsers(tx: Transaction, accountId: string): Promise<UserRow[]> {
  return tx.rows<UserRow>(
    `select ${USER_COLUMNS} from users where account_id = $1 order by created_at, user_id limit ${MAX_USERS_LISTED}`,
    [accountId],
  );
}

export async function updateUser(tx: Transaction, user: UserRow): Promise<UserRow> {
  const row = await tx.row<UserRow>(
    `update users set display_name = $3, role_code = $4, all_workspaces = $5, disabled_at = $6, updated_at = now() where account_id = $1 and user_id = $2 returning ${USER_COLUMNS}`,
    [user.account_id, user.user_id, user.display_name, user.role_code, user.all_workspaces, user.disabled_at],
  );
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
  await tx.run(
    'insert into workspace_members (account_id, workspace_id, user_id, role_code) select $1, w.workspace_id, $2, w.role_code from jsonb_to_recordset($3) as w(workspace_id uuid, role_code text)',
    [accountId, userId, JSON.stringify(roles)],
  );
}

export function listWorkspaceRoles(
  tx: Transaction,
  accountId: string,
): Promise<(WorkspaceRole & { user_id: string })[]> {
  return tx.rows(
    `select user_id, workspace_id, role_code from workspace_members where account_id = $1 order by user_id, workspace_id limit 100000`,
    [accountId],
  );
}

const ROLE_IN_WORKSPACE = prepared(
  `select case when u.all_workspaces then u.role_code else m.role_code end as role_code
     from workspaces w
     join users u on u.account_id = w.account_id and u.user_id = $3
     left join workspace_members m on m.account_id = w.account_id and m.workspace_id = w.workspace_id and m.user_id = u.user_id
     where w.account_id = $1 and w.workspace_id = $2`,
);

/** The role in one workspace: null when the workspace is not this account's, or the user holds none there. */
export async function roleInWorkspace(
  tx: Transaction,
  accountId: string,
  userId: string,
  workspaceId: string,
): Promise<RoleCode | null> {
  const row = await tx.row<{ role_code: RoleCode | null }>(ROLE_IN_WORKSPACE, [accountId, workspaceId, userId]);
  return row?.role_code ?? null;
}

export type ApiKeyRow = {
  api_key_id: string;
  key_name: string;
  key_hint: string;
  created_by: string;
  created_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
};
const KEY_COLUMNS = 'api_key_id, key_name, key_hint, created_by, created_at, last_used_at, revoked_at';

export async function insertApiKey(
  tx: Transaction,
  key: { accountId: string; apiKeyId: string; name: string; hash: Buffer; hint: string; createdBy: string },
): Promise<ApiKeyRow> {
  const row = await tx
    .row<ApiKeyRow>(
      `insert into api_keys (account_id, api_key_id, key_name, key_hash, key_hint, created_by) values ($1, $2, $3, $4, $5, $6) returning ${KEY_COLUMNS}`,
      [key.accountId, key.apiKeyId, key.name, key.hash, key.hint, key.createdBy],
    )
    .catch((error: unknown) => {
      if (brokeConstraint(error, 'api_keys_key_hash_key')) throw identityFailures.api_key_taken();
      throw error;
    });
  if (row === undefined) throw new Error('The new key was not returned.');
  return row;
}

export function listApiKeys(tx: Transaction, accountId: string): Promise<ApiKeyRow[]> {
  return tx.rows<ApiKeyRow>(
    `select ${KEY_COLUMNS} from api_keys where account_id = $1 order by created_at, api_key_id limit ${MAX_KEYS_LISTED}`,
    [accountId],
  );
}

export function lockApiKey(tx: Transaction, accountId: string, apiKeyId: string): Promise<ApiKeyRow | undefined> {
  return tx.row<ApiKeyRow>(`select ${KEY_COLUMNS} from api_keys where account_id = $1 and api_key_id = $2 for update`, [
    accountId,
    apiKeyId,
  ]);
}

export async function revokeApiKey(
  tx: Transaction,
  accountId: string,
  apiKeyId: string,
): Promise<ApiKeyRow | undefined> {
  return tx.row<ApiKeyRow>(
    `update api_keys set revoked_at = now() where account_id = $1 and api_key_id = $2 returning ${KEY_COLUMNS}`,
    [accountId, apiKeyId],
  );
}

export async function touchApiKey(tx: Transaction, accountId: string, apiKeyId: string): Promise<void> {
  await tx.run('update api_keys set last_used_at = now() where account_id = $1 and api_key_id = $2', [
    accountId,
    apiKeyId,
  ]);
}

const FIND_KEY_OWNER = prepared(
  'select account_id, api_key_id from api_keys where key_hash = $1 and revoked_at is null',
);

/** Whose key this is, among all accounts: the operator's grant covers these columns only. */
export function findKeyOwner(
  tx: Transaction,
  hash: Buffer,
): Promise<{ account_id: string; api_key_id: string } | undefined> {
  return tx.row(FIND_KEY_OWNER, [hash]);
}

export async function visibleWorkspaceIds(tx: Transaction, accountId: string, userId: string): Promise<string[]> {
  const rows = await tx.rows<{ workspace_id: string }>(
    `select w.workspace_id from workspaces w join users u on u.account_id = w.account_id and u.user_id = $2
     where w.account_id = $1 and (u.all_workspaces or exists (
       select 1 from workspace_members m where m.account_id = w.account_id and m.workspace_id = w.workspace_id and m.user_id = u.user_id))
     order by w.created_at, w.workspace_id limit 10000`,
    [accountId, userId],
  );
  return rows.map((row) => row.workspace_id);
}

/** The workspaces a user may see, oldest first, with the role held there. */
export function listVisibleWorkspaces(
  tx: Transaction,
  accountId: string,
  userId: string,
): Promise<{ workspace_id: string; workspace_name: string; role_code: RoleCode }[]> {
  return tx.rows(
    `select w.workspace_id, w.workspace_name, case when u.all_workspaces then u.role_code else m.role_code end as role_code
     from workspaces w
     join users u on u.account_id = w.account_id and u.user_id = $2
     left join workspace_members m on m.account_id = w.account_id and m.workspace_id = w.workspace_id and m.user_id = u.user_id
     where w.account_id = $1 and (u.all_workspaces or m.user_id is not null)
     order by w.created_at, w.workspace_id limit 10000`,
    [accountId, userId],
  );
}
