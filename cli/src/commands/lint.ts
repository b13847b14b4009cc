import type { Command } from 'commander';
import { findCampaign } from '../lookup.ts';
import { Unsuccessful } from '../mistakes.ts';
import { type CommonOptions, openSession } from '../session.ts';
import { printable, thousands } from '../table.ts';

async function lint(wish: string, options: CommonOptions & { json?: true }): Promise<void> {
  const { client, terminal, workspaceId } = await openSession(options);
  const { campaign_id } = await findCampaign(client, workspaceId, wish);
  const linted = await client.messages.lint({ workspace_id: workspaceId, campaign_id });
  if (options.json) terminal.print(JSON.stringify(linted, null, 2));
  else {
    for (const { message_id, findings } of linted.messages)
      for (const { code, severity, message, fix } of findings)
        terminal.print(printable(`${message_id}  ${severity} ${code}: ${message}${fix === null ? '' : ` ${fix}`}`));
    for (const { code, severity, messages } of linted.totals)
      terminal.print(`${thousands(messages)} × ${code} (${severity})`);
    terminal.print(
      `${thousands(linted.checked)} messages: ${thousands(linted.errors)} with errors, ${thousands(linted.warnings)} with warnings only.`,
    );
  }
  if (linted.errors > 0) throw new Unsuccessful('Errors block approval.');
}

export function addLintCommand(program: Command): void {
  program
    .command('lint <campaign>')
    .description('check the messages of the current run; exit code 1 when there are errors')
    .option('--workspace <id or name>')
    .option('--json', 'answer as JSON')
    .action(lint);
}
