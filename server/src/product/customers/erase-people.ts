import type { Transaction } from '../../platform/database/database.ts';
import { IDS_AN_EVENT } from '../audit/record-call.ts';
import { lockProfiles } from '../fields/load-fields.ts';
import type { JobKind, JobRow } from '../jobs/job.ts';
import { mustEnd } from '../jobs/must-end.ts';
import { queueFailedJob, queueJob } from '../jobs/queue-job.ts';
import type { Services } from '../services.ts';
import { type Erasee, eraseNamed } from './erase-customers.ts';
import { deleteErasureItems, insertErasureItems, jobsWithItemsLeft, nextErasureItems } from './erasure-store.ts';
import { customerFailures } from './errors.ts';
import { queueAftermath } from './queue-aftermath.ts';
import { recordErased } from './record-erased.ts';

export const ERASED_INLINE = IDS_AN_EVENT;
export const ERASED_AT_MOST = 100_000;
const ITEMS_A_STEP = IDS_AN_EVENT;
const ERASURE = 'customer_erasure';

export type ErasureAnswer = { deleted: number; not_found: number } | { status: 'queued'; job_id: string };

/**
 * Erases up to 1,000 people at once; more are written down, as ids and keyed hashes, for a job. `erased` are those who
 * were there and are gone.
 */
export async function erasePeople(
  services: Services,
  tx: Transaction,
  ids: { accountId: string; workspaceId: string; userId: string },
  erasees: readonly Erasee[],
): Promise<{ answer: ErasureAnswer; erased: string[] }> {
  if (erasees.length <= ERASED_INLINE) {
    await lockProfiles(tx, ids.workspaceId);
    const { erased, notFound } = await eraseNamed(tx, ids.accountId, ids.workspaceId, erasees);
    await queueAftermath(services, tx, ids);
    return { answer: { deleted: erased.length, not_found: notFound }, erased };
  }
  const jobId = await queueJob(services.queue, tx, {
    accountId: ids.accountId,
    workspaceId: ids.workspaceId,
    kind: ERASURE,
    subject: {},
    createdBy: ids.userId,
    total: erasees.length,
  });
  await insertErasureItems(tx, ids.accountId, jobId, erasees);
  return { answer: { status: 'queued', job_id: jobId }, erased: [] };
}

type Reached = { item: number; deleted: number; not_found: number };

function reachedBy(cursor: Record<string, unknown> | null): Reached {
  return {
    item: Number(cursor?.item ?? 0),
    deleted: Number(cursor?.deleted ?? 0),
    not_found: Number(cursor?.not_found ?? 0),
  };
}

/** Those that it did erase go from files and texts all the same. Whom it was still to erase stays written down. */
async function breakOff(services: Services, tx: Transaction, job: JobRow): Promise<void> {
  const { account_id: accountId, workspace_id: workspaceId, created_by: userId } = job;
  await queueAftermath(services, tx, { accountId, workspaceId, userId });
}

/** Goes on with erasures that have failed for good, each under its own id: for the start of a server. */
export async function queueLeftErasures(
  services: Pick<Services, 'queue' | 'database'>,
  accountIds: readonly string[],
): Promise<void> {
  for (const accountId of accountIds)
    await services.database.tenant(accountId, async (tx) => {
      for (const jobId of await jobsWithItemsLeft(tx, accountId))
        await queueFailedJob(services.queue, tx, accountId, jobId);
    });
}

/** Erases what a large call named, a thousand at a step; each step forgets its items in the transaction that erases them. */
export const erasureJob: JobKind<Services> = {
  kind: ERASURE,
  refuseCancel: mustEnd,
  whenBroken: customerFailures.people_left,
  run: async (services, run) => {
    const { account_id: accountId, workspace_id: workspaceId, job_id: jobId, progress_total: total } = run.job;
    for (;;) {
      run.throwIfStopped();
      const ended = await run.step(async (step) => {
        const reached = reachedBy(step.cursor);
        const items = await nextErasureItems(step.tx, accountId, jobId, reached.item, ITEMS_A_STEP);
        const last = items.at(-1);
        if (last === undefined) {
          await queueAftermath(services, step.tx, { accountId, workspaceId, userId: run.job.created_by });
          return reached;
        }
        await lockProfiles(step.tx, workspaceId);
        const { erased, notFound } = await eraseNamed(
          step.tx,
          accountId,
          workspaceId,
          items.map((item) => ({ customerId: item.customer_id, blindIndexes: item.blind_indexes })),
        );
        await deleteErasureItems(step.tx, accountId, jobId, last.item_number);
        step.saveCursor({
          item: last.item_number,
          deleted: reached.deleted + erased.length,
          not_found: reached.not_found + notFound,
        });
        const { created_by: userId } = run.job;
        // The event of the call that asked for it names the job only.
        await recordErased(step.tx, { accountId, workspaceId, userId }, { job_id: jobId }, erased);
        step.progress(last.item_number, total);
        return null;
      });
      if (ended !== null) return { deleted: ended.deleted, not_found: ended.not_found };
    }
  },
  onFailed: breakOff,
};
