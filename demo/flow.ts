import { openAsBlob } from 'node:fs';
import type { CampaignsSegmentsReply, Client, Import, Job, Manifest } from '@nudgescribe/sdk';
import { fetchFiles } from './published-files.ts';
import { allMessages, approveAll, type Reader, readAsCustomers } from './review-messages.ts';
import { type Screen, thousands } from './screen.ts';
import type { Steps } from './steps.ts';
import { fingerprintOf, type Reading, readSubject, type Subject } from './subject.ts';
import { Told } from './told.ts';

export type Outcome = {
  workspaceId: string;
  groupId: string;
  campaignId: string;
  reading: Reading;
  segments: CampaignsSegmentsReply;
  readers: Reader[];
  manifest: Manifest;
};

/** Two runs within a second stay apart, as names of groups and campaigns are unique. */
function stampNow(): string {
  return new Date().toISOString().replace('T', ' ').slice(0, 23);
}

async function openWorkspace(client: Client, name: string): Promise<string> {
  const found = (await client.workspaces.list({})).find((workspace) => workspace.workspace_name === name);
  return (found ?? (await client.workspaces.create({ workspace_name: name }))).workspace_id;
}

async function defineFields(client: Client, workspaceId: string, reading: Reading): Promise<number> {
  const known = new Set(
    (await client.fields.list({ workspace_id: workspaceId })).map((field) => field.field_name.toLowerCase()),
  );
  const missing = reading.fields.filter((field) => !known.has(field.field_name.toLowerCase()));
  for (const field of missing) await client.fields.create({ workspace_id: workspaceId, ...field });
  return missing.length;
}

function importSentence(done: Import): string {
  const parts = (['created', 'updated', 'unchanged', 'skipped', 'duplicates', 'failed'] as const)
    .filter((key) => done[key] > 0)
    .map((key) => `${thousands(done[key])} ${key}`);
  return `${thousands(done.total_rows)} rows: ${parts.join(', ')}`;
}

async function importFile(
  client: Client,
  ids: { workspace_id: string; customer_group_id: string },
  path: string,
  reading: Reading,
  onProgress: (done: number, total: number) => void,
): Promise<Import> {
  const begun = await client.customers.upload(
    { ...ids, on_error: 'skip', field_map: reading.fieldMap, delimiter: reading.delimiter },
    await openAsBlob(path),
    { contentType: 'text/csv' },
  );
  const done = await client.waitForImport(ids.workspace_id, begun.import_id, {
    onProgress: ({ done, total }) => onProgress(done, total),
  });
  if (done.status !== 'completed')
    throw new Told(
      `The import ended as ${done.status}. ${done.errors
        .slice(0, 3)
        .map((error) => error.message)
        .join(' ')}`,
    );
  if (done.created + done.updated + done.unchanged === 0) throw new Told('No row of the file could be imported.');
  return done;
}

/** What a job ended with, when that is not what was hoped for. */
function mustComplete(job: Job): Job {
  if (job.status === 'completed') return job;
  throw new Told(job.error?.message ?? `The work ended as ${job.status}.`);
}

