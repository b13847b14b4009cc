import type { Transaction } from '../../platform/database/database.ts';
import { NO_SUCH_ID } from '../../platform/http/schemas.ts';
import { queueJob } from '../jobs/queue-job.ts';
import type { Services } from '../services.ts';
import { hasErasedInFiles, workspacesToTakeOutOf } from './erasure-store.ts';
import { hasEmptied, workspacesToEmpty } from './segment-people-store.ts';

/** The job that takes erased customers out of published files; what it does is publishing's. */
export const FILE_ERASURE = 'published_file_erasure';
/** The job that removes texts and prompts of segments all of whose people were erased. */
export const SEGMENT_ERASURE = 'segment_erasure';

/** Queues what is left to do where customers of the workspace were erased. In the transaction that erased the last of them. */
export async function queueAftermath(
  services: Pick<Services, 'queue'>,
  tx: Transaction,
  ids: { accountId: string; workspaceId: string; userId: string },
): Promise<void> {
  const { accountId, workspaceId, userId } = ids;
  const queueOf = (kind: string) =>
    queueJob(services.queue, tx, { accountId, workspaceId, kind, subject: {}, createdBy: userId });
  if (await hasErasedInFiles(tx, accountId, workspaceId)) await queueOf(FILE_ERASURE);
  if (await hasEmptied(tx, accountId, workspaceId)) await queueOf(SEGMENT_ERASURE);
}

/** Queues again what jobs have left that failed for good: for the start of a server. */
export async function queueLeftAftermath(
  services: Pick<Services, 'queue' | 'database'>,
  accountIds: readonly string[],
): Promise<void> {
  for (const accountId of accountIds)
    await services.database.tenant(accountId, async (tx) => {
      const left = [await workspacesToEmpty(tx, accountId), await workspacesToTakeOutOf(tx, accountId)];
      for (const workspaceId of new Set(left.flat()))
        await queueAftermath(services, tx, { accountId, workspaceId, userId: NO_SUCH_ID });
    });
}
