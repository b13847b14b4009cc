import { Command } from 'commander';
import { addAuditCommands } from './commands/audit.ts';
import { addCampaignCommands } from './commands/campaign.ts';
import { addFetchCommand } from './commands/fetch.ts';
import { addFieldCommands } from './commands/fields.ts';
import { addGroupCommands } from './commands/groups.ts';
import { addImportCommand } from './commands/import.ts';
import { addLintCommand } from './commands/lint.ts';
import { addLoginCommands } from './commands/login.ts';
import { addRerunCommands } from './commands/rerun.ts';
import { addReviewCommand } from './commands/review.ts';
import { addVerifyCommand } from './commands/verify.ts';
import { addWorkspaceCommands } from './commands/workspaces.ts';

const AFTER = `
From a file of customers to published messages:
  nudgescribe login
  nudgescribe import customers.csv --group "Spring" --infer
  nudgescribe campaign create --name "Spring savings" --group "Spring" --objective "Open a savings account" \\
    --product "Spring Saver" --call-to-action "Open it in the app" --segment-by tier
  nudgescribe campaign generate "Spring savings"
  nudgescribe campaign review "Spring savings"
  nudgescribe campaign approve "Spring savings"
  nudgescribe campaign publish "Spring savings"
  nudgescribe fetch "Spring savings"
  nudgescribe verify messages-CAMPAIGN_ID-run-1

NUDGESCRIBE_URL, NUDGESCRIBE_EMAIL, NUDGESCRIBE_PASSWORD, NUDGESCRIBE_API_KEY and NUDGESCRIBE_WORKSPACE let every
command work unattended, without "login". Exit codes: 0 done, 1 it did not work, 2 called wrongly.`;

/** Every command of the CLI. Nothing has run yet. */
export function buildProgram(): Command {
  const program = new Command('nudgescribe');
  program
    .description('Campaign messages for every segment of your customers, from the command line.')
    .exitOverride()
    .showHelpAfterError('(add --help to see how it is called)')
    .addHelpText('after', AFTER);
  addLoginCommands(program);
  addWorkspaceCommands(program);
  addFieldCommands(program);
  addGroupCommands(program);
  addImportCommand(program);
  const campaign = program.command('campaign').description('make, write, review, approve and publish campaigns');
  addCampaignCommands(campaign);
  addReviewCommand(campaign);
  addFetchCommand(program);
  addRerunCommands(program);
  addLintCommand(program);
  addVerifyCommand(program);
  addAuditCommands(program);
  return program;
}
