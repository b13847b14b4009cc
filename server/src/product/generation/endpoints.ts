import { z } from 'zod';
import { EXAMPLE_ID, idSchema } from '../../platform/http/schemas.ts';
import { campaignFailures } from '../campaigns/errors.ts';
import { lockCampaign } from '../campaigns/lock-campaign.ts';
import { statusSchema } from '../campaigns/reply.ts';
import { loadFields, lockProfiles } from '../fields/load-fields.ts';
import { messageFailures } from '../messages/errors.ts';
import { segmentFailures } from '../segments/errors.ts';
import { endpoint } from '../services.ts';
import { usageFailures } from '../usage/errors.ts';
import { startRewriting, startWriting } from './start-writing.ts';

const ids = { workspace_id: idSchema, campaign_id: idSchema };
const example = { workspace_id: EXAMPLE_ID, campaign_id: EXAMPLE_ID };

export const generationEndpoints = [
  endpoint({
    name: 'campaigns.generate',
    method: 'POST',
    changes: true,
    path: '/v1/campaign/generate',
    summary: 'Have the messages of a campaign written',
    description:
      'Freezes the segments and queues the writing. The campaign is Generating until the job ends, then Ready for review, or Failed with a reason.',
    access: { kind: 'workspace', permission: 'campaigns.generate' },
    body: z.strictObject(ids),
    reply: z.object({ job_id: idSchema, campaign_status: statusSchema }),
    example,
    audit: 'campaign.generation_started',
    failures: [campaignFailures, segmentFailures, usageFailures],
    handle: async ({ services, tx, actor, body, audit }) => {
      // Nobody's values change, and nobody is erased, while it is found out who is in which segment. Before the campaign's lock, as everywhere.
      await lockProfiles(tx, body.workspace_id);
      const campaign = await lockCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      const fields = await loadFields(tx, actor.accountId, body.workspace_id);
      const started = await startWriting(services, tx, campaign, fields, actor.userId);
      audit({ campaign_id: body.campaign_id, job_id: started.jobId });
      return { job_id: started.jobId, campaign_status: started.campaign.status };
    },
  }),
  endpoint({
    name: 'messages.regenerate',
    method: 'POST',
    changes: true,
    path: '/v1/campaign/messages/regenerate',
    summary: 'Have messages written anew',
    description:
      'Guidance tells the writer what to heed. The messages are Pending again afterwards; approval waits for the job.',
    access: { kind: 'workspace', permission: 'messages.edit' },
    body: z.strictObject({
      ...ids,
      message_ids: z.array(idSchema).min(1).max(1_000),
      guidance: z.string().trim().min(1).max(1_000).optional(),
    }),
    reply: z.object({ job_id: idSchema }),
    example: { ...example, message_ids: [EXAMPLE_ID], guidance: 'Shorter and warmer' },
    audit: 'message.rewriting_started',
    failures: [campaignFailures, messageFailures, usageFailures],
    handle: async ({ services, tx, actor, body, audit }) => {
      const campaign = await lockCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      const { jobId } = await startRewriting(services, tx, campaign, {
        messageIds: body.message_ids,
        guidance: body.guidance ?? null,
        userId: actor.userId,
      });
      audit({ campaign_id: body.campaign_id, message_ids: body.message_ids, job_id: jobId });
      return { job_id: jobId };
    },
  }),
];
