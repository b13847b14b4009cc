import { open } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { UsageMistake } from '../mistakes.ts';
import { chooseWorkspace, openClient } from '../session.ts';
import { printable, tableText, thousands } from '../table.ts';
import { openTerminal } from '../terminal.ts';

type SearchOptions = {
  action?: string;
  outcome?: 'done' | 'refused';
  actor?: string;
  object?: string;
  workspace?: string;
  since?: string;
  until?: string;
};

const PAGE = 1_000;
const IDS_SHOWN = 3;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function moment(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new UsageMistake(`${name} needs a day or moment, such as 2026-11-26.`);
  return time.toISOString();
}

/** A client, and the search that the options ask for. */
async function openSearch(options: SearchOptions) {
  const [since, until] = [moment('--since', options.since), moment('--until', options.until)];
  const { action, outcome, actor, object, workspace } = options;
  const { client } = await openClient();
  // An id may be that of a workspace that is gone; a name is looked up among those there are.
  const isName = workspace !== undefined && !ID.test(workspace);
  const workspaceId = isName ? await chooseWorkspace(client, workspace) : workspace;
  return { client, search: { action, outcome, actor, object, workspace: workspaceId, since, until } };
}

/** Long lists of ids are cut: JSON and the export have all of them. */
const objectsText = (ids: Record<string, unknown>) =>
  JSON.stringify(ids, (_name, value: unknown) =>
    Array.isArray(value) && value.length > IDS_SHOWN
      ? [...value.slice(0, IDS_SHOWN), `and ${thousands(value.length - IDS_SHOWN)} more`]
      : value,
  );

async function listEvents(options: SearchOptions & { limit: string; before?: string; json?: true }): Promise<void> {
  const { before } = options;
  const limit = Number(options.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE) throw new UsageMistake('--limit needs 1 to 1,000.');
  if (before !== undefined && !ID.test(before)) throw new UsageMistake('--before needs the id of an event.');
  const { client, search } = await openSearch(options);
  const terminal = openTerminal();
  const events = await client.audit.list({ ...search, before, page_size: limit });
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
        objectsText(event.object_ids),
      ]),
    ),
  );
  const last = events.at(-1);
  if (last !== undefined && events.length === limit)
    terminal.note(`There may be earlier ones: --before ${last.event_id}`);
}

/** Page after page, newest first, so that memory does not grow with the log. A file that is there is not written over. */
async function exportEvents(path: string, options: SearchOptions): Promise<void> {
  const { client, search } = await openSearch(options);
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
    .option('--object <id>', 'an id that the event names: of a customer, a campaign, a job, a session')
    .option('--workspace <id or name>', 'of this workspace only; those of the whole account are left out')
    .option('--since <moment>', 'from this day or moment on')
    .option('--until <moment>', 'before this day or moment');

export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('who did what, and was refused what');
  withSearch(audit.command('list', { isDefault: true }))
    .description('the newest events')
    .option('--limit <number>', 'how many', '50')
    .option('--before <event id>', 'the page behind this event, which is the last one of the page before')
    .option('--json', 'answer as JSON')
    .action(listEvents);
  withSearch(audit.command('export <file>'))
    .description('write all events that fit as NDJSON, newest first')
    .action(exportEvents);
}
