import type { Campaign } from '@nudgescribe/sdk';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { client } from '../api/client.ts';
import { useWorkspace } from '../shell/workspace.ts';
import { allows, type CampaignAction } from './campaign-words.ts';

const LOOK_MS = 1_500;

/** The campaign that the address names, fresh while something of it runs. */
export function useCampaign() {
  const { workspaceId, may } = useWorkspace();
  const { campaignId } = useParams({ from: '/w/$workspaceId/campaigns/$campaignId' });
  const queries = useQueryClient();
  const query = useQuery({
    queryKey: ['campaign', workspaceId, campaignId],
    queryFn: async () =>
      (await client.campaigns.get({ workspace_id: workspaceId, campaign_id: campaignId })) as Campaign,
    refetchInterval: ({ state }) =>
      state.data !== undefined && (state.data.status === 'Generating' || state.data.active_job_id !== null)
        ? LOOK_MS
        : false,
  });
  const campaign = query.data;
  return {
    workspaceId,
    campaignId,
    ids: { workspace_id: workspaceId, campaign_id: campaignId },
    query,
    campaign,
    can: (action: CampaignAction) => campaign !== undefined && allows(action, campaign.status, may),
    /** After a step: everything that shows this campaign asks again. */
    refresh: async () => {
      await Promise.all([
        queries.invalidateQueries({ queryKey: ['campaign', workspaceId, campaignId] }),
        queries.invalidateQueries({ queryKey: ['campaigns', workspaceId] }),
        queries.invalidateQueries({ queryKey: ['review', workspaceId, campaignId] }),
        queries.invalidateQueries({ queryKey: ['runs', workspaceId, campaignId] }),
        queries.invalidateQueries({ queryKey: ['manifest', workspaceId, campaignId] }),
      ]);
    },
  };
}
