import type { Transaction } from '../../platform/database/database.ts';
import { noJobWorksOn } from '../jobs/no-job-works-on.ts';
import type { FileFacts } from './file-facts.ts';
import type { Manifest } from './manifest.ts';

/** A published file, as far as rewriting it takes. */
export type PublishedPart = {
  publication_id: string;
  page: number;
  object_key: string;
  rows_key: string | null;
  /** Null for a file that is kept as it is. */
  gzip_bytes: number | null;
  object_prefix: string;
};

/** Published files of the account behind one, in a fixed order. */
export function partsAfter(
  tx: Transaction,
  accountId: string,
  after: { publicationId: string; page: number },
  limit: number,
): Promise<PublishedPart[]> {
  return tx.rows<PublishedPart>(
    `select p.publication_id, p.page, p.object_key, p.rows_key, p.gzip_bytes, u.object_prefix
     from publication_parts p join publications u on u.account_id = p.account_id and u.publication_id = p.publication_id
     where p.account_id = $1 and (p.publication_id, p.page) > ($2, $3) order by p.publication_id, p.page limit $4`,
    [accountId, after.publicationId, after.page, limit],
  );
}

/** Notes an object that nobody is to read as this job's to clear away. */
export async function retireObject(
  tx: Transaction,
  accountId: string,
  jobId: string,
  objectKey: string,
): Promise<void> {
  await tx.run(
    'insert into retired_objects (account_id, object_key, job_id) values ($1, $2, $3) on conflict do nothing',
    [accountId, objectKey, jobId],
  );
}

/** Forgets the note. Returns whether there was one: what has none may have been cleared away by somebody else. */
export async function unretireObject(tx: Transaction, accountId: string, objectKey: string): Promise<boolean> {
  const touched = await tx.run('delete from retired_objects where account_id = $1 and object_key = $2', [
    accountId,
    objectKey,
  ]);
  return touched === 1;
}

/** What this job, or jobs that have ended, left to be cleared away. */
export async function retiredObjects(tx: Transaction, accountId: string, jobId: string): Promise<string[]> {
  const rows = await tx.rows<{ object_key: string }>(
    `select r.object_key from retired_objects r
     where r.account_id = $1 and (r.job_id = $2 or ${noJobWorksOn('r')})
     limit 10000`,
    [accountId, jobId],
  );
  return rows.map((row) => row.object_key);
}

/**
 * Every object of a run's files that is named somewhere, what the manifests lie below, and what lies below exports whose files
 * are not in place yet.
 */
export async function namedObjects(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumber: number,
): Promise<{ objects: string[]; prefixes: string[]; underWay: string[] }> {
  const objects = await tx.rows<{ object_key: string }>(
    `select k.object_key from publications u
       join publication_parts p on p.account_id = u.account_id and p.publication_id = u.publication_id
       cross join lateral (values (p.object_key), (p.rows_key)) k(object_key)
     where u.account_id = $1 and u.campaign_id = $2 and u.run_number = $3 and k.object_key is not null
     union select object_key from retired_objects where account_id = $1`,
    [accountId, campaignId, runNumber],
  );
  const prefixes = await tx.rows<{ object_prefix: string }>(
    'select object_prefix from publications where account_id = $1 and campaign_id = $2 and run_number = $3',
    [accountId, campaignId, runNumber],
  );
  const underWay = await tx.rows<{ object_prefix: string }>(
    `select e.object_prefix from exports e
     where e.account_id = $1 and e.campaign_id = $2 and e.run_number = $3 and not exists (
       select 1 from publications u where u.account_id = e.account_id and u.publication_id = e.publication_id)`,
    [accountId, campaignId, runNumber],
  );
  return {
    objects: objects.map((row) => row.object_key),
    prefixes: prefixes.map((row) => row.object_prefix),
    underWay: underWay.map((row) => row.object_prefix),
  };
}

/** Names other objects as the file's, unless it has been replaced or rewritten meanwhile. Returns whether it was done. */
export async function moveObjects(
  tx: Transaction,
  accountId: string,
  part: PublishedPart,
  next: Pick<PublishedPart, 'object_key' | 'rows_key'>,
): Promise<boolean> {
  const touched = await tx.run(
    `update publication_parts set object_key = $5, rows_key = $6
     where account_id = $1 and publication_id = $2 and page = $3 and object_key = $4`,
    [accountId, part.publication_id, part.page, part.object_key, next.object_key, next.rows_key],
  );
  return touched === 1;
}

