import { Readable } from 'node:stream';
import type { Transaction } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids/ids.ts';
import { JobSuperseded } from '../jobs/job.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { writeSealed } from '../sealing/sealed-stream.ts';
import type { Services } from '../services.ts';
import {
  moveObject,
  type PublishedPart,
  publicationHead,
  retiredObjects,
  retireObject,
  unretireObject,
} from './rewrite-store.ts';

export const manifestKeyOf = (objectPrefix: string) => `${objectPrefix}/manifest.json`;

/**
 * Stores a published file's new content and has it take the old one's place, which is deleted. `save` says in the same
 * transaction what the content is. Both objects are noted as the job's before they can be left over, so that a crash
 * leaves nothing that clearRetired does not find. Returns false when the file has been replaced or rewritten meanwhile.
 */
export async function replaceObject(
  services: Pick<Services, 'database' | 'objects'>,
  keys: AccountKeys,
  jobId: string,
  part: PublishedPart,
  content: Readable,
  save: (tx: Transaction) => Promise<void>,
): Promise<boolean> {
  const { accountId } = keys;
  const { database, objects } = services;
  const objectKey = `${part.object_prefix}/page-${String(part.page).padStart(6, '0')}-${newId()}.csv`;
  await database.tenant(accountId, (tx) => retireObject(tx, accountId, jobId, objectKey));
  await writeSealed(objects, keys, objectKey, content);
  const isMine = await database.tenant(accountId, async (tx) => {
    // The publication's row first, as whoever replaces it does.
    const head = await publicationHead(tx, accountId, part.publication_id, true);
    if (head === undefined || !(await moveObject(tx, accountId, part, objectKey))) return false;
    if (!(await unretireObject(tx, accountId, objectKey)))
      throw new JobSuperseded('Another start of this job has cleared this away.');
    await retireObject(tx, accountId, jobId, part.object_key);
    await save(tx);
    return true;
  });
  await clear(services, accountId, isMine ? part.object_key : objectKey);
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
