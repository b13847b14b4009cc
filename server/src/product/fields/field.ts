import { minorUnits } from './currencies.ts';
import { compileDateFormat, DATE_FORMATS, isDateFormat } from './date-formats.ts';
import { compilePattern } from './pattern.ts';

export const FIELD_TYPES = ['string', 'number', 'char', 'Date', 'currency', 'enum', 'boolean'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

export type ValidationRules = {
  format?: 'email' | 'phone' | 'url' | undefined;
  /** Number or amount; for Date an ISO date. */
  min?: number | string | undefined;
  max?: number | string | undefined;
  min_length?: number | undefined;
  max_length?: number | undefined;
  pattern?: string | undefined;
};

export type FieldDefinition = {
  field_id: string;
  /** The key of this field's value in a profile. */
  slot: number;
  field_name: string;
  display_name: string;
  field_type: FieldType;
  field_format: string | null;
  is_required: boolean;
  is_unique: boolean;
  is_sensitive: boolean;
  options: string[] | null;
  validation_rules: ValidationRules | null;
};

/** Longest value of any field, in characters. */
export const MAX_VALUE_CHARACTERS = 10_000;
const MAX_IDENTIFIER_CHARACTERS = 500;
const MAX_OPTIONS = 1_000;

const FIELD_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
/** Columns that the repair file and the published files add themselves. */
const TAKEN_NAMES = new Set([
  'error_row',
  'error_field',
  'error_code',
  'error_message',
  'message_id',
  'segment_id',
  'variant',
  'channel',
  'subject',
  'message',
  'campaign_id',
  'run_number',
  'preheader',
  'holdout',
]);

/** True for a field whose values also stand in clear, so that segments can be made by it. */
export function isSegmentable(field: Pick<FieldDefinition, 'is_sensitive' | 'is_unique'>): boolean {
  return !field.is_sensitive && !field.is_unique;
}

export type DefinitionProblem = { field: string; code: string; message: string };

const RULES_BY_TYPE: Record<FieldType, readonly (keyof ValidationRules)[]> = {
  string: ['format', 'min_length', 'max_length', 'pattern'],
  number: ['min', 'max'],
  currency: ['min', 'max'],
  Date: ['min', 'max'],
  char: ['pattern'],
  enum: [],
  boolean: [],
};

/** Everything that is wrong with a definition, in the order of its properties; empty when it can be kept. */
export function definitionProblems(field: FieldDefinition): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const problem = (property: string, code: string, message: string) =>
    problems.push({ field: property, code, message });
  if (!FIELD_NAME.test(field.field_name))
    problem(
      'field_name',
      'invalid_name',
      'must begin with a letter and have at most 64 letters, digits and underscores.',
    );
  else if (TAKEN_NAMES.has(field.field_name.toLowerCase()))
    problem(
      'field_name',
      'name_taken',
      'is a column that repair files or published files have already. Choose another name.',
    );
  formatProblems(field, problem);
  if (field.field_type === 'enum') {
    const options = field.options ?? [];
    if (options.length === 0) problem('options', 'options_required', 'are required for an enum field.');
    else if (options.length > MAX_OPTIONS) problem('options', 'too_many_options', `may be at most ${MAX_OPTIONS}.`);
    else if (new Set(options).size !== options.length)
      problem('options', 'duplicate_option', 'must differ from each other.');
    else if (options.some((option) => option.trim() === '')) problem('options', 'blank_option', 'must not be blank.');
  } else if (field.options !== null) problem('options', 'options_refused', 'belong to enum fields only.');
  if (field.is_unique && (field.field_type === 'boolean' || field.field_type === 'enum'))
    problem(
      'is_unique',
      'unique_refused',
      'needs a field whose values can differ for every customer: not boolean or enum.',
    );
  ruleProblems(field, problem);
  return problems;
}

type Report = (property: string, code: string, message: string) => void;

function formatProblems(field: FieldDefinition, problem: Report): void {
  const format = field.field_format;
  if (field.field_type === 'Date') {
    if (format === null)
      problem('field_format', 'format_required', `is required for a Date field: one of ${DATE_FORMATS.join('; ')}.`);
    else if (!isDateFormat(format))
      problem('field_format', 'unknown_format', `must be one of ${DATE_FORMATS.join('; ')}.`);
  } else if (field.field_type === 'currency') {
    if (format === null)
      problem('field_format', 'format_required', 'is required for a currency field: an ISO 4217 code such as EUR.');
    else if (minorUnits(format) === undefined)
      problem(
        'field_format',
        'unknown_format',
        'must be an ISO 4217 currency code in capitals, such as EUR. POST /v1/cpf/formats lists them.',
      );
  } else if (format !== null) problem('field_format', 'format_refused', 'belongs to Date and currency fields only.');
}

function ruleProblems(field: FieldDefinition, problem: Report): void {
  const rules = field.validation_rules;
  if (rules === null) return;
  const allowed = RULES_BY_TYPE[field.field_type];
  for (const [rule, value] of Object.entries(rules)) {
    if (value !== undefined && !(allowed as readonly string[]).includes(rule))
      problem(`validation_rules.${rule}`, 'rule_refused', `does not fit a ${field.field_type} field.`);
  }
  const bound = (rule: 'min' | 'max') => {
    const value = rules[rule];
    if (value === undefined) return undefined;
    const known = field.field_type === 'Date' ? dateBound(value) : numberBound(value);
    if (known === undefined)
      problem(
        `validation_rules.${rule}`,
        'invalid_bound',
        field.field_type === 'Date' ? 'must be an ISO date such as 2000-12-31.' : 'must be a number.',
      );
    return known;
  };
  const min = bound('min');
  const max = bound('max');
  if (min !== undefined && max !== undefined && min > max)
    problem('validation_rules.min', 'contradiction', 'must not be above max.');
  if (rules.min_length !== undefined && rules.max_length !== undefined && rules.min_length > rules.max_length)
    problem('validation_rules.min_length', 'contradiction', 'must not be above max_length.');
  if (rules.pattern !== undefined && compilePattern(rules.pattern) === null)
    problem(
      'validation_rules.pattern',
      'invalid_pattern',
      'must be an RE2 expression: no back-references and no look-around.',
    );
}

function dateBound(value: number | string): string | undefined {
  return typeof value === 'string' ? (compileDateFormat('yyyy-MM-dd', 2000).parse(value) ?? undefined) : undefined;
}

function numberBound(value: number | string): number | undefined {
  const number = typeof value === 'number' ? value : /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** Longest accepted value of this field, in characters. */
export function maxCharacters(field: FieldDefinition): number {
  return field.validation_rules?.max_length ?? (field.is_unique ? MAX_IDENTIFIER_CHARACTERS : MAX_VALUE_CHARACTERS);
}
