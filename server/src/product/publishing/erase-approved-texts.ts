import type { Transaction } from '../../platform/database/database.ts';
import { type ApprovalSection, erasedTexts, sectionWithout } from '../approvals/approval-section.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import type { Services } from '../services.ts';
import { exportsOfRuns, saveExportContent } from './export-store.ts';
import type { Manifest } from './manifest.ts';
import { writeManifest } from './replace-object.ts';
import { lockPublications, rewrittenPublications, saveManifest } from './rewrite-store.ts';

/** What was approved of a run, before and after texts were taken out. */
export type ChangedDigest = { runNumber: number; from: string; to: string };

function manifestWithout(manifest: Manifest, approval: ApprovalSection, now: Date): Manifest {
  return {
    ...manifest,
    approval,
    approval_digest: approval.digest,
    erased_texts: erasedTexts(approval),
    rewritten_at: now.toISOString(),
  };
}

/**
 * Takes the texts of these messages out of the manifests of the segments' runs; them, and the segments, out of exports
 * under way. Entries of manifests stay, without their texts, as rows of files name them. Returns the digests that have
 * changed. The caller has locked the workspace's profiles and the campaign, and has the manifests written
 * (writeRewrittenManifests) after its transaction.
 */
export async function eraseApprovedTexts(
  tx: Transaction,
  campaign: { account_id: string; campaign_id: string },
  segments: readonly { run_number: number; canonical_criteria: string }[],
  messageIds: ReadonlySet<string>,
  now: Date,
): Promise<ChangedDigest[]> {
  const { account_id: accountId, campaign_id: campaignId } = campaign;
  const runNumbers = [...new Set(segments.map((segment) => segment.run_number))];
  const gone = new Set(segments.map((segment) => segment.canonical_criteria));
  const changed: ChangedDigest[] = [];
  for (const exported of await exportsOfRuns(tx, accountId, campaignId, runNumbers)) {
    const approval = sectionWithout(exported.approval, messageIds) ?? exported.approval;
    const { texts, canonicals } = exported.plan;
    const plan = {
      ...exported.plan,
      texts: texts.filter((text) => !gone.has(text.canonical_criteria)),
      canonicals: canonicals.filter((canonical) => !gone.has(canonical)),
    };
    await saveExportContent(tx, { ...exported, plan, approval });
    changed.push({ runNumber: exported.run_number, from: exported.approval.digest, to: approval.digest });
  }
  if (messageIds.size === 0) return changed;
  for (const { publication_id, manifest } of await lockPublications(tx, accountId, campaignId, runNumbers)) {
    // Manifests stand as they were written: those of before there were approvals have none, not even null.
    if (manifest.approval == null) continue;
    const approval = sectionWithout(manifest.approval, messageIds);
    if (approval === null) continue;
    await saveManifest(tx, accountId, publication_id, manifestWithout(manifest, approval, now));
    changed.push({ runNumber: manifest.run_number, from: manifest.approval.digest, to: approval.digest });
  }
  return changed;
}

/** Writes the campaign's rewritten manifests beside the files, also those that an earlier start could not write any more. */
export async function writeRewrittenManifests(
  services: Pick<Services, 'database' | 'objects'>,
  keys: AccountKeys,
  workspaceId: string,
  campaignId: string,
): Promise<void> {
  const rewritten = await services.database.tenant(keys.accountId, (tx) =>
    rewrittenPublications(tx, keys.accountId, workspaceId, campaignId),
  );
  for (const publicationId of rewritten) await writeManifest(services, keys, publicationId);
}
