import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import type { CampaignRow } from './campaign.ts';
import { holdNeeds } from './hold-needs.ts';
import type { ShapeColumns } from './shape-campaign.ts';
import { insertCampaign, insertRun } from './store.ts';

/** Makes a Draft with its first run, and holds its group and fields. Throws not_found (group), campaign_name_taken. */
export async function createCampaign(
  tx: Transaction,
  ids: { accountId: string; workspaceId: string; userId: string },
  shape: ShapeColumns,
  fields: readonly LoadedField[],
): Promise<CampaignRow> {
  const group = await requireGroup(tx, ids.accountId, ids.workspaceId, shape.customer_group_id, 'update');
  const campaign = await insertCampaign(tx, {
    ...shape,
    account_id: ids.accountId,
    campaign_id: newId(),
    workspace_id: ids.workspaceId,
    created_by: ids.userId,
  });
  await insertRun(tx, ids.accountId, {
    runId: newId(),
    campaignId: campaign.campaign_id,
    runNumber: 1,
    groupId: group.customer_group_id,
    groupName: group.group_name,
    initiatedBy: ids.userId,
  });
  await holdNeeds(tx, campaign, fields);
  return campaign;
}
