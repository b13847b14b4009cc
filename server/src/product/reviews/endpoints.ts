import { z } from 'zod';
import { EXAMPLE_ID, idSchema, pageSchema, pageSizeSchema } from '../../platform/http/schemas.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { nameTouched } from '../audit/record-call.ts';
import { CHANNELS } from '../campaigns/campaign.ts';
import { campaignFailures } from '../campaigns/errors.ts';
import { lockCampaign, requireCampaign, requireRun } from '../campaigns/lock-campaign.ts';
import { campaignReply, campaignSchema } from '../campaigns/reply.ts';
import { loadFields } from '../fields/load-fields.ts';
import { MAX_TEMPLATE_CHARACTERS } from '../merge-tags/template.ts';
import { messageFailures } from '../messages/errors.ts';
import { messageReply, messageSchema, REVIEW_STATUSES } from '../messages/message.ts';
import { pageOfMessages } from '../messages/run-messages.ts';
import { hasPermission, requirePermission } from '../roles/permission.ts';
import { segmentFailures } from '../segments/errors.ts';
import { endpoint } from '../services.ts';
import { approveCampaign, reopenCampaign } from './approve-campaign.ts';
import { changeMessages } from './change-messages.ts';
import { undoDecision } from './decisions.ts';
import { reviewFailures } from './errors.ts';
import { previewMessage } from './preview-message.ts';
import { PREVIEW_REASONS } from './telling-previews.ts';

const ids = { workspace_id: idSchema, campaign_id: idSchema };
const example = { workspace_id: EXAMPLE_ID, campaign_id: EXAMPLE_ID };
const failures = [campaignFailures, messageFailures];
const hashSchema = z.string().length(64);
const textSchema = z.string().min(1, 'must not be empty').max(MAX_TEMPLATE_CHARACTERS);

