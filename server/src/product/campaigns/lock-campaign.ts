import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { voidApprovals } from '../approvals/give-approval.ts';
import { type CampaignRow, type CampaignStatus, type Move, move, type RunRow, type SegmentRow } from './campaign.ts';
import {
  blankSegments,
  deleteSegments,
  findCampaign,
  findRun,
  holdSegment,
  insertRun,
  listRuns,
  listSegments,
  lockCampaignRow,
  replaceSegments,
  runsOfSegments,
  updateCampaign,
  updateRun,
  updateSegmentSizes,
} from './store.ts';

/** The campaign of this workspace, or 400 not_found. */
export async function requireCampaign(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  campaignId: string,
): Promise<CampaignRow> {
  const campaign = isUuid(campaignId) ? await findCampaign(tx, accountId, workspaceId, campaignId) : undefined;
  if (campaign === undefined) throw notFound('campaign');
  return campaign;
}

/** The campaign, still until the transaction ends: every step takes this lock first, then looks at the state. */
export async function lockCampaign(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  campaignId: string,
): Promise<CampaignRow> {
  const campaign = isUuid(campaignId) ? await lockCampaignRow(tx, accountId, campaignId) : undefined;
  if (campaign === undefined || campaign.workspace_id !== workspaceId) throw notFound('campaign');
  return campaign;
}

/** The same for background work, which may find the campaign deleted. */
export function lockCampaignForJob(
  tx: Transaction,
  accountId: string,
  campaignId: string,
): Promise<CampaignRow | undefined> {
  return lockCampaignRow(tx, accountId, campaignId);
}

/** Steps after which the run's texts or decisions are no longer the ones that somebody approved. */
const VOIDING: ReadonlySet<Move> = new Set(['review', 'rewrite', 'reopen']);

/**
 * Takes one step of the lifecycle, with what changes beside the status. A step that changes texts or decisions voids the
 * run's approvals, those given towards a quorum too; going back from "Ready to publish" takes its digest away.
 * Throws wrong_state.
 */
export async function takeStep(
  tx: Transaction,
  campaign: CampaignRow,
  step: Move,
  change: Partial<CampaignRow> = {},
): Promise<CampaignRow> {
  const status: CampaignStatus = move(campaign.status, step);
  if (VOIDING.has(step)) await voidApprovals(tx, campaign);
  if (campaign.status === 'Ready to publish' && status === 'Ready for review') {
    const run = await requireRun(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
    await saveRun(tx, campaign.account_id, { ...run, approval_digest: null });
  }
  return updateCampaign(tx, {
    ...campaign,
    ...change,
    status,
    failure_reason: step === 'fail_generation' ? (change.failure_reason ?? null) : null,
  });
}

/** Changes a campaign without a step: its running job. */
export async function setActiveJob(tx: Transaction, campaign: CampaignRow, jobId: string | null): Promise<CampaignRow> {
  return updateCampaign(tx, { ...campaign, active_job_id: jobId });
}

export async function requireRun(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
): Promise<RunRow> {
  const run = await findRun(tx, accountId, campaignId, runNumber);
  if (run === undefined) throw notFound('run');
  return run;
}

export function runsOf(tx: Transaction, accountId: string, campaignId: string): Promise<RunRow[]> {
  return listRuns(tx, accountId, campaignId);
}

export async function openRun(
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
  await insertRun(tx, accountId, run);
}

export async function saveRun(tx: Transaction, accountId: string, run: RunRow): Promise<void> {
  await updateRun(tx, accountId, run);
}

export async function freezeSegments(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
  segments: readonly SegmentRow[],
): Promise<void> {
  await replaceSegments(tx, accountId, campaignId, runNumber, segments);
}

/** Keeps the frozen segments, with how many customers they have now and what they are called now. */
export async function renewSegments(
  tx: Transaction,
  accountId: string,
  segments: readonly SegmentRow[],
): Promise<void> {
  await updateSegmentSizes(tx, accountId, segments);
}

export function segmentsOf(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
): Promise<SegmentRow[]> {
  return listSegments(tx, accountId, campaignId, runNumber);
}

/** Whether the segment is still there; it stays so until the transaction ends. */
export function keepSegment(tx: Transaction, accountId: string, segmentId: string): Promise<boolean> {
  return holdSegment(tx, accountId, segmentId);
}

/** Those of the segments that are there, with their runs. */
export function segmentsAmong(
  tx: Transaction,
  accountId: string,
  segmentIds: readonly string[],
): Promise<{ segment_id: string; run_number: number; canonical_criteria: string }[]> {
  return runsOfSegments(tx, accountId, segmentIds);
}

/** Removes what segments tell of their people: those with published texts keep an empty place, the others go. */
export async function eraseSegments(
  tx: Transaction,
  accountId: string,
  segments: { published: readonly string[]; others: readonly string[] },
): Promise<void> {
  await blankSegments(tx, accountId, segments.published);
  await deleteSegments(tx, accountId, segments.others);
}
