import type { Database } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors/failure.ts';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { type JobQueue, type JobRef, RETRIES } from '../../platform/jobs/queue.ts';
import { describeError, type Log } from '../../platform/log/log.ts';
import { JobCancelled, JobInterrupted, type JobKind, type JobRow, type JobRun, JobSuperseded } from './job.ts';
import { endJob, lockJob, saveStep, staleJobs, startJob } from './store.ts';

const STALE_SECONDS = 60;
const SWEEP_LIMIT = 100;

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
      return { ...job, status: 'running', attempt: job.attempt + 1 };
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

  const complete = (kind: JobKind<Services>, job: JobRow, result: Record<string, unknown>) =>
    end(job, async (tx, now) => {
      await endJob(tx, job.account_id, job.job_id, {
        status: 'completed',
        result,
        errorCode: null,
        errorMessage: null,
      });
      await kind.onCompleted?.(services, tx, now, result);
    });

  const fail = (kind: JobKind<Services>, job: JobRow, failure: Failure) =>
    end(job, async (tx, now) => {
      await endJob(tx, job.account_id, job.job_id, {
        status: 'failed',
        result: null,
        errorCode: failure.code,
        errorMessage: failure.message,
      });
      await kind.onFailed?.(services, tx, now, failure);
    });

  const cancel = (kind: JobKind<Services>, job: JobRow) =>
    end(job, async (tx, now) => {
      await endJob(tx, job.account_id, job.job_id, {
        status: 'cancelled',
        result: null,
        errorCode: null,
        errorMessage: null,
      });
      await kind.onCancelled?.(services, tx, now);
    });

  const requeue = (ref: JobRef, delaySeconds: number) =>
    database.tenant(ref.account_id, (tx) => queue.send(tx, ref, delaySeconds));

  async function settle(
    kind: JobKind<Services>,
    job: JobRow,
    ref: JobRef,
    error: unknown,
    signal: AbortSignal,
  ): Promise<void> {
    if (error instanceof JobSuperseded) return;
    if (error instanceof JobCancelled) return cancel(kind, job);
    // What fails because the server stops has not failed.
    if (error instanceof JobInterrupted || signal.aborted) return requeue(ref, 0);
    const transient = !(error instanceof Failure) || error.status >= 500;
    log.warn('job_attempt_failed', {
      job_id: job.job_id,
      kind: job.kind,
      attempt: job.attempt,
      transient,
      cause: describeError(error),
    });
    if (transient && job.attempt < RETRIES) return requeue(ref, Math.min(60, 2 ** job.attempt));
    return fail(kind, job, error instanceof Failure ? error : platformFailures.server_error({ cause: error }));
  }

  return {
    run: async (ref, signal) => {
      const job = await begin(ref);
      if (job === undefined) return;
      const kind = kinds.get(job.kind);
      if (kind === undefined) {
        // A newer version queued it; one that knows the kind will take it.
        await requeue(ref, 30);
        return;
      }
      try {
        const result = await kind.run(services, runOf(job, signal));
        await complete(kind, job, result);
      } catch (error) {
        await settle(kind, job, ref, error, signal);
      }
    },
    sweep: async () => {
      const stale = await database.acrossAccounts((tx) => staleJobs(tx, STALE_SECONDS, SWEEP_LIMIT));
      // A second entry for work that waits or is under way would take it from its worker.
      for (const ref of stale)
        await database.tenant(ref.account_id, async (tx) => {
          if (!(await queue.holds(tx, ref))) await queue.send(tx, ref);
        });
    },
  };
}
