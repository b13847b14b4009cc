import type { Transaction } from '../../platform/database/database.ts';
import { releaseNeeds } from '../campaigns/hold-needs.ts';
import { lockCampaignForJob } from '../campaigns/lock-campaign.ts';
import { releaseFields } from '../fields/hold-fields.ts';
import { lockProfiles } from '../fields/load-fields.ts';
import { releaseGroups } from '../groups/hold.ts';
import {
  JobCancelled,
  type JobFacts,
  type JobKind,
  JobPostponed,
  type JobRow,
  type JobRun,
  JobSuperseded,
} from '../jobs/job.ts';
import { queueJob } from '../jobs/queue-job.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import type { Services } from '../services.ts';
import { findSnapshot, releaseSnapshot, SnapshotGone, type SnapshotRow } from '../snapshots/snapshot.ts';
import { beginExport, MESSAGES_EXPORT_SHARE } from './begin-export.ts';
import { type ExportRow, findExport } from './export-store.ts';
import { finishExport } from './finish-export.ts';
import { makeDelta } from './make-delta.ts';
import type { Workshop } from './make-range.ts';
import type { Manifest } from './manifest.ts';
import { MESSAGES_EXPORT } from './publish-campaign.ts';
import { hasRoomForThread, makerHere, startMaker } from './start-maker.ts';
import { clearExportJob, findRunFiles } from './store.ts';
import { FILES_REMOVAL, sweepRun } from './sweep-files.ts';
import { workOffRanges } from './work-off-ranges.ts';

const TOO_FEW_FOR_A_THREAD = 2_500;
const NO_ROOM_SECONDS = 3;

type Begun = { exported: ExportRow; snapshot: SnapshotRow };

async function findBegun(tx: Transaction, accountId: string, exportId: string): Promise<Begun | undefined> {
  const exported = await findExport(tx, accountId, exportId);
  const snapshot = exported === undefined ? undefined : await findSnapshot(tx, accountId, exportId);
  return exported === undefined || snapshot === undefined ? undefined : { exported, snapshot };
}

/** Works in a workshop of its own, which is closed whatever happens. */
async function inWorkshop<T>(
  services: Services,
  run: JobRun,
  keys: AccountKeys,
  { exported, snapshot }: Begun,
  work: (workshop: Workshop) => Promise<T>,
): Promise<T> {
  const maker = snapshot.member_count <= TOO_FEW_FOR_A_THREAD ? makerHere(exported.plan) : startMaker(exported.plan);
  try {
    return await work({ services, run, keys, snapshot, prefix: exported.object_prefix, maker });
  } finally {
    await maker.close();
  }
}

/** Who was overtaken or stopped may have stored something after the export had ended, and what it had made was removed. */
async function sweepWhenOver(services: Services, exported: ExportRow, error: unknown): Promise<void> {
  if (error instanceof JobSuperseded || error instanceof JobCancelled || error instanceof SnapshotGone)
    await sweepRun(services, exported.account_id, exported.campaign_id, exported.run_number);
}

function resultOf(manifest: Manifest): Record<string, unknown> {
  const { run_number, parts, rows, customers, unmatched, ineligible, suppressed, held_out } = manifest;
  return { run_number, pages: parts.length, rows, customers, unmatched, ineligible, suppressed, held_out };
}

/**
 * Exports a run. The first start takes a snapshot of the group and cuts it into ranges; this job and those that share the
 * work make a file of each, and a later start goes on with the ranges that are left. Nothing can be fetched before all of
 * them are there.
 */
