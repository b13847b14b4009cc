import { prepared, type Reads, type Transaction } from '../../platform/database/database.ts';
import { brokeConstraint } from '../../platform/database/database-errors.ts';
import { apiKeyFailures } from './errors.ts';

/** What a key lets those do who sign in by it, within their role, and until when; null is no limit. */
export type KeyLimits = { permissions: string[] | null; workspace_ids: string[] | null; expires_at: Date | null };

export type ApiKeyRow = KeyLimits & {
  api_key_id: string;
  key_name: string;
  key_hint: string;
  created_by: string;
  created_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
};
const KEY_COLUMNS =
  'api_key_id, key_name, key_hint, permissions, workspace_ids, expires_at, created_by, created_at, last_used_at, revoked_at';
const MAX_KEYS_LISTED = 1_000;

export async function insertApiKey(
  tx: Transaction,
  key: { accountId: string; apiKeyId: string; name: string; hash: Buffer; hint: string; createdBy: string } & KeyLimits,
): Promise<ApiKeyRow> {
  const row = await tx
    .row<ApiKeyRow>(
      `insert into api_keys (account_id, api_key_id, key_name, key_hash, key_hint, created_by, permissions, workspace_ids, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${KEY_COLUMNS}`,
      [
        key.accountId,
        key.apiKeyId,
        key.name,
        key.hash,
        key.hint,
        key.createdBy,
        key.permissions,
        key.workspace_ids,
        key.expires_at,
      ],
    )
    .catch((error: unknown) => {
      if (brokeConstraint(error, 'api_keys_key_hash_key')) throw apiKeyFailures.api_key_taken();
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

export function updateApiKey(
  tx: Transaction,
  accountId: string,
  key: Pick<ApiKeyRow, 'api_key_id' | 'key_name'> & KeyLimits,
): Promise<ApiKeyRow | undefined> {
  return tx.row<ApiKeyRow>(
    `update api_keys set key_name = $3, permissions = $4, workspace_ids = $5, expires_at = $6
     where account_id = $1 and api_key_id = $2 returning ${KEY_COLUMNS}`,
    [accountId, key.api_key_id, key.key_name, key.permissions, key.workspace_ids, key.expires_at],
  );
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

/** Gives the number of keys that hold and were noted: one or none. */
export function touchApiKey(tx: Transaction, accountId: string, apiKeyId: string, now: Date): Promise<number> {
  return tx.run(
    `update api_keys set last_used_at = now()
     where account_id = $1 and api_key_id = $2 and revoked_at is null and (expires_at is null or expires_at > $3)`,
    [accountId, apiKeyId, now],
  );
}

const FIND_KEY_OWNER = prepared(
  'select account_id, api_key_id from api_keys where key_hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2)',
);

/** Whose key this is, among all accounts, if it still holds: the operator's grant covers these columns only. */
export function findKeyOwner(
  reads: Reads,
  hash: Buffer,
  now: Date,
): Promise<{ account_id: string; api_key_id: string } | undefined> {
  return reads.row(FIND_KEY_OWNER, [hash, now]);
}
