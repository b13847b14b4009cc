import type { Transaction } from '../../platform/database/database.ts';
import type { ApprovalSection } from '../approvals/approval-section.ts';
import type { PlanSource } from './export-plan.ts';
import type { PartCounts } from './part-maker.ts';

/** An export under way. */
export type ExportRow = {
  account_id: string;
  export_id: string;
  campaign_id: string;
  run_number: number;
  publication_id: string;
  object_prefix: string;
  plan: PlanSource;
  approval: ApprovalSection;
};

/** Places of the group that become one file. */
export type RangeRow = { range_number: number; after_position: number; upto_position: number };

/** What became of a range. `erased` is how many of its places had been erased when they were read. */
export type RangeOutcome = PartCounts & { object_key: string | null; rows_key: string | null; erased: number };

const COLUMNS = 'account_id, export_id, campaign_id, run_number, publication_id, object_prefix, plan, approval';
/** After so long a claim counts no more: its worker has died, or is slow enough to be overtaken. */
const CLAIM_SECONDS = 20;

export function findExport(tx: Transaction, accountId: string, exportId: string): Promise<ExportRow | undefined> {
  return tx.row<ExportRow>(`select ${COLUMNS} from exports where account_id = $1 and export_id = $2`, [
    accountId,
    exportId,
  ]);
}

export async function insertExport(tx: Transaction, row: ExportRow): Promise<void> {
  await tx.run(`insert into exports (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8)`, [
    row.account_id,
    row.export_id,
    row.campaign_id,
    row.run_number,
    row.publication_id,
    row.object_prefix,
    JSON.stringify(row.plan),
    JSON.stringify(row.approval),
  ]);
}

/** Exports of these runs of a campaign that are under way. */
export function exportsOfRuns(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumbers: readonly number[],
): Promise<ExportRow[]> {
  return tx.rows<ExportRow>(
    `select ${COLUMNS} from exports where account_id = $1 and campaign_id = $2 and run_number = any($3::integer[]) order by export_id for update`,
    [accountId, campaignId, runNumbers],
  );
}

export async function saveExportContent(
  tx: Transaction,
  { account_id, export_id, plan, approval }: Pick<ExportRow, 'account_id' | 'export_id' | 'plan' | 'approval'>,
): Promise<void> {
  await tx.run('update exports set plan = $3, approval = $4 where account_id = $1 and export_id = $2', [
    account_id,
    export_id,
    JSON.stringify(plan),
    JSON.stringify(approval),
  ]);
}

const SUPPRESSED_MEMBERS = `(
       select customer_id from suppressions where account_id = $1 and workspace_id = $2 and customer_id is not null
       union
       select i.customer_id from suppressions s join customer_identifiers i on i.account_id = s.account_id and i.blind_index = s.blind_index
       where s.account_id = $1 and s.workspace_id = $2
     ) suppressed
       join group_members m on m.account_id = $1 and m.customer_id = suppressed.customer_id and m.customer_group_id = $3`;

/** How many members of a group are suppressed now. */
export async function countSuppressed(
  tx: Transaction,
  ids: { accountId: string; workspaceId: string; groupId: string },
): Promise<number> {
  const row = await tx.row<{ many: number }>(`select count(*)::integer as many from ${SUPPRESSED_MEMBERS}`, [
    ids.accountId,
    ids.workspaceId,
    ids.groupId,
  ]);
  return row?.many ?? 0;
}

/** Notes which members are suppressed now: by themselves, or by one of their identifiers. */
export async function keepSuppressions(
  tx: Transaction,
  ids: { accountId: string; exportId: string; workspaceId: string; groupId: string },
): Promise<void> {
  await tx.run(
    `insert into export_suppressions (account_id, export_id, position)
     select m.account_id, $4, m.position from ${SUPPRESSED_MEMBERS}`,
    [ids.accountId, ids.workspaceId, ids.groupId, ids.exportId],
  );
}

/** Where each range of so many members ends, in joining order, the last one apart. */
export async function rangeEnds(
  tx: Transaction,
  accountId: string,
  groupId: string,
  membersEach: number,
): Promise<number[]> {
  const rows = await tx.rows<{ position: number }>(
    `select position from (
       select position, row_number() over (order by position) as ordinal
       from group_members where account_id = $1 and customer_group_id = $2
     ) members where ordinal % $3 = 0 order by position`,
    [accountId, groupId, membersEach],
  );
  return rows.map((row) => row.position);
}

