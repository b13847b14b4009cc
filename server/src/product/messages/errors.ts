import { failures } from '../../platform/errors/failure.ts';

export const messageFailures = failures({
  message_published: { status: 400, message: 'A published or archived message cannot be changed any more.' },
  invalid_text: { status: 400, message: 'The text cannot be kept.' },
  subject_refused: { status: 400, message: 'This channel has no subject.' },
  preheader_refused: { status: 400, message: 'Only emails have a preheader.' },
  rewriting: {
    status: 400,
    message: 'Messages of this campaign are being written just now. Wait for the job, or cancel it (DELETE /v1/job).',
  },
  nothing_to_do: { status: 400, message: 'Send review_status, subject, preheader, message or note.' },
  selection_required: { status: 400, message: 'Send exactly one of message_ids and all: true.' },
  one_text_at_a_time: {
    status: 400,
    message: 'A new text belongs to one message: send exactly one message_id with subject, preheader or message.',
  },
  messages_undecided: {
    status: 400,
    message: 'Some messages are still Pending or Rejected. Approve them, exclude them, or have them rewritten.',
  },
  messages_with_errors: { status: 400, message: 'Some messages have findings that are errors. Mend or exclude them.' },
  nothing_to_publish: { status: 400, message: 'Every message is excluded; there would be nothing to publish.' },
});
