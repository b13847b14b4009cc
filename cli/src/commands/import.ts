import { createWriteStream, openAsBlob } from 'node:fs';
import { access } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Client, type CustomersCheckParameters, type Import, NudgescribeError } from '@nudgescribe/sdk';
import { type Command, Option } from 'commander';
import { lookForGroup } from '../lookup.ts';
import { Unsuccessful, UsageMistake } from '../mistakes.ts';
import { startProgress, withProgress } from '../progress.ts';
import { knownDelimiter, proposeFields, readDelimiter } from '../propose-fields.ts';
import { readSample, sizeOf } from '../sample.ts';
import { type CommonOptions, openSession, type Session } from '../session.ts';
import { tableText, thousands } from '../table.ts';

const SHOWN_ERRORS = 10;
const COUNTERS = ['created', 'updated', 'unchanged', 'skipped', 'duplicates', 'failed'] as const;

type ImportOptions = CommonOptions & {
  group: string;
  infer?: true;
  yes?: true;
  dryRun?: true;
  onError?: 'reject' | 'skip';
  mode?: 'upsert' | 'create_only' | 'update_only';
  clearBlank?: true;
  delimiter?: string;
  repairFile?: string;
  json?: true;
};

async function openGroup({ client, terminal, workspaceId }: Session, wish: string): Promise<string> {
  const found = await lookForGroup(client, workspaceId, wish);
  if (found !== undefined) return found.customer_group_id;
  const made = await client.groups.create({ workspace_id: workspaceId, group_name: wish });
  terminal.note(`The group "${made.group_name}" was made.`);
  return made.customer_group_id;
}

/** Sends the file and waits for its import. A small file that is refused as a whole has its report in the refusal. */
async function send(
  client: Client,
  path: string,
  parameters: CustomersCheckParameters,
  file: { size: number; isNdjson: boolean; isPacked: boolean },
): Promise<Import> {
  const sending = startProgress('Sending');
  let begun: Import;
  try {
    begun = await client.customers.upload(parameters, await openAsBlob(path), {
      contentType: file.isNdjson ? 'application/x-ndjson' : 'text/csv',
      gzip: file.isPacked ? 'already' : false,
      onProgress: (sent) => sending.set(sent, file.size),
    });
  } catch (error) {
    const importId = error instanceof NudgescribeError ? error.body.import_id : undefined;
    if (typeof importId !== 'string') throw error;
    const kept = await client.imports
      .get({ workspace_id: parameters.workspace_id, import_id: importId })
      .catch(() => null);
    if (kept === null || typeof kept === 'string' || Array.isArray(kept)) throw error;
    return kept;
  } finally {
    sending.stop();
  }
  if (begun.status !== 'queued' && begun.status !== 'running') return begun;
  return withProgress('Importing', (set) =>
    client.waitForImport(parameters.workspace_id, begun.import_id, { onProgress: set }),
  );
}

function report({ terminal }: Session, done: Import, isDryRun: boolean): void {
  terminal.print(
    `${isDryRun ? 'Checked' : 'Import'}: ${done.status}, ${thousands(done.total_rows)} rows (${done.import_id})`,
  );
  terminal.print(tableText([...COUNTERS], [COUNTERS.map((counter) => thousands(done[counter]))]));
  if (done.same_file_as !== null) terminal.note('This very file was imported before.');
  if (done.errors.length === 0) return;
  terminal.print('');
  terminal.print(
    tableText(
      ['row', 'field', 'what is wrong'],
      done.errors.slice(0, SHOWN_ERRORS).map((error) => [String(error.row), error.field ?? '', error.message]),
    ),
  );
  const all = Object.values(done.error_counts).reduce((sum, count) => sum + count, 0);
  if (all > SHOWN_ERRORS)
    terminal.print(`… ${thousands(all)} errors in all. --repair-file OUT gives every failed row.`);
}

