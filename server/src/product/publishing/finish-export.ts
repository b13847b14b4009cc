import type { Transaction } from '../../platform/database/database.ts';
import { requireRun } from '../campaigns/lock-campaign.ts';
import { lockProfiles } from '../fields/load-fields.ts';
import type { JobRun } from '../jobs/job.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import type { Services } from '../services.ts';
import type { SnapshotRow } from '../snapshots/snapshot.ts';
import { countUsage } from '../usage/count-usage.ts';
import { runPrefix } from './begin-export.ts';
import { columnsOf } from './export-plan.ts';
import { type ExportRow, outcomesOf, type RangeOutcome, reopenErased } from './export-store.ts';
import type { Manifest } from './manifest.ts';
import { manifestKeyOf, writeManifest } from './replace-object.ts';
import { namedObjects } from './rewrite-store.ts';
import { findPublication, type Part, swapPublication } from './store.ts';

type NewPart = Omit<Part, 'publication_id'>;

function partsOf(outcomes: readonly RangeOutcome[]): NewPart[] {
  const parts: NewPart[] = [];
  for (const { object_key, rows_key, rows, bytes, gzip_bytes, sha256 } of outcomes)
    if (object_key !== null)
      parts.push({
        page: parts.length + 1,
        object_key,
        rows_key,
        row_count: rows,
        byte_count: bytes,
        gzip_bytes,
        sha256,
      });
  return parts;
}

const nameOf = (page: number) => `part-${String(page).padStart(6, '0')}.csv`;

function manifestOf(
  exported: ExportRow,
  snapshot: SnapshotRow,
  group: { customer_group_name: string; approval_digest: string | null },
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
    parts: parts.map(({ page, row_count, byte_count, gzip_bytes, sha256 }) => ({
      page,
      file: nameOf(page),
      rows: row_count,
      bytes: byte_count,
      gzip_bytes,
      sha256,
      erased_rows: 0,
    })),
    rows: sum('rows'),
    customers: sum('customers'),
    unmatched: sum('unmatched'),
    ineligible: sum('ineligible'),
    suppressed: sum('suppressed'),
    held_out: sum('held_out'),
    erased_rows: 0,
    rewritten_at: null,
    approval_digest: group.approval_digest,
    approval: exported.approval,
  };
}

/** Puts the files in place, unless an earlier start of this export has done so and died. */
async function swapIn(
  services: Pick<Services, 'clock'>,
  tx: Transaction,
  exported: ExportRow,
  snapshot: SnapshotRow,
): Promise<Manifest> {
  const { account_id: accountId, campaign_id: campaignId, run_number: runNumber, publication_id: id } = exported;
  const swapped = await findPublication(tx, accountId, id);
  if (swapped !== undefined) return swapped.manifest;
  const run = await requireRun(tx, accountId, campaignId, runNumber);
  const outcomes = await outcomesOf(tx, accountId, exported.export_id);
  const parts = partsOf(outcomes);
  const manifest = manifestOf(exported, snapshot, run, outcomes, parts);
  const publication = { publication_id: id, campaign_id: campaignId, run_number: runNumber, manifest };
  await swapPublication(tx, accountId, { ...publication, object_prefix: exported.object_prefix }, parts);
  await countUsage(services, tx, accountId, { exported_rows: manifest.rows });
  return manifest;
}

/** Leaves nothing below the run but what can be fetched: files that were replaced go, and what killed workers left. */
async function sweepRun(services: Pick<Services, 'objects' | 'database'>, exported: ExportRow): Promise<void> {
  const { account_id: accountId, publication_id: publicationId } = exported;
  const below = await services.objects.list(runPrefix(accountId, exported.campaign_id, exported.run_number));
  // Read after the look: whatever takes a file's place is named before it is there.
  const named = await services.database.tenant(accountId, (tx) => namedObjects(tx, accountId, publicationId));
  const kept = new Set([manifestKeyOf(exported.object_prefix), ...named]);
  for (const key of below) if (!kept.has(key)) await services.objects.delete(key);
}

/**
 * Makes the finished files those that are fetched, in one step, and deletes those they replace. Null when somebody was
 * erased after their part of the group was read: those ranges are open again. Whoever erases holds the workspace's
 * profile lock, and so does this step, so nobody whose erasure was acknowledged before is in files that can be fetched.
 */
export async function finishExport(
  services: Services,
  run: JobRun,
  keys: AccountKeys,
  exported: ExportRow,
  snapshot: SnapshotRow,
): Promise<Manifest | null> {
  const manifest = await run.step(async ({ tx, progress }) => {
    await lockProfiles(tx, snapshot.workspace_id);
    if ((await reopenErased(tx, exported.account_id, exported.export_id)) > 0) return null;
    const manifest = await swapIn(services, tx, exported, snapshot);
    progress(manifest.customers, manifest.customers);
    return manifest;
  });
  if (manifest === null) return null;
  await writeManifest(services, keys, exported.publication_id);
  await sweepRun(services, exported);
  return manifest;
}
