import { failures } from '../../platform/errors/failure.ts';

export const publishingFailures = failures({
  not_ready_to_publish: {
    status: 400,
    message: 'Only a campaign that is "Ready to publish" or "Published" can be published.',
  },
  group_gone: {
    status: 400,
    message:
      'The customer group of this run has been deleted, so its files can no longer be made. Rerun the campaign on another group.',
  },
  field_gone: {
    status: 400,
    message:
      'A field that the texts or the segments of this run need has been deleted, so its files can no longer be made. Rerun the campaign.',
  },
  run_unknown: { status: 400, message: 'This campaign has no such run.' },
  page_unknown: { status: 400, message: 'This run has no such page. POST /v1/messages/pages says how many there are.' },
  no_files_yet: {
    status: 400,
    message: 'This run has no published files yet. Publish it, or wait for the export to end.',
  },
  no_delta: {
    status: 400,
    message: 'This run was published without its changes. Publish it again with delta true.',
  },
  no_link_for_history: {
    status: 400,
    message: 'Links are given for the current run only. Fetch files of earlier runs as csv or json.',
  },
  link_refused: { status: 403, message: 'This link is not valid, or it has expired. Ask for a new one.' },
  files_lost: { status: 500, message: 'A published file cannot be read back whole. Publish the run again.' },
});