export const reviewEndpoints = [
  endpoint({
    name: 'messages.list',
    method: 'POST',
    path: '/v1/campaign/messages',
    summary: 'Messages of a campaign, largest segments first',
    description: 'The active messages of the current run, or of run_number; archived ones too with include_archived.',
    access: { kind: 'workspace', permission: 'messages.read' },
    body: z.strictObject({
      ...ids,
      run_number: z.number().int().min(1).max(1_000_000).optional(),
      include_archived: z.boolean().optional(),
      review_status: z.enum(REVIEW_STATUSES).optional(),
      channel: z.enum(CHANNELS).optional(),
      segment_id: idSchema.optional(),
      page: pageSchema,
      page_size: pageSizeSchema,
    }),
    reply: z.array(messageSchema),
    example,
    handle: async ({ tx, actor, body }) => {
      const campaign = await requireCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      const runNumber = body.run_number ?? campaign.current_run;
      await requireRun(tx, actor.accountId, campaign.campaign_id, runNumber);
      if (body.segment_id !== undefined && !isUuid(body.segment_id)) return [];
      const size = body.page_size ?? 100;
      const messages = await pageOfMessages(
        tx,
        actor.accountId,
        campaign.campaign_id,
        {
          runNumber,
          includeArchived: body.include_archived ?? body.run_number !== undefined,
          reviewStatus: body.review_status ?? null,
          channel: body.channel ?? null,
          segmentId: body.segment_id ?? null,
        },
        { limit: size, offset: ((body.page ?? 1) - 1) * size },
      );
      return messages.map(messageReply);
    },
  }),
  endpoint({
    name: 'messages.change',
    method: 'PATCH',
    path: '/v1/campaign/messages',
    summary: 'Edit, decide or annotate messages',
    description:
      '`all: true` means the Pending ones. A new subject, preheader (emails only) or message belongs to exactly one message and sets it back to Pending, unless the same call decides it. In a campaign that is ready to publish an edit or a different decision takes it back to review. A decision (review_status) needs the permission messages.review.',
    access: { kind: 'workspace', permission: 'messages.edit' },
    body: z.strictObject({
      ...ids,
      message_ids: z.array(idSchema).min(1).max(10_000).optional(),
      all: z.boolean().optional(),
      review_status: z.enum(REVIEW_STATUSES).optional(),
      subject: textSchema.nullable().optional(),
      message: textSchema.optional(),
      preheader: textSchema.nullable().optional(),
      note: z.string().trim().max(2_000).optional(),
      content_hash: hashSchema
        .optional()
        .describe('Of a cluster of POST /v1/campaign/review: refused when these are no longer the texts it named.'),
    }),
    reply: z.object({
      updated: z.number().int(),
      messages: z.array(messageSchema),
      decision_id: idSchema.nullable().describe('Takes this decision back (DELETE /v1/campaign/review).'),
    }),
    example: { ...example, all: true, review_status: 'Approved' },
    audit: 'message.changed',
    failures: [...failures, reviewFailures],
    handle: async (call) => {
      const { services, tx, actor, body } = call;
      if (body.review_status !== undefined) await requirePermission(tx, actor, body.workspace_id, 'messages.review');
      const campaign = await lockCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      const { messages, decisionId } = await changeMessages(
        services,
        tx,
        campaign,
        {
          messageIds: body.message_ids,
          all: body.all ?? false,
          reviewStatus: body.review_status,
          subject: body.subject,
          message: body.message,
          preheader: body.preheader,
          note: body.note,
          contentHash: body.content_hash,
          userId: actor.userId,
        },
        await loadFields(tx, actor.accountId, body.workspace_id),
      );
      const facts = {
        campaign_id: body.campaign_id,
        messages: messages.length,
        ...(body.review_status === undefined ? {} : { review_status: body.review_status }),
      };
      await nameTouched(call, 'message.changed', facts, { message_ids: messages.map(({ message_id }) => message_id) });
      return { updated: messages.length, messages: messages.map(messageReply), decision_id: decisionId };
    },
  }),
  endpoint({
    name: 'reviews.undo',
    method: 'DELETE',
    path: '/v1/campaign/review',
    summary: 'Take back your last decision, before the campaign is approved',
    description:
      'Without decision_id your last decision of the current run, with it that one. Messages that still have the decision, on the text it was made on, get the state and note they had before; what was decided, edited or rewritten since stays. Approvals given towards a quorum are void.',
    access: { kind: 'workspace', permission: 'messages.review' },
    body: z.strictObject({ ...ids, decision_id: idSchema.optional() }),
    reply: z.object({ decision_id: idSchema, undone: z.number().int(), messages: z.array(messageSchema) }),
    example,
    audit: 'review.undone',
    failures: [...failures, reviewFailures],
    handle: async (call) => {
      const { tx, actor, body } = call;
      const campaign = await lockCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      const { decisionId, messages } = await undoDecision(tx, campaign, actor.userId, body.decision_id);
      const facts = { campaign_id: body.campaign_id, decision_id: decisionId, messages: messages.length };
      await nameTouched(call, 'review.undone', facts, { message_ids: messages.map(({ message_id }) => message_id) });
      return { decision_id: decisionId, undone: messages.length, messages: messages.map(messageReply) };
    },
  }),
  endpoint({
    name: 'messages.preview',
    method: 'POST',
    path: '/v1/campaign/messages/preview',
    summary: 'A message as real customers would get it',
    description:
      'Customers who would get it: of its segment in the group of its run, eligible and not suppressed. Those first whose texts tell most: the longest, the shortest, the one with most values missing. Who may not decrypt customers (customers.decrypt) sees values of sensitive and unique fields masked, about as long as they are, and customers chosen without the rules that compare such values (unapplied_rules). Every preview is audited with the customers it showed.',
    access: { kind: 'workspace', permission: 'messages.preview' },
    body: z.strictObject({ ...ids, message_id: idSchema, limit: z.number().int().min(1).max(20).optional() }),
    reply: z.object({
      message_id: idSchema,
      previews: z.array(
        z.object({
          customer_id: idSchema,
          subject: z.string().nullable(),
          message: z.string(),
          preheader: z.string().nullable(),
          reason: z.enum(PREVIEW_REASONS).describe('Why this customer was chosen.'),
        }),
      ),
      masked: z.boolean().describe('Whether sensitive values were masked.'),
      unapplied_rules: z
        .array(z.string())
        .describe('Fields whose rules in eligible_when were left out, because they compare values that are masked.'),
      compared: z.number().int().describe('Customers of the segment whose texts were compared: at most 2,000.'),
      whole_segment: z
        .boolean()
        .describe('Whether these were all. In a large group only the first 50,000 members are looked at.'),
    }),
    example: { ...example, message_id: EXAMPLE_ID },
    audit: 'message.previewed',
    failures: [segmentFailures],
    handle: async ({ services, tx, actor, body, audit }) => {
      const campaign = await requireCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      const isMasked = !(await hasPermission(tx, actor, body.workspace_id, 'customers.decrypt'));
      const keys = await services.keyring.forAccount(actor.accountId);
      const { previews, unappliedRules, compared, isWholeSegment } = await previewMessage(
        tx,
        keys,
        campaign,
        await loadFields(tx, actor.accountId, body.workspace_id),
        {
          messageId: body.message_id,
          limit: body.limit ?? 3,
          todayYear: services.clock.now().getUTCFullYear(),
          isMasked,
        },
      );
      audit({
        campaign_id: body.campaign_id,
        message_id: body.message_id,
        customer_ids: previews.map((preview) => preview.customer_id),
        masked: isMasked,
      });
      return {
        message_id: body.message_id,
        previews,
        masked: isMasked,
        unapplied_rules: unappliedRules,
        compared,
        whole_segment: isWholeSegment,
      };
    },
  }),
  endpoint({
    name: 'campaigns.approve',
    method: 'POST',
    changes: true,
    path: '/v1/campaign/approve',
    summary: 'Approve a campaign for publishing',
    description:
      'Needs every message decided, none Rejected, and no finding that is an error, also with the values of the first 2,000 customers in the texts (too_long_rendered, empty_rendered). In a larger group a job (full_check) then looks at the texts of all customers; where one does not hold it rejects the text and takes the campaign back to "Ready for review". The approval is bound to the content by a digest: any later edit or decision voids it. Where the workspace asks for several approvers (review.quorum) the campaign stays "Ready for review", with the approvals given so far, until the last of them; under review.two_person nobody who shaped the campaign can approve it.',
    access: { kind: 'workspace', permission: 'campaigns.approve' },
    body: z.strictObject({
      ...ids,
      digest: hashSchema
        .optional()
        .describe('approval.digest of POST /v1/campaign/review: refused when the content has another one by now.'),
    }),
    reply: campaignSchema,
    example,
    audit: 'campaign.approved',
    failures: [...failures, reviewFailures, segmentFailures],
    handle: async ({ services, tx, actor, body, audit }) => {
      const campaign = await lockCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      const fields = await loadFields(tx, actor.accountId, body.workspace_id);
      const approved = await approveCampaign(services, tx, campaign, fields, {
        userId: actor.userId,
        digest: body.digest,
      });
      audit({
        campaign_id: body.campaign_id,
        run_number: campaign.current_run,
        digest: approved.approvals[0]?.digest ?? '',
        complete: approved.status === 'Ready to publish',
      });
      return campaignReply(approved, fields);
    },
  }),
  endpoint({
    name: 'campaigns.reopen',
    method: 'POST',
    changes: true,
    path: '/v1/campaign/reopen',
    summary: 'Take a campaign back to Draft',
    description: 'From "Ready for review" or "Failed". Its unpublished texts are dropped.',
    access: { kind: 'workspace', permission: 'campaigns.write' },
    body: z.strictObject(ids),
    reply: campaignSchema,
    example,
    audit: 'campaign.reopened',
    failures,
    handle: async ({ tx, actor, body, audit }) => {
      const campaign = await lockCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      audit({ campaign_id: body.campaign_id });
      return campaignReply(
        await reopenCampaign(tx, campaign),
        await loadFields(tx, actor.accountId, body.workspace_id),
      );
    },
  }),
];
