import { setTimeout as pause } from 'node:timers/promises';
import type { JobRun } from '../jobs/job.ts';
import type { Services } from '../services.ts';
import { claimRange, dropClaims, type RangeRow, rangesLeft, saveOutcome } from './export-store.ts';
import { type MadeRange, makeRange, type Workshop } from './make-range.ts';

const PAUSE_MS = 100;

/** Waits for both, and then throws what the first of those that failed threw. */
function bothOf(one: Promise<void>, other: Promise<void>): Promise<void> {
  const both = Promise.allSettled([one, other]).then((ends) => {
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  });
  // It is awaited later: until then nobody is to take it for unhandled.
  both.catch(() => undefined);
  return both;
}

/**
 * Takes ranges of an export until there is none to take. Any number of jobs on any number of processes do so at once;
 * claims only keep them out of each other's way, and that each range counts once is decided where its outcome is saved.
 * Returns whether ranges are left that others work on.
 */
async function takeRanges(
  services: Services,
  run: JobRun,
  exportId: string,
  workshop: Workshop,
  total: number | null,
): Promise<boolean> {
  const { account_id: accountId, job_id: workerId } = run.job;
  const keep = async (range: RangeRow, { stored }: MadeRange) => {
    const outcome = await stored;
    const isKept = await run.step(async ({ tx, progress }) => {
      const kept = await saveOutcome(tx, accountId, exportId, range.range_number, outcome);
      if (total !== null) progress((await rangesLeft(tx, accountId, exportId)).customers, total);
      return kept;
    });
    if (isKept) return;
    for (const key of [outcome.object_key, outcome.rows_key]) if (key !== null) await services.objects.delete(key);
  };
  // While the disk takes one file, the next is being made.
  let keeping: Promise<void> = Promise.resolve();
  try {
    for (;;) {
      run.throwIfStopped();
      const range = await run.step(({ tx }) => claimRange(tx, accountId, exportId, workerId));
      if (range === undefined) break;
      const made = await makeRange(workshop, range);
      const before = keeping;
      keeping = bothOf(before, keep(range, made));
      await before;
    }
  } finally {
    // Nothing is written any more once this is left, whatever it is left by.
    await keeping;
  }
  return run.step(async ({ tx, progress }) => {
    const { left, customers } = await rangesLeft(tx, accountId, exportId);
    if (total !== null) progress(customers, total);
    return left > 0;
  });
}

/** What was claimed is given back at once by whoever fails, and by whoever starts again after dying. */
export async function workOffRanges(
  services: Services,
  run: JobRun,
  exportId: string,
  workshop: Workshop,
  how: { untilAllAreMade: boolean; total: number | null },
): Promise<void> {
  const { account_id: accountId, job_id: workerId } = run.job;
  const drop = () => services.database.tenant(accountId, (tx) => dropClaims(tx, accountId, exportId, workerId));
  await drop();
  try {
    while ((await takeRanges(services, run, exportId, workshop, how.total)) && how.untilAllAreMade)
      await pause(PAUSE_MS);
  } catch (error) {
    await drop().catch(() => undefined);
    throw error;
  }
}
