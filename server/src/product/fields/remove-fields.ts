import type { Transaction } from '../../platform/database/database.ts';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import type { JobQueue } from '../../platform/jobs/queue.ts';
import { queueJob } from '../jobs/queue-job.ts';
import { fieldFailures } from './errors.ts';
import { deleteFields, fieldHolders, lockFields, takeProfilesLock } from './store.ts';

/** The job that takes a deleted field's values out of the stored profiles; whoever owns the profiles does it. */
export const FIELD_VALUES_REMOVAL = 'field_values_removal';

/**
 * Deletes fields at once (their slots are never used again, so no reader sees the values) and queues the removal of the
 * stored values. Throws not_found, or field_in_use naming the campaigns that need one of them.
 */
export async function removeFields(
  queue: JobQueue,
  tx: Transaction,
  ids: { accountId: string; workspaceId: string; userId: string; fieldIds: readonly string[] },
): Promise<{ jobId: string }> {
  const wanted = [...new Set(ids.fieldIds)];
  if (!wanted.every(isUuid)) throw notFound('field');
  await takeProfilesLock(tx, ids.workspaceId);
  const found = await lockFields(tx, ids.accountId, ids.workspaceId, wanted);
  if (found.length !== wanted.length) throw notFound('field');
  const holders = await fieldHolders(tx, ids.accountId, wanted);
  if (holders.length > 0)
    throw fieldFailures.field_in_use({
      message: `A campaign that is not published uses this field: ${holders.join(', ')}. Publish or delete it first.`,
    });
  await deleteFields(tx, ids.accountId, wanted);
  const jobId = await queueJob(queue, tx, {
    accountId: ids.accountId,
    workspaceId: ids.workspaceId,
    kind: FIELD_VALUES_REMOVAL,
    subject: { field_ids: wanted.join(','), slots: found.map((field) => field.slot).join(',') },
    createdBy: ids.userId,
  });
  return { jobId };
}
