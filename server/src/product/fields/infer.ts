import { compileDateFormat, DATE_FORMATS, type DateFormat } from './date-formats.ts';
import { canonicalNumber } from './decimal.ts';
import type { FieldType, ValidationRules } from './field.ts';
import { compileField } from './value.ts';

/** A field proposed for one column, for a person to look at before it is made. */
export type ProposedField = {
  field_name: string;
  display_name: string;
  field_type: FieldType;
  field_format: string | null;
  is_required: boolean;
  is_unique: boolean;
  is_sensitive: boolean;
  options: string[] | null;
  validation_rules: ValidationRules | null;
  /** A few different values of the column. */
  samples: string[];
  /** True when more than one date format fits every value; the first is proposed. */
  is_ambiguous: boolean;
};

export type Inference = { fields: ProposedField[]; field_map: Record<string, string | null> };

const MAX_OPTIONS = 20;
const SHOWN_SAMPLES = 5;
const IDENTIFIER_NAME =
  /(^|[^a-z])(id|key|code|no|nr|num|number|uuid|guid|ref)$|customer_?(id|no|nr|number|key)|account_?(id|no|nr|number)|(kunden|konto)_?(nr|nummer)/i;
const PERSONAL_NAME =
  /name|mail|phone|mobile|tel|address|street|city|zip|post|birth|dob|iban|card|account|tax|ssn|passport|licen|comment|note|salary|income|balance|latitude|longitude|ip_|contact/i;
const BOOLEAN_TEXTS = new Set(['true', 'false', 'yes', 'no', '0', '1']);

/** "customerID" and "customer_id" both end in the word id. */
function spaced(header: string): string {
  return header.replace(/([a-z\d])([A-Z])/g, '$1_$2');
}

function legalName(header: string, taken: Set<string>): string {
  const base =
    header
      .trim()
      .normalize('NFKD')
      .replace(/[̀-ͯ]/g, '')
      .replace(/[^A-Za-z0-9_]+/g, '_')
      .replace(/^_+|_+$/g, '')
      .replace(/^(?=\d)/, 'f_')
      .slice(0, 60) || 'field';
  let name = base;
  for (let count = 2; taken.has(name.toLowerCase()); count += 1) name = `${base}_${count}`;
  taken.add(name.toLowerCase());
  return name;
}

function displayName(header: string): string {
  const words = spaced(header)
    .replace(/[_\s]+/g, ' ')
    .trim();
  return (words === '' ? 'Field' : `${words[0]?.toUpperCase()}${words.slice(1)}`).slice(0, 100);
}

type Shape = {
  field_type: FieldType;
  field_format: string | null;
  options: string[] | null;
  validation_rules: ValidationRules | null;
  is_ambiguous: boolean;
};

const shape = (field_type: FieldType, more: Partial<Shape> = {}): Shape => ({
  field_type,
  field_format: null,
  options: null,
  validation_rules: null,
  is_ambiguous: false,
  ...more,
});

function fitsFormat(values: readonly string[], format: 'email' | 'phone' | 'url'): boolean {
  const { check } = compileField(
    {
      field_id: '',
      slot: 0,
      field_name: 'f',
      display_name: 'f',
      field_type: 'string',
      field_format: null,
      is_required: false,
      is_unique: false,
      is_sensitive: true,
      options: null,
      validation_rules: { format },
    },
    { todayYear: 2000 },
  );
  return values.every((value) => typeof check(value) === 'string');
}

/** The type that every value of the column fits, the narrowest first. */
function shapeOf(values: readonly string[], different: ReadonlySet<string>, todayYear: number): Shape {
  if (values.length === 0) return shape('string');
  const texts = values.map((value) => value.trim());
  if (different.size === 2 && [...different].every((value) => BOOLEAN_TEXTS.has(value.trim().toLowerCase())))
    return shape('boolean');
  const formats = DATE_FORMATS.filter((format: DateFormat) => {
    const { parse } = compileDateFormat(format, todayYear);
    return texts.every((text) => parse(text) !== null);
  });
  if (formats[0] !== undefined) return shape('Date', { field_format: formats[0], is_ambiguous: formats.length > 1 });
  // "007" is a code, not the number seven.
  if (texts.every((text) => canonicalNumber(text) !== null && !/^[+-]?0\d/.test(text))) return shape('number');
  for (const format of ['email', 'url', 'phone'] as const)
    if (fitsFormat(texts, format)) return shape('string', { validation_rules: { format } });
  if (different.size <= MAX_OPTIONS && different.size * 3 <= values.length)
    return shape('enum', { options: [...different].sort() });
  return shape('string');
}

/**
 * Proposes a field for every column of a table whose first row is the header. At most one identifier: a column whose
 * values are all there and all different, named like one, else an email column. Identifiers, free text and everything
 * named like personal data are sensitive; what is left can make segments.
 */
export function inferFields(rows: readonly (readonly string[])[], todayYear: number): Inference {
  const [header = [], ...body] = rows;
  const taken = new Set<string>();
  const field_map: Record<string, string | null> = {};
  const columns = header.map((name, index) => {
    const cells = body.map((row) => row[index] ?? '');
    const values = cells.filter((cell) => cell.trim() !== '');
    const different = new Set(values);
    return {
      name,
      values,
      different,
      isComplete: values.length === body.length && different.size === values.length && values.length > 0,
      shape: shapeOf(values, different, todayYear),
    };
  });
  const canIdentify = columns.filter(
    (column) => column.isComplete && !['boolean', 'enum', 'Date', 'currency'].includes(column.shape.field_type),
  );
  const identifier =
    canIdentify.find((column) => IDENTIFIER_NAME.test(spaced(column.name.trim()))) ??
    canIdentify.find((column) => column.shape.validation_rules?.format === 'email');

  const fields = columns.map((column): ProposedField => {
    const field_name = legalName(column.name, taken);
    if (field_name !== column.name.trim()) field_map[column.name] = field_name;
    const isIdentifier = column === identifier;
    const { field_type, validation_rules } = column.shape;
    const freeText = field_type === 'string' || field_type === 'Date';
    return {
      field_name,
      display_name: displayName(column.name),
      ...(isIdentifier && field_type === 'number' ? shape('string') : column.shape),
      is_required: isIdentifier,
      is_unique: isIdentifier,
      is_sensitive:
        isIdentifier ||
        freeText ||
        validation_rules !== null ||
        (field_type !== 'boolean' && PERSONAL_NAME.test(spaced(column.name))),
      samples: [...column.different].slice(0, SHOWN_SAMPLES),
    };
  });
  return { fields, field_map };
}
