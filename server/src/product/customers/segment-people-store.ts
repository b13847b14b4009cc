import type { Transaction } from '../../platform/database/database.ts';
import { noJobWorksOn } from '../jobs/no-job-works-on.ts';

type Place = { accountId: string; workspaceId: string; campaignId: string };

export async function insertPeople(
  tx: Transaction,
  { accountId, workspaceId, campaignId }: Place,
  people: readonly { segment_id: string; customer_id: string }[],
): Promise<void> {
  await tx.run(
    `insert into segment_people (account_id, workspace_id, campaign_id, segment_id, customer_id)
     select $1, $2, $3, p.segment_id, p.customer_id from unnest($4::uuid[], $5::uuid[]) as p(segment_id, customer_id)
     on conflict do nothing`,
    [
      accountId,
      workspaceId,
      campaignId,
      people.map(({ segment_id }) => segment_id),
      people.map(({ customer_id }) => customer_id),
    ],
  );
}

export function segmentsOfCustomer(
  tx: Transaction,
  accountId: string,
  customerId: string,
): Promise<{ campaign_id: string; segment_id: string }[]> {
  return tx.rows(
    'select campaign_id, segment_id from segment_people where account_id = $1 and customer_id = $2 order by segment_id',
    [accountId, customerId],
  );
}

/** Forgets whom segments were of that are gone, and about which no question to a model is on record. */
export async function deleteIdlePeople(tx: Transaction, accountId: string, campaignId: string): Promise<void> {
  await tx.run(
    `delete from segment_people p where p.account_id = $1 and p.campaign_id = $2
       and not exists (select 1 from segments s where s.account_id = p.account_id and s.segment_id = p.segment_id)
       and not exists (select 1 from model_calls c where c.account_id = p.account_id and c.segment_id = p.segment_id)`,
    [accountId, campaignId],
  );
}

/** Takes these customers out of their segments, and notes the segments that have nobody left. */
export async function noteEmptied(tx: Transaction, accountId: string, customerIds: readonly string[]): Promise<void> {
  const left = await tx.rows<{ workspace_id: string; campaign_id: string; segment_id: string }>(
    `delete from segment_people p using unnest($2::uuid[]) as w(customer_id)
     where p.account_id = $1 and p.customer_id = w.customer_id
     returning p.workspace_id, p.campaign_id, p.segment_id`,
    [accountId, customerIds],
  );
  if (left.length === 0) return;
  const segments = [...new Map(left.map((row) => [row.segment_id, row])).values()];
  // The fence has each segment looked up by the key, also where the table is younger than its statistics.
  await tx.run(
    `insert into emptied_segments (account_id, workspace_id, campaign_id, segment_id)
     select $1, s.workspace_id, s.campaign_id, s.segment_id
     from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as s(workspace_id, campaign_id, segment_id)
     where not exists (select 1 from segment_people where account_id = $1 and segment_id = s.segment_id offset 0)
     on conflict (account_id, segment_id) do update set job_id = null`,
    [
      accountId,
      segments.map((row) => row.workspace_id),
      segments.map((row) => row.campaign_id),
      segments.map((row) => row.segment_id),
    ],
  );
}

/** Whether segments of the workspace were emptied that no job works on. */
export async function hasEmptied(tx: Transaction, accountId: string, workspaceId: string): Promise<boolean> {
  const row = await tx.row(
    `select 1 from emptied_segments e where e.account_id = $1 and e.workspace_id = $2 and ${noJobWorksOn('e')} limit 1`,
    [accountId, workspaceId],
  );
  return row !== undefined;
}

/** Since when this one is emptied and nobody has decided what becomes of it; undefined when that is not so. */
export async function emptiedAt(tx: Transaction, accountId: string, segmentId: string): Promise<Date | undefined> {
  const row = await tx.row<{ emptied_at: Date }>(
    'select emptied_at from emptied_segments where account_id = $1 and segment_id = $2',
    [accountId, segmentId],
  );
  return row?.emptied_at;
}

/** Workspaces of the account with emptied segments that no job works on. */
export async function workspacesToEmpty(tx: Transaction, accountId: string): Promise<string[]> {
  const rows = await tx.rows<{ workspace_id: string }>(
    `select distinct e.workspace_id from emptied_segments e where e.account_id = $1 and ${noJobWorksOn('e')}`,
    [accountId],
  );
  return rows.map((row) => row.workspace_id);
}

/** Gives the job all of them that no job works on. */
export async function claimEmptied(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  jobId: string,
): Promise<void> {
  await tx.run(
    `update emptied_segments e set job_id = $3
     where e.account_id = $1 and e.workspace_id = $2 and ${noJobWorksOn('e')}`,
    [accountId, workspaceId, jobId],
  );
}

/** Emptied segments of one campaign, and since when the first of them is. */
export type EmptiedBatch = { campaignId: string; segmentIds: string[]; since: Date };

/** Up to so many emptied segments of this job, all of the first campaign behind one. */
export async function nextEmptied(
  tx: Transaction,
  accountId: string,
  jobId: string,
  afterCampaign: string,
  limit: number,
): Promise<EmptiedBatch | null> {
  const rows = await tx.rows<{ campaign_id: string; segment_id: string; emptied_at: Date }>(
    `select campaign_id, segment_id, emptied_at from emptied_segments
     where account_id = $1 and job_id = $2 and campaign_id = (
       select campaign_id from emptied_segments where account_id = $1 and job_id = $2 and campaign_id > $3 order by campaign_id limit 1)
     order by segment_id limit $4`,
    [accountId, jobId, afterCampaign, limit],
  );
  const [first] = rows;
  return first === undefined
    ? null
    : {
        campaignId: first.campaign_id,
        segmentIds: rows.map(({ segment_id }) => segment_id),
        since: rows.map((row) => row.emptied_at).reduce((one, other) => (one < other ? one : other)),
      };
}

/** Forgets those that are still this job's: one that was emptied again since is not. */
export async function deleteEmptied(
  tx: Transaction,
  accountId: string,
  jobId: string,
  segmentIds: readonly string[],
): Promise<void> {
  await tx.run('delete from emptied_segments where account_id = $1 and job_id = $2 and segment_id = any($3::uuid[])', [
    accountId,
    jobId,
    segmentIds,
  ]);
}
