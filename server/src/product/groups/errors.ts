import { failures } from '../../platform/errors/failure.ts';

export const groupFailures = failures({
  group_name_taken: {
    status: 400,
    message: 'A customer group with this name exists already in this workspace. Choose another name.',
  },
  group_in_use: { status: 400, message: 'A campaign still uses this group. Publish or delete the campaign first.' },
});
