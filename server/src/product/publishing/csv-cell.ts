/**
 * Cells of published CSV files: RFC 4180 quoting, and formulas made harmless.
 *
 * A cell that a spreadsheet would run begins with = + - @, also in full width, a tab or a line break (OWASP, "CSV
 * Injection"); an apostrophe in front makes it text. A spreadsheet that takes semicolons or tabs for what separates cells
 * knows neither our commas nor our quotes, so that for it a cell begins behind each of these and behind a line break too, and
 * may stand in quotes of its own there.
 * Apostrophes before such a character are doubled by the same rule, so that `originalCell` gets back exactly what was
 * written: JSON answers carry the original.
 */
const RUNS_AS_FORMULA = /^'*[=+\-@＝＋－＠\t\r\n]/;
const WAS_NEUTRALISED = /^'+[=+\-@＝＋－＠\t\r\n]/;
/** Where a cell begins for such a spreadsheet only, with the apostrophes that stand there. */
const RUNS_WITHIN = /([;\t\r\n]"*)('*)(?=[=+\-@＝＋－＠])/g;
const NEUTRALISED_WITHIN = /([;\t\r\n]"*)'('*)(?=[=+\-@＝＋－＠])/g;
const MAY_BEGIN_WITHIN = /[;\t\r\n]/;
const NUMBER_OR_PHONE = /^[+-]?[\d][\d\s().-]*$/;
const NEEDS_QUOTES = /[",\r\n]/;
/** Up to so many characters a loop is faster than the expression. */
const SHORT_TEXT = 40;
/** Every character with which a cell can begin that harmlessCell changes. */
const FIRST_OF_FORMULA = new Set([..."=+-@＝＋－＠\t\r\n'"].map((character) => character.charCodeAt(0)));

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

/** Whether a cell may begin within a text, or right behind it, for a spreadsheet that does not go by commas. */
export function mayBeginWithin(text: string): boolean {
  return MAY_BEGIN_WITHIN.test(text);
}

/**
 * The text as it stands in the file, unquoted. Identifiers that are wholly a number or phone number stay as they are. Within
 * a text `isApproved` says which characters people have read and approved: two such beside each other stay, as lines of
 * theirs may well begin with a dash.
 */
export function harmlessCell(text: string, isIdentifier: boolean, isApproved = (_at: number) => false): string {
  if (isIdentifier && NUMBER_OR_PHONE.test(text)) return text;
  const within = mayBeginWithin(text)
    ? text.replace(RUNS_WITHIN, (found: string, before: string, apostrophes: string, at: number) => {
        const end = at + found.length;
        return apostrophes === '' && isApproved(end - 1) && isApproved(end) ? found : `${before}'${apostrophes}`;
      })
    : text;
  return mayRunAsFormula(text) && RUNS_AS_FORMULA.test(text) ? `'${within}` : within;
}

/** The text as it was before harmlessCell. */
export function originalCell(text: string): string {
  const begun = WAS_NEUTRALISED.test(text) ? text.slice(1) : text;
  return begun.replace(NEUTRALISED_WITHIN, '$1$2');
}

/** The cell as it stands between two commas. */
export function csvCell(text: string, isIdentifier = false, isApproved?: (at: number) => boolean): string {
  const harmless = harmlessCell(text, isIdentifier, isApproved);
  return needsQuotes(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
