import { z } from 'zod';
import type { Transaction } from '../../platform/database/database.ts';
import { placeOf } from '../../platform/http/client-address.ts';
import { EXAMPLE_ID, idSchema } from '../../platform/http/schemas.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import type { CampaignRow } from '../campaigns/campaign.ts';
import { campaignFailures } from '../campaigns/errors.ts';
import { lockCampaign, requireCampaign, runsOf } from '../campaigns/lock-campaign.ts';
import { loadFields } from '../fields/load-fields.ts';
import { reviewFailures } from '../reviews/errors.ts';
import { segmentFailures } from '../segments/errors.ts';
import { endpoint } from '../services.ts';
import { usageFailures } from '../usage/errors.ts';
import { publishingFailures } from './errors.ts';
import { followLink } from './follow-link.ts';
import { manifestSchema } from './manifest.ts';
import { publishCampaign } from './publish-campaign.ts';
import { CSV, ofFile, partReply, readPartRows, readPartText } from './read-file.ts';
import { LINK_SECONDS, openLink, signLink } from './signed-link.ts';
import { findPart, findPublication, findRunFiles, type Part, type RunFiles } from './store.ts';

const ids = { workspace_id: idSchema, campaign_id: idSchema };
const example = { workspace_id: EXAMPLE_ID, campaign_id: EXAMPLE_ID };
const failures = [campaignFailures, publishingFailures];
const runNumberSchema = z.number().int().min(1).max(1_000_000).optional().describe('The current run when absent.');
const deltaSchema = z
  .boolean()
  .optional()
  .describe('The files of what changed, where they were asked for. Default false.');
const LINK_PATH = '/v1/messages/file';

type Found = { campaign: CampaignRow; runNumber: number; files: RunFiles | undefined };

/** The files of a run of the campaign. Throws not_found (campaign) and run_unknown. */
async function filesOf(
  tx: Transaction,
  accountId: string,
  body: { workspace_id: string; campaign_id: string; run_number?: number | undefined },
): Promise<Found> {
  const campaign = await requireCampaign(tx, accountId, body.workspace_id, body.campaign_id);
  const runNumber = body.run_number ?? campaign.current_run;
  if (
    runNumber !== campaign.current_run &&
    !(await runsOf(tx, accountId, campaign.campaign_id)).some((run) => run.run_number === runNumber)
  )
    throw publishingFailures.run_unknown();
  return { campaign, runNumber, files: await findRunFiles(tx, accountId, campaign.campaign_id, runNumber) };
}

/** The publication that is meant: of everything, or of what changed. Throws no_files_yet, no_delta. */
function requirePublication({ files }: Found, delta: boolean | undefined): string {
  if (files?.publication_id == null) throw publishingFailures.no_files_yet();
  if (delta !== true) return files.publication_id;
  if (files.delta_publication_id === null) throw publishingFailures.no_delta();
  return files.delta_publication_id;
}

async function requirePart(
  tx: Transaction,
  accountId: string,
  found: Found,
  wish: { page: number; delta?: boolean | undefined },
): Promise<Part> {
  const { page } = wish;
  const part = await findPart(tx, accountId, requirePublication(found, wish.delta), page);
  if (part === undefined) throw publishingFailures.page_unknown();
  return part;
}

