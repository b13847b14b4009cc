import { createHash } from 'node:crypto';
import type { Transaction } from '../../platform/database/database.ts';
import { holdFields, releaseFields } from '../fields/hold-fields.ts';
import type { LoadedField } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import { holdGroup, releaseGroups } from '../groups/hold.ts';
import type { CampaignRow } from './campaign.ts';

/** Keeps the campaign's group and fields from being deleted while it is unpublished or its export runs. */
export async function holdNeeds(tx: Transaction, campaign: CampaignRow, fields: readonly LoadedField[]): Promise<void> {
  await releaseShape(tx, campaign);
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

type Held = Pick<CampaignRow, 'account_id' | 'campaign_id'>;

async function releaseShape(tx: Transaction, campaign: Held): Promise<void> {
  await releaseGroups(tx, campaign.account_id, campaign.campaign_id);
  await releaseFields(tx, campaign.account_id, campaign.campaign_id);
}

/** Lets go of everything the campaign held, for its shape and for its texts. */
export async function releaseNeeds(tx: Transaction, campaign: Held): Promise<void> {
  await releaseShape(tx, campaign);
  await releaseTextFields(tx, campaign);
}

/** Texts hold under an id of their own, so that either can be renewed without the other. */
function textHolder(campaignId: string): string {
  const digest = createHash('sha256').update(`texts of ${campaignId}`).digest('hex');
  return digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Keeps these fields too, because texts of the campaign name them. */
export async function holdTextFields(
  tx: Transaction,
  campaign: Held & Pick<CampaignRow, 'campaign_name'>,
  fieldIds: readonly string[],
): Promise<void> {
  await holdFields(tx, campaign.account_id, fieldIds, {
    id: textHolder(campaign.campaign_id),
    name: campaign.campaign_name,
  });
}

export async function releaseTextFields(tx: Transaction, campaign: Held): Promise<void> {
  await releaseFields(tx, campaign.account_id, textHolder(campaign.campaign_id));
}
