import { Readable } from 'node:stream';
import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { type ApprovalSection, approvalSection } from '../approvals/approval-section.ts';
import type { CampaignRow, RunRow } from '../campaigns/campaign.ts';
import { releaseNeeds } from '../campaigns/hold-needs.ts';
import { lockCampaignForJob, requireCampaign, requireRun, segmentsOf } from '../campaigns/lock-campaign.ts';
import { openValues } from '../customers/profile-values.ts';
import { membersAfter } from '../customers/read-group.ts';
import { releaseFields } from '../fields/hold-fields.ts';
import { loadFields } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import { releaseGroups } from '../groups/hold.ts';
import type { JobKind, JobRow, JobRun } from '../jobs/job.ts';
import { runMessages } from '../messages/run-messages.ts';
import { reviewFailures } from '../reviews/errors.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { writeSealed } from '../sealing/sealed-stream.ts';
import type { Services } from '../services.ts';
import { createSuppressionReader } from '../suppressions/find-suppressed.ts';
import { assembleRows, columnsOf, type ExportPlan } from './assemble-rows.ts';
import { exportPlanFor } from './export-plan.ts';
import type { Manifest } from './manifest.ts';
import { createPartWriter, type FinishedPart } from './part-writer.ts';
import { MESSAGES_EXPORT } from './publish-campaign.ts';
import { clearExportJob, swapPublication } from './store.ts';

const MEMBERS_AT_ONCE = 1_000;

type Exported = {
  campaign: CampaignRow;
  run: RunRow;
  plan: ExportPlan;
  approval: ApprovalSection;
  parts: FinishedPart[];
  snapshotAt: Date;
  customers: number;
  unmatched: number;
  ineligible: number;
  suppressed: number;
};

/** Where the files of all runs of a campaign lie: account, campaign, run, publication. */
function prefixFor(
  campaign: Pick<CampaignRow, 'account_id' | 'campaign_id'>,
  runNumber: number,
  publicationId: string,
): string {
  return `published/${campaign.account_id}/${campaign.campaign_id}/run-${runNumber}/${publicationId}`;
}

