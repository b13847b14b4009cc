import { z } from 'zod';
import { EXAMPLE_ID, idSchema, pageSchema } from '../../platform/http/schemas.ts';
import { reviewRules } from '../accounts/review-rules.ts';
import { approvalContent, approvalDigest } from '../approvals/approval-content.ts';
import { authorsOf } from '../approvals/authors.ts';
import { CHANNELS } from '../campaigns/campaign.ts';
import { campaignFailures } from '../campaigns/errors.ts';
import { requireCampaign } from '../campaigns/lock-campaign.ts';
import { statusSchema } from '../campaigns/reply.ts';
import { messageReply, messageSchema, type ReviewStatus } from '../messages/message.ts';
import { runMessages } from '../messages/run-messages.ts';
import { endpoint } from '../services.ts';
import { contentHash } from './content-hash.ts';
import { type Cluster, reviewQueue } from './review-queue.ts';

const count = z.number().int();
const MEMBERS_SHOWN = 20;

const clusterSchema = z
  .object({
    cluster_id: idSchema.describe('The message_id of its first member, which the others resemble.'),
    channel: z.string(),
    messages: count,
    customers: count.describe('Customers of its segments.'),
    risk: z.enum(['error', 'warning', 'none']),
    findings: z.array(
      z.object({
        code: z.string(),
        severity: z.enum(['error', 'warning']),
        message: z.string(),
        messages: count.describe('How many of its messages have it.'),
      }),
    ),
    review_statuses: z.object({ Pending: count, Approved: count, Rejected: count, Excluded: count }),
    novelty: z
      .object({ new: count, changed: count, same: count })
      .describe('Against what the previous run published for the same segment, channel and variant.'),
    reused: count.describe('Messages taken over from an earlier run.'),
    message_ids: z.array(idSchema).describe('All of them: decide them with PATCH /v1/campaign/messages.'),
    content_hash: z.string().describe('Names exactly these texts. Send it with the decision to decide no other ones.'),
    members: z
      .array(
        z.object({
          message: messageSchema,
          previous: z
            .object({
              message_id: idSchema,
              subject: z.string().nullable(),
              preheader: z.string().nullable(),
              message: z.string(),
              size: count,
            })
            .nullable()
            .describe('What the previous run published there; null when nothing.'),
        }),
      )
      .describe('Largest audience first, as many as asked for.'),
  })
  .meta({ id: 'ReviewCluster' });

/** One entry for each code, with how many messages have it. */
function findingsOf(cluster: Cluster): z.output<typeof clusterSchema>['findings'] {
  const byCode = new Map<string, z.output<typeof clusterSchema>['findings'][number]>();
  for (const { message } of cluster.members) {
    const seen = new Set<string>();
    for (const { code, severity, message: sentence } of message.findings) {
      if (seen.has(code)) continue;
      seen.add(code);
      const known = byCode.get(code);
      if (known === undefined) byCode.set(code, { code, severity, message: sentence, messages: 1 });
      else known.messages += 1;
    }
  }
  return [...byCode.values()].sort((left, right) =>
    left.severity === right.severity ? 0 : left.severity === 'error' ? -1 : 1,
  );
}

function clusterReply(cluster: Cluster, membersShown: number): z.output<typeof clusterSchema> {
  const messages = cluster.members.map(({ message }) => message);
  return {
    cluster_id: messages[0]?.message_id ?? '',
    channel: messages[0]?.channel ?? '',
    messages: messages.length,
    customers: cluster.customers,
    risk: cluster.risk,
    findings: findingsOf(cluster),
    review_statuses: cluster.statuses,
    novelty: cluster.novelty,
    reused: cluster.reused,
    message_ids: messages.map((message) => message.message_id),
    content_hash: contentHash(messages),
    members: cluster.members.slice(0, membersShown).map(({ message, previous }) => ({
      message: messageReply(message),
      previous:
        previous === null
          ? null
          : {
              message_id: previous.message_id,
              subject: previous.subject,
              preheader: previous.preheader,
              message: previous.message,
              size: previous.size,
            },
    })),
  };
}

const isOpen = (cluster: Cluster) => cluster.statuses.Pending + cluster.statuses.Rejected > 0;

