import { failures } from '../../platform/errors/failure.ts';

export const suppressionFailures = failures({
  one_of_required: {
    status: 400,
    message: 'Send exactly one of identifiers and customer_ids (or, to lift, suppression_ids).',
  },
});
