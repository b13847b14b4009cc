import { NO_SUCH_ID } from '../../platform/http/schemas.ts';
import { ObjectMissing } from '../../providers/object-storage/object-storage.ts';
import type { JobRun } from '../jobs/job.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { isSealedBefore, readSealed } from '../sealing/sealed-stream.ts';
import type { Services } from '../services.ts';
import { clearRetired, manifestKeyOf, replacePart, writeManifest } from './replace-object.ts';
import { partsAfter, publicationsAfter } from './rewrite-store.ts';

const PARTS_AT_ONCE = 100;

/**
 * Seals published files and manifests anew that an older key version sealed; their content stays, to the byte. Safe to
 * repeat. Returns how many there were.
 */
export async function resealFiles(
  services: Services,
  run: Pick<JobRun, 'throwIfStopped' | 'job'>,
  keys: AccountKeys,
  version: number,
): Promise<number> {
  const { account_id: accountId } = run.job;
  const { database, objects } = services;
  let resealed = 0;
  await clearRetired(services, accountId, run.job.job_id);
  for (let after = { publicationId: NO_SUCH_ID, page: 0 }; ; ) {
    const parts = await database.tenant(accountId, (tx) => partsAfter(tx, accountId, after, PARTS_AT_ONCE));
    const last = parts.at(-1);
    if (last === undefined) break;
    for (const part of parts) {
      run.throwIfStopped();
      if (!(await isSealedBefore(objects, part.object_key, version))) continue;
      const again = (key: string) => readSealed(objects, keys, key);
      const content = { file: again(part.object_key), rows: part.rows_key === null ? null : again(part.rows_key) };
      await replacePart(services, keys, run.job.job_id, part, content, async () => undefined).catch(
        (error: unknown) => {
          if (!(error instanceof ObjectMissing)) throw error;
        },
      );
      resealed += 1;
    }
    after = { publicationId: last.publication_id, page: last.page };
  }
  for (let after = NO_SUCH_ID; ; ) {
    const heads = await database.tenant(accountId, (tx) => publicationsAfter(tx, accountId, after, PARTS_AT_ONCE));
    const last = heads.at(-1);
    if (last === undefined) return resealed;
    for (const { publication_id, object_prefix } of heads)
      if (await isSealedBefore(objects, manifestKeyOf(object_prefix), version)) {
        await writeManifest(services, keys, publication_id);
        resealed += 1;
      }
    after = last.publication_id;
  }
}
