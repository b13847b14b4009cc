import type { Transaction } from '../../platform/database/database.ts';
import { forgetAnswers } from '../../platform/http/kept-answers.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import type { CampaignRow } from './campaign.ts';
import { campaignFailures } from './errors.ts';
import { holdNeeds, releaseNeeds } from './hold-needs.ts';
import { takeStep } from './lock-campaign.ts';
import type { ShapeColumns } from './shape-campaign.ts';
import { deleteCampaignRow, findRun, updateCampaign, updateRun } from './store.ts';

/** Changes name or budget, in any state: they shape no text. Throws campaign_name_taken. */
export async function changeOutsideOfTexts(
  tx: Transaction,
  campaign: CampaignRow,
  change: Partial<Pick<CampaignRow, 'campaign_name' | 'budget'>>,
): Promise<CampaignRow> {
  return updateCampaign(tx, { ...campaign, ...change });
}

/** Changes what shapes a Draft. Throws wrong_state, not_found (group), campaign_name_taken. */
export async function changeCampaign(
  tx: Transaction,
  campaign: CampaignRow,
  shape: ShapeColumns,
  fields: readonly LoadedField[],
): Promise<CampaignRow> {
  const group = await requireGroup(tx, campaign.account_id, campaign.workspace_id, shape.customer_group_id, 'update');
  const changed = await takeStep(tx, campaign, 'change', shape);
  const run = await findRun(tx, campaign.account_id, campaign.campaign_id, campaign.current_run);
  if (run !== undefined)
    await updateRun(tx, campaign.account_id, {
      ...run,
      customer_group_id: group.customer_group_id,
      customer_group_name: group.group_name,
    });
  await holdNeeds(tx, changed, fields);
  return changed;
}

/** Deletes a campaign that has never been published. Throws published_campaign or wrong_state while it is being written. */
export async function deleteCampaign(tx: Transaction, campaign: CampaignRow): Promise<void> {
  if (campaign.published_at !== null) throw campaignFailures.published_campaign();
  if (campaign.active_job_id !== null)
    throw campaignFailures.wrong_state({
      message: 'Messages of this campaign are being written. Cancel the job first (DELETE /v1/job).',
    });
  await releaseNeeds(tx, campaign);
  await forgetAnswers(tx, campaign.account_id, campaign.campaign_id);
  await deleteCampaignRow(tx, campaign.account_id, campaign.campaign_id);
}
