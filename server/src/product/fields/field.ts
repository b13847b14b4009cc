import { minorUnits } from './currencies.ts';
import { DATE_FORMATS, isDateFormat } from './date-formats.ts';
import { ruleProblems } from './rules.ts';

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

const MAX_OPTIONS = 1_000;
const MAX_OPTION_CHARACTERS = 200;
const MAX_DISPLAY_NAME_CHARACTERS = 100;

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

/** True when a field can have this name: "constructor" and the like are ordinary names, as nothing is looked up by them. */
export function isFieldName(name: string): boolean {
  return FIELD_NAME.test(name) && !TAKEN_NAMES.has(name.toLowerCase());
}

/** True for a field whose values also stand in clear, so that segments can be made by it. */
export function isSegmentable(field: Pick<FieldDefinition, 'is_sensitive' | 'is_unique'>): boolean {
  return !field.is_sensitive && !field.is_unique;
}

export type DefinitionProblem = { field: string; code: string; message: string };

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
  displayNameProblems(field, problem);
  formatProblems(field, problem);
  optionProblems(field, problem);
  if (field.is_unique && (field.field_type === 'boolean' || field.field_type === 'enum'))
    problem(
      'is_unique',
      'unique_refused',
      'needs a field whose values can differ for every customer: not boolean or enum.',
    );
  return [...problems, ...ruleProblems(field)];
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

/** Postgres keeps no NUL and no half of a surrogate pair; cells with either are refused, so such a text matches nothing. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function displayNameProblems(field: FieldDefinition, problem: Report): void {
  const name = field.display_name;
  if (name.trim() === '' || name.length > MAX_DISPLAY_NAME_CHARACTERS || !isStorable(name))
    problem(
      'display_name',
      'invalid_display_name',
      `must have 1 to ${MAX_DISPLAY_NAME_CHARACTERS} characters of readable text.`,
    );
}

function optionProblems(field: FieldDefinition, problem: Report): void {
  const { options } = field;
  if (field.field_type !== 'enum') {
    if (options !== null) problem('options', 'options_refused', 'belong to enum fields only.');
    return;
  }
  if (options === null || options.length === 0)
    problem('options', 'options_required', 'are required for an enum field.');
  else if (options.length > MAX_OPTIONS) problem('options', 'too_many_options', `may be at most ${MAX_OPTIONS}.`);
  else if (new Set(options).size !== options.length)
    problem('options', 'duplicate_option', 'must differ from each other.');
  else if (options.some((option) => option.trim() === '')) problem('options', 'blank_option', 'must not be blank.');
  else if (options.some((option) => option.length > MAX_OPTION_CHARACTERS))
    problem('options', 'option_too_long', `may have at most ${MAX_OPTION_CHARACTERS} characters each.`);
  else if (!options.every(isStorable))
    problem('options', 'invalid_option', 'must be readable text without NUL characters.');
}
