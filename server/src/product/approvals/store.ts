import type { Transaction } from '../../platform/database/database.ts';

export type NewApproval = {
  approval_id: string;
  campaign_id: string;
  run_number: number;
  digest: string;
  approved_by: string;
  two_person: boolean;
  quorum: number;
};

/** Adds an approval; 0 when this approver has approved this content already. */
export function insertApproval(tx: Transaction, accountId: string, approval: NewApproval): Promise<number> {
  return tx.run(
    `insert into approvals (account_id, approval_id, campaign_id, run_number, digest, approved_by, two_person, quorum) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (account_id, campaign_id, run_number, digest, approved_by) where voided_at is null do nothing`,
    [
      accountId,
      approval.approval_id,
      approval.campaign_id,
      approval.run_number,
      approval.digest,
      approval.approved_by,
      approval.two_person,
      approval.quorum,
    ],
  );
}

export type StandingApproval = { approved_by: string; approved_at: Date; two_person: boolean; quorum: number };

/** The approvals of this content that are not void, in the order in which they were given. */
export function listStanding(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
  digest: string,
): Promise<StandingApproval[]> {
  return tx.rows<StandingApproval>(
    `select approved_by, approved_at, two_person, quorum from approvals
     where account_id = $1 and campaign_id = $2 and run_number = $3 and digest = $4 and voided_at is null order by approved_at, approval_id limit 1000`,
    [accountId, campaignId, runNumber, digest],
  );
}

export async function markVoid(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
): Promise<void> {
  await tx.run(
    'update approvals set voided_at = now() where account_id = $1 and campaign_id = $2 and run_number = $3 and voided_at is null',
    [accountId, campaignId, runNumber],
  );
}

/** Voids what stands for one digest and gives it, by the same people and of the same moment, for another. */
export async function moveStanding(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
  digests: { from: string; to: string },
): Promise<void> {
  await tx.run(
    `with given as (
       update approvals set voided_at = now()
       where account_id = $1 and campaign_id = $2 and run_number = $3 and digest = $4 and voided_at is null
       returning approved_by, approved_at, two_person, quorum)
     insert into approvals (account_id, approval_id, campaign_id, run_number, digest, approved_by, approved_at, two_person, quorum)
     select $1, gen_random_uuid(), $2, $3, $5, approved_by, approved_at, two_person, quorum from given
     on conflict (account_id, campaign_id, run_number, digest, approved_by) where voided_at is null do nothing`,
    [accountId, campaignId, runNumber, digests.from, digests.to],
  );
}

export type AuthoredPart = 'brief' | 'text';

export async function insertAuthor(
  tx: Transaction,
  accountId: string,
  author: { campaignId: string; runNumber: number; userId: string; part: AuthoredPart },
): Promise<void> {
  await tx.run(
    'insert into campaign_authors (account_id, campaign_id, run_number, user_id, part) values ($1, $2, $3, $4, $5) on conflict do nothing',
    [accountId, author.campaignId, author.runNumber, author.userId, author.part],
  );
}

/** Whoever changed the brief, in any run, or a text of this one. */
export async function listAuthors(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
): Promise<string[]> {
  const rows = await tx.rows<{ user_id: string }>(
    `select distinct user_id from campaign_authors where account_id = $1 and campaign_id = $2 and (part = 'brief' or run_number = $3) limit 10000`,
    [accountId, campaignId, runNumber],
  );
  return rows.map((row) => row.user_id);
}