/** A file of the workspace that may be rewritten, behind one, in a fixed order. */
export function workspacePartsAfter(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  after: { publicationId: string; page: number },
  limit: number,
): Promise<PublishedPart[]> {
  return tx.rows<PublishedPart>(
    `select p.publication_id, p.page, p.object_key, p.rows_key, p.gzip_bytes, u.object_prefix
     from publication_parts p
       join publications u on u.account_id = p.account_id and u.publication_id = p.publication_id
       join campaigns c on c.account_id = u.account_id and c.campaign_id = u.campaign_id
     where p.account_id = $1 and c.workspace_id = $2 and p.rows_key is not null and (p.publication_id, p.page) > ($3, $4)
     order by p.publication_id, p.page limit $5`,
    [accountId, workspaceId, after.publicationId, after.page, limit],
  );
}

/** Says what is in a file from now on, in its row and its publication's manifest. */
export async function saveRewritten(
  tx: Transaction,
  accountId: string,
  part: Pick<PublishedPart, 'publication_id' | 'page'>,
  facts: { rows: number } & FileFacts,
  manifest: Manifest,
): Promise<void> {
  await tx.run(
    `update publication_parts set row_count = $4, byte_count = $5, gzip_bytes = $6, sha256 = $7
     where account_id = $1 and publication_id = $2 and page = $3`,
    [accountId, part.publication_id, part.page, facts.rows, facts.bytes, facts.gzip_bytes, facts.sha256],
  );
  await saveManifest(tx, accountId, part.publication_id, manifest);
}

export async function saveManifest(
  tx: Transaction,
  accountId: string,
  publicationId: string,
  manifest: Manifest,
): Promise<void> {
  await tx.run('update publications set manifest = $3 where account_id = $1 and publication_id = $2', [
    accountId,
    publicationId,
    JSON.stringify(manifest),
  ]);
}

/** The publications of these runs of a campaign, that nobody else may change until the transaction ends. */
export function lockPublications(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  runNumbers: readonly number[],
): Promise<PublicationHead[]> {
  return tx.rows<PublicationHead>(
    'select publication_id, object_prefix, manifest from publications where account_id = $1 and campaign_id = $2 and run_number = any($3::integer[]) order by publication_id for update',
    [accountId, campaignId, runNumbers],
  );
}

/** Publications of the workspace (of one campaign) out of which something was taken since they were published. */
export async function rewrittenPublications(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  campaignId: string | null = null,
): Promise<string[]> {
  const rows = await tx.rows<{ publication_id: string }>(
    `select u.publication_id from publications u
       join campaigns c on c.account_id = u.account_id and c.campaign_id = u.campaign_id
     where u.account_id = $1 and c.workspace_id = $2 and ($3::uuid is null or c.campaign_id = $3) and u.manifest->>'rewritten_at' is not null`,
    [accountId, workspaceId, campaignId],
  );
  return rows.map((row) => row.publication_id);
}

/** Gives this job up to so many erased customers of the workspace that nobody else works off. */
export async function claimErased(
  tx: Transaction,
  accountId: string,
  workspaceId: string,
  jobId: string,
  limit: number,
): Promise<string[]> {
  const rows = await tx.rows<{ customer_id: string }>(
    `update file_erasures e set job_id = $3
     where e.account_id = $1 and e.customer_id in (
       select o.customer_id from file_erasures o
       where o.account_id = $1 and o.workspace_id = $2 and (o.job_id = $3 or ${noJobWorksOn('o')})
       limit $4 for update skip locked)
     returning e.customer_id`,
    [accountId, workspaceId, jobId, limit],
  );
  return rows.map((row) => row.customer_id);
}

/** These are in no file any more. */
export async function forgetErased(tx: Transaction, accountId: string, customerIds: readonly string[]): Promise<void> {
  await tx.run('delete from file_erasures where account_id = $1 and customer_id = any($2::uuid[])', [
    accountId,
    customerIds,
  ]);
}

export type PublicationHead = { publication_id: string; object_prefix: string; manifest: Manifest };

export function publicationHead(
  tx: Transaction,
  accountId: string,
  publicationId: string,
  lock = false,
): Promise<PublicationHead | undefined> {
  return tx.row<PublicationHead>(
    `select publication_id, object_prefix, manifest from publications where account_id = $1 and publication_id = $2${lock ? ' for update' : ''}`,
    [accountId, publicationId],
  );
}

export function publicationsAfter(
  tx: Transaction,
  accountId: string,
  after: string,
  limit: number,
): Promise<PublicationHead[]> {
  return tx.rows<PublicationHead>(
    'select publication_id, object_prefix, manifest from publications where account_id = $1 and publication_id > $2 order by publication_id limit $3',
    [accountId, after, limit],
  );
}
