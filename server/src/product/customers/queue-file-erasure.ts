import type { Transaction } from '../../platform/database/database.ts';
import { queueJob } from '../jobs/queue-job.ts';
import type { Services } from '../services.ts';
import { hasErasedInFiles } from './erasure-store.ts';

/** The job that takes erased customers out of published files; what it does is publishing's. */
export const FILE_ERASURE = 'published_file_erasure';

/** Queues that job where there is something for it to do. In the transaction that erased the last of them. */
export async function queueFileErasure(
  services: Pick<Services, 'queue'>,
  tx: Transaction,
  ids: { accountId: string; workspaceId: string; userId: string },
): Promise<void> {
  if (!(await hasErasedInFiles(tx, ids.accountId, ids.workspaceId))) return;
  await queueJob(services.queue, tx, {
    accountId: ids.accountId,
    workspaceId: ids.workspaceId,
    kind: FILE_ERASURE,
    subject: {},
    createdBy: ids.userId,
  });
}
