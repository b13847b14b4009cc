import { isValidPhoneNumber } from 'libphonenumber-js/min';
import { minorUnits } from './currencies.ts';
import { compileDateFormat, type DateFormat } from './date-formats.ts';
import { canonicalAmount, canonicalNumber } from './decimal.ts';
import { type FieldDefinition, maxCharacters } from './field.ts';
import { compilePattern } from './pattern.ts';

/** Why a value is refused: a stable code and a sentence, which never quotes the value. */
export type ValueError = { readonly code: string; readonly message: string };

/** A cell's text, or what JSON had in its place. */
export type RawValue = string | number | boolean | null | undefined;

export type CompiledField = {
  field: FieldDefinition;
  /** The canonical text of a good value, null for a blank one, or what is wrong with it. */
  check(input: unknown): string | null | ValueError;
};

type Check = (text: string) => string | ValueError;

// Local part and domain after RFC 5321's lengths; one "@", no spaces, a dot in the domain. Delivery is not ours to prove.
const EMAIL =
  /^[^\s@"(),:;<>[\\\]]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;
const MAX_EMAIL_CHARACTERS = 254;
const MAX_PHONE_CHARACTERS = 40;
const BLANK = /^\s*$/;
const CONTROL_TROUBLE = /\0/;

const BOOLEANS = new Map([
  ['true', 'true'],
  ['yes', 'true'],
  ['1', 'true'],
  ['false', 'false'],
  ['no', 'false'],
  ['0', 'false'],
]);

const error = (code: string, message: string): ValueError => Object.freeze({ code, message });

const WRONG_TYPE = error(
  'wrong_type',
  'This kind of JSON value does not fit the field. Send text, or the native type of the field.',
);
const CONTAINS_NUL = error('contains_nul', 'The value contains a NUL character. Remove it.');
const INVALID_UTF8 = error('invalid_utf8', 'The value is not valid UTF-8 text. Save the file as UTF-8.');

function isEmail(text: string): boolean {
  return (
    text.length <= MAX_EMAIL_CHARACTERS &&
    EMAIL.test(text) &&
    !text.startsWith('.') &&
    !text.includes('..') &&
    !text.includes('.@')
  );
}

function isPhone(text: string): boolean {
  return text.length <= MAX_PHONE_CHARACTERS && text.startsWith('+') && isValidPhoneNumber(text);
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && !/\s/.test(text) && URL.canParse(text);
}

/** Length in characters as people count code points; most values are short enough to need no count. */
function longerThan(text: string, limit: number): boolean {
  return text.length > limit && (text.length > 2 * limit || [...text].length > limit);
}

function stringCheck(field: FieldDefinition): Check {
  const rules = field.validation_rules ?? {};
  const limit = maxCharacters(field);
  const tooLong = error('too_long', `The value is longer than ${limit} characters.`);
  const minLength = rules.min_length ?? 0;
  const tooShort = error('too_short', `The value is shorter than ${minLength} characters.`);
  const steps: [(text: string) => boolean, ValueError][] = [];
  if (rules.format === 'email')
    steps.push([(text) => isEmail(text.trim()), error('invalid_email', 'This is not an email address.')]);
  if (rules.format === 'phone')
    steps.push([
      (text) => isPhone(text.trim()),
      error('invalid_phone', 'This is not an international phone number. Write it with + and the country code.'),
    ]);
  if (rules.format === 'url')
    steps.push([
      (text) => isUrl(text.trim()),
      error('invalid_url', 'This is not a web address that begins with http:// or https://.'),
    ]);
  const pattern = rules.pattern === undefined ? null : compilePattern(rules.pattern);
  if (pattern !== null)
    steps.push([pattern, error('pattern_mismatch', "The value does not match the field's pattern.")]);
  return (text) => {
    if (longerThan(text, limit)) return tooLong;
    if (minLength > 0 && [...text].length < minLength) return tooShort;
    for (const [holds, failure] of steps) if (!holds(text)) return failure;
    return text;
  };
}

function charCheck(field: FieldDefinition): Check {
  const notOne = error('not_one_character', 'The value must be exactly one character.');
  const pattern = field.validation_rules?.pattern === undefined ? null : compilePattern(field.validation_rules.pattern);
  const mismatch = error('pattern_mismatch', "The value does not match the field's pattern.");
  return (text) => {
    if (longerThan(text, 1)) return notOne;
    return pattern === null || pattern(text) ? text : mismatch;
  };
}

/** Bounds by numeric value: exact enough for a rule, as both sides are read as doubles. */
function bounded(field: FieldDefinition, check: Check): Check {
  const min = field.validation_rules?.min === undefined ? null : Number(field.validation_rules.min);
  const max = field.validation_rules?.max === undefined ? null : Number(field.validation_rules.max);
  if (min === null && max === null) return check;
  const tooSmall = error('too_small', `The value is below ${min}.`);
  const tooLarge = error('too_large', `The value is above ${max}.`);
  return (text) => {
    const canonical = check(text);
    if (typeof canonical !== 'string') return canonical;
    const number = Number(canonical);
    if (min !== null && number < min) return tooSmall;
    return max !== null && number > max ? tooLarge : canonical;
  };
}

function numberCheck(field: FieldDefinition): Check {
  const invalid = error(
    'invalid_number',
    'This is not a number. Write digits with an optional sign, decimal point and exponent, without grouping.',
  );
  return bounded(field, (text) => canonicalNumber(text.trim()) ?? invalid);
}

function currencyCheck(field: FieldDefinition): Check {
  const units = minorUnits(field.field_format ?? '') ?? 2;
  const invalid = error(
    'invalid_amount',
    'This is not an amount. Write digits with an optional sign and decimal point, without grouping, symbol or exponent.',
  );
  const tooFine = error('too_many_decimals', `${field.field_format} amounts have at most ${units} decimals.`);
  return bounded(field, (text) => {
    const canonical = canonicalAmount(text.trim(), units);
    return canonical === 'too_many_decimals' ? tooFine : (canonical ?? invalid);
  });
}

function dateCheck(field: FieldDefinition, todayYear: number): Check {
  const { parse } = compileDateFormat(field.field_format as DateFormat, todayYear);
  const invalid = error('invalid_date', `This is not a day of the calendar in the format ${field.field_format}.`);
  const { min, max } = field.validation_rules ?? {};
  const tooSmall = error('too_small', `The date is before ${min}.`);
  const tooLarge = error('too_large', `The date is after ${max}.`);
  return (text) => {
    const iso = parse(text.trim());
    if (iso === null) return invalid;
    if (min !== undefined && iso < String(min)) return tooSmall;
    return max !== undefined && iso > String(max) ? tooLarge : iso;
  };
}

function enumCheck(field: FieldDefinition): Check {
  const options = new Set(field.options ?? []);
  const notAnOption = error('not_an_option', "The value is not one of the field's options.");
  return (text) => (options.has(text) ? text : notAnOption);
}

function booleanCheck(): Check {
  const invalid = error('invalid_boolean', 'The value must be true, false, yes, no, 1 or 0.');
  return (text) => BOOLEANS.get(text.trim().toLowerCase()) ?? invalid;
}

function checkFor(field: FieldDefinition, todayYear: number): Check {
  switch (field.field_type) {
    case 'string':
      return stringCheck(field);
    case 'char':
      return charCheck(field);
    case 'number':
      return numberCheck(field);
    case 'currency':
      return currencyCheck(field);
    case 'Date':
      return dateCheck(field, todayYear);
    case 'enum':
      return enumCheck(field);
    default:
      return booleanCheck();
  }
}

/** The text of a JSON native value where the field's type has one; null when it does not fit. */
function nativeText(field: FieldDefinition, input: unknown): string | null {
  if (typeof input === 'boolean') return field.field_type === 'boolean' ? String(input) : null;
  if (typeof input !== 'number' || !Number.isFinite(input)) return null;
  return field.field_type === 'number' || field.field_type === 'currency'
    ? (canonicalNumber(String(input)) ?? null)
    : null;
}

/**
 * Compiles a field into a closure that checks one value, for the import's innermost loop: no allocation for a good value
 * beyond its canonical text. `todayYear` is what two-digit years are read around.
 */
export function compileField(field: FieldDefinition, options: { todayYear: number }): CompiledField {
  const checkText = checkFor(field, options.todayYear);
  return {
    field,
    check: (input) => {
      let text: string;
      if (typeof input === 'string') text = input;
      else if (input === null || input === undefined) return null;
      else {
        const native = nativeText(field, input);
        if (native === null) return WRONG_TYPE;
        text = native;
      }
      if (BLANK.test(text)) return null;
      if (CONTROL_TROUBLE.test(text)) return CONTAINS_NUL;
      if (!text.isWellFormed()) return INVALID_UTF8;
      return checkText(text);
    },
  };
}

/** The form by which identifiers match: NFC, trimmed, and for email addresses in lower case. */
export function normaliseIdentifier(field: FieldDefinition, canonical: string): string {
  const trimmed = canonical.normalize('NFC').trim();
  return field.validation_rules?.format === 'email' ? trimmed.toLowerCase() : trimmed;
}

/** A canonical value as `profile` shows it: booleans native, everything else text (dates ISO, amounts decimal). */
export function profileValue(field: FieldDefinition, canonical: string): string | boolean {
  return field.field_type === 'boolean' ? canonical === 'true' : canonical;
}

const writers = new Map<string, (iso: string) => string>();

/** A canonical value as messages and files show it: a date in its field's format. */
export function cellValue(field: FieldDefinition, canonical: string): string {
  if (field.field_type !== 'Date' || field.field_format === null) return canonical;
  let write = writers.get(field.field_format);
  if (write === undefined) {
    // Writing a date does not depend on today's year.
    write = compileDateFormat(field.field_format as DateFormat, 2000).format;
    writers.set(field.field_format, write);
  }
  return write(canonical);
}
