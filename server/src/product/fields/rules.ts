import { compileDateFormat } from './date-formats.ts';
import { canonicalNumber, compareDecimals } from './decimal.ts';
import type { DefinitionProblem, FieldDefinition, FieldType, ValidationRules } from './field.ts';
import { compilePattern, MAX_PATTERN_CHARACTERS } from './pattern.ts';

/** Longest value of any field, in characters. */
export const MAX_VALUE_CHARACTERS = 10_000;
const MAX_IDENTIFIER_CHARACTERS = 500;
/** Unless max_length says otherwise: a pattern's time grows with the value. */
const MAX_PATTERNED_CHARACTERS = 1_000;

const RULES_BY_TYPE: Record<FieldType, readonly (keyof ValidationRules)[]> = {
  string: ['format', 'min_length', 'max_length', 'pattern'],
  number: ['min', 'max'],
  currency: ['min', 'max'],
  Date: ['min', 'max'],
  char: ['pattern'],
  enum: [],
  boolean: [],
};

/** Longest accepted value of this field, in characters. */
export function maxCharacters(field: Pick<FieldDefinition, 'is_unique' | 'validation_rules'>): number {
  const rules = field.validation_rules;
  if (rules?.max_length !== undefined) return rules.max_length;
  if (field.is_unique) return MAX_IDENTIFIER_CHARACTERS;
  return rules?.pattern === undefined ? MAX_VALUE_CHARACTERS : MAX_PATTERNED_CHARACTERS;
}

/** A bound of a Date field: an ISO date, whatever the field's format, so that a change of format keeps the rule. */
export function dateBound(value: number | string): string | null {
  return typeof value === 'string' ? isoDates.parse(value) : null;
}
const isoDates = compileDateFormat('yyyy-MM-dd', 2000);

/** A bound of a number or currency field as canonical decimal text. */
export function numberBound(value: number | string): string | null {
  return canonicalNumber(String(value));
}

function lengthProblem(value: number | undefined, least: number): string | null {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= MAX_VALUE_CHARACTERS)) return null;
  return `must be a whole number from ${least} to ${MAX_VALUE_CHARACTERS}.`;
}

/** What is wrong with a field's validation rules: rules that do not fit the type, cannot be read or contradict. */
export function ruleProblems(field: FieldDefinition): DefinitionProblem[] {
  const rules = field.validation_rules;
  if (rules === null) return [];
  const problems: DefinitionProblem[] = [];
  const problem = (rule: string, code: string, message: string) =>
    problems.push({ field: `validation_rules.${rule}`, code, message });

  const allowed: readonly string[] = RULES_BY_TYPE[field.field_type];
  for (const [rule, value] of Object.entries(rules)) {
    if (value !== undefined && !allowed.includes(rule))
      problem(rule, 'rule_refused', `does not fit a ${field.field_type} field.`);
  }

  const isDate = field.field_type === 'Date';
  const bound = (rule: 'min' | 'max'): string | null => {
    const value = rules[rule];
    if (value === undefined || !allowed.includes(rule)) return null;
    const known = isDate ? dateBound(value) : numberBound(value);
    if (known === null)
      problem(rule, 'invalid_bound', isDate ? 'must be an ISO date such as 2000-12-31.' : 'must be a number.');
    return known;
  };
  const min = bound('min');
  const max = bound('max');
  if (min !== null && max !== null && (isDate ? min > max : compareDecimals(min, max) > 0))
    problem('min', 'contradiction', 'must not be above max.');

  const minLengthProblem = lengthProblem(rules.min_length, 0);
  const maxLengthProblem = lengthProblem(rules.max_length, 1);
  if (minLengthProblem !== null) problem('min_length', 'invalid_length', minLengthProblem);
  if (maxLengthProblem !== null) problem('max_length', 'invalid_length', maxLengthProblem);
  if (
    minLengthProblem === null &&
    maxLengthProblem === null &&
    rules.min_length !== undefined &&
    rules.min_length > maxCharacters(field)
  )
    problem(
      'min_length',
      'contradiction',
      rules.max_length === undefined
        ? `must not be above ${maxCharacters(field)}, this field's limit while max_length does not set another.`
        : 'must not be above max_length.',
    );

  if (rules.pattern !== undefined && compilePattern(rules.pattern) === null)
    problem(
      'pattern',
      'invalid_pattern',
      `must be an RE2 expression of at most ${MAX_PATTERN_CHARACTERS} characters: no back-references, no look-around, and repeat counts that add up to less than about a thousand.`,
    );
  return problems;
}