export const queueEndpoints = [
  endpoint({
    name: 'reviews.queue',
    method: 'POST',
    path: '/v1/campaign/review',
    summary: 'What is to be reviewed: near-identical messages together, the riskiest first',
    description:
      'Clusters of the current run with a message that is Pending or Rejected; with include_decided all of them. Order: errors, warnings, size of the audience, what no earlier run has published, what was taken over. Messages are together when they share channel, findings, numbers, amounts, links, merge tags and negations, and at least four fifths of their word pairs; the segment’s own values count as one word. A cluster is decided by PATCH /v1/campaign/messages with its message_ids and its content_hash.',
    access: { kind: 'workspace', permission: 'messages.read' },
    body: z.strictObject({
      workspace_id: idSchema,
      campaign_id: idSchema,
      channel: z.enum(CHANNELS).optional(),
      include_decided: z.boolean().optional(),
      members: z.number().int().min(1).max(100).optional().describe(`Members shown of each. Default ${MEMBERS_SHOWN}.`),
      page: pageSchema,
      page_size: z.number().int().min(1).max(200).optional().describe('Clusters: 1 to 200. Default 50.'),
    }),
    reply: z.object({
      campaign_id: idSchema,
      run_number: count,
      status: statusSchema,
      language: z.string(),
      totals: z.object({
        messages: count,
        Pending: count,
        Approved: count,
        Rejected: count,
        Excluded: count,
        with_errors: count,
        with_warnings: count,
        clusters: count,
        open_clusters: count,
      }),
      approval: z.object({
        digest: z.string().nullable().describe('Of the Approved messages as they are now. Send it with the approval.'),
        given: count.describe('Approvals that stand for this digest.'),
        needed: count,
        two_person: z.boolean(),
        you_shaped_it: z.boolean().describe('Under the two-person rule you cannot approve it then.'),
      }),
      page: count,
      pages: count,
      clusters: z.array(clusterSchema),
    }),
    example: { workspace_id: EXAMPLE_ID, campaign_id: EXAMPLE_ID },
    failures: [campaignFailures],
    handle: async ({ tx, actor, body }) => {
      const campaign = await requireCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      const { campaign_id, current_run } = campaign;
      const messages = (await runMessages(tx, actor.accountId, campaign_id, current_run)).filter(
        (row) => !row.is_archived,
      );
      const previous = current_run === 1 ? [] : await runMessages(tx, actor.accountId, campaign_id, current_run - 1);
      const queue = reviewQueue(messages, previous);
      const shown = queue
        .filter((cluster) => body.channel === undefined || cluster.members[0]?.message.channel === body.channel)
        .filter((cluster) => body.include_decided === true || isOpen(cluster));
      const size = body.page_size ?? 50;
      const page = body.page ?? 1;
      const having = (severity: string) =>
        messages.filter((message) => message.findings.some((finding) => finding.severity === severity)).length;
      const inState = (status: ReviewStatus) => messages.filter((message) => message.review_status === status).length;
      const digest =
        inState('Approved') === 0 ? null : approvalDigest(approvalContent(campaign, current_run, messages));
      const rules = await reviewRules(tx, actor.accountId, campaign.workspace_id);
      return {
        campaign_id,
        run_number: current_run,
        status: campaign.status,
        language: campaign.brief.language ?? 'en',
        totals: {
          messages: messages.length,
          Pending: inState('Pending'),
          Approved: inState('Approved'),
          Rejected: inState('Rejected'),
          Excluded: inState('Excluded'),
          with_errors: having('error'),
          with_warnings: having('warning'),
          clusters: queue.length,
          open_clusters: queue.filter(isOpen).length,
        },
        approval: {
          digest,
          given: campaign.approvals.filter((approval) => approval.voided_at === null && approval.digest === digest)
            .length,
          needed: rules.quorum,
          two_person: rules.two_person,
          you_shaped_it: (await authorsOf(tx, campaign)).has(actor.userId),
        },
        page,
        pages: Math.ceil(shown.length / size),
        clusters: shown
          .slice((page - 1) * size, page * size)
          .map((cluster) => clusterReply(cluster, body.members ?? MEMBERS_SHOWN)),
      };
    },
  }),
];
