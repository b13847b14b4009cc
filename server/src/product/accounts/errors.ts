import { failures } from '../../platform/errors/failure.ts';

export const accountFailures = failures({
  workspace_name_taken: {
    status: 400,
    message: 'A workspace with this name exists already in this account. Choose another name.',
  },
  workspace_in_use: {
    status: 400,
    message: 'This workspace still has fields, groups, customers or campaigns. Delete them first.',
  },
});
