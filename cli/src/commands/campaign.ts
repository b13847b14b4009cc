import type { CampaignsSegmentsReply } from '@nudgescribe/sdk';
import type { Command } from 'commander';
import {
  addShapeOptions,
  readCount,
  readSegmentBy,
  readShape,
  type ShapeOptions,
  segmentByOption,
} from '../campaign-shape.ts';
import { finishJob } from '../finish-job.ts';
import { findCampaign, findGroup, listCampaigns } from '../lookup.ts';
import { UsageMistake } from '../mistakes.ts';
import { type CommonOptions, openSession } from '../session.ts';
import { tableText, thousands } from '../table.ts';

type Reading = CommonOptions & { json?: true };

async function createCampaign(options: Reading & ShapeOptions): Promise<void> {
  const { shape, group } = await readShape(options);
  const { client, terminal, workspaceId } = await openSession(options);
  const { customer_group_id } = await findGroup(client, workspaceId, group);
  const campaign = await client.campaigns.create({ ...shape, workspace_id: workspaceId, customer_group_id });
  if (options.json) return terminal.print(JSON.stringify(campaign, null, 2));
  terminal.print(`The campaign "${campaign.campaign_name}" is a ${campaign.status}: ${campaign.campaign_id}`);
  terminal.note(`Next: nudgescribe campaign generate ${campaign.campaign_id}`);
}

async function showCampaigns(options: Reading): Promise<void> {
  const { client, terminal, workspaceId } = await openSession(options);
  const campaigns = await listCampaigns(client, workspaceId);
  if (options.json) return terminal.print(JSON.stringify(campaigns, null, 2));
  terminal.print(
    tableText(
      ['campaign', 'status', 'run', 'id'],
      campaigns.map((campaign) => [
        campaign.campaign_name,
        campaign.status,
        String(campaign.current_run),
        campaign.campaign_id,
      ]),
    ),
  );
}

function segmentTable(preview: CampaignsSegmentsReply): string {
  const share = (size: number) => `${((100 * size) / Math.max(1, preview.total_customers)).toFixed(1)} %`;
  return tableText(
    ['segment', 'customers', 'share'],
    preview.segments.map(({ label, size }) => [label, thousands(size), share(size)]),
  );
}

async function showSegments(
  wish: string | undefined,
  options: Reading & { group?: string; segmentBy?: string[]; minSegmentSize?: string },
): Promise<void> {
  if (wish === undefined && options.group === undefined)
    throw new UsageMistake('Name a campaign, or a --group with --segment-by.');
  const { client, terminal, workspaceId } = await openSession(options);
  const campaign = wish === undefined ? undefined : await findCampaign(client, workspaceId, wish);
  const groupId =
    options.group === undefined
      ? (campaign?.customer_group_id ?? '')
      : (await findGroup(client, workspaceId, options.group)).customer_group_id;
  const preview = await client.campaigns.segments({
    workspace_id: workspaceId,
    customer_group_id: groupId,
    segment_by: options.segmentBy?.map(readSegmentBy) ?? campaign?.segment_by ?? [],
    min_segment_size:
      options.minSegmentSize === undefined
        ? campaign?.min_segment_size
        : readCount('--min-segment-size', options.minSegmentSize),
  });
  if (options.json) return terminal.print(JSON.stringify(preview, null, 2));
  terminal.print(segmentTable(preview));
  terminal.print(
    `${thousands(preview.segment_count)} segments of ${thousands(preview.total_customers)} customers; ${thousands(preview.merged.length)} small ones were merged into others.`,
  );
}

async function generate(wish: string, options: CommonOptions): Promise<void> {
  const session = await openSession(options);
  const { campaign_id } = await findCampaign(session.client, session.workspaceId, wish);
  const { job_id } = await session.client.campaigns.generate({ workspace_id: session.workspaceId, campaign_id });
  await finishJob(session, job_id, 'Writing');
  session.terminal.print('The messages are written and ready for review.');
  session.terminal.note(`Next: nudgescribe campaign review ${campaign_id}`);
}

