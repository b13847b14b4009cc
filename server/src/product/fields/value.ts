import { compileDateFormat, DATE_FORMATS } from './date-formats.ts';
import { canonicalNumber } from './decimal.ts';
import type { FieldDefinition, FieldType } from './field.ts';
import { type TextCheck, textCheck, type ValueError, valueError } from './value-checks.ts';

export type CompiledField = {
  field: FieldDefinition;
  /**
   * The canonical text of a good value, null for a blank one, or what is wrong with it. `input` is a cell's text or what
   * JSON had in its place; null and absent are blank.
   */
  check(input: unknown): string | null | ValueError;
};

const BLANK = /^\s*$/;

const CONTAINS_NUL = valueError('contains_nul', 'The value contains a NUL character. Remove it.');
const INVALID_UTF8 = valueError('invalid_utf8', 'The value is not valid UTF-8 text. Save the file as UTF-8.');

const NATIVE_TYPES: Record<FieldType, string> = {
  string: 'text in quotes',
  char: 'text in quotes',
  enum: 'text in quotes',
  Date: "text in quotes, in the field's format",
  number: 'a number, or text in quotes',
  currency: 'a number, or text in quotes',
  boolean: 'true or false, or text in quotes',
};

/**
 * The text of a JSON number or boolean where the field's type is native there; null where it is not. A number is no
 * string: JSON has lost its leading zeros and its last digits already, and nobody would notice.
 */
function nativeText(type: FieldType, input: unknown): string | null {
  if (typeof input === 'boolean') return type === 'boolean' ? String(input) : null;
  if (typeof input !== 'number') return null;
  // An amount is checked without exponent, which large and small JSON numbers have.
  if (type === 'currency') return canonicalNumber(String(input)) ?? String(input);
  return type === 'number' ? String(input) : null;
}

function checkCell(text: string, check: TextCheck): string | null | ValueError {
  if (BLANK.test(text)) return null;
  if (text.includes('\0')) return CONTAINS_NUL;
  if (!text.isWellFormed()) return INVALID_UTF8;
  return check(text);
}

/**
 * Compiles a field into a closure that checks one value, for the import's innermost loop: no allocation for a good value
 * beyond its canonical text. `todayYear` is what two-digit years are read around. Whether a blank value is allowed is the
 * caller's question: an update may leave out what a new customer needs.
 */
export function compileField(field: FieldDefinition, options: { todayYear: number }): CompiledField {
  const check = textCheck(field, options.todayYear);
  const wrongType = valueError(
    'wrong_type',
    `A ${field.field_type} field does not take this kind of JSON value. Send ${NATIVE_TYPES[field.field_type]}.`,
  );
  return {
    field,
    check: (input) => {
      if (typeof input === 'string') return checkCell(input, check);
      if (input === null || input === undefined) return null;
      const native = nativeText(field.field_type, input);
      return native === null ? wrongType : check(native);
    },
  };
}

/** The form by which identifiers match: NFC, trimmed, and for email addresses in lower case. */
export function normaliseIdentifier(field: FieldDefinition, canonical: string): string {
  const trimmed = canonical.normalize('NFC').trim();
  if (field.validation_rules?.format !== 'email') return trimmed;
  // Lower case can take a letter apart: the second pass makes the form final.
  return trimmed.toLowerCase().normalize('NFC');
}

/** A canonical value as `profile` shows it: booleans native, everything else text (dates ISO, amounts decimal). */
export function profileValue(field: FieldDefinition, canonical: string): string | boolean {
  return field.field_type === 'boolean' ? canonical === 'true' : canonical;
}

// Writing a date does not depend on the year that two-digit years are read around.
const DATE_WRITERS = new Map<string, (iso: string) => string>(
  DATE_FORMATS.map((format) => [format, compileDateFormat(format, 2000).format]),
);

/** A canonical value as messages and files show it: a date in its field's format. */
export function cellValue(field: FieldDefinition, canonical: string): string {
  if (field.field_type !== 'Date' || field.field_format === null) return canonical;
  return DATE_WRITERS.get(field.field_format)?.(canonical) ?? canonical;
}
