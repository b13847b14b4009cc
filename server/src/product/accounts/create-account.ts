import { randomBytes } from 'node:crypto';
import { newId } from '../../platform/ids/ids.ts';
import { createApiKey } from '../api-keys/create-api-key.ts';
import { recordEvent } from '../audit/record-event.ts';
import { acceptPassword, createUser } from '../identity/create-user.ts';
import type { Services } from '../services.ts';
import { insertAccount, insertWorkspace } from './store.ts';

export type NewAccount = {
  accountName: string;
  workspaceName: string;
  email: string;
  /** Made when null. */
  password: string | null;
  /** Made when null, taken as given otherwise. */
  apiKey: string | null;
};

/** What was made, with the secrets that were generated; supplied ones are null. */
export type MadeAccount = {
  accountId: string;
  workspaceId: string;
  userId: string;
  email: string;
  password: string | null;
  apiKey: string | null;
};

/**
 * Makes an account with its keys, a workspace, an administrator and an API key, all or nothing: the keys come first, and
 * keys without an account are harmless. Throws weak_password, email_taken, api_key_taken.
 */
export async function createAccount(
  services: Pick<Services, 'database' | 'keyring'>,
  wish: NewAccount,
): Promise<MadeAccount> {
  const accountId = newId();
  const userId = newId();
  const workspaceId = newId();
  const password = wish.password ?? randomBytes(18).toString('base64url');
  const passwordHash = await acceptPassword(password, [wish.email, wish.accountName, wish.workspaceName]);
  await services.keyring.create(accountId);
  let committing = false;
  try {
    const key = await services.database.tenant(accountId, async (tx) => {
      committing = false;
      await insertAccount(tx, accountId, wish.accountName);
      await insertWorkspace(tx, { accountId, workspaceId, name: wish.workspaceName, createdBy: userId });
      await createUser(tx, {
        accountId,
        userId,
        email: wish.email,
        displayName: wish.email,
        passwordHash,
        roleCode: 'ACCOUNT_ADMIN',
        workspaces: null,
        createdBy: null,
      });
      const made = await createApiKey(tx, { accountId, name: 'First key', createdBy: userId, key: wish.apiKey });
      await recordEvent(tx, {
        accountId,
        action: 'account.created',
        outcome: 'done',
        actorUserId: null,
        sessionId: null,
        workspaceId,
        objectIds: { user_id: userId, api_key_id: made.row.api_key_id },
        client: 'operator',
        address: null,
        requestId: newId(),
      });
      committing = true;
      return made.key;
    });
    return {
      accountId,
      workspaceId,
      userId,
      email: wish.email,
      password: wish.password === null ? password : null,
      apiKey: wish.apiKey === null ? key : null,
    };
  } catch (error) {
    // A commit whose answer was lost may have made the account: destroying its keys would leave one that opens nothing.
    if (!committing) await services.keyring.discard(accountId);
    throw error;
  }
}
