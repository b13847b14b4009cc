import type { Transaction } from '../../platform/database/database.ts';
import type { Manifest } from './manifest.ts';

/** A published file, as far as rewriting it takes. */
export type PublishedPart = { publication_id: string; page: number; object_key: string; object_prefix: string };

/** Published files of the account behind one, in a fixed order. */
export function partsAfter(
  tx: Transaction,
  accountId: string,
  after: { publicationId: string; page: number },
  limit: number,
): Promise<PublishedPart[]> {
  return tx.rows<PublishedPart>(
    `select p.publication_id, p.page, p.object_key, u.object_prefix
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
     where r.account_id = $1 and (r.job_id = $2 or not exists (
       select 1 from jobs j where j.account_id = r.account_id and j.job_id = r.job_id and j.status in ('queued', 'running')))
     limit 10000`,
    [accountId, jobId],
  );
  return rows.map((row) => row.object_key);
}

/** Every object of a publication that is named somewhere. */
export async function namedObjects(tx: Transaction, accountId: string, publicationId: string): Promise<string[]> {
  const rows = await tx.rows<{ object_key: string }>(
    `select object_key from publication_parts where account_id = $1 and publication_id = $2
     union select object_key from retired_objects where account_id = $1`,
    [accountId, publicationId],
  );
  return rows.map((row) => row.object_key);
}

/** Names another object as the file's, unless it has been replaced or rewritten meanwhile. Returns whether it was done. */
export async function moveObject(
  tx: Transaction,
  accountId: string,
  part: PublishedPart,
  objectKey: string,
): Promise<boolean> {
  const touched = await tx.run(
    'update publication_parts set object_key = $5 where account_id = $1 and publication_id = $2 and page = $3 and object_key = $4',
    [accountId, part.publication_id, part.page, part.object_key, objectKey],
  );
  return touched === 1;
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
