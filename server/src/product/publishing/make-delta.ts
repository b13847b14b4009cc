import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Transaction } from '../../platform/database/database.ts';
import { idFromBytes, newId } from '../../platform/ids/ids.ts';
import { ObjectMissing } from '../../providers/object-storage/object-storage.ts';
import { stillThere } from '../customers/still-there.ts';
import { createCsvParser } from '../imports/csv-parser.ts';
import type { JobRun } from '../jobs/job.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { readWhole, writeSealed } from '../sealing/sealed-stream.ts';
import type { Services } from '../services.ts';
import { csvCell, originalCell } from './csv-cell.ts';
import { columnsOf } from './export-plan.ts';
import { type ExportRow, outcomesOf } from './export-store.ts';
import { measured } from './file-facts.ts';
import { recordsOf } from './file-records.ts';
import type { Changes, Manifest } from './manifest.ts';
import { type NewPart, newPartsOf } from './new-parts.ts';
import { openPart } from './read-file.ts';
import { CHANGED, compareIndexes, entryAt, NEW, ownerIn, REMOVED, SAME } from './row-index.ts';
import { findPublication, latestPublication, type Part, type Publication, partsOfPublication } from './store.ts';

const ROWS_A_FILE = 10_000;
const IDS_AT_ONCE = 10_000;
const OVERTAKEN_PAUSE_MS = 200;
const LINE_END = 2;

/** What changed since the publication before, ready to be put in place beside the full files. */
export type Delta = {
  prefix: string;
  publicationId: string;
  since: { publication_id: string; run_number: number } | null;
  columns: Manifest['columns'];
  parts: NewPart[];
  changes: Changes;
  /** Raw ids of the customers whose rows are listed as removed: none of them may have been erased meanwhile. */
  removed: Buffer[];
};

type Row = { line: Buffer; entry: Buffer };
type Before = { publication: Publication; parts: (Part & { rows_key: string })[] } | null;

export const CHANGE_COLUMN = { name: 'change', source: 'message' } as const;
const WORDS = { [NEW]: 'new', [CHANGED]: 'changed', [REMOVED]: 'removed' } as const;

/** The publication that receivers had before this one: that of the same run, or else of the latest run before. */
async function findBefore(tx: Transaction, exported: ExportRow): Promise<Before> {
  const publication = await latestPublication(tx, exported.account_id, exported.campaign_id, exported.run_number);
  if (publication === undefined) return null;
  const parts = await partsOfPublication(tx, exported.account_id, publication.publication_id);
  const indexed = parts.flatMap((part) => (part.rows_key === null ? [] : [{ ...part, rows_key: part.rows_key }]));
  return indexed.length === parts.length ? { publication, parts: indexed } : null;
}

/**
 * Makes the files of what changed since the publication before: rows that are new or say something else, and, with their
 * identifiers only, those whose customers get no message any more. A row says the same when own cells, texts and holdout
 * are the same; ids of messages and runs do not count. Null when the files are in place already.
 */
export async function makeDelta(
  services: Services,
  run: JobRun,
  keys: AccountKeys,
  exported: ExportRow,
): Promise<Delta | null> {
  const { account_id: accountId } = exported;
  const prefix = `${exported.object_prefix}/delta`;
  let readBefore = '';
  let isBeforeLost = false;
  for (;;) {
    run.throwIfStopped();
    const found = await services.database.tenant(accountId, async (tx) => {
      if ((await findPublication(tx, accountId, exported.publication_id)) !== undefined) return null;
      const parts = newPartsOf(await outcomesOf(tx, accountId, exported.export_id));
      return { parts, before: isBeforeLost ? null : await findBefore(tx, exported) };
    });
    if (found === null) return null;
    await services.objects.deleteBelow(prefix);
    try {
      return await writeDelta(services, run, keys, exported, prefix, found);
    } catch (error) {
      if (!(error instanceof ObjectMissing) || found.before === null) throw error;
      // A file of the publication before was rewritten meanwhile, and is read as it is now. Where it is the same and still
      // not there it is lost: everything is new then.
      const isReading = JSON.stringify(found.before.parts.map((part) => part.object_key));
      isBeforeLost = isReading === readBefore;
      readBefore = isReading;
      await pause(OVERTAKEN_PAUSE_MS);
    }
  }
}

