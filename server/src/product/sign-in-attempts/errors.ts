import { failures } from '../../platform/errors/failure.ts';

export const signInAttemptFailures = failures({
  too_many_attempts: {
    status: 429,
    message: 'Too many attempts to sign in have failed. Wait as long as Retry-After says.',
  },
});
