import type { Transaction } from '../database/database.ts';

export type KeptRow = { call_hash: Buffer; sealed_answer: Buffer };
export type NewKept = KeptRow & { campaign_id: string | null };

/** Where an answer is kept: the caller and the hash of the key they sent. */
export type KeptPlace = { accountId: string; userId: string; keyHash: Buffer };

/** True when nobody else works under this key; it stays so until the transaction ends, however it ends. */
export async function lockKey(tx: Transaction, place: KeptPlace): Promise<boolean> {
  const row = await tx.row<{ locked: boolean }>('select pg_try_advisory_xact_lock($1::bigint) as locked', [
    place.keyHash.readBigInt64BE(0).toString(),
  ]);
  return row?.locked === true;
}

export function findKept(tx: Transaction, place: KeptPlace): Promise<KeptRow | undefined> {
  return tx.row<KeptRow>(
    `select call_hash, sealed_answer from kept_answers
     where account_id = $1 and user_id = $2 and key_hash = $3 and created_at > now() - interval '24 hours'`,
    [place.accountId, place.userId, place.keyHash],
  );
}

/** Under the key's lock: one that is there is older than 24 hours. */
export async function insertKept(tx: Transaction, place: KeptPlace, row: NewKept): Promise<void> {
  await tx.run(
    `insert into kept_answers (account_id, user_id, key_hash, call_hash, sealed_answer, campaign_id) values ($1, $2, $3, $4, $5, $6)
     on conflict (account_id, user_id, key_hash) do update
     set call_hash = excluded.call_hash, sealed_answer = excluded.sealed_answer, campaign_id = excluded.campaign_id, created_at = now()`,
    [place.accountId, place.userId, place.keyHash, row.call_hash, row.sealed_answer, row.campaign_id],
  );
}

/** Removes the answers of calls about a campaign. That there were such calls stays known: none takes effect again. */
export async function blankAnswersOf(tx: Transaction, accountId: string, campaignId: string): Promise<void> {
  await tx.run(`update kept_answers set sealed_answer = '' where account_id = $1 and campaign_id = $2`, [
    accountId,
    campaignId,
  ]);
}

/** Forgets what is older than 24 hours, in all accounts; with the operator's handle. */
export function deleteOldAnswers(tx: Transaction): Promise<number> {
  return tx.run(`delete from kept_answers where created_at < now() - interval '24 hours'`);
}
