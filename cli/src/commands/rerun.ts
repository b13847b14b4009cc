import type { Command } from 'commander';
import { finishJob } from '../finish-job.ts';
import { findCampaign, findGroup } from '../lookup.ts';
import { type CommonOptions, openSession } from '../session.ts';
import { tableText, thousands } from '../table.ts';

async function startRerun(wish: string, options: CommonOptions & { group?: string }): Promise<void> {
  const session = await openSession(options);
  const { client, terminal, workspaceId } = session;
  const { campaign_id, customer_group_id } = await findCampaign(client, workspaceId, wish);
  const groupId =
    options.group === undefined
      ? customer_group_id
      : (await findGroup(client, workspaceId, options.group)).customer_group_id;
  const rerun = await client.reruns.initiate({ workspace_id: workspaceId, campaign_id, customer_group_id: groupId });
  terminal.print(
    `Run ${rerun.run_number}: ${thousands(rerun.segments.total)} segments, ${thousands(rerun.segments.matched)} of them met before, ${thousands(rerun.segments.new)} new.`,
  );
  if (rerun.job_id !== null) await finishJob(session, rerun.job_id, 'Writing');
  terminal.note(
    rerun.job_id === null
      ? `Nothing new to review. Next: nudgescribe campaign publish ${campaign_id}`
      : `Next: nudgescribe campaign review ${campaign_id}`,
  );
}

async function showHistory(wish: string, options: CommonOptions & { json?: true }): Promise<void> {
  const { client, terminal, workspaceId } = await openSession(options);
  const { campaign_id } = await findCampaign(client, workspaceId, wish);
  const runs = await client.reruns.history({ workspace_id: workspaceId, campaign_id });
  if (options.json) return terminal.print(JSON.stringify(runs, null, 2));
  terminal.print(
    tableText(
      ['run', 'status', 'group', 'segments', 'reused', 'written', 'archived', 'begun'],
      runs.map((run) => [
        `${run.run_number}${run.is_current ? ' (current)' : ''}`,
        run.status,
        run.customer_group_name,
        thousands(run.segment_count),
        thousands(run.message_summary.reused),
        thousands(run.message_summary.generated),
        thousands(run.message_summary.archived),
        run.created_at.slice(0, 16).replace('T', ' '),
      ]),
    ),
  );
}

export function addRerunCommands(program: Command): void {
  const rerun = program.command('rerun').description('run a published campaign again, or see its runs');
  rerun
    .command('start <campaign>', { isDefault: true })
    .description('begin a new run; segments met before keep their texts')
    .option('--group <id or name>', 'customers of the new run (default: those of the last one)')
    .option('--workspace <id or name>')
    .action(startRerun);
  rerun
    .command('history <campaign>')
    .description('all runs of a campaign, newest first')
    .option('--workspace <id or name>')
    .option('--json', 'answer as JSON')
    .action(showHistory);
}
