import { prepared, type Reads, type Transaction } from '../../platform/database/database.ts';
import { brokeConstraint } from '../../platform/database/database-errors.ts';
import { roleFailures } from './errors.ts';

export type CustomRoleRow = {
  role_code: string;
  role_name: string;
  permissions: string[];
  created_by: string;
  created_at: Date;
  updated_at: Date;
};
const COLUMNS = 'role_code, role_name, permissions, created_by, created_at, updated_at';
const MAX_ROLES = 100;

/** The account's workspaces with the role that the user $2 holds in each; a null one where none is held. */
const HELD = `workspaces w
     join users u on u.account_id = w.account_id and u.user_id = $2
     left join workspace_members m on m.account_id = w.account_id and m.workspace_id = w.workspace_id and m.user_id = u.user_id
     cross join lateral (select case when u.all_workspaces then u.role_code else m.role_code end as role_code) h
     left join custom_roles r on r.account_id = w.account_id and r.role_code = h.role_code
     where w.account_id = $1`;

const WORKSPACE_ROLE = prepared(`select h.role_code, r.permissions from ${HELD} and w.workspace_id = $3`);

/** The role held in one workspace: a null one where none is held, undefined for a workspace that is not this account's. */
export function findWorkspaceRole(
  reads: Reads,
  accountId: string,
  userId: string,
  workspaceId: string,
): Promise<{ role_code: string | null; permissions: string[] | null } | undefined> {
  return reads.row(WORKSPACE_ROLE, [accountId, userId, workspaceId]);
}

/** The workspaces a user may see, oldest first, with the role held there. */
export function listWorkspacesOf(
  tx: Transaction,
  accountId: string,
  userId: string,
): Promise<{ workspace_id: string; workspace_name: string; role_code: string; permissions: string[] | null }[]> {
  return tx.rows(
    `select w.workspace_id, w.workspace_name, h.role_code, r.permissions from ${HELD} and h.role_code is not null
     order by w.created_at, w.workspace_id limit 10000`,
    [accountId, userId],
  );
}

/** Whether the user's own role holds in every workspace, those to come too. */
export async function worksEverywhere(tx: Transaction, accountId: string, userId: string): Promise<boolean> {
  const user = await tx.row<{ all_workspaces: boolean }>(
    'select all_workspaces from users where account_id = $1 and user_id = $2',
    [accountId, userId],
  );
  return user?.all_workspaces === true;
}

export function findCustomRole(
  tx: Transaction,
  accountId: string,
  roleCode: string,
): Promise<CustomRoleRow | undefined> {
  return tx.row<CustomRoleRow>(`select ${COLUMNS} from custom_roles where account_id = $1 and role_code = $2`, [
    accountId,
    roleCode,
  ]);
}

/** Locks the role until the transaction ends, so that nobody widens it while somebody is given it. */
export function lockCustomRole(
  tx: Transaction,
  accountId: string,
  roleCode: string,
): Promise<CustomRoleRow | undefined> {
  return tx.row<CustomRoleRow>(
    `select ${COLUMNS} from custom_roles where account_id = $1 and role_code = $2 for update`,
    [accountId, roleCode],
  );
}

export function listCustomRoles(tx: Transaction, accountId: string): Promise<CustomRoleRow[]> {
  return tx.rows<CustomRoleRow>(
    `select ${COLUMNS} from custom_roles where account_id = $1 order by created_at, role_code limit ${MAX_ROLES}`,
    [accountId],
  );
}

export async function insertCustomRole(
  tx: Transaction,
  accountId: string,
  role: { roleCode: string; name: string; permissions: readonly string[]; createdBy: string },
): Promise<CustomRoleRow> {
  const row = await tx
    .row<CustomRoleRow>(
      `insert into custom_roles (account_id, role_code, role_name, permissions, created_by)
       select $1, $2, $3, $4, $5 where (select count(*) from custom_roles where account_id = $1) < ${MAX_ROLES} returning ${COLUMNS}`,
      [accountId, role.roleCode, role.name, role.permissions, role.createdBy],
    )
    .catch((error: unknown) => {
      if (brokeConstraint(error, 'custom_roles_pkey')) throw roleFailures.role_name_taken();
      throw error;
    });
  if (row === undefined) throw roleFailures.too_many_roles();
  return row;
}

export async function updateCustomRole(
  tx: Transaction,
  accountId: string,
  role: { roleCode: string; name: string; permissions: readonly string[] },
): Promise<CustomRoleRow | undefined> {
  return tx.row<CustomRoleRow>(
    `update custom_roles set role_name = $3, permissions = $4, updated_at = now() where account_id = $1 and role_code = $2 returning ${COLUMNS}`,
    [accountId, role.roleCode, role.name, role.permissions],
  );
}

/** Throws role_in_use when somebody holds it, in the account or in a workspace. */
export async function deleteCustomRole(tx: Transaction, accountId: string, roleCode: string): Promise<void> {
  await tx
    .run('delete from custom_roles where account_id = $1 and role_code = $2', [accountId, roleCode])
    .catch((error: unknown) => {
      if (brokeConstraint(error, 'users_custom_role') || brokeConstraint(error, 'workspace_members_custom_role'))
        throw roleFailures.role_in_use();
      throw error;
    });
}
