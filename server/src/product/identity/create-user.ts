import { randomBytes } from 'node:crypto';
import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { hashApiKey, hintOf, newApiKey } from './api-keys.ts';
import { identityFailures } from './errors.ts';
import { passwordProblem } from './password-rule.ts';
import { hashPassword } from './passwords.ts';
import type { RoleCode } from './roles.ts';
import { insertApiKey, insertUser, replaceWorkspaceRoles, visibleWorkspaceIds } from './store.ts';
import type { UserRow, WorkspaceRole } from './user.ts';

/**
 * Hashes a password that the rules allow; throws weak_password (400) for any other. `known` are words that it must not be
 * made of, such as the user's email and name. Slow on purpose: not in a transaction.
 */
export async function acceptPassword(password: string, known: readonly string[]): Promise<string> {
  const problem = await passwordProblem(password, known);
  if (problem !== null)
    throw identityFailures.weak_password({
      message: `password: ${problem}.`,
      details: [{ field: 'password', code: 'weak_password', message: `${problem}.` }],
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
    roleCode: RoleCode;
    workspaces: readonly WorkspaceRole[] | null;
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
  await saveWorkspaceRoles(tx, user.accountId, userId, user.createdBy ?? userId, user.workspaces ?? []);
  return row;
}

/** Replaces a user's roles in single workspaces; `byUserId` must see those workspaces. Throws unknown_workspace. */
export async function saveWorkspaceRoles(
  tx: Transaction,
  accountId: string,
  userId: string,
  byUserId: string,
  roles: readonly WorkspaceRole[],
): Promise<void> {
  if (roles.length > 0) {
    const known = new Set(await visibleWorkspaceIds(tx, accountId, byUserId));
    if (
      !roles.every((role) => known.has(role.workspace_id)) ||
      new Set(roles.map((role) => role.workspace_id)).size !== roles.length
    )
      throw identityFailures.unknown_workspace();
  }
  await replaceWorkspaceRoles(tx, accountId, userId, roles);
}

/** Makes an API key. The key itself is returned once and never kept. */
export async function createApiKey(
  tx: Transaction,
  key: { accountId: string; name: string; createdBy: string; key?: string | null },
) {
  const text = key.key ?? newApiKey();
  const row = await insertApiKey(tx, {
    accountId: key.accountId,
    apiKeyId: newId(),
    name: key.name,
    hash: hashApiKey(text),
    hint: hintOf(text),
    createdBy: key.createdBy,
  });
  return { key: text, row };
}