export async function insertRanges(
  tx: Transaction,
  accountId: string,
  exportId: string,
  ranges: readonly RangeRow[],
): Promise<void> {
  await tx.run(
    `insert into export_ranges (account_id, export_id, range_number, after_position, upto_position)
     select $1, $2, r.range_number, r.after_position, r.upto_position
     from jsonb_to_recordset($3) as r(range_number integer, after_position bigint, upto_position bigint)`,
    [accountId, exportId, JSON.stringify(ranges)],
  );
}

/** Gives back what an earlier start of this worker had claimed. */
export async function dropClaims(
  tx: Transaction,
  accountId: string,
  exportId: string,
  workerId: string,
): Promise<void> {
  await tx.run(
    'update export_ranges set claimed_at = null where account_id = $1 and export_id = $2 and claimed_by = $3 and outcome is null',
    [accountId, exportId, workerId],
  );
}

/** The first range that nobody works on, claimed for this worker, with the places of it that are suppressed. */
export async function claimRange(
  tx: Transaction,
  accountId: string,
  exportId: string,
  workerId: string,
): Promise<(RangeRow & { suppressed: number[] }) | undefined> {
  const range = await tx.row<RangeRow>(
    `update export_ranges set claimed_by = $3, claimed_at = now()
     where account_id = $1 and export_id = $2 and range_number = (
       select range_number from export_ranges
       where account_id = $1 and export_id = $2 and outcome is null
         and (claimed_at is null or claimed_at < now() - make_interval(secs => ${CLAIM_SECONDS}))
       order by range_number limit 1 for update skip locked)
     returning range_number, after_position, upto_position`,
    [accountId, exportId, workerId],
  );
  if (range === undefined) return undefined;
  const suppressed = await tx.rows<{ position: number }>(
    'select position from export_suppressions where account_id = $1 and export_id = $2 and position > $3 and position <= $4',
    [accountId, exportId, range.after_position, range.upto_position],
  );
  return { ...range, suppressed: suppressed.map((row) => row.position) };
}

/** Keeps what became of a range, unless somebody else was first or the export has ended. Returns whether it was kept. */
export async function saveOutcome(
  tx: Transaction,
  accountId: string,
  exportId: string,
  rangeNumber: number,
  outcome: RangeOutcome,
): Promise<boolean> {
  const touched = await tx.run(
    'update export_ranges set outcome = $4 where account_id = $1 and export_id = $2 and range_number = $3 and outcome is null',
    [accountId, exportId, rangeNumber, JSON.stringify(outcome)],
  );
  return touched === 1;
}

/** How many ranges are still to be made, and how many customers those that are made had. */
export async function rangesLeft(
  tx: Transaction,
  accountId: string,
  exportId: string,
): Promise<{ left: number; customers: number }> {
  const row = await tx.row<{ left: number; customers: number }>(
    `select count(*) filter (where outcome is null) as left, coalesce(sum((outcome->>'customers')::bigint), 0)::bigint as customers
     from export_ranges where account_id = $1 and export_id = $2`,
    [accountId, exportId],
  );
  return row ?? { left: 0, customers: 0 };
}

export async function outcomesOf(tx: Transaction, accountId: string, exportId: string): Promise<RangeOutcome[]> {
  const rows = await tx.rows<{ outcome: RangeOutcome }>(
    'select outcome from export_ranges where account_id = $1 and export_id = $2 order by range_number',
    [accountId, exportId],
  );
  return rows.map((row) => row.outcome);
}

/** Ranges in which somebody was erased after they were read are to be made again. Returns how many those are. */
export function reopenErased(tx: Transaction, accountId: string, exportId: string): Promise<number> {
  return tx.run(
    `update export_ranges r set outcome = null, claimed_at = null
     where r.account_id = $1 and r.export_id = $2 and r.outcome is not null and (r.outcome->>'erased')::bigint <> (
       select count(*) from snapshot_erasures e
       where e.account_id = $1 and e.snapshot_id = $2 and e.position > r.after_position and e.position <= r.upto_position)`,
    [accountId, exportId],
  );
}
