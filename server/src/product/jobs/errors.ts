import { failures } from '../../platform/errors/failure.ts';

export const jobFailures = failures({
  job_ended: { status: 400, message: 'This job has already ended; there is nothing left to cancel.' },
  job_must_end: {
    status: 400,
    message: 'This job cannot be cancelled: stopping it half-way would leave data in two states. It ends by itself.',
  },
});
