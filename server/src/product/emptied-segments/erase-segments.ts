import type { Transaction } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors/failure.ts';
import { forgetAnswers } from '../../platform/http/kept-answers.ts';
import { NO_SUCH_ID } from '../../platform/http/schemas.ts';
import { describeError } from '../../platform/log/log.ts';
import { approvalContent, approvalDigest } from '../approvals/approval-content.ts';
import { carryApprovals } from '../approvals/give-approval.ts';
import { recordByJob } from '../audit/record-by-job.ts';
import type { CampaignRow } from '../campaigns/campaign.ts';
import { eraseSegments, lockCampaignForJob, requireRun, saveRun, takeStep } from '../campaigns/lock-campaign.ts';
import { SEGMENT_ERASURE } from '../customers/queue-aftermath.ts';
import { type EmptiedBatch, emptiedOf, forgetEmptied, takeEmptied } from '../customers/segment-people.ts';
import { loadFields, lockProfiles } from '../fields/load-fields.ts';
import {
  JobCancelled,
  JobInterrupted,
  type JobKind,
  JobPostponed,
  type JobRow,
  type JobRun,
  JobSuperseded,
} from '../jobs/job.ts';
import { mustEnd } from '../jobs/must-end.ts';
import type { MessageInSegment } from '../messages/message.ts';
import { eraseTexts, runMessages } from '../messages/run-messages.ts';
import { renewTextHolds } from '../messages/text-fields.ts';
import { eraseExchanges } from '../model-calls/book-calls.ts';
import { eraseApprovedTexts, writeRewrittenManifests } from '../publishing/erase-approved-texts.ts';
import { forgetDecisions } from '../reviews/decisions.ts';
import { carryFullCheck } from '../reviews/full-check.ts';
import type { Services } from '../services.ts';
import { type SegmentInRun, stillLivedIn } from './still-lived-in.ts';

const SEGMENTS_A_STEP = 500;
/** What does not come to rest in that time is not waited for: who was erased comes first. */
const WAITED_AT_MOST_MS = 60 * 60_000;

