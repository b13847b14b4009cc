import type { Command } from 'commander';
import { readCount } from '../campaign-shape.ts';
import { fetchFiles } from '../fetch-files.ts';
import { findCampaign } from '../lookup.ts';
import { startProgress } from '../progress.ts';
import { type CommonOptions, openSession } from '../session.ts';
import { thousands } from '../table.ts';

type FetchOptions = CommonOptions & { to?: string; run?: string; delta?: boolean };

async function fetchCampaign(wish: string, options: FetchOptions): Promise<void> {
  const run = options.run === undefined ? undefined : readCount('--run', options.run);
  const { client, terminal, workspaceId } = await openSession(options);
  const { campaign_id, current_run } = await findCampaign(client, workspaceId, wish);
  const { delta = false } = options;
  const folder = options.to ?? `messages-${campaign_id}-run-${run ?? current_run}${delta ? '-delta' : ''}`;
  const progress = startProgress('Fetching');
  try {
    const manifest = await fetchFiles(
      client,
      { workspace_id: workspaceId, campaign_id, run_number: run, delta },
      folder,
      (done, total) => progress.set(done, total),
    );
    progress.stop();
    terminal.print(
      `${thousands(manifest.rows)} rows in ${manifest.parts.length} ${manifest.parts.length === 1 ? 'file' : 'files'}, checked by SHA-256, are in ${folder}.`,
    );
  } finally {
    progress.stop();
  }
}

export function addFetchCommand(program: Command): void {
  program
    .command('fetch <campaign>')
    .description('fetch the published files and their manifest into a folder')
    .option('--to <folder>', 'where they go (default: a folder named after campaign and run)')
    .option('--run <number>', 'an earlier run')
    .option('--delta', 'what changed since the publication before, if it was published with --delta')
    .option('--workspace <id or name>')
    .addHelpText('after', '\nThe files hold personal data: they are made readable by you alone.')
    .action(fetchCampaign);
}
