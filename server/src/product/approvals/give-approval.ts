import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { ReviewRules } from '../accounts/review-rules.ts';
import { insertApproval, listStanding, markVoid, moveStanding, type StandingApproval } from './store.ts';

type OfRun = { account_id: string; campaign_id: string; current_run: number };

/**
 * Adds one approver's word for this content of the current run. The same approver counts once for it; `isNew` is false
 * then. Gives every approval that stands for this content.
 */
export async function giveApproval(
  tx: Transaction,
  campaign: OfRun,
  approval: { digest: string; userId: string; rules: ReviewRules },
): Promise<{ isNew: boolean; standing: StandingApproval[] }> {
  const { account_id, campaign_id, current_run } = campaign;
  const added = await insertApproval(tx, account_id, {
    approval_id: newId(),
    campaign_id,
    run_number: current_run,
    digest: approval.digest,
    approved_by: approval.userId,
    ...approval.rules,
  });
  const standing = await listStanding(tx, account_id, campaign_id, current_run, approval.digest);
  return { isNew: added > 0, standing };
}

/** What was approved has changed, or is no longer decided: nobody's approval of the current run stands any more. */
export async function voidApprovals(tx: Transaction, campaign: OfRun): Promise<void> {
  await markVoid(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
}

/**
 * Texts were taken out of what was approved, as everybody they were for was erased: who approved the whole has approved
 * what is left of it.
 */
export async function carryApprovals(
  tx: Transaction,
  run: { account_id: string; campaign_id: string; run_number: number },
  digests: { from: string; to: string },
): Promise<void> {
  await moveStanding(tx, run.account_id, run.campaign_id, run.run_number, digests);
}
