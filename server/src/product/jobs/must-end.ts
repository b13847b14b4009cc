import { jobFailures } from './errors.ts';

/** For jobs that must not be stopped half-way: cancelling them is refused (job_must_end). */
export async function mustEnd(): Promise<void> {
  throw jobFailures.job_must_end();
}