export const publishingEndpoints = [
  endpoint({
    name: 'publishing.publish',
    method: 'POST',
    changes: true,
    path: '/v1/messages/publish',
    summary: 'Publish the messages of a campaign as files',
    description:
      'The campaign and its messages become Published at once; the files are made by the job. In "Published" it exports again. While an export is queued or running, the same job is given back.',
    access: { kind: 'workspace', permission: 'messages.publish' },
    body: z.strictObject({
      ...ids,
      gzip: z
        .boolean()
        .optional()
        .describe('Keep the files compressed: whoever accepts gzip gets them so, others as text. Default false.'),
      delta: z
        .boolean()
        .optional()
        .describe(
          'Also make files of what changed since the publication before: rows that are new or say something else, and the identifiers of those removed, with a column `change`. Fetched with delta true. Default false.',
        ),
    }),
    reply: z.object({
      message: z.string(),
      campaign_id: idSchema,
      run_number: z.number().int(),
      status: z.literal('queued'),
      job_id: idSchema,
    }),
    example,
    audit: 'campaign.published',
    failures: [...failures, reviewFailures, segmentFailures, usageFailures],
    handle: async ({ services, tx, actor, body, audit }) => {
      const locked = await lockCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      const fields = await loadFields(tx, actor.accountId, body.workspace_id);
      const { campaign, jobId } = await publishCampaign(services, tx, locked, fields, {
        userId: actor.userId,
        now: services.clock.now(),
        gzip: body.gzip,
        delta: body.delta,
      });
      audit({ campaign_id: body.campaign_id, run_number: campaign.current_run, job_id: jobId });
      return {
        message: 'The messages are being published.',
        campaign_id: body.campaign_id,
        run_number: campaign.current_run,
        status: 'queued' as const,
        job_id: jobId,
      };
    },
  }),
  endpoint({
    name: 'publishing.pages',
    method: 'POST',
    path: '/v1/messages/pages',
    summary: 'How many files a run has',
    access: { kind: 'workspace', permission: 'messages.fetch' },
    body: z.strictObject({ ...ids, run_number: runNumberSchema, delta: deltaSchema }),
    reply: z.object({ campaign_id: idSchema, run_number: z.number().int(), pages: z.number().int() }),
    example,
    failures,
    handle: async ({ tx, actor, body }) => {
      const found = await filesOf(tx, actor.accountId, body);
      const { runNumber, files } = found;
      const pages =
        body.delta === true
          ? (await findPublication(tx, actor.accountId, requirePublication(found, true)))?.manifest.parts.length
          : files?.page_count;
      return { campaign_id: body.campaign_id, run_number: runNumber, pages: pages ?? 0 };
    },
  }),
  endpoint({
    name: 'publishing.fetch',
    method: 'POST',
    path: '/v1/messages/fetch',
    summary: 'Fetch one file',
    description:
      'csv: the file. json: its first 1,000 rows. url: a link to the file, good for 15 minutes, for the current run only.',
    access: { kind: 'workspace', permission: 'messages.fetch' },
    body: z.strictObject({
      ...ids,
      page: z.number().int().min(1).max(1_000_000_000),
      format: z.enum(['csv', 'json', 'url']),
      run_number: runNumberSchema,
      delta: deltaSchema,
    }),
    reply: z.union([
      z.object({
        page: z.number().int(),
        rows: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
        row_count: z.number().int(),
        truncated: z.boolean(),
      }),
      z.object({ page: z.number().int(), url: z.string(), expires_in: z.number().int() }),
      z.object({ page: z.number().int(), content_type: z.string(), content: z.string() }),
    ]),
    replyMediaTypes: ['application/json', 'text/csv'],
    example: { ...example, page: 1, format: 'csv' },
    audit: 'file.fetched',
    failures,
    handle: async ({ services, tx, actor, body, audit, jsonOnly, headers }) => {
      const found = await filesOf(tx, actor.accountId, body);
      if (body.format === 'url' && found.runNumber !== found.campaign.current_run)
        throw publishingFailures.no_link_for_history();
      const part = await requirePart(tx, actor.accountId, found, body);
      audit({
        campaign_id: body.campaign_id,
        run_number: found.runNumber,
        page: body.page,
        format: body.format,
        ...(body.delta === true && { delta: true }),
      });
      const { page } = body;
      if (body.format === 'url') {
        const expires = Math.floor(services.clock.now().getTime() / 1000) + LINK_SECONDS;
        const query = signLink(services.linkKey, {
          accountId: actor.accountId,
          publicationId: part.publication_id,
          page,
          expires,
        });
        return { page, url: `${services.config.publicUrl ?? ''}${LINK_PATH}?${query}`, expires_in: LINK_SECONDS };
      }
      const keys = await services.keyring.forAccount(actor.accountId);
      const again = async () => requirePart(tx, actor.accountId, await filesOf(tx, actor.accountId, body), body);
      return ofFile(part, again, async (now) => {
        if (body.format === 'json') return { page, ...(await readPartRows(services, keys, now)) };
        if (jsonOnly) return { page, content_type: CSV, content: await readPartText(services, keys, now) };
        return partReply(services, keys, now, headers['accept-encoding']);
      });
    },
  }),
  endpoint({
    name: 'publishing.manifest',
    method: 'POST',
    path: '/v1/messages/manifest',
    summary: 'The manifest of a run: parts, rows, hashes',
    access: { kind: 'workspace', permission: 'messages.fetch' },
    body: z.strictObject({ ...ids, run_number: runNumberSchema, delta: deltaSchema }),
    reply: manifestSchema,
    example,
    failures,
    handle: async ({ tx, actor, body }) => {
      const found = await filesOf(tx, actor.accountId, body);
      const publication = await findPublication(tx, actor.accountId, requirePublication(found, body.delta));
      if (publication === undefined) throw publishingFailures.no_files_yet();
      return publication.manifest;
    },
  }),
  endpoint({
    name: 'publishing.download',
    method: 'GET',
    path: LINK_PATH,
    summary: 'A file behind a signed link',
    description: 'The link comes from POST /v1/messages/fetch with format url. Its signature covers everything in it.',
    access: { kind: 'signed_link' },
    body: z.strictObject({}),
    reply: null,
    replyMediaTypes: ['text/csv'],
    example: {},
    transaction: 'own',
    failures: [publishingFailures],
    handle: async (call) => {
      const { services, query, inTurnOf } = call;
      const link = openLink(services.linkKey, query, Math.floor(services.clock.now().getTime() / 1000));
      if (link === null || !isUuid(link.target.accountId) || !isUuid(link.target.publicationId))
        throw publishingFailures.link_refused();
      // Whoever goes on trying a link whose time is over fills no line of the account.
      return inTurnOf(link.isOver ? placeOf(call.address) : link.target.accountId, () => followLink(call, link));
    },
  }),
];
