import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { identityFailures } from './errors.ts';
import { passwordProblem } from './password-rule.ts';
import { hashPassword } from './passwords.ts';
import { insertUser, replaceWorkspaceRoles } from './store.ts';
import type { UserRow, WorkspaceRole } from './user.ts';

/**
 * Hashes a password that the rules allow; throws weak_password (400) for any other. `known` are words that it must not be
 * made of, such as the user's email and name; `field` is where it stands in the call. Slow on purpose: not in a transaction.
 */
export async function acceptPassword(password: string, known: readonly string[], field = 'password'): Promise<string> {
  const problem = await passwordProblem(password, known);
  if (problem !== null)
    throw identityFailures.weak_password({
      message: `${field}: ${problem}.`,
      details: [{ field, code: 'weak_password', message: `${problem}.` }],
    });
  return hashPassword(password);
}

/** The hash of a password that nobody knows. */
export function unknownPassword(): Promise<string> {
  return hashPassword(randomBytes(32).toString('base64url'));
}

/** Makes a user, with roles in single workspaces or (null) one role in all. Throws email_taken or unknown_workspace. */
export async function createUser(
  tx: Transaction,
  user: {
    accountId: string;
    userId?: string;
    email: string;
    displayName: string;
    passwordHash: string;
    roleCode: string;
    workspaces: { roles: readonly WorkspaceRole[]; known: ReadonlySet<string> } | null;
    createdBy: string | null;
  },
): Promise<UserRow> {
  if (user.roleCode === 'ACCOUNT_ADMIN' && user.workspaces !== null) throw identityFailures.administrator_limited();
  const userId = user.userId ?? newId();
  const row = await insertUser(tx, {
    ...user,
    userId,
    allWorkspaces: user.workspaces === null,
    createdBy: user.createdBy ?? userId,
  });
  if (user.workspaces !== null)
    await saveWorkspaceRoles(tx, user.accountId, userId, user.workspaces.known, user.workspaces.roles);
  return row;
}

/** Replaces a user's roles in single workspaces. `known` are those that whoever does this sees. Throws unknown_workspace. */
export async function saveWorkspaceRoles(
  tx: Transaction,
  accountId: string,
  userId: string,
  known: ReadonlySet<string>,
  roles: readonly WorkspaceRole[],
): Promise<void> {
  const ids = roles.map((role) => role.workspace_id);
  if (!ids.every((id) => known.has(id)) || new Set(ids).size !== ids.length) throw identityFailures.unknown_workspace();
  await replaceWorkspaceRoles(tx, accountId, userId, roles);
}
