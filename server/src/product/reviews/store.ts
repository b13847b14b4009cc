import type { Transaction } from '../../platform/database/database.ts';
import type { RenderedProblem } from '../checks/rendered.ts';

export type DecisionRow = {
  decision_id: string;
  message_id: string;
  from_status: string;
  to_status: string;
  from_note: string | null;
  to_note: string | null;
  text_hash: string;
};

export async function insertDecision(
  tx: Transaction,
  accountId: string,
  decision: { decisionId: string; campaignId: string; runNumber: number; decidedBy: string },
  rows: readonly Omit<DecisionRow, 'decision_id'>[],
): Promise<void> {
  await tx.run(
    `insert into review_decisions (account_id, decision_id, campaign_id, run_number, decided_by, message_id, from_status, to_status, from_note, to_note, text_hash)
     select $1, $2, $3, $4, $5, d.message_id, d.from_status, d.to_status, d.from_note, d.to_note, d.text_hash
     from jsonb_to_recordset($6) as d(message_id uuid, from_status text, to_status text, from_note text, to_note text, text_hash text)`,
    [accountId, decision.decisionId, decision.campaignId, decision.runNumber, decision.decidedBy, JSON.stringify(rows)],
  );
}

/**
 * Ids of this user's latest decisions of the run of which something may still stand: not taken back, and for at least
 * one message the last decision there was. Newest first.
 */
export async function listOpenDecisions(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
  userId: string,
  limit: number,
): Promise<string[]> {
  const rows = await tx.rows<{ decision_id: string }>(
    `select d.decision_id from review_decisions d
     where d.account_id = $1 and d.campaign_id = $2 and d.run_number = $3 and d.decided_by = $4 and d.undone_at is null
       and not exists (select 1 from review_decisions l where l.account_id = d.account_id and l.message_id = d.message_id and l.undone_at is null and l.entry_number > d.entry_number)
     group by d.decision_id order by max(d.entry_number) desc limit $5`,
    [accountId, campaignId, runNumber, userId, limit],
  );
  return rows.map((row) => row.decision_id);
}

/** What the decision decided, as far as nobody has decided the message again since. */
export function findStandingRows(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
  userId: string,
  decisionId: string,
): Promise<DecisionRow[]> {
  return tx.rows<DecisionRow>(
    `select d.decision_id, d.message_id, d.from_status, d.to_status, d.from_note, d.to_note, d.text_hash from review_decisions d
     where d.account_id = $1 and d.campaign_id = $2 and d.run_number = $3 and d.decided_by = $4 and d.decision_id = $5 and d.undone_at is null
       and not exists (select 1 from review_decisions l where l.account_id = d.account_id and l.message_id = d.message_id and l.undone_at is null and l.entry_number > d.entry_number)
     order by d.entry_number`,
    [accountId, campaignId, runNumber, userId, decisionId],
  );
}

export async function markUndone(
  tx: Transaction,
  accountId: string,
  decisionId: string,
  messageIds: readonly string[],
): Promise<void> {
  await tx.run(
    'update review_decisions set undone_at = now() where account_id = $1 and decision_id = $2 and message_id = any($3::uuid[])',
    [accountId, decisionId, messageIds],
  );
}

export async function isDecisionOf(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
  userId: string,
  decisionId: string,
): Promise<boolean> {
  const row = await tx.row(
    'select 1 from review_decisions where account_id = $1 and campaign_id = $2 and run_number = $3 and decided_by = $4 and decision_id = $5 limit 1',
    [accountId, campaignId, runNumber, userId, decisionId],
  );
  return row !== undefined;
}

type CheckedContent = { campaignId: string; runNumber: number; digest: string };

/** Begins a check of this content, or begins it anew. */
export async function beginFullCheck(tx: Transaction, accountId: string, content: CheckedContent): Promise<void> {
  await tx.run(
    `insert into full_checks (account_id, campaign_id, run_number, digest, status) values ($1, $2, $3, $4, 'running')
     on conflict (account_id, campaign_id, run_number, digest)
     do update set status = 'running', problems = '[]', started_at = now(), ended_at = null`,
    [accountId, content.campaignId, content.runNumber, content.digest],
  );
}

export async function endFullCheck(
  tx: Transaction,
  accountId: string,
  content: CheckedContent,
  status: 'passed' | 'failed' | 'unfinished',
  tally: { customers: number; texts: number; longSms: number },
  problems: readonly RenderedProblem[],
): Promise<void> {
  await tx.run(
    `update full_checks set status = $5, customers = $6, texts = $7, long_sms = $8, problems = $9, ended_at = now()
     where account_id = $1 and campaign_id = $2 and run_number = $3 and digest = $4`,
    [
      accountId,
      content.campaignId,
      content.runNumber,
      content.digest,
      status,
      tally.customers,
      tally.texts,
      tally.longSms,
      JSON.stringify(problems),
    ],
  );
}

export function findFullCheck(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
  digest: string,
): Promise<{ status: string; problems: RenderedProblem[] } | undefined> {
  return tx.row(
    'select status, problems from full_checks where account_id = $1 and campaign_id = $2 and run_number = $3 and digest = $4',
    [accountId, campaignId, runNumber, digest],
  );
}

/** What was found of one content stands for another from now on. */
export async function moveFullCheck(
  tx: Transaction,
  accountId: string,
  content: CheckedContent,
  toDigest: string,
): Promise<void> {
  await tx.run(
    `update full_checks f set digest = $5 where account_id = $1 and campaign_id = $2 and run_number = $3 and digest = $4
       and not exists (select 1 from full_checks o where o.account_id = $1 and o.campaign_id = $2 and o.run_number = $3 and o.digest = $5)`,
    [accountId, content.campaignId, content.runNumber, content.digest, toDigest],
  );
}

/** Forgets what was decided of these messages. */
export async function deleteDecisions(
  tx: Transaction,
  accountId: string,
  messageIds: readonly string[],
): Promise<void> {
  await tx.run('delete from review_decisions where account_id = $1 and message_id = any($2::uuid[])', [
    accountId,
    messageIds,
  ]);
}
