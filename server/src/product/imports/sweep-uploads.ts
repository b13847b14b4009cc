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
