import { eraseAgain } from '../customers/keep-erasures.ts';
import { FILE_ERASURE, SEGMENT_ERASURE } from '../customers/queue-aftermath.ts';
import { createJobRunner } from '../jobs/runner.ts';
import type { Services } from '../services.ts';
import { unfinishedJobs } from './store.ts';

/**
 * Erases again whom a restored backup has brought back, out of published files and texts too, which a server would only do by
 * jobs while it answers; and queues the work that was under way, of which the backup has the record only. Safe to repeat.
 * Returns how many were erased again.
 */
export async function finishRestore(services: Services): Promise<{ accounts: number; customers: number }> {
  const { database, queue, jobKinds: kinds, log } = services;
  const { accountIds, accounts, customers } = await eraseAgain(services);
  const runner = createJobRunner({ services, database, queue, kinds, log });
  const forEachJob = async (work: (ref: { account_id: string; job_id: string }, kind: string) => Promise<void>) => {
    for (const accountId of accountIds)
      for (const { job_id, kind } of await database.tenant(accountId, (tx) => unfinishedJobs(tx, accountId)))
        await work({ account_id: accountId, job_id }, kind);
  };
  await forEachJob(async (ref, kind) => {
    if (kind === FILE_ERASURE || kind === SEGMENT_ERASURE) await runner.run(ref, new AbortController().signal);
  });
  await forEachJob((ref) =>
    database.tenant(ref.account_id, async (tx) => {
      if (!(await queue.holds(tx, ref))) await queue.send(tx, ref);
    }),
  );
  return { accounts, customers };
}
