import type { Transaction } from '../../platform/database/database.ts';
import type { Failure, FailureExtras } from '../../platform/errors/failure.ts';

export const JOB_STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export type JobRow = {
  account_id: string;
  job_id: string;
  workspace_id: string;
  kind: string;
  status: JobStatus;
  subject: Record<string, string>;
  cursor: Record<string, unknown> | null;
  /** Counts the starts: the fence against a worker that was taken for dead. */
  attempt: number;
  failures: number;
  deaths: number;
  progress_done: number;
  progress_total: number;
  result: Record<string, unknown> | null;
  error_code: string | null;
  error_message: string | null;
  cancel_requested: boolean;
  created_by: string;
  created_at: Date;
  updated_at: Date;
};

/** What a job's step may do beside its own statements; everything here is saved with the step. */
export type Step = {
  tx: Transaction;
  /** The cursor that the last committed step left. */
  cursor: Record<string, unknown> | null;
  saveCursor(cursor: Record<string, unknown>): void;
  progress(done: number, total: number): void;
};

/** One start of a job. */
export type JobRun = {
  job: JobRow;
  /** Aborted when the server stops: end at the next safe point by throwing JobInterrupted (throwIfStopped does). */
  signal: AbortSignal;
  throwIfStopped(): void;
  /**
   * One chunk of work in one transaction, with the job's row locked first. Throws JobCancelled when somebody cancelled
   * it, and JobSuperseded when another worker has taken over: of two workers only one ever commits a step.
   */
  step<T>(work: (step: Step) => Promise<T>): Promise<T>;
};

/** How a job ends. */
export type JobEnd =
  | { status: 'completed'; result: Record<string, unknown> }
  | { status: 'failed'; failure: Failure }
  | { status: 'cancelled' };

/** What the audit log is told of a job: ids, counts and codes. */
export type JobFacts = Record<string, string | number | boolean | string[]>;

/** What a capability says about one kind of background work. `Services` is what the composition root built. */
export type JobKind<Services> = {
  kind: string;
  /** Does the work; safe to start again at any point. The result is kept on the job. */
  run(services: Services, run: JobRun): Promise<Record<string, unknown>>;
  /** Throws when the job must not be stopped at this point; without it every job may be cancelled. */
  refuseCancel?(services: Services, tx: Transaction, job: JobRow): Promise<void>;
  /** What callers are told where it has failed for good for a reason of ours, instead of just that. */
  whenBroken?(extras: FailureExtras): Failure;
  /** Called in the transaction that completes the job. */
  onCompleted?(services: Services, tx: Transaction, job: JobRow, result: Record<string, unknown>): Promise<void>;
  /** Called in the transaction that ends the job for good, so that the product says so. */
  onFailed?(services: Services, tx: Transaction, job: JobRow, failure: Failure): Promise<void>;
  onCancelled?(services: Services, tx: Transaction, job: JobRow): Promise<void>;
  /** What the event of its end says beside its subject and result, asked before the end has its effect. */
  tellEnd?(tx: Transaction, job: JobRow): Promise<JobFacts>;
};

export class JobCancelled extends Error {
  override readonly name = 'JobCancelled';
}
export class JobSuperseded extends Error {
  override readonly name = 'JobSuperseded';
}
export class JobInterrupted extends Error {
  override readonly name = 'JobInterrupted';
}
/** Thrown by work whose turn has not come: it goes back to the queue, and its worker is free for others meanwhile. */
export class JobPostponed extends Error {
  override readonly name = 'JobPostponed';
  readonly delaySeconds: number;
  /** What it waits for, where callers should know. It does not count as a failure. */
  readonly why: Failure | null;
  constructor(delaySeconds: number, why: Failure | null = null) {
    super('It is not the turn of this job yet.');
    this.delaySeconds = delaySeconds;
    this.why = why;
  }
}

/** The job as callers see it. */
export function jobReply(job: JobRow) {
  return {
    job_id: job.job_id,
    kind: job.kind,
    status: job.status,
    progress: { done: job.progress_done, total: job.progress_total },
    result: job.result,
    error: job.error_code === null ? null : { code: job.error_code, message: job.error_message ?? '' },
    created_at: job.created_at.toISOString(),
    updated_at: job.updated_at.toISOString(),
  };
}
