import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { approvalSection } from '../approvals/approval-section.ts';
import { requireCampaign, requireRun, segmentsOf } from '../campaigns/lock-campaign.ts';
import { loadFields, lockProfiles } from '../fields/load-fields.ts';
import type { JobRow } from '../jobs/job.ts';
import { queueJob } from '../jobs/queue-job.ts';
import { runMessages } from '../messages/run-messages.ts';
import { reviewFailures } from '../reviews/errors.ts';
import type { Services } from '../services.ts';
import { type SnapshotRow, takeSnapshot } from '../snapshots/snapshot.ts';
import { planShapeOf, planSourceOf } from './export-plan.ts';
import {
  type ExportRow,
  insertExport,
  insertRanges,
  keepSuppressions,
  type RangeRow,
  rangeEnds,
} from './export-store.ts';

export const MESSAGES_EXPORT_SHARE = 'messages_export_share';
/** Fixed by the contract. */
const ROWS_A_FILE = 10_000;
/** Another worker is asked for help for so many files each. */
const RANGES_A_WORKER = 4;
const SHARES_AT_MOST = 7;

/** All publications of a run of a campaign lie below it. */
export const runPrefix = (accountId: string, campaignId: string, runNumber: number) =>
  `published/${accountId}/${campaignId}/run-${runNumber}`;

/** Ranges of so many members that no file can get more rows than it may have. */
async function rangesOf(tx: Transaction, snapshot: SnapshotRow, channels: number): Promise<RangeRow[]> {
  const { account_id: accountId, customer_group_id: groupId, last_position: last } = snapshot;
  const each = Math.max(1, Math.floor(ROWS_A_FILE / channels));
  // A group that nobody has left needs no look at its members.
  const ends =
    snapshot.member_count === last
      ? Array.from({ length: Math.floor(last / each) }, (_, index) => (index + 1) * each)
      : await rangeEnds(tx, accountId, groupId, each);
  if (last > (ends.at(-1) ?? 0)) ends.push(last);
  return ends.map((end, index) => ({
    range_number: index + 1,
    after_position: ends[index - 1] ?? 0,
    upto_position: end,
  }));
}

/**
 * Takes the snapshot that an export reads and writes down everything else that decides, in one transaction; other jobs
 * are asked to share the work. Throws approval_void, and not_found when the group or campaign is gone.
 */
export async function beginExport(
  services: Pick<Services, 'queue' | 'clock'>,
  tx: Transaction,
  job: JobRow,
): Promise<{ exported: ExportRow; snapshot: SnapshotRow }> {
  const { account_id: accountId, workspace_id: workspaceId, job_id: exportId } = job;
  // Before anything is read: texts may be taken out while it is waited for (emptied-segments).
  await lockProfiles(tx, workspaceId);
  const campaign = await requireCampaign(tx, accountId, workspaceId, job.subject.campaign_id ?? '');
  const run = await requireRun(tx, accountId, campaign.campaign_id, Number(job.subject.run_number));
  const now = services.clock.now();
  const ids = { accountId, workspaceId, groupId: run.customer_group_id, snapshotId: exportId };
  const snapshot = await takeSnapshot(tx, ids, now);
  const fields = await loadFields(tx, accountId, workspaceId);
  const messages = await runMessages(tx, accountId, campaign.campaign_id, run.run_number);
  const approval = await approvalSection(tx, campaign, run, messages);
  if (approval === null) throw reviewFailures.approval_void();
  const publicationId = newId();
  const exported: ExportRow = {
    account_id: accountId,
    export_id: exportId,
    campaign_id: campaign.campaign_id,
    run_number: run.run_number,
    publication_id: publicationId,
    object_prefix: `${runPrefix(accountId, campaign.campaign_id, run.run_number)}/${publicationId}`,
    plan: planSourceOf(
      planShapeOf(campaign, run.run_number, fields, now.getUTCFullYear()),
      await segmentsOf(tx, accountId, campaign.campaign_id, run.run_number),
      messages,
      { gzip: job.subject.gzip === 'true', delta: job.subject.delta === 'true' },
    ),
    approval,
  };
  await insertExport(tx, exported);
  await keepSuppressions(tx, { accountId, exportId, workspaceId, groupId: run.customer_group_id });
  const ranges = await rangesOf(tx, snapshot, campaign.channels.length);
  await insertRanges(tx, accountId, exportId, ranges);
  const shares = Math.min(SHARES_AT_MOST, Math.floor(ranges.length / RANGES_A_WORKER));
  for (let share = 0; share < shares; share += 1)
    await queueJob(services.queue, tx, {
      accountId,
      workspaceId,
      kind: MESSAGES_EXPORT_SHARE,
      subject: { export_id: exportId },
      createdBy: job.created_by,
    });
  return { exported, snapshot };
}
