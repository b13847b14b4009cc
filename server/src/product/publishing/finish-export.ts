import type { Transaction } from '../../platform/database/database.ts';
import { type ApprovalSection, erasedTexts } from '../approvals/approval-section.ts';
import { requireRun } from '../campaigns/lock-campaign.ts';
import { lockProfiles } from '../fields/load-fields.ts';
import type { JobRun } from '../jobs/job.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import type { Services } from '../services.ts';
import type { SnapshotRow } from '../snapshots/snapshot.ts';
import { countUsage, requireQuota } from '../usage/count-usage.ts';
import { columnsOf } from './export-plan.ts';
import { type ExportRow, findExport, outcomesOf, type RangeOutcome, reopenErased } from './export-store.ts';
import { type Delta, isDeltaTrue } from './make-delta.ts';
import type { Manifest } from './manifest.ts';
import { type NewPart, newPartsOf } from './new-parts.ts';
import { writeManifest } from './replace-object.ts';
import { findPublication, findRunFiles, swapPublication } from './store.ts';
import { sweepRun } from './sweep-files.ts';

function partInManifest({ page, row_count, byte_count, gzip_bytes, sha256 }: NewPart): Manifest['parts'][number] {
  const file = `part-${String(page).padStart(6, '0')}.csv`;
  return { page, file, rows: row_count, bytes: byte_count, gzip_bytes, sha256, erased_rows: 0 };
}

function manifestOf(
  exported: ExportRow,
  snapshot: SnapshotRow,
  group: { customer_group_name: string; approval_digest: string | null },
  approval: ApprovalSection,
  outcomes: readonly RangeOutcome[],
  parts: readonly NewPart[],
): Manifest {
  const { shape } = exported.plan;
  const sum = (what: 'rows' | 'customers' | 'unmatched' | 'ineligible' | 'suppressed' | 'held_out') =>
    outcomes.reduce((total, outcome) => total + outcome[what], 0);
  return {
    campaign_id: exported.campaign_id,
    campaign_name: shape.campaignName,
    run_number: exported.run_number,
    publication_id: exported.publication_id,
    customer_group_id: snapshot.customer_group_id,
    customer_group_name: group.customer_group_name,
    snapshot_at: snapshot.taken_at.toISOString(),
    columns: columnsOf(shape),
    parts: parts.map(partInManifest),
    rows: sum('rows'),
    customers: sum('customers'),
    unmatched: sum('unmatched'),
    ineligible: sum('ineligible'),
    suppressed: sum('suppressed'),
    held_out: sum('held_out'),
    erased_rows: 0,
    erased_texts: erasedTexts(approval),
    rewritten_at: null,
    delta_of: null,
    changes: null,
    approval_digest: group.approval_digest,
    approval,
  };
}

/** The manifest of what changed, of that of everything. */
function manifestOfDelta(full: Manifest, delta: Delta): Manifest {
  return {
    ...full,
    publication_id: delta.publicationId,
    columns: delta.columns,
    parts: delta.parts.map(partInManifest),
    rows: delta.parts.reduce((sum, part) => sum + part.row_count, 0),
    delta_of: delta.since,
    changes: delta.changes,
  };
}

/** Puts the files in place, unless an earlier start of this export has done so and died. Throws quota_exceeded. */
async function swapIn(
  services: Pick<Services, 'clock' | 'config'>,
  tx: Transaction,
  exported: ExportRow,
  snapshot: SnapshotRow,
  delta: Delta | null,
): Promise<Manifest> {
  const { account_id: accountId, campaign_id: campaignId, run_number: runNumber, publication_id: id } = exported;
  const swapped = await findPublication(tx, accountId, id);
  if (swapped !== undefined) return swapped.manifest;
  const run = await requireRun(tx, accountId, campaignId, runNumber);
  const outcomes = await outcomesOf(tx, accountId, exported.export_id);
  const parts = newPartsOf(outcomes);
  // As it stands now: texts may have been removed since the files were begun.
  const { approval } = (await findExport(tx, accountId, exported.export_id)) ?? exported;
  const manifest = manifestOf(exported, snapshot, run, approval, outcomes, parts);
  const used = { exported_rows: manifest.rows };
  // How many there are is known only now: nobody can have fetched them yet.
  await requireQuota(services, tx, accountId, used);
  const ids = { campaign_id: campaignId, run_number: runNumber };
  await swapPublication(tx, accountId, {
    full: { ...ids, publication_id: id, object_prefix: exported.object_prefix, manifest, parts },
    delta: delta && {
      ...ids,
      publication_id: delta.publicationId,
      object_prefix: delta.prefix,
      manifest: manifestOfDelta(manifest, delta),
      parts: delta.parts,
    },
  });
  await countUsage(services, tx, accountId, used);
  return manifest;
}

/**
 * Makes the finished files those that are fetched, in one step, and deletes those they replace. Null when somebody was
 * erased after their part of the group was read (those ranges are open again) or after they were listed as removed. Whoever erases holds the workspace's
 * profile lock, and so does this step, so nobody whose erasure was acknowledged before is in files that can be fetched.
 */
export async function finishExport(
  services: Services,
  run: JobRun,
  keys: AccountKeys,
  exported: ExportRow,
  snapshot: SnapshotRow,
  delta: Delta | null,
): Promise<Manifest | null> {
  const manifest = await run.step(async ({ tx, progress }) => {
    await lockProfiles(tx, snapshot.workspace_id);
    if ((await reopenErased(tx, exported.account_id, exported.export_id)) > 0) return null;
    if (delta !== null && !(await isDeltaTrue(tx, exported.account_id, delta))) return null;
    const manifest = await swapIn(services, tx, exported, snapshot, delta);
    progress(manifest.customers, manifest.customers);
    return manifest;
  });
  if (manifest === null) return null;
  // Also that of a delta which an earlier start put in place.
  const files = await services.database.tenant(exported.account_id, (tx) =>
    findRunFiles(tx, exported.account_id, exported.campaign_id, exported.run_number),
  );
  for (const id of [files?.publication_id, files?.delta_publication_id])
    if (id != null) await writeManifest(services, keys, id);
  await sweepRun(services, exported.account_id, exported.campaign_id, exported.run_number);
  return manifest;
}
