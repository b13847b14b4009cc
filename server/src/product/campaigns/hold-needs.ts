import type { Transaction } from '../../platform/database/database.ts';
import { holdFields, releaseFields } from '../fields/hold-fields.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import { holdGroup, releaseGroups } from '../groups/hold.ts';
import type { CampaignRow } from './campaign.ts';

/** Keeps the campaign's group and fields from being deleted while it is unpublished or its export runs. */
export async function holdNeeds(tx: Transaction, campaign: CampaignRow, fields: readonly LoadedField[]): Promise<void> {
  await releaseNeeds(tx, campaign);
  const holder = { id: campaign.campaign_id, name: campaign.campaign_name };
  await requireGroup(tx, campaign.account_id, campaign.workspace_id, campaign.customer_group_id, 'update');
  await holdGroup(tx, campaign.account_id, campaign.customer_group_id, holder);
  const named = new Set(
    [...campaign.segment_by, ...campaign.eligible_when].map((entry) => entry.field_name.toLowerCase()),
  );
  const needed = fields.filter(
    (field) => named.has(field.field_name.toLowerCase()) || campaign.export_fields.includes(field.field_id),
  );
  await holdFields(
    tx,
    campaign.account_id,
    needed.map((field) => field.field_id),
    holder,
  );
}

export async function releaseNeeds(
  tx: Transaction,
  campaign: Pick<CampaignRow, 'account_id' | 'campaign_id'>,
): Promise<void> {
  await releaseGroups(tx, campaign.account_id, campaign.campaign_id);
  await releaseFields(tx, campaign.account_id, campaign.campaign_id);
}
