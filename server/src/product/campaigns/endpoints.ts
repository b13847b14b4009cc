import { z } from 'zod';
import { EXAMPLE_ID, idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { recordAuthor } from '../approvals/authors.ts';
import { loadFields } from '../fields/load-fields.ts';
import { requireGroup } from '../groups/find-group.ts';
import { visibleWorkspaces } from '../roles/permission.ts';
import { segmentFailures } from '../segments/errors.ts';
import { explodingAttribute } from '../segments/explosion.ts';
import { makeSegments } from '../segments/make-segments.ts';
import { readSegmentBy, segmentBySchema } from '../segments/segment-by.ts';
import { suggestFewer } from '../segments/suggest.ts';
import { endpoint } from '../services.ts';
import { readBudget, refuseUnpriced } from './budget.ts';
import { channelsSchema, readChannels } from './campaign.ts';
import { changeCampaign, changeOutsideOfTexts, deleteCampaign } from './change-campaign.ts';
import { createCampaign } from './create-campaign.ts';
import { campaignFailures } from './errors.ts';
import { estimateSchema, forecast } from './forecast.ts';
import { lockCampaign, requireCampaign } from './lock-campaign.ts';
import { readPeriod } from './period.ts';
import { campaignReply, campaignSchema, statusSchema } from './reply.ts';
import { readShape, requireWriter, shapeSchema } from './shape-campaign.ts';
import { listCampaigns, summariseCampaigns, workspaceNames } from './store.ts';

const failures = [campaignFailures, segmentFailures];
const idsSchema = z.strictObject({ workspace_id: idSchema, campaign_id: idSchema });
const idsExample = { workspace_id: EXAMPLE_ID, campaign_id: EXAMPLE_ID };

const criterionSchema = z.union([
  z.string(),
  z.boolean(),
  z.null(),
  z.object({ from: z.union([z.number(), z.string()]).nullable(), to: z.union([z.number(), z.string()]).nullable() }),
]);
export const criteriaSchema = z
  .record(z.string(), criterionSchema)
  .describe('Value, band or null (blank) by field name. A missing attribute means all others.');

const explodingSchema = z.object({
  field_name: z.string(),
  distinct_values: z.number().int(),
  share: z.number().describe('How many of the combinations would be gone without it, 0 to 1.'),
});
const suggestionSchema = z.object({
  field_name: z.string(),
  bands: z.array(z.union([z.number(), z.string()])).nullable(),
  aliases: z.record(z.string(), z.string()).nullable(),
  reason: z.string(),
});

export const campaignEndpoints = [
  endpoint({
    name: 'campaigns.create',
    method: 'PUT',
    path: '/v1/campaign',
    summary: 'Create a campaign as a Draft',
    access: { kind: 'workspace', permission: 'campaigns.write' },
    body: shapeSchema.extend({ workspace_id: idSchema }),
    reply: campaignSchema,
    example: {
      workspace_id: EXAMPLE_ID,
      campaign_name: 'Spring savings',
      customer_group_id: EXAMPLE_ID,
      brief: {
        objective: 'Open a savings account',
        product: 'Spring Saver',
        call_to_action: 'Open your account in the app',
      },
      channels: [{ channel: 'email' }],
      segment_by: [],
    },
    audit: 'campaign.created',
    failures,
    handle: async ({ services, tx, actor, body, audit }) => {
      const { workspace_id, ...wish } = body;
      const fields = await loadFields(tx, actor.accountId, workspace_id);
      const shape = readShape(wish, null, fields, services.writers, services.clock.now().getUTCFullYear());
      const campaign = await createCampaign(
        tx,
        { accountId: actor.accountId, workspaceId: workspace_id, userId: actor.userId },
        shape,
        fields,
      );
      audit({ campaign_id: campaign.campaign_id });
      return campaignReply(campaign, fields);
    },
  }),
  endpoint({
    name: 'campaigns.get',
    method: 'POST',
    path: '/v1/campaign',
    summary: 'One campaign, or all of the workspace',
    description: 'With campaign_id: that campaign. Without: an array, oldest first.',
    access: { kind: 'workspace', permission: 'campaigns.read' },
    body: z.strictObject({ workspace_id: idSchema, campaign_id: idSchema.optional() }),
    reply: z.union([campaignSchema, z.array(campaignSchema)]),
    example: idsExample,
    handle: async ({ tx, actor, body }) => {
      const fields = await loadFields(tx, actor.accountId, body.workspace_id);
      if (body.campaign_id !== undefined)
        return campaignReply(await requireCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id), fields);
      return (await listCampaigns(tx, actor.accountId, body.workspace_id)).map((campaign) =>
        campaignReply(campaign, fields),
      );
    },
  }),
  endpoint({
    name: 'campaigns.change',
    method: 'PATCH',
    path: '/v1/campaign',
    summary: 'Change or rename a campaign',
    description:
      'Name and budget may change at any time. Everything that shapes the text can change only while the campaign is a Draft. Reopen it first otherwise.',
    access: { kind: 'workspace', permission: 'campaigns.write' },
    body: shapeSchema.partial().extend({ workspace_id: idSchema, campaign_id: idSchema }),
    reply: campaignSchema,
    example: { ...idsExample, campaign_name: 'Spring savings 2' },
    audit: 'campaign.changed',
    failures,
    handle: async ({ services, tx, actor, body, audit }) => {
      const { workspace_id, campaign_id, ...wish } = body;
      const campaign = await lockCampaign(tx, actor.accountId, workspace_id, campaign_id);
      const fields = await loadFields(tx, actor.accountId, workspace_id);
      audit({ campaign_id });
      const { campaign_name: name, budget: wishedBudget, ...shapes } = wish;
      if (Object.keys(wish).length > 0 && Object.keys(shapes).length === 0) {
        const budget = wishedBudget === undefined ? campaign.budget : readBudget(wishedBudget);
        if (wishedBudget !== undefined) refuseUnpriced(budget, services.writers.get(campaign.writer));
        const change = { campaign_name: name ?? campaign.campaign_name, budget };
        return campaignReply(await changeOutsideOfTexts(tx, campaign, change), fields);
      }
      const shape = readShape(wish, campaign, fields, services.writers, services.clock.now().getUTCFullYear());
      await recordAuthor(tx, campaign, actor.userId, 'brief');
      return campaignReply(await changeCampaign(tx, campaign, shape, fields), fields);
    },
  }),
  endpoint({
    name: 'campaigns.delete',
    method: 'DELETE',
    path: '/v1/campaign',
    summary: 'Delete a campaign that has never been published',
    access: { kind: 'workspace', permission: 'campaigns.write' },
    body: idsSchema,
    reply: z.object({ message: z.string(), campaign_id: idSchema }),
    example: idsExample,
    audit: 'campaign.deleted',
    failures,
    handle: async ({ tx, actor, body, audit }) => {
      await deleteCampaign(tx, await lockCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id));
      audit({ campaign_id: body.campaign_id });
      return { message: 'The campaign was deleted.', campaign_id: body.campaign_id };
    },
  }),
  endpoint({
    name: 'campaigns.segments',
    method: 'POST',
    path: '/v1/campaign/segments',
    summary: 'Preview the segments of a group',
    description:
      'Sizes of all segments these attributes would make, which small ones would be merged into which, which attribute makes most of the combinations, bands and aliases that would make them fewer, and what writing would take: for one email each unless channels, variants and writer say otherwise.',
    access: { kind: 'workspace', permission: 'campaigns.read' },
    body: z.strictObject({
      workspace_id: idSchema,
      customer_group_id: idSchema,
      segment_by: segmentBySchema,
      min_segment_size: z.number().int().min(1).max(1_000_000_000).optional(),
      channels: channelsSchema.optional(),
      variants: z.number().int().min(1).max(5).optional(),
      writer: z.string().min(1).max(63).optional(),
    }),
    reply: z.object({
      total_customers: z.number().int(),
      segment_count: z.number().int(),
      segments: z.array(z.object({ criteria: criteriaSchema, label: z.string(), size: z.number().int() })),
      merged: z.array(
        z.object({ criteria: criteriaSchema, label: z.string(), size: z.number().int(), into: z.string() }),
      ),
      estimate: estimateSchema,
      exploding: explodingSchema.nullable().describe('The attribute without which most combinations would be gone.'),
      suggestions: z.array(suggestionSchema),
    }),
    example: { workspace_id: EXAMPLE_ID, customer_group_id: EXAMPLE_ID, segment_by: [] },
    failures,
    handle: async ({ services, tx, actor, body }) => {
      const writer = body.writer === undefined ? null : requireWriter(services.writers, body.writer);
      const channels = body.channels === undefined ? null : readChannels(body.channels);
      const group = await requireGroup(tx, actor.accountId, body.workspace_id, body.customer_group_id);
      const dimensions = readSegmentBy(body.segment_by, await loadFields(tx, actor.accountId, body.workspace_id));
      const { segments, merged, groups } = await makeSegments(tx, group, dimensions, body.min_segment_size ?? 1);
      return {
        total_customers: segments.reduce((sum, segment) => sum + segment.size, 0),
        segment_count: segments.length,
        segments: segments.map(({ criteria, label, size }) => ({ criteria, label, size })),
        merged,
        estimate: forecast(segments.length, channels, body.variants ?? 1, writer),
        exploding: explodingAttribute(dimensions, groups),
        suggestions: suggestFewer(dimensions, groups),
      };
    },
  }),
  endpoint({
    name: 'campaigns.all',
    method: 'POST',
    path: '/v1/campaign/all',
    summary: 'All campaigns of the workspaces you may see',
    description:
      'With start_date or end_date only campaigns published within, both inclusive. Workspaces without campaigns stand with an empty array.',
    access: { kind: 'account', permission: 'campaigns.read_all' },
    body: z.strictObject({
      start_date: z.string().min(1).max(40).optional(),
      end_date: z.string().min(1).max(40).optional(),
    }),
    reply: z.array(
      z.object({
        workspace_id: idSchema,
        workspace_name: z.string(),
        campaigns: z.array(
          z.object({
            campaign_id: idSchema,
            campaign_name: z.string(),
            status: statusSchema,
            customer_group_id: idSchema,
            current_run: z.number().int(),
            total_messages: z.number().int(),
            created_by: idSchema,
            created_at: timestampSchema,
            updated_at: timestampSchema,
            published_at: timestampSchema.nullable(),
          }),
        ),
      }),
    ),
    example: { start_date: '2026-01-01', end_date: '2026-12-31' },
    failures: [campaignFailures],
    handle: async ({ tx, actor, body }) => {
      const { from, to } = readPeriod(body.start_date, body.end_date);
      const visible = await visibleWorkspaces(tx, actor);
      const byWorkspace = Map.groupBy(
        await summariseCampaigns(tx, actor.accountId, visible, from, to),
        (campaign) => campaign.workspace_id,
      );
      return (await workspaceNames(tx, actor.accountId, visible)).map(({ workspace_id, workspace_name }) => ({
        workspace_id,
        workspace_name,
        campaigns: (byWorkspace.get(workspace_id) ?? []).map(({ workspace_id: _, ...campaign }) => ({
          ...campaign,
          created_at: campaign.created_at.toISOString(),
          updated_at: campaign.updated_at.toISOString(),
          published_at: campaign.published_at?.toISOString() ?? null,
        })),
      }));
    },
  }),
];
