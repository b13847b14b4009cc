import type { Campaign, Client, CustomerGroup } from '@nudgescribe/sdk';
import { UsageMistake } from './mistakes.ts';

const isCalled = (name: string, wish: string) => name.trim().toLowerCase() === wish.trim().toLowerCase();

/** The group meant by its id or name; undefined when there is none. */
export async function lookForGroup(
  client: Client,
  workspaceId: string,
  wish: string,
): Promise<CustomerGroup | undefined> {
  const groups = await client.groups.list({ workspace_id: workspaceId });
  return (
    groups.find((group) => group.customer_group_id === wish) ?? groups.find((group) => isCalled(group.group_name, wish))
  );
}

/** As lookForGroup. Throws UsageMistake when there is none. */
export async function findGroup(client: Client, workspaceId: string, wish: string): Promise<CustomerGroup> {
  const group = await lookForGroup(client, workspaceId, wish);
  if (group === undefined)
    throw new UsageMistake(`There is no group "${wish}" in this workspace. "nudgescribe groups" lists them.`);
  return group;
}

export async function listCampaigns(client: Client, workspaceId: string): Promise<Campaign[]> {
  const answer = await client.campaigns.get({ workspace_id: workspaceId });
  return Array.isArray(answer) ? answer : [answer];
}

/** The campaign meant by its id or name. Throws UsageMistake when there is none, or when a name is not enough. */
export async function findCampaign(client: Client, workspaceId: string, wish: string): Promise<Campaign> {
  const campaigns = await listCampaigns(client, workspaceId);
  const found = campaigns.filter((campaign) => campaign.campaign_id === wish || isCalled(campaign.campaign_name, wish));
  const [campaign] = found;
  if (campaign === undefined)
    throw new UsageMistake(`There is no campaign "${wish}" in this workspace. "nudgescribe campaign list" lists them.`);
  if (found.length > 1) throw new UsageMistake(`Several campaigns are called "${wish}". Name one by its id.`);
  return campaign;
}
