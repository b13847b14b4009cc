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
/** Every character with which a cell can begin that harmlessCell changes. */
const FIRST_OF_FORMULA = new Set([..."=+-@\t\r'"].map((character) => character.charCodeAt(0)));

/** The text as it stands in the file, unquoted. Identifiers that are wholly a number or phone number stay as they are. */
export function harmlessCell(text: string, isIdentifier: boolean): string {
  if (!FIRST_OF_FORMULA.has(text.charCodeAt(0)) || !RUNS_AS_FORMULA.test(text)) return text;
  if (isIdentifier && NUMBER_OR_PHONE.test(text)) return text;
  return `'${text}`;
}

/** The text as it was before harmlessCell. */
export function originalCell(text: string): string {
  return WAS_NEUTRALISED.test(text) ? text.slice(1) : text;
}

/** The cell as it stands between two commas. */
export function csvCell(text: string, isIdentifier = false): string {
  const harmless = harmlessCell(text, isIdentifier);
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** One line of the file, CRLF at its end. `identifierCount` first cells are identifiers. */
export function csvLine(cells: readonly string[], identifierCount: number): string {
  return `${cells.map((cell, index) => csvCell(cell, index < identifierCount)).join(',')}\r\n`;
}
