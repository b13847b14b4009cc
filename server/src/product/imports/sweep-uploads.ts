import { isUuid } from '../../platform/ids/ids.ts';
import type { JobKind } from '../jobs/job.ts';
import type { Services } from '../services.ts';
import { UPLOADS } from './receive-upload.ts';
import { endedUploads, forgetUploads, uploadsInUse } from './upload-store.ts';

const SWEPT_AT_ONCE = 100;
const ABANDONED_MS = 24 * 60 * 60 * 1_000;

/**
 * Deletes the uploads of imports that have ended, however they ended: objects first, then the note of them, so that a
 * crash in between only means that the deletion is tried again. Uploads that a crash left without an import go after a day.
 */
export async function sweepUploads(services: Services, accountId: string): Promise<void> {
  const ended = await services.database.tenant(accountId, (tx) => endedUploads(tx, accountId, SWEPT_AT_ONCE));
  for (const { object_key } of ended) await services.objects.delete(object_key);
  if (ended.length > 0) {
    const importIds = ended.map((row) => row.import_id);
    await services.database.tenant(accountId, (tx) => forgetUploads(tx, accountId, importIds));
  }
  const before = services.clock.now().getTime() - ABANDONED_MS;
  const old = (await services.objects.list(`${UPLOADS}/${accountId}`))
    .filter((key) => arrivedAt(key) < before)
    .slice(0, SWEPT_AT_ONCE);
  if (old.length === 0) return;
  const used = await services.database.tenant(accountId, (tx) => uploadsInUse(tx, accountId, old));
  for (const key of old) if (!used.has(key)) await services.objects.delete(key);
}

/** The same for every account that has uploads in storage: also for those that never import again. */
export async function sweepAllUploads(services: Services): Promise<void> {
  const accountIds = new Set((await services.objects.list(UPLOADS)).map((key) => key.split('/')[1] ?? ''));
  for (const accountId of accountIds) if (isUuid(accountId)) await sweepUploads(services, accountId);
}

export const UPLOADS_REMOVAL = 'uploads_removal';

/** Removes the uploads of imports that were ended from outside, as soon as that is committed. */
export const uploadsRemovalJob: JobKind<Services> = {
  kind: UPLOADS_REMOVAL,
  run: async (services, run) => {
    await sweepUploads(services, run.job.account_id);
    return {};
  },
};

/** When the upload began, in milliseconds since 1970: the first 48 bits of the time-ordered id that ends its key. */
function arrivedAt(key: string): number {
  return Number.parseInt(
    key
      .slice(key.lastIndexOf('/') + 1)
      .replaceAll('-', '')
      .slice(0, 12),
    16,
  );
}
