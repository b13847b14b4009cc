import { isEmail, isPhone } from './contact-formats.ts';
import { compileDateFormat, DATE_FORMATS } from './date-formats.ts';

const NUMBER_KIND = 'a number';
const NUMBER = /^[+-]?\d[\d.,\s]*$/;
const NUMERIC_DATE = /^\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[T\s].*)?$/;
/** Of a country that is not said. */
const LOCAL_PHONE = /^\(?\d[\d\s()./-]{5,}\d$/;
// Whichever year two digits mean, it is a date.
const DATES = DATE_FORMATS.map((format) => compileDateFormat(format, 2000));

function kindOf(text: string): string | null {
  if (isEmail(text)) return 'an email address';
  if (isPhone(text)) return 'a phone number';
  if (NUMERIC_DATE.test(text) || DATES.some(({ parse }) => parse(text) !== null)) return 'a date';
  if (NUMBER.test(text)) return NUMBER_KIND;
  return LOCAL_PHONE.test(text) ? 'a phone number' : null;
}

/**
 * What is wrong with a header that reads as somebody's value and not as a name, or null. A file without a header line has
 * its first person there: whoever takes her for the header loses her, and would have fields named after her.
 */
export function valueAsHeader(header: string, index: number): string | null {
  const kind = kindOf(header.trim());
  return kind === null ? null : noHeaderLine(kind, index);
}

/**
 * The same for the header line over a row of values. A number names a column where another one shows that the line is one of
 * names: by a name over a value.
 */
export function valueInHeader(header: readonly string[], row: readonly string[]): string | null {
  const kinds = header.map((cell) => kindOf(cell.trim()));
  const isOfNames = kinds.some((kind, index) => kind === null && kindOf((row[index] ?? '').trim()) !== null);
  const index = kinds.findIndex((kind) => kind !== null && !(isOfNames && kind === NUMBER_KIND));
  return index < 0 ? null : noHeaderLine(kinds[index] ?? NUMBER_KIND, index);
}

function noHeaderLine(kind: string, index: number): string {
  return `Column ${index + 1} begins with ${kind}: the file seems to have no header line. Put the columns' names above the first row, or name this column.`;
}
