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
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const MONTH_NAMES = MONTHS.map((name) => `${name[0]?.toUpperCase()}${name.slice(1)}`);
const LONG_MONTHS = new Map(MONTHS.map((name, index) => [name, index + 1]));
const SHORT_MONTHS = new Map(MONTHS.map((name, index) => [name.slice(0, 3), index + 1]));
const DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

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

const two = (value: number) => (value < 10 ? `0${value}` : String(value));

/** Two-digit years lie within 80 years back and 20 ahead of today's. */
function fullYear(short: number, todayYear: number): number {
  const century = todayYear - (todayYear % 100);
  const year = century + short;
  if (year > todayYear + 20) return year - 100;
  if (year < todayYear - 80) return year + 100;
  return year;
}

type Piece = { pattern: string; read: 'year' | 'shortYear' | 'month' | 'day' | 'shortMonth' | 'longMonth' | null };

const PIECES: Record<string, Piece> = {
  yyyy: { pattern: '(\\d{4})', read: 'year' },
  yy: { pattern: '(\\d{2})', read: 'shortYear' },
  MMMM: { pattern: '([A-Za-z]{3,9})', read: 'longMonth' },
  MMM: { pattern: '([A-Za-z]{3})', read: 'shortMonth' },
  MM: { pattern: '(\\d{2})', read: 'month' },
  dd: { pattern: '(\\d{2})', read: 'day' },
};

/**
 * Compiles one of the formats. `todayYear` is the year that two-digit years are read around. Widths are exact, month
 * names are English in any case.
 */
export function compileDateFormat(format: DateFormat, todayYear: number): CompiledDateFormat {
  const tokens = format.match(/yyyy|yy|MMMM|MMM|MM|dd|[^yMd]+/g) ?? [];
  const reads: Piece['read'][] = [];
  let pattern = '^';
  for (const token of tokens) {
    const piece = PIECES[token];
    pattern += piece?.pattern ?? token.replaceAll('.', '\\.');
    if (piece !== undefined) reads.push(piece.read);
  }
  const whole = new RegExp(`${pattern}$`);
  return {
    parse: (text) => {
      const match = whole.exec(text);
      if (match === null) return null;
      let year = 0;
      let month = 0;
      let day = 0;
      for (let index = 0; index < reads.length; index += 1) {
        const part = match[index + 1] ?? '';
        switch (reads[index]) {
          case 'year':
            year = Number(part);
            break;
          case 'shortYear':
            year = fullYear(Number(part), todayYear);
            break;
          case 'month':
            month = Number(part);
            break;
          case 'day':
            day = Number(part);
            break;
          case 'shortMonth':
            month = SHORT_MONTHS.get(part.toLowerCase()) ?? 0;
            break;
          default:
            month = LONG_MONTHS.get(part.toLowerCase()) ?? 0;
        }
      }
      if (!isRealDay(year, month, day)) return null;
      return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
    },
    format: (iso) => {
      const month = Number(iso.slice(5, 7));
      const name = MONTH_NAMES[month - 1] ?? '';
      const parts: Record<string, string> = {
        yyyy: iso.slice(0, 4),
        yy: iso.slice(2, 4),
        MMMM: name,
        MMM: name.slice(0, 3),
        MM: iso.slice(5, 7),
        dd: iso.slice(8, 10),
      };
      return tokens.map((token) => parts[token] ?? token).join('');
    },
  };
}
