import { failures } from '../../platform/errors/failure.ts';

export const auditFailures = failures({
  end_unreadable: { status: 400, message: 'known takes ends as this call told them: a position, a colon and a hash.' },
});
