import type { Transaction } from '../../platform/database/database.ts';
import { isUuid } from '../../platform/ids/ids.ts';
import { recordByJob } from '../audit/record-by-job.ts';
import type { JobEnd, JobFacts, JobKind, JobRow } from './job.ts';
import { saveEnd } from './store.ts';

const CODE = /^[a-z][a-z_]*$/;

/** Of a result the counts, ids and codes: lists and sentences stand on the job. */
function tellable(result: Record<string, unknown>): JobFacts {
  const told: JobFacts = {};
  for (const [name, value] of Object.entries(result)) {
    if (typeof value === 'number' || typeof value === 'boolean') told[name] = value;
    else if (typeof value === 'string' && (isUuid(value) || CODE.test(value))) told[name] = value;
  }
  return told;
}

/** What a job is and works on. Several ids of a subject stand in one text; a search finds each of them by itself. */
export function factsOf({ job_id, kind, subject }: JobRow): JobFacts {
  const ids = Object.entries(subject).map(([name, value]) => [name, name.endsWith('_ids') ? value.split(',') : value]);
  return { ...Object.fromEntries(ids), job_id, kind };
}

function factsOfEnd(job: JobRow, end: JobEnd): JobFacts {
  if (end.status === 'completed') return { ...tellable(end.result), ...factsOf(job) };
  // What was done before it stayed done.
  const reached = { progress_done: job.progress_done, progress_total: job.progress_total };
  return { ...factsOf(job), ...reached, ...(end.status === 'failed' ? { code: end.failure.code } : {}) };
}

/**
 * Ends a job, with all that its kind does then. Gives what the audit log is to be told, in the same transaction: by the
 * event of the call that ended it, or by endJob.
 */
export async function concludeJob<Services>(
  services: Services,
  kind: JobKind<Services> | undefined,
  tx: Transaction,
  job: JobRow,
  end: JobEnd,
): Promise<JobFacts> {
  const more = await kind?.tellEnd?.(tx, job);
  await saveEnd(tx, job.account_id, job.job_id, end);
  if (end.status === 'completed') await kind?.onCompleted?.(services, tx, job, end.result);
  else if (end.status === 'failed') await kind?.onFailed?.(services, tx, job, end.failure);
  else await kind?.onCancelled?.(services, tx, job);
  return { ...factsOfEnd(job, end), ...more };
}

/** Ends a job that nobody's call ends, and tells the audit log so: whoever had it queued acts. */
export async function endJob<Services>(
  services: Services,
  kind: JobKind<Services>,
  tx: Transaction,
  job: JobRow,
  end: JobEnd,
): Promise<void> {
  const objectIds = await concludeJob(services, kind, tx, job, end);
  await recordByJob(tx, job, { action: `job.${end.status}`, objectIds });
}
