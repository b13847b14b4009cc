import { Failure } from '../../platform/errors/failure.ts';
import { JobPostponed, type JobRow } from '../jobs/job.ts';
import type { Services } from '../services.ts';
import { writerFailures } from '../writing/writer.ts';

/** A model that has asked for pauses all this time is given up. */
const WAITED_AT_MOST_MS = 24 * 60 * 60_000;
const LEAST_SECONDS = 1;

/**
 * Does a writing job's work. Where the language model asks for a long pause the job is put off until it is over, which is
 * no failure; what was written by then is saved. Throws writer_unreachable when that has gone on for a day.
 */
export async function waitingForWriter<T>(
  services: Pick<Services, 'clock'>,
  job: JobRow,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'writer_paused') throw error;
    if (services.clock.now().getTime() - job.created_at.getTime() > WAITED_AT_MOST_MS)
      throw writerFailures.writer_unreachable({ cause: error });
    throw new JobPostponed(Math.max(LEAST_SECONDS, error.extras.retryAfterSeconds ?? 0), error);
  }
}
