import type { Services } from '../services.ts';
import { endedUploads, forgetUploads } from './store.ts';

const SWEPT_AT_ONCE = 100;

/**
 * Deletes the uploads of imports that have ended, however they ended: objects first, then the note of them, so that a
 * crash in between only means that the deletion is tried again.
 */
export async function sweepUploads(services: Services, accountId: string): Promise<void> {
  const ended = await services.database.tenant(accountId, (tx) => endedUploads(tx, accountId, SWEPT_AT_ONCE));
  if (ended.length === 0) return;
  for (const { object_key } of ended) await services.objects.delete(object_key);
  await services.database.tenant(accountId, (tx) =>
    forgetUploads(
      tx,
      accountId,
      ended.map((row) => row.import_id),
    ),
  );
}
