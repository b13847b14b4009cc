import { failures } from '../../platform/errors/failure.ts';

export const importFailures = failures({
  one_source_required: {
    status: 400,
    message: 'Send exactly one of customer_data, data_file, or the file itself as the body or as the part data_file.',
  },
  data_file_not_base64: { status: 400, message: 'data_file is not base64, as data_file_encoding says it is.' },
  import_rejected: {
    status: 400,
    message: 'Nothing was stored: some rows cannot be accepted. Mend them, or send on_error "skip" to leave them out.',
  },
  file_unusable: { status: 400, message: 'The file cannot be used. Nothing was stored.' },
  import_ended: { status: 400, message: 'This import has already ended; there is nothing left to cancel.' },
  import_applying: {
    status: 400,
    message:
      'Every row was accepted and is being stored now. Stopping in between would leave half of the file; let it end.',
  },
  too_many_records: { status: 400, message: 'At most 1,000 records at once. Use POST /v1/customer/check for more.' },
  unique_field_required: {
    status: 400,
    message: 'This workspace has no unique field, so existing customers cannot be told apart. Create one first.',
  },
  repair_file_gone: {
    status: 400,
    message: 'The failed rows of this import were kept for their time and are gone. Send the file again to see them.',
  },
  sample_unreadable: { status: 400, message: 'The sample cannot be read as CSV.' },
  header_missing: {
    status: 400,
    message: "The file seems to have no header line. Put the columns' names above the first row.",
  },
  field_gone: {
    status: 400,
    message: 'A field that the file has a column for was deleted meanwhile. Send the file again as it should be now.',
  },
  group_gone: { status: 400, message: 'The customer group was deleted while the import ran.' },
});