async function writeRepairFile(session: Session, done: Import, path: string): Promise<void> {
  if (done.failed === 0) return session.terminal.note('No row failed, so there is no repair file.');
  const stream = await session.client.imports.getStream({
    workspace_id: session.workspaceId,
    import_id: done.import_id,
    format: 'csv',
  });
  // The rows are customers' data: nobody else on this computer may read them.
  await pipeline(
    Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]),
    createWriteStream(path, { mode: 0o600, flags: 'wx' }),
  );
  session.terminal.note(`The failed rows and their reasons are in ${path}. Mend them there and import that file.`);
}

async function importFile(path: string, options: ImportOptions): Promise<void> {
  const delimiter = options.delimiter === undefined ? undefined : readDelimiter(options.delimiter);
  const size = await sizeOf(path);
  const isPacked = /\.gz$/i.test(path);
  const isNdjson = /\.(ndjson|jsonl)(\.gz)?$/i.test(path);
  if (options.infer && isNdjson) throw new UsageMistake('--infer proposes fields from CSV files only.');
  if (
    options.repairFile !== undefined &&
    (await access(options.repairFile).then(
      () => true,
      () => false,
    ))
  )
    throw new UsageMistake(`"${options.repairFile}" exists already; the repair file would overwrite it.`);
  const session = await openSession(options);
  const { client, terminal, workspaceId } = session;
  if (options.infer && !options.yes && !terminal.isInteractive)
    throw new UsageMistake('Without a terminal --infer needs --yes.');

  const proposal = options.infer
    ? await proposeFields(client, terminal, workspaceId, await readSample(path, isPacked), options.yes ?? false)
    : undefined;
  if (proposal === null) return terminal.print('Nothing was imported.');
  const found = proposal === undefined ? undefined : knownDelimiter(proposal.delimiter);
  const parameters: CustomersCheckParameters = {
    workspace_id: workspaceId,
    customer_group_id: await openGroup(session, options.group),
    validate_only: options.dryRun,
    on_error: options.onError,
    mode: options.mode,
    blank_cells: options.clearBlank ? 'clear' : undefined,
    field_map: proposal?.field_map,
    delimiter: delimiter ?? found,
  };
  const done = await send(client, path, parameters, { size, isNdjson, isPacked });
  if (options.json) terminal.print(JSON.stringify(done, null, 2));
  else report(session, done, options.dryRun ?? false);
  if (options.repairFile !== undefined) await writeRepairFile(session, done, options.repairFile);
  if (done.status !== 'completed')
    throw new Unsuccessful(
      done.status === 'rejected'
        ? 'Nothing was stored, because of these errors. Mend the file, or say --on-error skip to leave bad rows out.'
        : `The import ended as ${done.status}.`,
    );
  if (options.dryRun && done.valid === false) throw new Unsuccessful('The file has errors. Nothing was stored.');
}

export function addImportCommand(program: Command): void {
  program
    .command('import <file>')
    .description('import customers from a CSV or NDJSON file of any size')
    .requiredOption('--group <id or name>', 'the group the customers join; made when it is new')
    .option('--infer', 'propose fields from the first megabyte, show them, ask, and make the missing ones')
    .option('--yes', 'agree to the proposed fields without being asked')
    .option('--dry-run', 'check every row and store nothing (fields and group are made)')
    .addOption(new Option('--on-error <what>', 'with a bad row').choices(['reject', 'skip']))
    .addOption(new Option('--mode <mode>', 'which rows count').choices(['upsert', 'create_only', 'update_only']))
    .option('--clear-blank', 'a blank cell erases the stored value (it is kept otherwise)')
    .option('--delimiter <character>', 'one of , ; | or tab; found by itself otherwise')
    .option('--repair-file <out>', 'write the failed rows and their reasons to this CSV file')
    .option('--workspace <id or name>')
    .option('--json', 'report as JSON')
    .addHelpText(
      'after',
      `
Examples:
  nudgescribe import customers.csv --group "Spring" --infer
  nudgescribe import more.csv.gz --group "Spring" --on-error skip --repair-file failed.csv

One bad row rejects the whole file, unless you say --on-error skip. Files that end in .gz are unpacked by the server,
.ndjson and .jsonl files have one JSON object on each line.`,
    )
    .action(importFile);
}