async function exportMessages(services: Services, run: JobRun): Promise<Record<string, unknown>> {
  const { account_id: accountId, job_id: exportId } = run.job;
  const keys = await services.keyring.forAccount(accountId);
  const begun = await run.step(async ({ tx, progress }): Promise<Begun> => {
    const found = await findBegun(tx, accountId, exportId);
    if (found !== undefined) return found;
    const { exported, snapshot } = await beginExport(services, tx, run.job);
    progress(0, snapshot.member_count);
    return { exported, snapshot };
  });
  try {
    return await inWorkshop(services, run, keys, begun, async (workshop) => {
      for (;;) {
        const how = { untilAllAreMade: true, total: begun.snapshot.member_count };
        await workOffRanges(services, run, exportId, workshop, how);
        const delta = begun.exported.plan.delta ? await makeDelta(services, run, keys, begun.exported) : null;
        const manifest = await finishExport(services, run, keys, begun.exported, begun.snapshot, delta);
        if (manifest !== null) return resultOf(manifest);
      }
    });
  } catch (error) {
    await sweepWhenOver(services, begun.exported, error);
    throw error;
  }
}

/** Makes files of an export for as long as there are ranges that nobody works on. */
async function shareExport(services: Services, run: JobRun): Promise<Record<string, unknown>> {
  const { account_id: accountId } = run.job;
  const exportId = run.job.subject.export_id ?? '';
  const begun = await run.step(({ tx }) => findBegun(tx, accountId, exportId));
  if (begun === undefined) return {};
  const keys = await services.keyring.forAccount(accountId);
  // Nothing is awaited from here until the thread is counted: of two that ask at once, one finds room.
  if (!hasRoomForThread()) throw new JobPostponed(NO_ROOM_SECONDS);
  try {
    await inWorkshop(services, run, keys, begun, (workshop) =>
      workOffRanges(services, run, exportId, workshop, { untilAllAreMade: false, total: null }),
    );
  } catch (error) {
    await sweepWhenOver(services, begun.exported, error);
    // The export has ended meanwhile.
    if (!(error instanceof SnapshotGone)) throw error;
  }
  return {};
}

/** The export has ended, well or not: another may be queued, and the group and fields may be deleted again. */
async function endExport(tx: Transaction, job: JobRow): Promise<void> {
  // Whoever writes profiles keeps their earlier versions for the snapshot: it must not go under their hands.
  await lockProfiles(tx, job.workspace_id);
  await releaseSnapshot(tx, job.account_id, job.job_id);
  const campaign = await lockCampaignForJob(tx, job.account_id, job.subject.campaign_id ?? '');
  await clearExportJob(tx, job.account_id, job.job_id);
  await releaseGroups(tx, job.account_id, job.job_id);
  await releaseFields(tx, job.account_id, job.job_id);
  // A rerun may have begun meanwhile; what it holds is its own.
  if (campaign?.status === 'Published') await releaseNeeds(tx, campaign);
}

/** It ends early: what it has made goes in a job, because storage is not touched in a transaction. */
async function endEarly(services: Services, tx: Transaction, job: JobRow): Promise<void> {
  await endExport(tx, job);
  const { campaign_id = '', run_number = '' } = job.subject;
  await queueJob(services.queue, tx, {
    accountId: job.account_id,
    workspaceId: job.workspace_id,
    kind: FILES_REMOVAL,
    subject: { campaign_id, run_number },
    createdBy: job.created_by,
  });
}

/** The files that can be fetched since this export, also where it failed behind that. */
async function tellExport(tx: Transaction, { account_id: accountId, job_id: exportId }: JobRow): Promise<JobFacts> {
  const exported = await findExport(tx, accountId, exportId);
  if (exported === undefined) return {};
  const { campaign_id, run_number, publication_id } = exported;
  const files = await findRunFiles(tx, accountId, campaign_id, run_number);
  if (files?.publication_id !== publication_id) return {};
  const { delta_publication_id } = files;
  return { publication_id, ...(delta_publication_id === null ? {} : { delta_publication_id }) };
}

export const messagesExportJob: JobKind<Services> = {
  kind: MESSAGES_EXPORT,
  run: exportMessages,
  tellEnd: tellExport,
  onCompleted: (_services, tx, job) => endExport(tx, job),
  onFailed: endEarly,
  onCancelled: endEarly,
};

export const exportShareJob: JobKind<Services> = { kind: MESSAGES_EXPORT_SHARE, run: shareExport };
