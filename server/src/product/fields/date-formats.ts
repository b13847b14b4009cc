/** The date formats fields may have, exactly as the contract lists them. */
export const DATE_FORMATS = [
  'yyyy-MM-dd',
  'dd/MM/yyyy',
  'MM/dd/yyyy',
  'dd-MM-yyyy',
  'MM-dd-yyyy',
  'dd.MM.yyyy',
  'yyyy/MM/dd',
  'dd MMM yyyy',
  'MMM dd, yyyy',
  'MMMM dd, yyyy',
  'dd MMMM yyyy',
  'yy/MM/dd',
  'dd/MM/yy',
  'MM/dd/yy',
] as const;
export type DateFormat = (typeof DATE_FORMATS)[number];

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const LONG_MONTHS = new Map(MONTHS.map((name, index) => [name.toLowerCase(), index + 1]));
const SHORT_MONTHS = new Map(MONTHS.map((name, index) => [name.slice(0, 3).toLowerCase(), index + 1]));
const DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const TWO_DIGITS = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));

/** How far two-digit years reach from today's year. */
const YEARS_AHEAD = 20;

export type CompiledDateFormat = {
  /** The ISO date (yyyy-MM-dd) of a real day written in exactly this format; null for anything else. */
  parse(text: string): string | null;
  /** An ISO date written in this format. */
  format(iso: string): string;
};

export function isDateFormat(text: string): text is DateFormat {
  return (DATE_FORMATS as readonly string[]).includes(text);
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function isRealDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  return day <= (month === 2 && isLeap(year) ? 29 : (DAYS[month] ?? 0));
}

/**
 * The one year with these last two digits in the hundred years that end 20 years ahead. 80 years back and 20 ahead share
 * their digits; that pair is read as the year ahead.
 */
function fullYear(short: number, todayYear: number): number {
  const last = todayYear + YEARS_AHEAD;
  return last - ((((last - short) % 100) + 100) % 100);
}

/** The number that `width` ASCII digits at `from` make; -1 when one of them is none. */
function digitsAt(text: string, from: number, width: number): number {
  let number = 0;
  for (let at = from; at < from + width; at += 1) {
    // Behind the end this is NaN, which fails the comparison.
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    number = number * 10 + digit;
  }
  return number;
}

function endOfLetters(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    const lower = text.charCodeAt(at) | 32;
    if (lower < 97 || lower > 122) break;
    at += 1;
  }
  return at;
}

const TOKEN = /yyyy|yy|MMMM|MMM|MM|dd|[^yMd]/g;

/** One token as a writer of its part of an ISO date. */
function partWriter(token: string): (iso: string) => string {
  const monthOf = (iso: string) => MONTHS[Number(iso.slice(5, 7)) - 1] ?? '';
  switch (token) {
    case 'yyyy':
      return (iso) => iso.slice(0, 4);
    case 'yy':
      return (iso) => iso.slice(2, 4);
    case 'MMMM':
      return monthOf;
    case 'MMM':
      return (iso) => monthOf(iso).slice(0, 3);
    case 'MM':
      return (iso) => iso.slice(5, 7);
    case 'dd':
      return (iso) => iso.slice(8, 10);
    default:
      return () => token;
  }
}

/**
 * Compiles one of the formats. `todayYear` is the year that two-digit years are read around. Widths are exact, month
 * names are English in any case. Both closures run once a cell of an import or a published file.
 */
export function compileDateFormat(format: DateFormat, todayYear: number): CompiledDateFormat {
  const tokens: readonly string[] = format.match(TOKEN) ?? [];
  const writers = tokens.map(partWriter);
  return {
    parse: (text) => {
      let at = 0;
      let year = 0;
      let month = 0;
      let day = 0;
      for (let index = 0; index < tokens.length; index += 1) {
        const token = tokens[index];
        switch (token) {
          case 'yyyy':
            year = digitsAt(text, at, 4);
            at += 4;
            break;
          case 'yy': {
            const short = digitsAt(text, at, 2);
            year = short < 0 ? -1 : fullYear(short, todayYear);
            at += 2;
            break;
          }
          case 'MM':
            month = digitsAt(text, at, 2);
            at += 2;
            break;
          case 'dd':
            day = digitsAt(text, at, 2);
            at += 2;
            break;
          case 'MMM':
          case 'MMMM': {
            const end = endOfLetters(text, at);
            // Only a few letters are ever a month: a long text is not copied to find that out.
            if (end - at > 9) return null;
            const names = token === 'MMM' ? SHORT_MONTHS : LONG_MONTHS;
            month = names.get(text.slice(at, end).toLowerCase()) ?? 0;
            at = end;
            break;
          }
          default:
            if (text[at] !== token) return null;
            at += 1;
        }
      }
      if (at !== text.length || !isRealDay(year, month, day)) return null;
      if (format === 'yyyy-MM-dd') return text;
      return `${TWO_DIGITS[Math.trunc(year / 100)]}${TWO_DIGITS[year % 100]}-${TWO_DIGITS[month]}-${TWO_DIGITS[day]}`;
    },
    format: (iso) => {
      let text = '';
      for (const write of writers) text += write(iso);
      return text;
    },
  };
}
