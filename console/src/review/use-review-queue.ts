import type { ReviewsQueueReply } from '@nudgescribe/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { useCampaign } from '../campaigns/campaign-context.ts';

export type QueueChoice = { channel: string; decided: boolean; page: number };

const PAGE_SIZE = 200;
/** How many members of a cluster can be looked at one by one. */
const MEMBERS = 30;

export function useReviewQueue(choice: QueueChoice) {
  const { ids, campaignId, workspaceId, campaign } = useCampaign();
  return useQuery({
    queryKey: ['review', workspaceId, campaignId, choice],
    enabled: campaign !== undefined && campaign.status !== 'Draft',
    placeholderData: keepPreviousData,
    queryFn: () =>
      client.reviews.queue({
        ...ids,
        include_decided: choice.decided,
        members: MEMBERS,
        page: choice.page,
        page_size: PAGE_SIZE,
        ...(choice.channel === '' ? {} : { channel: choice.channel as 'email' }),
      }),
  });
}

export type Cluster = ReviewsQueueReply['clusters'][number];
