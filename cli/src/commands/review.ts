import { type Client, type Message, NudgescribeError } from '@nudgescribe/sdk';
import { type Command, Option } from 'commander';
import { failureText } from '../failure-text.ts';
import { finishJob } from '../finish-job.ts';
import { findCampaign } from '../lookup.ts';
import { UsageMistake } from '../mistakes.ts';
import { type CommonOptions, openSession } from '../session.ts';
import { printable, thousands } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const PAGE_SIZE = 1_000;

type Ids = { workspace_id: string; campaign_id: string };
type ReviewOptions = CommonOptions & {
  list?: true;
  status?: Message['review_status'];
  preview?: true;
  approveAll?: true;
  approve?: string[];
  reject?: string[];
  exclude?: string[];
  rewrite?: string[];
  guidance?: string;
  note?: string;
  json?: true;
};

async function listMessages(client: Client, ids: Ids, status: Message['review_status'] | undefined) {
  const all: Message[] = [];
  for (let page = 1; ; page += 1) {
    const some = await client.messages.list({ ...ids, review_status: status, page, page_size: PAGE_SIZE });
    all.push(...some);
    if (some.length < PAGE_SIZE) return all;
  }
}

function messageText(message: Message): string {
  const lines = [
    `${message.message_id}  ${message.review_status}`,
    `${message.segment.label} · ${thousands(message.segment.size)} customers · ${message.channel}, variant ${message.variant} · ${message.technique.replaceAll('_', ' ')}`,
  ];
  if (message.subject !== null) lines.push(`  Subject: ${message.subject}`);
  if (message.preheader !== null) lines.push(`  Preheader: ${message.preheader}`);
  lines.push(...message.message.split('\n').map((line) => `  ${line}`.trimEnd()));
  for (const finding of message.findings)
    lines.push(`  ! ${finding.severity}: ${finding.message}${finding.fix === null ? '' : ` ${finding.fix}`}`);
  if (message.note !== null && message.note !== '') lines.push(`  Note: ${message.note}`);
  return printable(lines.join('\n'));
}

async function showPreview(client: Client, terminal: Terminal, ids: Ids, message: Message): Promise<void> {
  const { previews } = await client.messages.preview({ ...ids, message_id: message.message_id });
  for (const { subject, preheader, message: text } of previews) {
    const lines = [
      ...(subject === null ? [] : [`Subject: ${subject}`]),
      ...(preheader === null ? [] : [`Preheader: ${preheader}`]),
      ...text.split('\n'),
    ];
    terminal.print(printable(lines.map((line) => `  > ${line}`.trimEnd()).join('\n')));
    terminal.print('');
  }
  if (previews.length === 0) terminal.print('  > The segment has no customer now.');
}

async function edit(client: Client, terminal: Terminal, ids: Ids, message: Message): Promise<void> {
  const subject = message.subject === null ? '' : await terminal.ask('New subject (empty keeps it): ');
  terminal.note('New text, ended by a line with a single dot (nothing before it keeps the text):');
  const lines: string[] = [];
  for (let line = await terminal.ask('> '); line !== '.'; line = await terminal.ask('> ')) lines.push(line);
  const text = lines.join('\n').trim();
  if (subject === '' && text === '') return;
  const { messages } = await client.messages.change({
    ...ids,
    message_ids: [message.message_id],
    ...(subject === '' ? {} : { subject }),
    ...(text === '' ? {} : { message: text }),
  });
  for (const changed of messages) terminal.print(messageText(changed));
}

/** Does what a key means; true when the message is dealt with. */
async function act(client: Client, terminal: Terminal, ids: Ids, message: Message, key: string): Promise<boolean> {
  const one = { ...ids, message_ids: [message.message_id] };
  if (key === 's') return true;
  if (key === 'p') await showPreview(client, terminal, ids, message);
  if (key === 'e') await edit(client, terminal, ids, message);
  if (key === 'a') await client.messages.change({ ...one, review_status: 'Approved' });
  if (key === 'r') {
    const note = await terminal.ask('Why? ');
    await client.messages.change({ ...one, review_status: 'Rejected', ...(note === '' ? {} : { note }) });
  }
  return key === 'a' || key === 'r';
}

