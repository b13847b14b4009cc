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
/** Up to so many characters a loop is faster than the expression. */
const SHORT_TEXT = 40;
/** Every character with which a cell can begin that harmlessCell changes. */
const FIRST_OF_FORMULA = new Set([..."=+-@\t\r'"].map((character) => character.charCodeAt(0)));

/** Whether a text begins as one that harmlessCell may change: all others are as they are. */
export function mayRunAsFormula(text: string): boolean {
  return FIRST_OF_FORMULA.has(text.charCodeAt(0));
}

/** Whether a cell of this text stands in quotes. */
export function needsQuotes(text: string): boolean {
  if (text.length > SHORT_TEXT) return NEEDS_QUOTES.test(text);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22 || unit === 0x2c || unit === 0x0d || unit === 0x0a) return true;
  }
  return false;
}

/** The text as it stands in the file, unquoted. Identifiers that are wholly a number or phone number stay as they are. */
export function harmlessCell(text: string, isIdentifier: boolean): string {
  if (!mayRunAsFormula(text) || !RUNS_AS_FORMULA.test(text)) return text;
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
  return needsQuotes(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
