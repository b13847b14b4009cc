import { failures } from '../../platform/errors/failure.ts';

export const accountFailures = failures({
  workspace_name_taken: {
    status: 400,
    message: 'A workspace with this name exists already in this account. Choose another name.',
  },
  own_second_factor_first: {
    status: 400,
    message: 'Set up your own second factor first (PUT /v1/otp): you would shut yourself out.',
  },
  nothing_to_change: { status: 400, message: 'Send workspace_name or review.' },
  workspace_in_use: {
    status: 400,
    message:
      'This workspace is not empty. Delete its fields, groups, customers, campaigns and suppressions first. One that has had imports stays, because it keeps their history.',
  },
});
