import type { Transaction } from '../../platform/database/database.ts';
import { brokeConstraint } from '../../platform/database/database-errors.ts';
import type { Spending } from './budget.ts';
import type { CampaignRow, CampaignStatus, RunRow, SegmentRow } from './campaign.ts';
import { campaignFailures } from './errors.ts';

const OWN_COLUMNS =
  'account_id, campaign_id, workspace_id, campaign_name, status, failure_reason, customer_group_id, brief, channels, segment_by, variants, min_segment_size, export_fields, eligible_when, writer, current_run, active_job_id, created_by, created_at, updated_at, published_at, holdout, budget, spent_calls, spent_nano, held_calls, held_nano, spent_currency';
// The approvals of the current run, newest first, and how many are asked for stand on the campaign without a call more.
const APPROVALS = `(select coalesce(jsonb_agg(jsonb_build_object('digest', a.digest, 'approved_by', a.approved_by, 'approved_at', a.approved_at, 'voided_at', a.voided_at)
     order by a.approved_at desc, a.approval_id desc), '[]') from approvals a
   where a.account_id = campaigns.account_id and a.campaign_id = campaigns.campaign_id and a.run_number = campaigns.current_run)`;
const QUORUM =
  '(select w.review_quorum from workspaces w where w.account_id = campaigns.account_id and w.workspace_id = campaigns.workspace_id)';
const FULL_CHECK = `(select jsonb_build_object('status', f.status, 'digest', f.digest, 'customers', f.customers, 'texts', f.texts, 'long_sms', f.long_sms, 'problems', f.problems)
   from full_checks f where f.account_id = campaigns.account_id and f.campaign_id = campaigns.campaign_id and f.run_number = campaigns.current_run
   order by f.started_at desc limit 1)`;
const COLUMNS = `${OWN_COLUMNS}, ${APPROVALS} as approvals, ${QUORUM} as quorum, ${FULL_CHECK} as full_check`;
const RUN_COLUMNS =
  'run_id, campaign_id, run_number, customer_group_id, customer_group_name, segment_count, reused_count, generated_count, archived_count, initiated_by, created_at, completed_at, approval_digest, ledger, segment_by';
const MAX_CAMPAIGNS_LISTED = 10_000;
const MAX_RUNS_LISTED = 10_000;

function nameTaken(error: unknown): never {
  if (brokeConstraint(error, 'campaigns_name')) throw campaignFailures.campaign_name_taken();
  throw error;
}

export type NewCampaign = Omit<
  CampaignRow,
  | 'status'
  | 'failure_reason'
  | 'current_run'
  | 'active_job_id'
  | 'created_at'
  | 'updated_at'
  | 'published_at'
  | 'approvals'
  | 'quorum'
  | 'full_check'
  | keyof Spending
>;

function shapeValues(
  campaign: Pick<
    CampaignRow,
    | 'campaign_name'
    | 'customer_group_id'
    | 'brief'
    | 'channels'
    | 'segment_by'
    | 'variants'
    | 'min_segment_size'
    | 'export_fields'
    | 'eligible_when'
    | 'writer'
    | 'holdout'
    | 'budget'
  >,
) {
  return [
    campaign.campaign_name,
    campaign.customer_group_id,
    JSON.stringify(campaign.brief),
    JSON.stringify(campaign.channels),
    JSON.stringify(campaign.segment_by),
    campaign.variants,
    campaign.min_segment_size,
    JSON.stringify(campaign.export_fields),
    JSON.stringify(campaign.eligible_when),
    campaign.writer,
    campaign.holdout,
    campaign.budget === null ? null : JSON.stringify(campaign.budget),
  ];
}

export async function insertCampaign(tx: Transaction, campaign: NewCampaign): Promise<CampaignRow> {
  const row = await tx
    .row<CampaignRow>(
      `insert into campaigns (campaign_name, customer_group_id, brief, channels, segment_by, variants, min_segment_size, export_fields, eligible_when, writer, holdout, budget, account_id, campaign_id, workspace_id, created_by, status)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'Draft') returning ${COLUMNS}`,
      [...shapeValues(campaign), campaign.account_id, campaign.campaign_id, campaign.workspace_id, campaign.created_by],
    )
    .catch(nameTaken);
  if (row === undefined) throw new Error('The new campaign was not returned.');
  return row;
}

