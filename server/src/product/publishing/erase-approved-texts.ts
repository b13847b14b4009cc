import type { Transaction } from '../../platform/database/database.ts';
import { type ApprovalSection, sectionWithout } from '../approvals/approval-section.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import type { Services } from '../services.ts';
import { exportsOfCampaign, saveExportContent } from './export-store.ts';
import type { Manifest } from './manifest.ts';
import { writeManifest } from './replace-object.ts';
import { lockPublications, rewrittenPublications, saveManifest } from './rewrite-store.ts';

/** What was approved of a run, before and after texts were taken out. */
export type ChangedDigest = { runNumber: number; from: string; to: string };

function manifestWithout(manifest: Manifest, approval: ApprovalSection, texts: number, now: Date): Manifest {
  return {
    ...manifest,
    approval,
    approval_digest: approval.digest,
    erased_texts: (manifest.erased_texts ?? 0) + texts,
    rewritten_at: now.toISOString(),
  };
}

/**
 * Takes the texts of these messages, of these runs, out of the campaign's manifests and of exports under way. Entries stay, without their
 * texts, as rows of files name them. Returns the digests that have changed. The caller has locked the workspace's profiles
 * and the campaign, and has the manifests written (writeRewrittenManifests) after its transaction.
 */
export async function eraseApprovedTexts(
  tx: Transaction,
  campaign: { account_id: string; campaign_id: string },
  runNumbers: readonly number[],
  messageIds: ReadonlySet<string>,
  now: Date,
): Promise<ChangedDigest[]> {
  const { account_id: accountId, campaign_id: campaignId } = campaign;
  const changed: ChangedDigest[] = [];
  if (messageIds.size === 0) return changed;
  for (const exported of await exportsOfCampaign(tx, accountId, campaignId)) {
    const approval = sectionWithout(exported.approval, messageIds);
    if (approval === null) continue;
    const texts = exported.plan.texts.filter((text) => !messageIds.has(text.message_id));
    const without = new Set(
      exported.plan.texts.filter((text) => messageIds.has(text.message_id)).map((text) => text.canonical_criteria),
    );
    const canonicals = exported.plan.canonicals.filter((canonical) => !without.has(canonical));
    await saveExportContent(tx, { ...exported, plan: { ...exported.plan, texts, canonicals }, approval });
    changed.push({ runNumber: exported.run_number, from: exported.approval.digest, to: approval.digest });
  }
  for (const { publication_id, manifest } of await lockPublications(tx, accountId, campaignId, runNumbers)) {
    // Manifests stand as they were written: those of before there were approvals have none, not even null.
    if (manifest.approval == null) continue;
    const approval = sectionWithout(manifest.approval, messageIds);
    if (approval === null) continue;
    const texts = approval.content.messages.filter((text) => messageIds.has(text.message_id)).length;
    await saveManifest(tx, accountId, publication_id, manifestWithout(manifest, approval, texts, now));
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