/** The product's main job, from a file of customers to published files, through the documented calls only. */
export async function runFlow(
  client: Client,
  subject: Subject,
  outputDir: string,
  screen: Screen,
  steps: Steps,
): Promise<Outcome> {
  const stamp = stampNow();
  const bar = (label: string) => (done: number, total: number) => screen.progress(label, done, total);
  const jobBar = (label: string) => ({
    onProgress: ({ done, total }: Job['progress']) => screen.progress(label, done, total),
  });

  const reading = await steps.run('Read', async (say) => {
    const [first] = await client.workspaces.list({});
    if (first === undefined) throw new Told('The account has no workspace.');
    const read = await readSubject(client, first.workspace_id, subject);
    say(`${thousands(read.facts.rows)} rows, ${read.facts.columns.length} columns from ${subject.path}`);
    const blanks = read.facts.columns.filter((column) => column.blank > 0);
    if (blanks.length > 0)
      say(`Blank values: ${blanks.map((column) => `${column.header}: ${thousands(column.blank)} blank`).join(', ')}`);
    return read;
  });

  const { workspace_id, customer_group_id } = await steps.run('Fields', async (say) => {
    const name =
      subject.segmentBy === null ? `${subject.workspaceName} ${fingerprintOf(reading.fields)}` : subject.workspaceName;
    const workspaceId = await openWorkspace(client, name.slice(-100));
    const made = await defineFields(client, workspaceId, reading);
    const group = await client.groups.create({ workspace_id: workspaceId, group_name: `Demo ${stamp}` });
    const identifiers = reading.fields.filter((field) => field.is_unique).map((field) => field.field_name);
    say(`${reading.fields.length} fields (${made} new) in the workspace "${name}"`);
    say(
      identifiers.length > 0
        ? `Identifier: ${identifiers.join(', ')}`
        : 'No column identifies a customer, so every row becomes a customer of its own. Add a column with a number or an email address for each.',
    );
    return { workspace_id: workspaceId, customer_group_id: group.customer_group_id };
  });

  await steps.run('Import', async (say) => {
    const ids = { workspace_id, customer_group_id };
    const done = await importFile(client, ids, subject.path, reading, bar('Import'));
    say(importSentence(done));
    for (const error of done.errors.slice(0, 3))
      say(`row ${error.row}${error.field === null ? '' : `, ${error.field}`}: ${error.message}`);
  });

  const segments = await steps.run('Segments', async (say) => {
    const preview = await client.campaigns.segments({ workspace_id, customer_group_id, segment_by: reading.segmentBy });
    const by = reading.segmentBy.map((attribute) => attribute.field_name).join(' × ');
    say(
      `${thousands(preview.segment_count)} segments of ${thousands(preview.total_customers)} customers${by === '' ? '' : ` by ${by}`}`,
    );
    return preview;
  });

  const campaign = await steps.run('Write', async (say) => {
    const made = await client.campaigns.create({
      workspace_id,
      customer_group_id,
      campaign_name: `Demo ${stamp}`,
      brief: subject.brief,
      channels: [{ channel: 'email' }],
      segment_by: reading.segmentBy,
    });
    const { job_id } = await client.campaigns.generate({ workspace_id, campaign_id: made.campaign_id });
    mustComplete(await client.waitForJob(workspace_id, job_id, jobBar('Write')));
    say(`${thousands(segments.segment_count)} email messages by the built-in writer, one for each segment`);
    return made;
  });
  const ids = { workspace_id, campaign_id: campaign.campaign_id };

  const readers = await steps.run('Approve', async (say) => {
    const messages = await allMessages(client, ids);
    await approveAll(client, ids, messages);
    const warnings = messages.reduce((sum, message) => sum + message.findings.length, 0);
    say(`${thousands(messages.length)} messages approved, ${thousands(warnings)} warnings`);
    return readAsCustomers(client, ids, messages);
  });

  await steps.run('Publish', async (say) => {
    const { job_id } = await client.publishing.publish(ids);
    mustComplete(await client.waitForJob(workspace_id, job_id, jobBar('Publish')));
    const { pages } = await client.publishing.pages(ids);
    say(`${pages} ${pages === 1 ? 'file' : 'files'} on the server`);
  });

  const manifest = await steps.run('Fetch', async (say) => {
    const fetched = await fetchFiles(client, ids, outputDir, bar('Fetch'));
    say(
      `${thousands(fetched.rows)} customers in ${fetched.parts.length} ${fetched.parts.length === 1 ? 'file' : 'files'}, one row each, checked by SHA-256`,
    );
    if (fetched.unmatched > 0) say(`${thousands(fetched.unmatched)} customers had no message`);
    return fetched;
  });
  return {
    workspaceId: workspace_id,
    groupId: customer_group_id,
    campaignId: campaign.campaign_id,
    reading,
    segments,
    readers,
    manifest,
  };
}
