import { z } from 'zod';
import { EXAMPLE_ID, idSchema, pageSchema, pageSizeSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { type CampaignRow, type CampaignStatus, type RunRow, runLedgerSchema } from '../campaigns/campaign.ts';
import { campaignFailures } from '../campaigns/errors.ts';
import { lockCampaign, requireCampaign, requireRun, runsOf } from '../campaigns/lock-campaign.ts';
import { statusSchema } from '../campaigns/reply.ts';
import { loadFields, lockProfiles } from '../fields/load-fields.ts';
import { messageReply, messageSchema } from '../messages/message.ts';
import { pageOfAllMessages, pageOfMessages, runCounts } from '../messages/run-messages.ts';
import { segmentFailures } from '../segments/errors.ts';
import { endpoint } from '../services.ts';
import { usageFailures } from '../usage/errors.ts';
import { rerunFailures } from './errors.ts';
import { initiateRerun } from './initiate-rerun.ts';

const ids = { workspace_id: idSchema, campaign_id: idSchema };
const example = { workspace_id: EXAMPLE_ID, campaign_id: EXAMPLE_ID };

/** An earlier run can only have been published: a rerun needs that. */
function statusOf(run: RunRow, campaign: CampaignRow): CampaignStatus {
  return run.run_number === campaign.current_run ? campaign.status : 'Published';
}

export const rerunEndpoints = [
  endpoint({
    name: 'reruns.initiate',
    method: 'POST',
    changes: true,
    path: '/v1/campaign/rerun/initiate',
    summary: 'Begin a new run of a published campaign',
    description:
      'Segments met before keep their published texts; only new ones are written. With none new the campaign is ready to publish at once and job_id is null.',
    access: { kind: 'workspace', permission: 'reruns.write' },
    body: z.strictObject({ ...ids, customer_group_id: idSchema }),
    reply: z.object({
      message: z.string(),
      campaign_id: idSchema,
      run_id: idSchema,
      run_number: z.number().int(),
      customer_group_id: idSchema,
      campaign_status: statusSchema,
      segments: z.object({ total: z.number().int(), matched: z.number().int(), new: z.number().int() }),
      archived_messages: z.number().int(),
      job_id: idSchema.nullable(),
    }),
    example: { ...example, customer_group_id: EXAMPLE_ID },
    audit: 'campaign.rerun_initiated',
    failures: [rerunFailures, campaignFailures, segmentFailures, usageFailures],
    handle: async ({ services, tx, actor, body, audit }) => {
      // Nobody's values change, and nobody is erased, while it is found out who is in which segment. Before the campaign's lock, as everywhere.
      await lockProfiles(tx, body.workspace_id);
      const campaign = await lockCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      const fields = await loadFields(tx, actor.accountId, body.workspace_id);
      const rerun = await initiateRerun(services, tx, campaign, fields, {
        groupId: body.customer_group_id,
        userId: actor.userId,
      });
      audit({
        campaign_id: body.campaign_id,
        run_number: rerun.runNumber,
        customer_group_id: body.customer_group_id,
        ...(rerun.jobId === null ? {} : { job_id: rerun.jobId }),
      });
      return {
        message:
          rerun.jobId === null
            ? 'Every segment was met before; the campaign is ready to publish.'
            : 'The messages of new segments are being written.',
        campaign_id: body.campaign_id,
        run_id: rerun.runId,
        run_number: rerun.runNumber,
        customer_group_id: body.customer_group_id,
        campaign_status: rerun.status,
        segments: rerun.segments,
        archived_messages: rerun.archived,
        job_id: rerun.jobId,
      };
    },
  }),
  endpoint({
    name: 'reruns.history',
    method: 'POST',
    path: '/v1/campaign/rerun/history',
    summary: 'All runs of a campaign, newest first',
    access: { kind: 'workspace', permission: 'reruns.read' },
    body: z.strictObject(ids),
    reply: z.array(
      z.object({
        run_id: idSchema,
        campaign_id: idSchema,
        run_number: z.number().int(),
        status: statusSchema,
        is_current: z.boolean(),
        customer_group_id: idSchema,
        customer_group_name: z.string(),
        segment_count: z.number().int(),
        message_summary: z.object({
          reused: z.number().int(),
          generated: z.number().int(),
          archived: z.number().int(),
        }),
        initiated_by: idSchema,
        created_at: timestampSchema,
        completed_at: timestampSchema.nullable(),
        ledger: runLedgerSchema.nullable().describe('Reused, new and retired against the run before; null for run 1.'),
      }),
    ),
    example,
    handle: async ({ tx, actor, body }) => {
      const campaign = await requireCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      const counts = await runCounts(tx, actor.accountId, campaign.campaign_id);
      return (await runsOf(tx, actor.accountId, campaign.campaign_id)).map((run) => ({
        run_id: run.run_id,
        campaign_id: run.campaign_id,
        run_number: run.run_number,
        status: statusOf(run, campaign),
        is_current: run.run_number === campaign.current_run,
        customer_group_id: run.customer_group_id,
        customer_group_name: run.customer_group_name,
        segment_count: run.segment_count,
        message_summary: counts.get(run.run_number) ?? { reused: 0, generated: 0, archived: 0 },
        initiated_by: run.initiated_by,
        created_at: run.created_at.toISOString(),
        completed_at: run.completed_at?.toISOString() ?? null,
        ledger: run.ledger,
      }));
    },
  }),
  endpoint({
    name: 'reruns.messages',
    method: 'POST',
    path: '/v1/campaign/rerun/messages',
    summary: 'Messages of a run, or of the current one',
    description:
      "With run_number that run's messages, archived ones included. Without, only active ones of the current run; with include_archived the messages of all runs.",
    access: { kind: 'workspace', permission: 'reruns.read' },
    body: z.strictObject({
      ...ids,
      run_number: z.number().int().min(1).max(1_000_000).optional(),
      include_archived: z.boolean().optional(),
      page: pageSchema,
      page_size: pageSizeSchema,
    }),
    reply: z.array(messageSchema),
    example,
    handle: async ({ tx, actor, body }) => {
      const campaign = await requireCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      const limit = body.page_size ?? 100;
      const page = { limit, offset: ((body.page ?? 1) - 1) * limit };
      if (body.run_number === undefined && body.include_archived === true)
        return (await pageOfAllMessages(tx, actor.accountId, campaign.campaign_id, page)).map(messageReply);
      const runNumber = body.run_number ?? campaign.current_run;
      await requireRun(tx, actor.accountId, campaign.campaign_id, runNumber);
      const filters = {
        runNumber,
        includeArchived: body.run_number !== undefined,
        reviewStatus: null,
        channel: null,
        segmentId: null,
      };
      return (await pageOfMessages(tx, actor.accountId, campaign.campaign_id, filters, page)).map(messageReply);
    },
  }),
];
