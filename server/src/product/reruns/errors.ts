import { failures } from '../../platform/errors/failure.ts';

export const rerunFailures = failures({
  not_published: {
    status: 400,
    message: 'Only a campaign whose current run is Published, with all its messages, can be rerun.',
  },
});
