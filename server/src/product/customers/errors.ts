import { failures } from '../../platform/errors/failure.ts';

export const customerFailures = failures({
  identifier_unusable: { status: 400, message: 'An identifier cannot be used to find a customer.' },
  one_of_required: { status: 400, message: 'Send exactly one of customer_ids and identifiers.' },
  people_left: {
    status: 500,
    message:
      'Not everybody whom this call named is erased. Who is left stays written down, and this job goes on when the server is started again. Have the operator look why it failed.',
  },
});
