import { failures } from '../../platform/errors/failure.ts';

export const jobFailures = failures({
  job_ended: { status: 400, message: 'This job has already ended; there is nothing left to cancel.' },
});