/** Goes through the Pending messages one by one until they are decided or the reader has enough. */
async function decideOneByOne(client: Client, terminal: Terminal, ids: Ids, pending: readonly Message[]) {
  for (const [index, message] of pending.entries()) {
    terminal.print(`\n${index + 1} of ${pending.length}\n${messageText(message)}`);
    for (let isDone = false; !isDone; ) {
      const key = (
        await terminal.ask('[a]pprove  [r]eject  [e]dit  [p]review  [s]kip  approve a[l]l  [q]uit: ')
      ).toLowerCase();
      if (key === 'q') return;
      if (key === 'l') {
        const { updated } = await client.messages.change({ ...ids, all: true, review_status: 'Approved' });
        terminal.print(`${thousands(updated)} ${updated === 1 ? 'message was' : 'messages were'} approved.`);
        return;
      }
      try {
        isDone = await act(client, terminal, ids, message, key);
      } catch (error) {
        // A text that the server refuses is typed again; what was decided before stays decided.
        if (!(error instanceof NudgescribeError) || error.status !== 400) throw error;
        terminal.note(failureText(error).text);
      }
    }
  }
}

/** The decisions of the options, in an order in which the last word is the approval's. Gives how many messages changed. */
async function decide(client: Client, ids: Ids, options: ReviewOptions): Promise<number> {
  const note = options.note === undefined ? {} : { note: options.note };
  const decisions = [
    [options.reject, 'Rejected'],
    [options.exclude, 'Excluded'],
    [options.approve, 'Approved'],
  ] as const;
  let updated = 0;
  for (const [message_ids, review_status] of decisions)
    if (message_ids !== undefined)
      updated += (await client.messages.change({ ...ids, message_ids, review_status, ...note })).updated;
  if (options.approveAll)
    updated += (await client.messages.change({ ...ids, all: true, review_status: 'Approved' })).updated;
  return updated;
}

async function review(wish: string, options: ReviewOptions): Promise<void> {
  const byId = [options.approve, options.reject, options.exclude].some((ids) => ids !== undefined);
  if (options.note !== undefined && !byId) throw new UsageMistake('--note goes with --approve, --reject or --exclude.');
  if (options.guidance !== undefined && options.rewrite === undefined)
    throw new UsageMistake('--guidance goes with --rewrite.');
  const session = await openSession(options);
  const { client, terminal, workspaceId } = session;
  const { campaign_id } = await findCampaign(client, workspaceId, wish);
  const ids: Ids = { workspace_id: workspaceId, campaign_id };
  if (options.rewrite !== undefined) {
    const { guidance, rewrite: message_ids } = options;
    const { job_id } = await client.messages.regenerate({ ...ids, message_ids, guidance });
    await finishJob(session, job_id, 'Writing');
    return terminal.print('The messages were written anew and are Pending.');
  }
  if (byId || options.approveAll) {
    const updated = await decide(client, ids, options);
    if (options.json) return terminal.print(JSON.stringify({ updated }));
    terminal.print(`${thousands(updated)} ${updated === 1 ? 'message was' : 'messages were'} decided.`);
    return terminal.note(`When all are decided: nudgescribe campaign approve ${campaign_id}`);
  }
  const messages = await listMessages(client, ids, options.status);
  if (options.json) return terminal.print(JSON.stringify(messages, null, 2));
  const pending = messages.filter((message) => message.review_status === 'Pending');
  if (terminal.isInteractive && !options.list && !options.preview && pending.length > 0) {
    await decideOneByOne(client, terminal, ids, pending);
    return terminal.note(`When all are decided: nudgescribe campaign approve ${campaign_id}`);
  }
  for (const message of messages) {
    terminal.print(`${messageText(message)}\n`);
    if (options.preview) await showPreview(client, terminal, ids, message);
  }
  const counts = Map.groupBy(messages, (message) => message.review_status);
  const summary = [...counts].map(([status, some]) => `${thousands(some.length)} ${status}`).join(', ');
  terminal.print(
    messages.length === 0 ? 'There are no messages.' : `${thousands(messages.length)} messages: ${summary}.`,
  );
}

export function addReviewCommand(campaign: Command): void {
  campaign
    .command('review <campaign>')
    .description('read the messages with their findings, and decide on them')
    .option('--list', 'only list them, also on a terminal')
    .addOption(new Option('--status <status>', 'only those').choices(['Pending', 'Approved', 'Rejected', 'Excluded']))
    .option('--preview', 'also show each as real customers would get it (personal data)')
    .option('--approve-all', 'approve every Pending message')
    .option('--approve <id...>', 'approve these messages')
    .option('--reject <id...>', 'reject these messages')
    .option('--exclude <id...>', 'leave these messages out of the run')
    .option('--rewrite <id...>', 'have these messages written anew')
    .option('--guidance <text>', 'what to heed in rewriting')
    .option('--note <text>', 'why')
    .option('--workspace <id or name>')
    .option('--json', 'answer as JSON')
    .action(review);
}
