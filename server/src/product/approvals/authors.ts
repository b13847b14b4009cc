import type { Transaction } from '../../platform/database/database.ts';
import { type AuthoredPart, insertAuthor, listAuthors } from './store.ts';

type OfRun = { account_id: string; campaign_id: string; current_run: number };

/**
 * Notes that this user shaped what the campaign says: its brief, or a text of the current run (by an edit, or by asking
 * for a rewrite). Kept whether or not the two-person rule is on, so that turning it on finds them all.
 */
export async function recordAuthor(
  tx: Transaction,
  campaign: OfRun,
  userId: string,
  part: AuthoredPart,
): Promise<void> {
  await insertAuthor(tx, campaign.account_id, {
    campaignId: campaign.campaign_id,
    runNumber: campaign.current_run,
    userId,
    part,
  });
}

/** Everybody whose work the current run is: under the two-person rule none of them can approve it. */
export async function authorsOf(tx: Transaction, campaign: OfRun & { created_by: string }): Promise<Set<string>> {
  const others = await listAuthors(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
  return new Set([campaign.created_by, ...others]);
}
