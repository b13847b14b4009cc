import { failures } from '../../platform/errors/failure.ts';

export const reviewFailures = failures({
  approver_is_author: {
    status: 400,
    message:
      'Two-person rule: who made this campaign, changed its brief, or edited or rewrote one of its texts cannot approve it. Ask somebody else.',
  },
  already_approved: {
    status: 400,
    message: 'You have approved this content already. It needs somebody else too.',
  },
  content_changed: {
    status: 400,
    message: 'The texts are not the ones you have seen: somebody has changed them meanwhile. Look at them again.',
  },
  approval_void: {
    status: 400,
    message: 'What was approved and what stands here now differ. Have the campaign reviewed and approved again.',
  },
  nothing_to_undo: {
    status: 400,
    message: 'There is no decision of yours in this run that still stands and could be taken back.',
  },
});
