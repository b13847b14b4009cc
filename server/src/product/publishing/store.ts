import type { Transaction } from '../../platform/database/database.ts';
import type { Manifest } from './manifest.ts';

export type RunFiles = {
  campaign_id: string;
  run_number: number;
  publication_id: string | null;
  /** Of what changed since the publication before, where that was asked for. */
  delta_publication_id: string | null;
  page_count: number;
  export_job_id: string | null;
};
export type Part = {
  publication_id: string;
  page: number;
  object_key: string;
  /** Says whose row is which (row-index.ts); null for files of before there were such. */
  rows_key: string | null;
  row_count: number;
  byte_count: number;
  /** Its bytes as it is kept, compressed; null for a file that is kept as it is. */
  gzip_bytes: number | null;
  sha256: string;
};
const PART_COLUMNS = 'publication_id, page, object_key, rows_key, row_count, byte_count, gzip_bytes, sha256';

export type Publication = {
  publication_id: string;
  campaign_id: string;
  run_number: number;
  object_prefix: string;
  manifest: Manifest;
};

export function findRunFiles(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
): Promise<RunFiles | undefined> {
  return tx.row<RunFiles>(
    'select campaign_id, run_number, publication_id, delta_publication_id, page_count, export_job_id from run_files where account_id = $1 and campaign_id = $2 and run_number = $3',
    [accountId, campaignId, runNumber],
  );
}

export async function saveExportJob(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
  jobId: string | null,
): Promise<void> {
  await tx.run(
    `insert into run_files (account_id, campaign_id, run_number, export_job_id) values ($1, $2, $3, $4)
     on conflict (account_id, campaign_id, run_number) do update set export_job_id = excluded.export_job_id`,
    [accountId, campaignId, runNumber, jobId],
  );
}

/** Ends the run's export if it is this one. */
export async function clearExportJob(tx: Transaction, accountId: string, jobId: string): Promise<void> {
  await tx.run('update run_files set export_job_id = null where account_id = $1 and export_job_id = $2', [
    accountId,
    jobId,
  ]);
}

export type FinishedPublication = Publication & { parts: readonly Omit<Part, 'publication_id'>[] };

/** Makes finished publications, that of everything and that of what changed, the ones that are fetched. Forgets the ones they replace. */
export async function swapPublication(
  tx: Transaction,
  accountId: string,
  { full, delta }: { full: FinishedPublication; delta: FinishedPublication | null },
): Promise<void> {
  const before = await findRunFiles(tx, accountId, full.campaign_id, full.run_number);
  await insertPublication(tx, accountId, full);
  if (delta !== null) await insertPublication(tx, accountId, delta);
  await tx.run(
    `update run_files set publication_id = $4, page_count = $5, delta_publication_id = $6
     where account_id = $1 and campaign_id = $2 and run_number = $3`,
    [
      accountId,
      full.campaign_id,
      full.run_number,
      full.publication_id,
      full.parts.length,
      delta?.publication_id ?? null,
    ],
  );
  for (const replaced of [before?.publication_id, before?.delta_publication_id])
    if (replaced != null)
      await tx.run('delete from publications where account_id = $1 and publication_id = $2', [accountId, replaced]);
}

async function insertPublication(tx: Transaction, accountId: string, publication: FinishedPublication): Promise<void> {
  await tx.run(
    'insert into publications (account_id, publication_id, campaign_id, run_number, object_prefix, manifest) values ($1, $2, $3, $4, $5, $6)',
    [
      accountId,
      publication.publication_id,
      publication.campaign_id,
      publication.run_number,
      publication.object_prefix,
      JSON.stringify(publication.manifest),
    ],
  );
  await tx.run(
    `insert into publication_parts (account_id, publication_id, page, object_key, rows_key, row_count, byte_count, gzip_bytes, sha256)
     select $1, $2, p.page, p.object_key, p.rows_key, p.row_count, p.byte_count, p.gzip_bytes, p.sha256
     from jsonb_to_recordset($3) as p(page integer, object_key text, rows_key text, row_count integer, byte_count bigint, gzip_bytes bigint, sha256 text)`,
    [accountId, publication.publication_id, JSON.stringify(publication.parts)],
  );
}

/** The full publication that is fetched of this run, or else of the latest run before it that has one. */
export function latestPublication(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
): Promise<Publication | undefined> {
  return tx.row<Publication>(
    `select p.publication_id, p.campaign_id, p.run_number, p.object_prefix, p.manifest
     from run_files f join publications p on p.account_id = f.account_id and p.publication_id = f.publication_id
     where f.account_id = $1 and f.campaign_id = $2 and f.run_number <= $3 order by f.run_number desc limit 1`,
    [accountId, campaignId, runNumber],
  );
}

export function partsOfPublication(tx: Transaction, accountId: string, publicationId: string): Promise<Part[]> {
  return tx.rows<Part>(
    `select ${PART_COLUMNS} from publication_parts where account_id = $1 and publication_id = $2 order by page`,
    [accountId, publicationId],
  );
}

export function findPart(
  tx: Transaction,
  accountId: string,
  publicationId: string,
  page: number,
): Promise<Part | undefined> {
  return tx.row<Part>(
    `select ${PART_COLUMNS} from publication_parts where account_id = $1 and publication_id = $2 and page = $3`,
    [accountId, publicationId, page],
  );
}

export function findPublication(
  tx: Transaction,
  accountId: string,
  publicationId: string,
): Promise<Publication | undefined> {
  return tx.row<Publication>(
    'select publication_id, campaign_id, run_number, object_prefix, manifest from publications where account_id = $1 and publication_id = $2',
    [accountId, publicationId],
  );
}
