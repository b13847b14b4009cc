/** What is wrong with a file as a whole: it cannot be read on. Told as row 0, or with the row where it began. */
export class ParseFault extends Error {
  override readonly name = 'ParseFault';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export const parseFaults = {
  empty: () => new ParseFault('empty_file', 'The file is empty. Send a header line and at least one row.'),
  headerOnly: () => new ParseFault('header_only', 'The file has a header line but no rows.'),
  wrongEncoding: () =>
    new ParseFault(
      'wrong_encoding',
      'The file is not UTF-8 text. Save it as UTF-8 (in a spreadsheet: "CSV UTF-8") and send it again.',
    ),
  unclosedQuote: (row: number) =>
    new ParseFault(
      'unclosed_quote',
      `A quoted cell that begins in row ${row} is never closed. Close the quote and send the file again.`,
    ),
  rowTooLong: (row: number, maxBytes: number) =>
    new ParseFault(
      'row_too_long',
      `Row ${row} is longer than ${maxBytes} bytes. Is the line end missing, or a quote not closed?`,
    ),
};