export async function updateCampaign(tx: Transaction, campaign: CampaignRow): Promise<CampaignRow> {
  const row = await tx
    .row<CampaignRow>(
      `update campaigns set campaign_name = $1, customer_group_id = $2, brief = $3, channels = $4, segment_by = $5, variants = $6, min_segment_size = $7, export_fields = $8, eligible_when = $9, writer = $10, holdout = $11, budget = $12,
         status = $15, failure_reason = $16, current_run = $17, active_job_id = $18, published_at = $19, updated_at = now()
       where account_id = $13 and campaign_id = $14 returning ${COLUMNS}`,
      [
        ...shapeValues(campaign),
        campaign.account_id,
        campaign.campaign_id,
        campaign.status,
        campaign.failure_reason,
        campaign.current_run,
        campaign.active_job_id,
        campaign.published_at,
      ],
    )
    .catch(nameTaken);
  if (row === undefined) throw new Error('A locked campaign was not there.');
  return row;
}

/** Adds to what a campaign has spent and set aside. Not a change of the campaign that callers would see in updated_at. */
export async function addSpending(
  tx: Transaction,
  campaign: { account_id: string; campaign_id: string },
  add: { heldCalls: number; heldNano: number; spentCalls: number; spentNano: number; currency: string | null },
): Promise<void> {
  await tx.run(
    `update campaigns set held_calls = held_calls + $3, held_nano = held_nano + $4, spent_calls = spent_calls + $5,
       spent_nano = spent_nano + $6, spent_currency = coalesce($7, spent_currency)
     where account_id = $1 and campaign_id = $2`,
    [
      campaign.account_id,
      campaign.campaign_id,
      add.heldCalls,
      add.heldNano,
      add.spentCalls,
      add.spentNano,
      add.currency,
    ],
  );
}

export function findCampaign(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  campaignId: string,
): Promise<CampaignRow | undefined> {
  return tx.row<CampaignRow>(
    `select ${COLUMNS} from campaigns where account_id = $1 and workspace_id = $2 and campaign_id = $3`,
    [accountId, workspaceId, campaignId],
  );
}

export function lockCampaignRow(
  tx: Transaction,
  accountId: string,
  campaignId: string,
): Promise<CampaignRow | undefined> {
  return tx.row<CampaignRow>(`select ${COLUMNS} from campaigns where account_id = $1 and campaign_id = $2 for update`, [
    accountId,
    campaignId,
  ]);
}

export function listCampaigns(tx: Transaction, accountId: string, workspaceId: string): Promise<CampaignRow[]> {
  return tx.rows<CampaignRow>(
    `select ${COLUMNS} from campaigns where account_id = $1 and workspace_id = $2 order by created_at, campaign_id limit ${MAX_CAMPAIGNS_LISTED}`,
    [accountId, workspaceId],
  );
}

export async function deleteCampaignRow(tx: Transaction, accountId: string, campaignId: string): Promise<void> {
  await tx.run('delete from campaigns where account_id = $1 and campaign_id = $2', [accountId, campaignId]);
}

export type CampaignSummary = {
  workspace_id: string;
  campaign_id: string;
  campaign_name: string;
  status: CampaignStatus;
  customer_group_id: string;
  current_run: number;
  total_messages: number;
  created_by: string;
  created_at: Date;
  updated_at: Date;
  published_at: Date | null;
};

/** Campaigns of these workspaces with the number of their current run's messages, published within the period when one is given. */
export function summariseCampaigns(
  tx: Transaction,
  accountId: string,
  workspaceIds: readonly string[],
  from: Date | null,
  to: Date | null,
): Promise<CampaignSummary[]> {
  return tx.rows<CampaignSummary>(
    `select c.workspace_id, c.campaign_id, c.campaign_name, c.status, c.customer_group_id, c.current_run, c.created_by, c.created_at, c.updated_at, c.published_at,
       (select count(*) from messages m where m.account_id = c.account_id and m.campaign_id = c.campaign_id and m.run_number = c.current_run and not m.is_archived) as total_messages
     from campaigns c
     where c.account_id = $1 and c.workspace_id = any($2::uuid[])
       and ($3::timestamptz is null or c.published_at >= $3) and ($4::timestamptz is null or c.published_at <= $4)
     order by c.created_at, c.campaign_id limit ${MAX_CAMPAIGNS_LISTED}`,
    [accountId, workspaceIds, from, to],
  );
}

export function workspaceNames(
  tx: Transaction,
  accountId: string,
  workspaceIds: readonly string[],
): Promise<{ workspace_id: string; workspace_name: string }[]> {
  return tx.rows(
    'select workspace_id, workspace_name from workspaces where account_id = $1 and workspace_id = any($2::uuid[]) order by created_at, workspace_id limit 10000',
    [accountId, workspaceIds],
  );
}

export async function insertRun(
  tx: Transaction,
  accountId: string,
  run: {
    runId: string;
    campaignId: string;
    runNumber: number;
    groupId: string;
    groupName: string;
    initiatedBy: string;
  },
): Promise<void> {
  await tx.run(
    'insert into campaign_runs (account_id, run_id, campaign_id, run_number, customer_group_id, customer_group_name, initiated_by) values ($1, $2, $3, $4, $5, $6, $7)',
    [accountId, run.runId, run.campaignId, run.runNumber, run.groupId, run.groupName, run.initiatedBy],
  );
}

