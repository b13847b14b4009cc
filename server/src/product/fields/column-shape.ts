import { isEmail, isPhone, isUrl } from './contact-formats.ts';
import { CURRENT_CURRENCIES, minorUnits } from './currencies.ts';
import { compileDateFormat, DATE_FORMATS, type DateFormat } from './date-formats.ts';
import { canonicalAmount, canonicalNumber } from './decimal.ts';
import type { FieldType, ValidationRules } from './field.ts';
import { headerMeaning, isCodeHeader, plainLetters, spaced } from './header-words.ts';

/** A column of a sample: its header and its values, blank ones left out. */
export type Column = {
  header: string;
  words: readonly string[];
  values: readonly string[];
  /** How often each different value stands in the sample. */
  counts: ReadonlyMap<string, number>;
};

export type ColumnShape = {
  field_type: FieldType;
  field_format: string | null;
  options: string[] | null;
  validation_rules: ValidationRules | null;
  is_ambiguous: boolean;
};

const MAX_OPTIONS = 20;
const MAX_OPTION_CHARACTERS = 200;
/** From here on a value that stands once says that others will come which the sample does not have. */
const LARGE_SAMPLE = 200;
/** More digits than any quantity has: card and account numbers. */
const MAX_QUANTITY_DIGITS = 15;

const BOOLEAN_WORDS = new Set(['true', 'false', 'yes', 'no']);
const BOOLEAN_DIGITS = new Set(['0', '1']);

/** Of two formats that both fit, the first is proposed: years last with two digits are commoner than years first. */
const PREFERRED_FORMATS: readonly DateFormat[] = [
  ...DATE_FORMATS.filter((format) => format !== 'yy/MM/dd'),
  'yy/MM/dd',
];

export function shape(field_type: FieldType, more: Partial<ColumnShape> = {}): ColumnShape {
  return { field_type, field_format: null, options: null, validation_rules: null, is_ambiguous: false, ...more };
}

function isBoolean(counts: ReadonlyMap<string, number>): boolean {
  // Four words in a few spellings of upper and lower case.
  if (counts.size > 20) return false;
  const texts = new Set([...counts.keys()].map((value) => value.trim().toLowerCase()));
  // A column of nothing but "0" is a count that happens to be low; nothing but "yes" is an answer.
  if (texts.size === 2 && [...texts].every((text) => BOOLEAN_DIGITS.has(text))) return true;
  return [...texts].every((text) => BOOLEAN_WORDS.has(text));
}

function dateShape(texts: readonly string[], todayYear: number): ColumnShape | null {
  const fitting = PREFERRED_FORMATS.filter((format) => {
    const { parse } = compileDateFormat(format, todayYear);
    return texts.every((text) => parse(text) !== null);
  });
  const [first] = fitting;
  return first === undefined ? null : shape('Date', { field_format: first, is_ambiguous: fitting.length > 1 });
}

/** True for digits that name something: "007" and "+49 30" are no quantities, whatever a parser makes of them. */
function isCodeText(text: string): boolean {
  return /^[+-]?0\d/.test(text) || text.startsWith('+') || text.replace(/\D/g, '').length > MAX_QUANTITY_DIGITS;
}

/** Long fractions are quantities all the same. */
function isQuantity(text: string): boolean {
  return canonicalNumber(text) !== null && (text.includes('.') || !isCodeText(text)) && !text.startsWith('+');
}

const COMMON_CURRENCIES = new Set(
  'eur usd gbp chf jpy inr aud cad nzd sek nok dkk pln czk huf brl cny zar sgd hkd'.split(' '),
);

/** The one currency a header names: "amount_eur", "Balance (USD)", "Fee CLP"; null when it names none or several. */
function headerCurrency(header: string): string | null {
  const words = spaced(plainLetters(header)).split(/[^A-Za-z]+/);
  // In small letters, and in a header all in capitals, TOP, ALL and TRY are words.
  const isShouted = header === header.toUpperCase();
  const codes = new Set(
    words
      .filter((word) => COMMON_CURRENCIES.has(word.toLowerCase()) || (!isShouted && CURRENT_CURRENCIES.has(word)))
      .map((word) => word.toUpperCase()),
  );
  const [code] = codes;
  return codes.size === 1 && code !== undefined ? code : null;
}

function numberShape(column: Column, texts: readonly string[]): ColumnShape | null {
  if (isCodeHeader(column.words) || !texts.every(isQuantity)) return null;
  const currency = headerCurrency(column.header);
  const units = currency === null ? undefined : minorUnits(currency);
  if (units === undefined) return shape('number');
  const isAmount = (text: string) => {
    const amount = canonicalAmount(text, units);
    return amount !== null && amount !== 'too_many_decimals';
  };
  return texts.every(isAmount) ? shape('currency', { field_format: currency }) : shape('number');
}

function isChoice(column: Column): boolean {
  const { counts, values, words } = column;
  // However few there are in the sample, the next customer has another name.
  if (headerMeaning(words) === 'personal') return false;
  if (counts.size > MAX_OPTIONS || counts.size * 3 > values.length) return false;
  for (const [value, count] of counts) {
    if (value.length > MAX_OPTION_CHARACTERS || value.includes('\0') || !value.isWellFormed()) return false;
    if (count === 1 && values.length >= LARGE_SAMPLE) return false;
  }
  return true;
}

/** The narrowest type that every value of the column fits; string when there is none to see. */
export function columnShape(column: Column, todayYear: number): ColumnShape {
  const { values, counts } = column;
  if (values.length === 0) return shape('string');
  if (isBoolean(counts)) return shape('boolean');
  const texts = values.map((value) => value.trim());
  const narrow = dateShape(texts, todayYear) ?? numberShape(column, texts);
  if (narrow !== null) return narrow;
  if (texts.every(isEmail)) return shape('string', { validation_rules: { format: 'email' } });
  if (texts.every(isUrl)) return shape('string', { validation_rules: { format: 'url' } });
  if (texts.every(isPhone)) return shape('string', { validation_rules: { format: 'phone' } });
  return isChoice(column) ? shape('enum', { options: [...counts.keys()].sort() }) : shape('string');
}