async function writeDelta(
  services: Services,
  run: JobRun,
  keys: AccountKeys,
  exported: ExportRow,
  prefix: string,
  { parts, before }: { parts: readonly NewPart[]; before: Before },
): Promise<Delta> {
  const indexesOf = (of: readonly { rows_key: string | null; row_count: number }[]) =>
    of.map(({ rows_key, row_count }) => ({
      rows: row_count,
      read: () => readWhole(services.objects, keys, rows_key ?? ''),
    }));
  const earlier = before?.parts ?? [];
  const marks = await compareIndexes(indexesOf(parts), indexesOf(earlier));
  const changes: Changes = { new: 0, changed: 0, removed: 0 };
  const removed: Buffer[] = [];

  async function* rows(): AsyncGenerator<Row> {
    for (const [file, part] of parts.entries()) {
      const marked = marks.later[file] as Uint8Array;
      if (marked.every((mark) => mark === SAME)) continue;
      const index = await readWhole(services.objects, keys, part.rows_key ?? '');
      for await (const { row, record } of eachRow(openPart(services, keys, part))) {
        const mark = marked[row] ?? SAME;
        if (mark !== NEW && mark !== CHANGED) continue;
        changes[WORDS[mark]] += 1;
        yield { line: withChange(record, WORDS[mark]), entry: entryAt(index, row) };
      }
    }
    for (const [file, part] of earlier.entries()) {
      const marked = marks.earlier[file] as Uint8Array;
      if (marked.every((mark) => mark === SAME)) continue;
      const index = await readWhole(services.objects, keys, part.rows_key);
      const there = await ownersLeft(services, keys.accountId, index, marked);
      const say = removedSayer(
        before?.publication.manifest.columns ?? [],
        columnsOf(exported.plan.shape),
        exported.run_number,
      );
      for await (const { row, record } of eachRow(openPart(services, keys, part))) {
        const entry = entryAt(index, row);
        if (marked[row] !== REMOVED || !there.has(idFromBytes(ownerIn(entry)))) continue;
        changes.removed += 1;
        removed.push(Buffer.from(ownerIn(entry)));
        yield { line: say(record), entry };
      }
    }
  }
  const columns = [...columnsOf(exported.plan.shape), CHANGE_COLUMN];
  const header = Buffer.from(`${columns.map((column) => csvCell(column.name)).join(',')}\r\n`);
  const files = await writeFiles(services, run, keys, { prefix, header, gzip: exported.plan.gzip }, rows());
  const since =
    before === null
      ? null
      : { publication_id: before.publication.publication_id, run_number: before.publication.run_number };
  return { prefix, publicationId: newId(), since, columns, parts: files, changes, removed };
}

/** Writes rows to files of at most so many, each with its index. */
async function writeFiles(
  services: Services,
  run: JobRun,
  keys: AccountKeys,
  to: { prefix: string; header: Buffer; gzip: boolean },
  rows: AsyncGenerator<Row>,
): Promise<NewPart[]> {
  const parts: NewPart[] = [];
  let next = await rows.next();
  while (next.done !== true) {
    run.throwIfStopped();
    const entries: Buffer[] = [];
    async function* lines(): AsyncGenerator<Buffer> {
      yield to.header;
      for (; next.done !== true && entries.length < ROWS_A_FILE; next = await rows.next()) {
        entries.push(next.value.entry);
        yield next.value.line;
      }
    }
    const page = parts.length + 1;
    const name = `${to.prefix}/page-${String(page).padStart(6, '0')}-${newId()}`;
    const part = { object_key: `${name}.csv`, rows_key: `${name}.rows` };
    const { content, facts } = measured(Readable.from(lines()), to.gzip);
    await writeSealed(services.objects, keys, part.object_key, content);
    await writeSealed(services.objects, keys, part.rows_key, Readable.from([Buffer.concat(entries)]));
    const { bytes, gzip_bytes, sha256 } = facts();
    parts.push({ page, ...part, row_count: entries.length, byte_count: bytes, gzip_bytes, sha256 });
  }
  return parts;
}

async function* eachRow(text: Readable): AsyncGenerator<{ row: number; record: Buffer }> {
  let row = -1;
  for await (const records of recordsOf(text))
    for (const record of records) {
      if (row >= 0) yield { row, record };
      row += 1;
    }
}

const withChange = (record: Buffer, word: string): Buffer =>
  Buffer.concat([record.subarray(0, record.length - LINE_END), Buffer.from(`,${word}\r\n`)]);

/** Makes the line of a removed row of the line it had: identifiers and channel as they were, under today's columns. */
function removedSayer(
  before: Manifest['columns'],
  now: Manifest['columns'],
  runNumber: number,
): (record: Buffer) => Buffer {
  const places = new Map(before.map((column, index) => [column.name, index]));
  const isTold = ({ name, source }: Manifest['columns'][number]) =>
    source === 'identifier' || name === 'channel' || name === 'campaign_id';
  return (record) => {
    const parser = createCsvParser({ delimiter: ',' });
    const [row] = [...parser.write(record), ...parser.end()];
    const cells = now.map((column) => {
      if (column.name === 'run_number') return String(runNumber);
      if (column.name === 'holdout') return 'false';
      if (!isTold(column)) return '';
      const text = originalCell(row?.cells[places.get(column.name) ?? -1] ?? '');
      return csvCell(text, column.source === 'identifier');
    });
    return Buffer.from(`${[...cells, WORDS[REMOVED]].join(',')}\r\n`);
  };
}

/** Those of the removed rows' customers who are not erased. */
async function ownersLeft(
  services: Pick<Services, 'database'>,
  accountId: string,
  index: Buffer,
  marked: Uint8Array,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (const [row, mark] of marked.entries()) if (mark === REMOVED) ids.add(idFromBytes(ownerIn(entryAt(index, row))));
  return services.database.tenant(accountId, (tx) => stillThere(tx, accountId, [...ids]));
}

/** Whether nobody whose row is listed as removed was erased meanwhile. The caller holds the workspace's profile lock. */
export async function isDeltaTrue(tx: Transaction, accountId: string, delta: Delta): Promise<boolean> {
  const ids = [...new Set(delta.removed.map((id) => idFromBytes(id)))];
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    const some = ids.slice(at, at + IDS_AT_ONCE);
    if ((await stillThere(tx, accountId, some)).size !== some.length) return false;
  }
  return true;
}