export function findRun(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
): Promise<RunRow | undefined> {
  return tx.row<RunRow>(
    `select ${RUN_COLUMNS} from campaign_runs where account_id = $1 and campaign_id = $2 and run_number = $3`,
    [accountId, campaignId, runNumber],
  );
}

export function listRuns(tx: Transaction, accountId: string, campaignId: string): Promise<RunRow[]> {
  return tx.rows<RunRow>(
    `select ${RUN_COLUMNS} from campaign_runs where account_id = $1 and campaign_id = $2 order by run_number desc limit ${MAX_RUNS_LISTED}`,
    [accountId, campaignId],
  );
}

export async function updateRun(tx: Transaction, accountId: string, run: RunRow): Promise<void> {
  await tx.run(
    `update campaign_runs set customer_group_id = $4, customer_group_name = $5, segment_count = $6, reused_count = $7, generated_count = $8, archived_count = $9, completed_at = $10, approval_digest = $11, ledger = $12, segment_by = $13
     where account_id = $1 and campaign_id = $2 and run_number = $3`,
    [
      accountId,
      run.campaign_id,
      run.run_number,
      run.customer_group_id,
      run.customer_group_name,
      run.segment_count,
      run.reused_count,
      run.generated_count,
      run.archived_count,
      run.completed_at,
      run.approval_digest,
      run.ledger === null ? null : JSON.stringify(run.ledger),
      run.segment_by === null ? null : JSON.stringify(run.segment_by),
    ],
  );
}

export async function replaceSegments(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
  segments: readonly SegmentRow[],
): Promise<void> {
  await tx.run('delete from segments where account_id = $1 and campaign_id = $2 and run_number = $3', [
    accountId,
    campaignId,
    runNumber,
  ]);
  await tx.run(
    `insert into segments (account_id, segment_id, campaign_id, run_number, criteria, canonical_criteria, label, size)
     select $1, s.segment_id, $2, $3, s.criteria, s.canonical_criteria, s.label, s.size
     from jsonb_to_recordset($4) as s(segment_id uuid, criteria jsonb, canonical_criteria text, label text, size bigint)`,
    [accountId, campaignId, runNumber, JSON.stringify(segments)],
  );
}

export async function updateSegmentSizes(
  tx: Transaction,
  accountId: string,
  segments: readonly SegmentRow[],
): Promise<void> {
  await tx.run(
    `update segments s set label = n.label, size = n.size
     from jsonb_to_recordset($2) as n(segment_id uuid, label text, size bigint)
     where s.account_id = $1 and s.segment_id = n.segment_id`,
    [accountId, JSON.stringify(segments)],
  );
}

/** The segment, kept from being deleted until the transaction ends. */
export async function holdSegment(tx: Transaction, accountId: string, segmentId: string): Promise<boolean> {
  const row = await tx.row('select 1 from segments where account_id = $1 and segment_id = $2 for key share', [
    accountId,
    segmentId,
  ]);
  return row !== undefined;
}

/** The runs that these segments belong to, of those that are there. */
export async function runsOfSegments(
  tx: Transaction,
  accountId: string,
  segmentIds: readonly string[],
): Promise<{ segment_id: string; run_number: number; canonical_criteria: string }[]> {
  return tx.rows(
    'select segment_id, run_number, canonical_criteria from segments where account_id = $1 and segment_id = any($2::uuid[]) order by run_number, segment_id',
    [accountId, segmentIds],
  );
}

export async function deleteSegments(tx: Transaction, accountId: string, segmentIds: readonly string[]): Promise<void> {
  await tx.run('delete from segments where account_id = $1 and segment_id = any($2::uuid[])', [accountId, segmentIds]);
}

/** Takes out of segments what they tell of their people. Nobody's criteria are ever called so. */
export async function blankSegments(tx: Transaction, accountId: string, segmentIds: readonly string[]): Promise<void> {
  await tx.run(
    `update segments set criteria = '{}', canonical_criteria = 'erased ' || segment_id, label = 'Erased'
     where account_id = $1 and segment_id = any($2::uuid[])`,
    [accountId, segmentIds],
  );
}

export function listSegments(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
): Promise<SegmentRow[]> {
  return tx.rows<SegmentRow>(
    'select segment_id, criteria, canonical_criteria, label, size from segments where account_id = $1 and campaign_id = $2 and run_number = $3 order by size desc, canonical_criteria limit 10000',
    [accountId, campaignId, runNumber],
  );
}