async function approve(wish: string, options: Reading): Promise<void> {
  const { client, terminal, workspaceId } = await openSession(options);
  const { campaign_id } = await findCampaign(client, workspaceId, wish);
  const campaign = await client.campaigns.approve({ workspace_id: workspaceId, campaign_id });
  terminal.print(`The campaign "${campaign.campaign_name}" is ${campaign.status}.`);
  terminal.note(`Next: nudgescribe campaign publish ${campaign_id}`);
}

async function reopen(wish: string, options: CommonOptions): Promise<void> {
  const { client, terminal, workspaceId } = await openSession(options);
  const { campaign_id } = await findCampaign(client, workspaceId, wish);
  const campaign = await client.campaigns.reopen({ workspace_id: workspaceId, campaign_id });
  terminal.print(`The campaign "${campaign.campaign_name}" is a ${campaign.status} again; its texts were dropped.`);
}

type PublishOptions = CommonOptions & { gzip?: boolean; delta?: boolean };

async function publish(wish: string, options: PublishOptions): Promise<void> {
  const session = await openSession(options);
  const { client, terminal, workspaceId } = session;
  const { campaign_id } = await findCampaign(client, workspaceId, wish);
  const { gzip = false, delta = false } = options;
  const { job_id, run_number } = await client.publishing.publish({
    workspace_id: workspaceId,
    campaign_id,
    gzip,
    delta,
  });
  await finishJob(session, job_id, 'Publishing');
  const manifest = await client.publishing.manifest({ workspace_id: workspaceId, campaign_id, run_number });
  terminal.print(
    `Run ${run_number} is published: ${thousands(manifest.rows)} rows in ${manifest.parts.length} ${manifest.parts.length === 1 ? 'file' : 'files'} for a group of ${thousands(manifest.customers)} (${thousands(manifest.unmatched)} without a message, ${thousands(manifest.ineligible)} not eligible).`,
  );
  if (delta) {
    const changed = await client.publishing.manifest({ workspace_id: workspaceId, campaign_id, run_number, delta });
    const { new: added = 0, changed: others = 0, removed = 0 } = changed.changes ?? {};
    terminal.print(
      `Since the publication before: ${thousands(added)} new, ${thousands(others)} changed, ${thousands(removed)} removed.`,
    );
  }
  terminal.note(`Next: nudgescribe fetch ${campaign_id}${delta ? ' --delta' : ''}`);
}

export function addCampaignCommands(campaign: Command): void {
  addShapeOptions(campaign.command('create').description('make a campaign as a draft'))
    .option('--workspace <id or name>')
    .option('--json', 'answer as JSON')
    .addHelpText(
      'after',
      `
Example:
  nudgescribe campaign create --name "Spring savings" --group "Spring" --objective "Open a savings account" \\
    --product "Spring Saver" --call-to-action "Open it in the app" --segment-by tier --segment-by tenure_years:3,10`,
    )
    .action(createCampaign);
  campaign
    .command('list')
    .description('list campaigns and how far they are')
    .option('--workspace <id or name>')
    .option('--json', 'answer as JSON')
    .action(showCampaigns);
  campaign
    .command('segments [campaign]')
    .description('preview the segments of a campaign, or of a group before there is one')
    .option('--group <id or name>', 'the customers to look at')
    .addOption(segmentByOption())
    .option('--min-segment-size <n>', 'merge smaller segments into others')
    .option('--workspace <id or name>')
    .option('--json', 'answer as JSON')
    .action(showSegments);
  const step = (name: string, description: string, act: (wish: string, options: CommonOptions) => Promise<void>) =>
    campaign.command(`${name} <campaign>`).description(description).option('--workspace <id or name>').action(act);
  step('generate', 'have the messages written', generate);
  step('approve', 'approve a campaign whose messages are all decided', approve);
  campaign
    .command('publish <campaign>')
    .description('publish the messages as files (again, if they are published already)')
    .option('--gzip', 'keep the files compressed')
    .option('--delta', 'also make files of what changed since the publication before')
    .option('--workspace <id or name>')
    .action(publish);
  step('reopen', 'take a campaign back to a draft; its unpublished texts are dropped', reopen);
}
