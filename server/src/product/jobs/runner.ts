import type { Database } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors/failure.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import type { JobQueue, JobRef } from '../../platform/jobs/queue.ts';
import { describeError, type Log } from '../../platform/log/log.ts';
import { endJob } from './end-job.ts';
import {
  JobCancelled,
  type JobEnd,
  JobInterrupted,
  type JobKind,
  JobPostponed,
  type JobRow,
  type JobRun,
  JobSuperseded,
} from './job.ts';
import { lockFreeJob, lockJob, queueAgain, saveStep, staleJobs, startJob } from './store.ts';

const STALE_SECONDS = 60;
const SWEEP_LIMIT = 100;
/** So often may work fail for a reason of its own before it has failed for good. */
const FAILURES_AT_MOST = 8;
/** Work that has taken its worker with it so often is not given another one. */
const DEATHS_AT_MOST = 50;
const LONGEST_DELAY_SECONDS = 60;
const UNKNOWN_KIND_SECONDS = 30;
const AWAY_SECONDS = 10;

/** What the database or the storage being away or full ends in: it passes, however long it lasts, and is no failure. */
const isAway = (error: unknown) =>
  error instanceof Failure && (error.code === 'dependency_away' || error.code === 'storage_full');

export type JobRunner = { run(ref: JobRef, signal: AbortSignal): Promise<void>; sweep(): Promise<void> };

/** Runs queued jobs of the given kinds, records how they end, and gives unfinished ones of a crash back to the queue. */
export function createJobRunner<Services>(parts: {
  services: Services;
  database: Database;
  queue: JobQueue;
  kinds: readonly JobKind<Services>[];
  log: Log;
}): JobRunner {
  const { services, database, queue, log } = parts;
  const kinds = new Map(parts.kinds.map((kind) => [kind.kind, kind]));

  async function begin(ref: JobRef): Promise<JobRow | undefined> {
    return database.tenant(ref.account_id, async (tx) => {
      const job = await lockJob(tx, ref.account_id, ref.job_id);
      if (job === undefined || (job.status !== 'queued' && job.status !== 'running')) return undefined;
      await startJob(tx, ref.account_id, ref.job_id);
      const deaths = job.deaths + (job.status === 'running' ? 1 : 0);
      return { ...job, status: 'running', attempt: job.attempt + 1, deaths };
    });
  }

  function runOf(job: JobRow, signal: AbortSignal): JobRun {
    return {
      job,
      signal,
      throwIfStopped: () => {
        if (signal.aborted) throw new JobInterrupted();
      },
      step: (work) =>
        database.tenant(job.account_id, async (tx) => {
          const now = await lockJob(tx, job.account_id, job.job_id);
          if (now === undefined || now.status !== 'running' || now.attempt !== job.attempt) throw new JobSuperseded();
          if (now.cancel_requested) throw new JobCancelled();
          const saved = { cursor: now.cursor, done: now.progress_done, total: now.progress_total };
          const result = await work({
            tx,
            cursor: now.cursor,
            saveCursor: (cursor) => {
              saved.cursor = cursor;
            },
            progress: (done, total) => {
              saved.done = done;
              saved.total = total;
            },
          });
          await saveStep(tx, job.account_id, job.job_id, saved);
          return result;
        }),
    };
  }

  /** Ends the job unless another worker has taken it over meanwhile. */
  async function end(
    job: JobRow,
    finish: (tx: Parameters<Parameters<Database['tenant']>[1]>[0], now: JobRow) => Promise<void>,
  ): Promise<void> {
    await database.tenant(job.account_id, async (tx) => {
      const now = await lockJob(tx, job.account_id, job.job_id);
      if (now === undefined || now.status !== 'running' || now.attempt !== job.attempt) return;
      await finish(tx, now);
    });
  }

  const finish = (kind: JobKind<Services>, job: JobRow, how: JobEnd) =>
    end(job, (tx, now) => endJob(services, kind, tx, now, how));

  const fail = (kind: JobKind<Services>, job: JobRow, why: Failure) =>
    finish(kind, job, {
      status: 'failed',
      failure: why.status >= 500 ? (kind.whenBroken?.({ cause: why }) ?? why) : why,
    });

  /** Back to the queue: with its row in one transaction, so that it waits in both or in neither. */
  const giveBack = (job: JobRow, delaySeconds: number, failure: Failure | null, isFailure = false) =>
    end(job, async (tx) => {
      await queueAgain(tx, job.account_id, job.job_id, {
        isFailure,
        errorCode: failure?.code ?? null,
        errorMessage: failure?.message ?? null,
      });
      await queue.send(tx, { account_id: job.account_id, job_id: job.job_id }, delaySeconds);
    });

  async function settle(kind: JobKind<Services>, job: JobRow, error: unknown, signal: AbortSignal): Promise<void> {
    if (error instanceof JobSuperseded) return;
    if (error instanceof JobCancelled) return finish(kind, job, { status: 'cancelled' });
    if (error instanceof JobPostponed) return giveBack(job, error.delaySeconds, error.why);
    // What fails because the server stops has not failed.
    if (error instanceof JobInterrupted || signal.aborted) return giveBack(job, 0, null);
    const failure = error instanceof Failure ? error : platformFailures.server_error({ cause: error });
    const away = isAway(error);
    const transient = failure.status >= 500;
    log.warn('job_attempt_failed', {
      job_id: job.job_id,
      kind: job.kind,
      attempt: job.attempt,
      failures: job.failures,
      transient,
      cause: describeError(error),
    });
    if (!transient || (!away && job.failures + 1 >= FAILURES_AT_MOST)) return fail(kind, job, failure);
    if (away) return giveBack(job, AWAY_SECONDS, failure);
    return giveBack(job, Math.min(LONGEST_DELAY_SECONDS, 2 ** (job.failures + 1)), failure, true);
  }

  return {
    run: async (ref, signal) => {
      const job = await begin(ref);
      if (job === undefined) return;
      const kind = kinds.get(job.kind);
      if (kind === undefined) {
        // A newer version queued it; one that knows the kind will take it.
        await giveBack(job, UNKNOWN_KIND_SECONDS, null);
        return;
      }
      if (job.deaths > DEATHS_AT_MOST) return fail(kind, job, platformFailures.server_error());
      try {
        const result = await kind.run(services, runOf(job, signal));
        await finish(kind, job, { status: 'completed', result });
      } catch (error) {
        await settle(kind, job, error, signal);
      }
    },
    sweep: async () => {
      const stale = await database.acrossAccounts((tx) => staleJobs(tx, STALE_SECONDS, SWEEP_LIMIT));
      // A second entry for work that waits or is under way would take it from its worker.
      for (const ref of stale)
        await database.tenant(ref.account_id, async (tx) => {
          // Two processes may sweep at once: the second one leaves it to the first, or sees its entry.
          const isFree = (await lockFreeJob(tx, ref.account_id, ref.job_id)) !== undefined;
          if (isFree && !(await queue.holds(tx, ref))) await queue.send(tx, ref);
        });
    },
  };
}
