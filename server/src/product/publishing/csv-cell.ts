/**
 * Cells of published CSV files: RFC 4180 quoting, and formulas made harmless.
 *
 * A cell that a spreadsheet would run begins with = + - @, a tab or a carriage return (OWASP, "CSV Injection"); an
 * apostrophe in front makes it text. Apostrophes before such a character are doubled by the same rule, so that
 * `originalCell` gets back exactly what was written: JSON answers carry the original.
 */
const RUNS_AS_FORMULA = /^'*[=+\-@\t\r]/;
const WAS_NEUTRALISED = /^'+[=+\-@\t\r]/;
const NUMBER_OR_PHONE = /^[+-]?[\d][\d\s().-]*$/;
const NEEDS_QUOTES = /[",\r\n]/;

/** The text as it stands in the file, unquoted. Identifiers that are wholly a number or phone number stay as they are. */
export function harmlessCell(text: string, isIdentifier: boolean): string {
  if (!RUNS_AS_FORMULA.test(text)) return text;
  if (isIdentifier && NUMBER_OR_PHONE.test(text)) return text;
  return `'${text}`;
}

/** The text as it was before harmlessCell. */
export function originalCell(text: string): string {
  return WAS_NEUTRALISED.test(text) ? text.slice(1) : text;
}

function quoted(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line of the file, CRLF at its end. `identifierCount` first cells are identifiers. */
export function csvLine(cells: readonly string[], identifierCount: number): string {
  let line = '';
  for (let index = 0; index < cells.length; index += 1) {
    if (index > 0) line += ',';
    line += quoted(harmlessCell(cells[index] ?? '', index < identifierCount));
  }
  return `${line}\r\n`;
}
