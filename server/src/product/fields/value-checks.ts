import { isEmail, isPhone, isUrl } from './contact-formats.ts';
import { minorUnits } from './currencies.ts';
import { compileDateFormat, type DateFormat } from './date-formats.ts';
import { canonicalAmount, canonicalNumber, compareDecimals } from './decimal.ts';
import type { FieldDefinition } from './field.ts';
import { compilePattern } from './pattern.ts';
import { maxCharacters, numberBound } from './rules.ts';

/** Why a value is refused: a stable code and a sentence, which never quotes the value. */
export type ValueError = { readonly code: string; readonly message: string };

/** The canonical text of a cell that is neither blank nor broken, or what is wrong with it. */
export type TextCheck = (text: string) => string | ValueError;

/** Made once a field, never once a value: a file of bad cells must not cost more than a good one. */
export function valueError(code: string, message: string): ValueError {
  return Object.freeze({ code, message });
}

const TRUE_TEXTS = new Set(['true', 'yes', '1']);
const FALSE_TEXTS = new Set(['false', 'no', '0']);

/** Characters as code points, so that an emoji is one; the count is taken only where UTF-16 length leaves a doubt. */
function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function isLongerThan(text: string, limit: number): boolean {
  return text.length > limit && (text.length > 2 * limit || countCharacters(text) > limit);
}

function isShorterThan(text: string, limit: number): boolean {
  return text.length < limit || (text.length < 2 * limit && countCharacters(text) < limit);
}

type Step = { holds: (text: string) => boolean; failure: ValueError };

function patternStep(field: FieldDefinition): Step[] {
  const pattern = field.validation_rules?.pattern;
  if (pattern === undefined) return [];
  const holds = compilePattern(pattern);
  if (holds === null) return [];
  return [{ holds, failure: valueError('pattern_mismatch', "The value does not match the field's pattern.") }];
}

/** The format is asked of the trimmed text, as identifiers match trimmed; the cell itself is kept as it came. */
function formatStep(field: FieldDefinition): Step[] {
  switch (field.validation_rules?.format) {
    case 'email':
      return [
        {
          holds: (text) => isEmail(text.trim()),
          failure: valueError(
            'invalid_email',
            'This is not an email address. Write one address, like name@example.com.',
          ),
        },
      ];
    case 'phone':
      return [
        {
          holds: (text) => isPhone(text.trim()),
          failure: valueError(
            'invalid_phone',
            'This is not an international phone number. Write it with + and the country code.',
          ),
        },
      ];
    case 'url':
      return [
        {
          holds: (text) => isUrl(text.trim()),
          failure: valueError('invalid_url', 'This is not a web address that begins with http:// or https://.'),
        },
      ];
    default:
      return [];
  }
}

function stringCheck(field: FieldDefinition): TextCheck {
  const limit = maxCharacters(field);
  const minLength = field.validation_rules?.min_length ?? 0;
  const tooLong = valueError('too_long', `The value is longer than ${limit} characters.`);
  const tooShort = valueError('too_short', `The value is shorter than ${minLength} characters.`);
  const steps = [...formatStep(field), ...patternStep(field)];
  return (text) => {
    if (isLongerThan(text, limit)) return tooLong;
    if (minLength > 0 && isShorterThan(text, minLength)) return tooShort;
    for (const step of steps) if (!step.holds(text)) return step.failure;
    return text;
  };
}

/** One character is one code point; a letter with its accent written apart counts as the one it composes to. */
function charCheck(field: FieldDefinition): TextCheck {
  const notOne = valueError('not_one_character', 'The value must be exactly one character.');
  const [pattern] = patternStep(field);
  return (text) => {
    if (text.length > 1 && (text.length > 8 || isLongerThan(text.normalize('NFC'), 1))) return notOne;
    return pattern === undefined || pattern.holds(text) ? text : pattern.failure;
  };
}

function withinBounds(field: FieldDefinition, check: TextCheck): TextCheck {
  const rules = field.validation_rules;
  const min = rules?.min === undefined ? null : numberBound(rules.min);
  const max = rules?.max === undefined ? null : numberBound(rules.max);
  if (min === null && max === null) return check;
  const tooSmall = valueError('too_small', `The value is below ${min}.`);
  const tooLarge = valueError('too_large', `The value is above ${max}.`);
  return (text) => {
    const canonical = check(text);
    if (typeof canonical !== 'string') return canonical;
    if (min !== null && compareDecimals(canonical, min) < 0) return tooSmall;
    return max !== null && compareDecimals(canonical, max) > 0 ? tooLarge : canonical;
  };
}

function numberCheck(field: FieldDefinition): TextCheck {
  const invalid = valueError(
    'invalid_number',
    'This is not a number. Write digits with an optional sign, decimal point and exponent, without grouping.',
  );
  return withinBounds(field, (text) => canonicalNumber(text.trim()) ?? invalid);
}

function currencyCheck(field: FieldDefinition): TextCheck {
  const units = minorUnits(field.field_format ?? '') ?? 2;
  const invalid = valueError(
    'invalid_amount',
    'This is not an amount. Write digits with an optional sign and decimal point, without grouping, symbol or exponent.',
  );
  const tooFine = valueError('too_many_decimals', `${field.field_format} amounts have at most ${units} decimals.`);
  return withinBounds(field, (text) => {
    const canonical = canonicalAmount(text.trim(), units);
    return canonical === 'too_many_decimals' ? tooFine : (canonical ?? invalid);
  });
}

function dateCheck(field: FieldDefinition, todayYear: number): TextCheck {
  const { parse } = compileDateFormat(field.field_format as DateFormat, todayYear);
  const invalid = valueError('invalid_date', `This is not a day of the calendar in the format ${field.field_format}.`);
  const min = String(field.validation_rules?.min ?? '');
  const max = String(field.validation_rules?.max ?? '');
  const tooSmall = valueError('too_small', `The date is before ${min}.`);
  const tooLarge = valueError('too_large', `The date is after ${max}.`);
  return (text) => {
    const iso = parse(text.trim());
    if (iso === null) return invalid;
    if (min !== '' && iso < min) return tooSmall;
    return max !== '' && iso > max ? tooLarge : iso;
  };
}

function enumCheck(field: FieldDefinition): TextCheck {
  const options = new Set(field.options ?? []);
  const notAnOption = valueError('not_an_option', "The value is not one of the field's options, letter for letter.");
  return (text) => (options.has(text) ? text : notAnOption);
}

function booleanCheck(): TextCheck {
  const invalid = valueError('invalid_boolean', 'The value must be true, false, yes, no, 1 or 0.');
  return (text) => {
    const word = text.trim();
    if (word.length > 5) return invalid;
    const lower = word.toLowerCase();
    if (TRUE_TEXTS.has(lower)) return 'true';
    return FALSE_TEXTS.has(lower) ? 'false' : invalid;
  };
}

/** What checks this field's texts. The definition is coherent: `definitionProblems` found nothing. */
export function textCheck(field: FieldDefinition, todayYear: number): TextCheck {
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
    case 'boolean':
      return booleanCheck();
  }
}
