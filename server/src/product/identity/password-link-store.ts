import type { Transaction } from '../../platform/database/database.ts';

export async function insertPasswordLink(
  tx: Transaction,
  link: { accountId: string; userId: string; secretHash: Buffer; createdBy: string; expiresAt: Date },
): Promise<void> {
  await tx.run(
    `insert into password_links (account_id, user_id, secret_hash, created_by, expires_at) values ($1, $2, $3, $4, $5)
     on conflict (account_id, user_id) do update
     set secret_hash = excluded.secret_hash, created_by = excluded.created_by, expires_at = excluded.expires_at, created_at = now()`,
    [link.accountId, link.userId, link.secretHash, link.createdBy, link.expiresAt],
  );
}

export function lockPasswordLink(
  tx: Transaction,
  accountId: string,
  userId: string,
): Promise<{ secret_hash: Buffer; created_by: string; expires_at: Date } | undefined> {
  return tx.row(
    'select secret_hash, created_by, expires_at from password_links where account_id = $1 and user_id = $2 for update',
    [accountId, userId],
  );
}

/** The link is good no more, by any clock. Its hash stays, so that whoever still tries it is known to the audit log. */
export async function endPasswordLink(tx: Transaction, accountId: string, userId: string): Promise<void> {
  await tx.run(`update password_links set expires_at = 'epoch' where account_id = $1 and user_id = $2`, [
    accountId,
    userId,
  ]);
}