const digestNow = async (tx: Transaction, campaign: CampaignRow) => {
  const messages = await runMessages(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
  return { messages, digest: approvalDigest(approvalContent(campaign, campaign.current_run, messages)) };
};

/** What was approved goes on being approved without what was taken out of it, in one run. */
async function carryDigest(
  services: Services,
  tx: Transaction,
  campaign: CampaignRow,
  userId: string,
  changed: { runNumber: number; from: string; to: string },
): Promise<void> {
  const { runNumber: run_number, from, to } = changed;
  const { account_id, campaign_id } = campaign;
  await carryApprovals(tx, { account_id, campaign_id, run_number }, { from, to });
  const run = await requireRun(tx, account_id, campaign_id, run_number);
  if (run.approval_digest !== from) return;
  await saveRun(tx, account_id, { ...run, approval_digest: to });
  if (run_number === campaign.current_run) await carryFullCheck(services, tx, campaign, { from, to, userId });
}

/** Counts the segments that runs have left. */
async function countSegmentsGone(
  tx: Transaction,
  { account_id, campaign_id }: CampaignRow,
  gone: readonly SegmentInRun[],
): Promise<void> {
  for (const [runNumber, segments] of Map.groupBy(gone, (segment) => segment.run_number)) {
    const run = await requireRun(tx, account_id, campaign_id, runNumber);
    await saveRun(tx, account_id, { ...run, segment_count: run.segment_count - segments.length });
  }
}

/** Counts what the current run has left, and takes it back to review when none of what was approved is. */
async function settleCurrentRun(
  tx: Transaction,
  campaign: CampaignRow,
  messages: readonly MessageInSegment[],
): Promise<void> {
  const { account_id: accountId, campaign_id: campaignId, current_run: runNumber } = campaign;
  const run = await requireRun(tx, accountId, campaignId, runNumber);
  await saveRun(tx, accountId, {
    ...run,
    reused_count: messages.filter((message) => message.reused_from !== null).length,
    generated_count: messages.filter((message) => message.reused_from === null).length,
  });
  if (campaign.status !== 'Ready for review' && campaign.status !== 'Ready to publish') return;
  await renewTextHolds(tx, campaign, messages, await loadFields(tx, accountId, campaign.workspace_id));
  if (campaign.status === 'Ready to publish' && !messages.some((message) => message.review_status === 'Approved'))
    await takeStep(tx, campaign, 'review');
}

/** Removes all that tells of the people of these segments of a campaign. Nothing is left to do when it is done again. */
async function eraseOf(
  services: Services,
  tx: Transaction,
  job: JobRow,
  campaign: CampaignRow,
  there: readonly SegmentInRun[],
  segmentIds: readonly string[],
): Promise<void> {
  const { account_id: accountId, campaign_id: campaignId } = campaign;
  const before = await digestNow(tx, campaign);
  const { deleted, blanked, segmentsLeft } = await eraseTexts(tx, accountId, segmentIds);
  const prompts = await eraseExchanges(tx, accountId, segmentIds);
  const others = there.filter((segment) => !segmentsLeft.has(segment.segment_id));
  if (deleted.length + blanked.length + prompts + others.length === 0) return;
  await eraseSegments(tx, accountId, {
    published: [...segmentsLeft],
    others: others.map((segment) => segment.segment_id),
  });
  await forgetDecisions(tx, accountId, blanked);
  await forgetAnswers(tx, accountId, campaignId);
  const elsewhere = await eraseApprovedTexts(tx, campaign, there, new Set(blanked), services.clock.now());
  const after = await digestNow(tx, campaign);
  const own = { runNumber: campaign.current_run, from: before.digest, to: after.digest };
  const changed = [own, ...elsewhere].filter(({ from, to }) => from !== to);
  for (const change of changed) await carryDigest(services, tx, campaign, job.created_by, change);
  await countSegmentsGone(tx, campaign, others);
  if (others.some((segment) => segment.run_number === campaign.current_run))
    await settleCurrentRun(tx, campaign, after.messages);
  const digests = changed.map(({ runNumber: run_number, from, to }) => ({ run_number, before: from, after: to }));
  await recordByJob(tx, job, {
    action: 'campaign.texts_erased',
    objectIds: {
      campaign_id: campaignId,
      segment_ids: [...segmentIds],
      messages: deleted.length + blanked.length,
      prompts,
      digests: [...new Map(digests.map((one) => [JSON.stringify(one), one])).values()],
      job_id: job.job_id,
    },
  });
}

/**
 * Erases emptied segments of one campaign and gives those that are to be forgotten once its manifests are written. Those that
 * somebody has come into since are forgotten at once: they may be emptied again at any moment.
 */
function eraseBatch(services: Services, run: JobRun, batch: EmptiedBatch): Promise<string[]> {
  const { job } = run;
  const { campaignId, segmentIds } = batch;
  const mayWait = services.clock.now().getTime() - batch.since.getTime() < WAITED_AT_MOST_MS;
  const { account_id: accountId, workspace_id: workspaceId } = job;
  return run.step(async ({ tx }) => {
    await lockProfiles(tx, workspaceId);
    const campaign = await lockCampaignForJob(tx, accountId, campaignId);
    if (campaign === undefined) return segmentIds;
    const { livedIn, there } = await stillLivedIn(tx, campaign, segmentIds, mayWait);
    await forgetEmptied(tx, accountId, job.job_id, [...livedIn]);
    const emptied = segmentIds.filter((id) => !livedIn.has(id));
    const found = there.filter((segment) => !livedIn.has(segment.segment_id));
    if (emptied.length > 0) await eraseOf(services, tx, job, campaign, found, emptied);
    return emptied;
  });
}

/** What keeps a job from ending for good comes first: it is tried again for all that is left. */
function gravest(errors: readonly unknown[]): unknown {
  const isFinal = (error: unknown) => error instanceof Failure && error.status < 500;
  return (
    errors.find((error) => !isFinal(error) && !(error instanceof JobPostponed)) ??
    errors.find((error) => error instanceof JobPostponed) ??
    errors[0]
  );
}

const isOver = (error: unknown) =>
  error instanceof JobInterrupted || error instanceof JobSuperseded || error instanceof JobCancelled;

/**
 * Removes criteria, texts, prompts and answers of segments all of whose people were erased. A segment is forgotten as
 * emptied only when the manifests that had its texts are written, so a start after a crash does what was left. What goes
 * wrong with one campaign keeps no other one waiting.
 */
export const segmentErasureJob: JobKind<Services> = {
  kind: SEGMENT_ERASURE,
  refuseCancel: mustEnd,
  run: async (services, run) => {
    const { account_id: accountId, workspace_id: workspaceId, job_id: jobId } = run.job;
    const keys = await services.keyring.forAccount(accountId);
    const failed: unknown[] = [];
    let [segments, after] = [0, NO_SUCH_ID];
    await run.step(({ tx }) => takeEmptied(tx, accountId, workspaceId, jobId));
    for (;;) {
      run.throwIfStopped();
      const batch = await run.step(({ tx }) => emptiedOf(tx, accountId, jobId, after, SEGMENTS_A_STEP));
      if (batch === null) break;
      try {
        const erased = await eraseBatch(services, run, batch);
        await writeRewrittenManifests(services, keys, workspaceId, batch.campaignId);
        await run.step(({ tx }) => forgetEmptied(tx, accountId, jobId, erased));
        segments += erased.length;
      } catch (error) {
        if (isOver(error)) throw error;
        services.log.warn('segment_erasure_failed', { campaign_id: batch.campaignId, ...describeError(error) });
        failed.push(error);
        after = batch.campaignId;
      }
    }
    if (failed.length > 0) throw gravest(failed);
    return { segments };
  },
};
