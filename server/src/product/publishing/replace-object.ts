import { Readable } from 'node:stream';
import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { JobSuperseded } from '../jobs/job.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { writeSealed } from '../sealing/sealed-stream.ts';
import type { Services } from '../services.ts';
import {
  moveObjects,
  type PublicationHead,
  type PublishedPart,
  publicationHead,
  retiredObjects,
  retireObject,
  unretireObject,
} from './rewrite-store.ts';

export const manifestKeyOf = (objectPrefix: string) => `${objectPrefix}/manifest.json`;

/**
 * Stores a published file's new content, and that of its row index where it has one, and has them take the old ones' place,
 * which are deleted. `save` says in the same transaction what the content is. All objects are noted as the job's before
 * they can be left over, so that a crash leaves nothing that clearRetired does not find. Returns false when the file has
 * been replaced or rewritten meanwhile.
 */
export async function replacePart(
  services: Pick<Services, 'database' | 'objects'>,
  keys: AccountKeys,
  jobId: string,
  part: PublishedPart,
  content: { file: Readable; rows: Readable | null },
  save: (tx: Transaction, head: PublicationHead) => Promise<void>,
): Promise<boolean> {
  const { accountId } = keys;
  const { database, objects } = services;
  const name = `${part.object_prefix}/page-${String(part.page).padStart(6, '0')}-${newId()}`;
  const next = { object_key: `${name}.csv`, rows_key: content.rows === null ? null : `${name}.rows` };
  const written = [next.object_key, ...(next.rows_key === null ? [] : [next.rows_key])];
  const old = [part.object_key, ...(part.rows_key === null ? [] : [part.rows_key])];
  await database.tenant(accountId, async (tx) => {
    for (const key of written) await retireObject(tx, accountId, jobId, key);
  });
  await writeSealed(objects, keys, next.object_key, content.file);
  if (content.rows !== null && next.rows_key !== null) await writeSealed(objects, keys, next.rows_key, content.rows);
  const isMine = await database.tenant(accountId, async (tx) => {
    // The publication's row first, as whoever replaces it does.
    const head = await publicationHead(tx, accountId, part.publication_id, true);
    if (head === undefined || !(await moveObjects(tx, accountId, part, next))) return false;
    for (const key of written)
      if (!(await unretireObject(tx, accountId, key)))
        throw new JobSuperseded('Another start of this job has cleared this away.');
    for (const key of old) await retireObject(tx, accountId, jobId, key);
    await save(tx, head);
    return true;
  });
  for (const key of isMine ? old : written) await clear(services, accountId, key);
  return isMine;
}

async function clear(
  { database, objects }: Pick<Services, 'database' | 'objects'>,
  accountId: string,
  objectKey: string,
): Promise<void> {
  await objects.delete(objectKey);
  await database.tenant(accountId, (tx) => unretireObject(tx, accountId, objectKey));
}

/** Deletes what earlier starts of this job, and jobs that have ended, left behind. */
export async function clearRetired(
  services: Pick<Services, 'database' | 'objects'>,
  accountId: string,
  jobId: string,
): Promise<void> {
  const keys = await services.database.tenant(accountId, (tx) => retiredObjects(tx, accountId, jobId));
  for (const objectKey of keys) await clear(services, accountId, objectKey);
}

/** Writes the manifest beside the files as it stands in the database, until it is that of this moment. */
export async function writeManifest(
  services: Pick<Services, 'database' | 'objects'>,
  keys: AccountKeys,
  publicationId: string,
): Promise<void> {
  const read = () =>
    services.database.tenant(keys.accountId, (tx) => publicationHead(tx, keys.accountId, publicationId));
  let written = '';
  for (let head = await read(); ; head = await read()) {
    if (head === undefined) return;
    const text = `${JSON.stringify(head.manifest, null, 2)}\n`;
    if (text === written) return;
    await writeSealed(services.objects, keys, manifestKeyOf(head.object_prefix), Readable.from([Buffer.from(text)]));
    written = text;
    // Replaced meanwhile: whoever did so may have swept before this was written.
    if ((await read()) === undefined) await services.objects.delete(manifestKeyOf(head.object_prefix));
  }
}
