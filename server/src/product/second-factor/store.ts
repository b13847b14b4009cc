import type { Transaction } from '../../platform/database/database.ts';

export type SecondFactorRow = { sealed_secret: Buffer; confirmed_at: Date | null; last_step: number };

export function lockSecondFactor(
  tx: Transaction,
  accountId: string,
  userId: string,
): Promise<SecondFactorRow | undefined> {
  return tx.row<SecondFactorRow>(
    'select sealed_secret, confirmed_at, last_step from second_factors where account_id = $1 and user_id = $2 for update',
    [accountId, userId],
  );
}

export async function isSecondFactorOn(tx: Transaction, accountId: string, userId: string): Promise<boolean> {
  const row = await tx.row(
    'select 1 from second_factors where account_id = $1 and user_id = $2 and confirmed_at is not null',
    [accountId, userId],
  );
  return row !== undefined;
}

/** Whether the account demands a second factor of its people. */
export async function isSecondFactorRequired(tx: Transaction, accountId: string): Promise<boolean> {
  const row = await tx.row('select 1 from accounts where account_id = $1 and second_factor_required', [accountId]);
  return row !== undefined;
}

export async function usersWithSecondFactor(
  tx: Transaction,
  accountId: string,
  userIds: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.rows<{ user_id: string }>(
    'select user_id from second_factors where account_id = $1 and user_id = any($2) and confirmed_at is not null',
    [accountId, userIds],
  );
  return new Set(rows.map((row) => row.user_id));
}

/** Puts a new secret in the place of one that was never confirmed. Returns whether there was no confirmed one. */
export async function insertUnconfirmed(
  tx: Transaction,
  accountId: string,
  userId: string,
  sealedSecret: Buffer,
): Promise<boolean> {
  const inserted = await tx.run(
    `insert into second_factors (account_id, user_id, sealed_secret) values ($1, $2, $3)
     on conflict (account_id, user_id) do update set sealed_secret = excluded.sealed_secret, created_at = now()
     where second_factors.confirmed_at is null`,
    [accountId, userId, sealedSecret],
  );
  return inserted === 1;
}

export async function takeStep(
  tx: Transaction,
  accountId: string,
  userId: string,
  step: number,
  confirmedAt: Date,
): Promise<void> {
  await tx.run(
    'update second_factors set last_step = $3, confirmed_at = coalesce(confirmed_at, $4) where account_id = $1 and user_id = $2',
    [accountId, userId, step, confirmedAt],
  );
}

export function deleteSecondFactor(tx: Transaction, accountId: string, userId: string): Promise<number> {
  return tx.run('delete from second_factors where account_id = $1 and user_id = $2', [accountId, userId]);
}

export async function replaceRecoveryCodes(
  tx: Transaction,
  accountId: string,
  userId: string,
  hashes: readonly Buffer[],
): Promise<void> {
  await tx.run('delete from recovery_codes where account_id = $1 and user_id = $2', [accountId, userId]);
  await tx.run(
    'insert into recovery_codes (account_id, user_id, code_hash) select $1, $2, h from unnest($3::bytea[]) as h',
    [accountId, userId, hashes],
  );
}

/** Whether the code was among those left; it is not any more. */
export async function useRecoveryCode(
  tx: Transaction,
  accountId: string,
  userId: string,
  hash: Buffer,
): Promise<boolean> {
  const used = await tx.run('delete from recovery_codes where account_id = $1 and user_id = $2 and code_hash = $3', [
    accountId,
    userId,
    hash,
  ]);
  return used === 1;
}

export async function countRecoveryCodes(tx: Transaction, accountId: string, userId: string): Promise<number> {
  const row = await tx.row<{ left: number }>(
    'select count(*)::integer as left from recovery_codes where account_id = $1 and user_id = $2',
    [accountId, userId],
  );
  return row?.left ?? 0;
}
