import { failures } from '../../platform/errors/failure.ts';

export const usageFailures = failures({
  quota_exceeded: {
    status: 400,
    message: 'This is more than the account may still use this month. POST /v1/usage tells how much is left.',
  },
});
