import { open } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { UsageMistake } from '../mistakes.ts';
import { openClient } from '../session.ts';
import { printable, tableText, thousands } from '../table.ts';
import { openTerminal } from '../terminal.ts';

type SearchOptions = {
  action?: string;
  outcome?: 'done' | 'refused';
  actor?: string;
  object?: string;
  since?: string;
  until?: string;
};

const PAGE = 1_000;

function moment(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new UsageMistake(`${name} needs a day or moment, such as 2026-11-26.`);
  return time.toISOString();
}

const searchOf = (options: SearchOptions) => ({
  action: options.action,
  outcome: options.outcome,
  actor: options.actor,
  object: options.object,
  since: moment('--since', options.since),
  until: moment('--until', options.until),
});

async function listEvents(options: SearchOptions & { limit: string; json?: true }): Promise<void> {
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE) throw new UsageMistake('--limit needs 1 to 1,000.');
  const search = searchOf(options);
  const { client } = await openClient();
  const terminal = openTerminal();
  const events = await client.audit.list({ ...search, page_size: limit });
  if (options.json) return terminal.print(JSON.stringify(events, null, 2));
  terminal.print(
    tableText(
      ['when', 'action', 'outcome', 'actor', 'address', 'objects'],
      events.map((event) => [
        event.happened_at,
        event.action,
        event.outcome,
        event.actor_user_id ?? '',
        event.address ?? '',
        JSON.stringify(event.object_ids),
      ]),
    ),
  );
}

/** Page after page, newest first, so that memory does not grow with the log. A file that is there is not written over. */
async function exportEvents(path: string, options: SearchOptions): Promise<void> {
  const search = searchOf(options);
  const { client } = await openClient();
  const terminal = openTerminal();
  const file = await open(path, 'wx', 0o600);
  let count = 0;
  try {
    let before: string | undefined;
    for (;;) {
      const events = await client.audit.list({ ...search, before, page_size: PAGE });
      await file.appendFile(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      count += events.length;
      before = events.at(-1)?.event_id;
      if (events.length < PAGE) break;
      terminal.note(`${thousands(count)} events so far`);
    }
  } finally {
    await file.close();
  }
  terminal.print(`${thousands(count)} events are in ${printable(path)}.`);
}

const withSearch = (command: Command) =>
  command
    .option('--action <name>', 'one action, or with a dot at its end all of one kind: "campaign."')
    .addOption(new Option('--outcome <outcome>').choices(['done', 'refused']))
    .option('--actor <user id>')
    .option('--object <id>', 'an id that the event names')
    .option('--since <moment>', 'from this day or moment on')
    .option('--until <moment>', 'before this day or moment');

export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('who did what, and was refused what');
  withSearch(audit.command('list', { isDefault: true }))
    .description('the newest events')
    .option('--limit <number>', 'how many', '50')
    .option('--json', 'answer as JSON')
    .action(listEvents);
  withSearch(audit.command('export <file>'))
    .description('write all events that fit as NDJSON, newest first')
    .action(exportEvents);
}