/** Writes all files from one snapshot of the database: membership, eligibility and segments are of the same moment. */
async function writeFiles(
  services: Services,
  run: JobRun,
  keys: AccountKeys,
  prefix: string,
  tx: Transaction,
): Promise<Exported> {
  const { job } = run;
  const { account_id: accountId, workspace_id: workspaceId } = job;
  const campaign = await requireCampaign(tx, accountId, workspaceId, job.subject.campaign_id ?? '');
  const runRow = await requireRun(tx, accountId, campaign.campaign_id, Number(job.subject.run_number));
  const group = await requireGroup(tx, accountId, workspaceId, runRow.customer_group_id);
  const fields = await loadFields(tx, accountId, workspaceId);
  const snapshotAt = services.clock.now();
  const messages = await runMessages(tx, accountId, campaign.campaign_id, runRow.run_number);
  const approval = await approvalSection(tx, campaign, runRow, messages);
  if (approval === null) throw reviewFailures.approval_void();
  const plan = exportPlanFor(
    campaign,
    runRow.run_number,
    fields,
    await segmentsOf(tx, accountId, campaign.campaign_id, runRow.run_number),
    messages,
    snapshotAt.getUTCFullYear(),
  );
  const writer = createPartWriter({
    columns: columnsOf(plan).map((column) => column.name),
    identifierCount: plan.identifierFields.length,
    prefix,
    store: (objectKey, content) => writeSealed(services.objects, keys, objectKey, content),
  });
  const counts = { customers: 0, unmatched: 0, ineligible: 0, suppressed: 0 };
  const suppressedAmong = await createSuppressionReader(tx, accountId, workspaceId);
  try {
    for (let position = 0, more = true; more; ) {
      run.throwIfStopped();
      const members = await membersAfter(tx, accountId, group.customer_group_id, position, MEMBERS_AT_ONCE);
      const suppressed = await suppressedAmong(members.map((member) => member.customer_id));
      for (const member of members) {
        position = member.position;
        counts.customers += 1;
        if (suppressed.has(member.customer_id)) {
          counts.suppressed += 1;
          continue;
        }
        const values = openValues(
          keys,
          { accountId, workspaceId, customerId: member.customer_id },
          member.sealed_profile,
        );
        const clear = member.clear_values;
        const assembled = assembleRows(plan, {
          customerId: member.customer_id,
          clearCell: (slot) => clear[slot],
          cell: (slot) => values.get(slot),
        });
        if (assembled.outcome === 'rows') for (const row of assembled.rows) await writer.write(row);
        else counts[assembled.outcome] += 1;
      }
      more = members.length === MEMBERS_AT_ONCE;
      if (more) await run.step(async ({ progress }) => progress(counts.customers, group.member_count));
    }
    return { campaign, run: runRow, plan, approval, parts: await writer.finish(), snapshotAt, ...counts };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

function manifestOf(exported: Exported, publicationId: string): Manifest {
  const { campaign, run, plan, parts } = exported;
  return {
    campaign_id: campaign.campaign_id,
    campaign_name: campaign.campaign_name,
    run_number: run.run_number,
    publication_id: publicationId,
    customer_group_id: run.customer_group_id,
    customer_group_name: run.customer_group_name,
    snapshot_at: exported.snapshotAt.toISOString(),
    columns: columnsOf(plan),
    parts: parts.map((part) => ({
      page: part.page,
      file: part.object_key.split('/').at(-1) ?? '',
      rows: part.row_count,
      bytes: part.byte_count,
      sha256: part.sha256,
    })),
    rows: parts.reduce((sum, part) => sum + part.row_count, 0),
    customers: exported.customers,
    unmatched: exported.unmatched,
    ineligible: exported.ineligible,
    suppressed: exported.suppressed,
    approval_digest: run.approval_digest,
    approval: exported.approval,
  };
}

/**
 * Exports a run. A killed export begins again with a fresh snapshot; what it had written is deleted, and nothing of it
 * was ever to be fetched, because files count only once the run points at their publication.
 */
async function exportMessages(services: Services, run: JobRun): Promise<Record<string, unknown>> {
  const { job } = run;
  const keys = await services.keyring.forAccount(job.account_id);
  const publicationId = newId();
  const begun = await run.step(async ({ cursor, saveCursor, tx }) => {
    const campaign = await requireCampaign(tx, job.account_id, job.workspace_id, job.subject.campaign_id ?? '');
    const prefix = prefixFor(campaign, Number(job.subject.run_number), publicationId);
    saveCursor({ prefix });
    return { prefix, abandoned: typeof cursor?.prefix === 'string' ? cursor.prefix : null };
  });
  if (begun.abandoned !== null) await services.objects.deleteBelow(begun.abandoned);
  try {
    const exported = await services.database.tenantSnapshot(job.account_id, (tx) =>
      writeFiles(services, run, keys, begun.prefix, tx),
    );
    const manifest = manifestOf(exported, publicationId);
    await writeSealed(
      services.objects,
      keys,
      `${begun.prefix}/manifest.json`,
      Readable.from([Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)]),
    );
    const { replacedPrefix } = await run.step(async ({ tx, progress, saveCursor }) => {
      progress(exported.customers, exported.customers);
      // From here on the files are the run's own: another start must not take them for abandoned ones.
      saveCursor({});
      return swapPublication(
        tx,
        job.account_id,
        {
          publication_id: publicationId,
          campaign_id: exported.campaign.campaign_id,
          run_number: exported.run.run_number,
          object_prefix: begun.prefix,
          manifest,
        },
        exported.parts,
      );
    });
    if (replacedPrefix !== null) await services.objects.deleteBelow(replacedPrefix);
    return {
      run_number: manifest.run_number,
      pages: manifest.parts.length,
      rows: manifest.rows,
      customers: manifest.customers,
      unmatched: manifest.unmatched,
      ineligible: manifest.ineligible,
      suppressed: manifest.suppressed,
    };
  } catch (error) {
    await services.objects.deleteBelow(begun.prefix).catch(() => undefined);
    throw error;
  }
}

/** The export has ended, well or not: another may be queued, and the group and fields may be deleted again. */
async function endExport(tx: Transaction, job: JobRow): Promise<void> {
  const campaign = await lockCampaignForJob(tx, job.account_id, job.subject.campaign_id ?? '');
  await clearExportJob(tx, job.account_id, job.job_id);
  await releaseGroups(tx, job.account_id, job.job_id);
  await releaseFields(tx, job.account_id, job.job_id);
  // A rerun may have begun meanwhile; what it holds is its own.
  if (campaign?.status === 'Published') await releaseNeeds(tx, campaign);
}

export const messagesExportJob: JobKind<Services> = {
  kind: MESSAGES_EXPORT,
  run: exportMessages,
  onCompleted: (_services, tx, job) => endExport(tx, job),
  onFailed: (_services, tx, job) => endExport(tx, job),
  onCancelled: (_services, tx, job) => endExport(tx, job),
};
