import { z } from 'zod';
import { compareDecimals } from '../fields/decimal.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { compileField } from '../fields/value.ts';
import { segmentFailures } from './errors.ts';

const MAX_RULES = 20;
const valueSchema = z.union([z.string().max(500), z.number(), z.boolean()]);

export const eligibleWhenSchema = z
  .array(
    z.strictObject({
      field_name: z.string().min(1).max(64),
      op: z.enum(['is', 'is_not', 'in', 'is_blank', 'is_not_blank', 'at_least', 'at_most']),
      value: z.union([valueSchema, z.array(valueSchema).min(1).max(500)]).optional(),
    }),
  )
  .max(MAX_RULES)
  .describe('All rules must hold for a customer to get a message: consent, a reachable address.');

export type EligibleWhen = z.output<typeof eligibleWhenSchema>;
export type Cell = (slot: number) => string | undefined;

const ORDERED = new Set(['number', 'currency', 'Date']);

const compareText = (left: string, right: string) => (left === right ? 0 : left < right ? -1 : 1);

/** Compiles the rules to one test over a customer's canonical values. Throws unknown_field or invalid_rule. */
export function compileEligibility(
  rules: EligibleWhen,
  fields: readonly FieldDefinition[],
  todayYear: number,
): { slots: number[]; isEligible: (cell: Cell) => boolean } {
  const byName = new Map(fields.map((field) => [field.field_name.toLowerCase(), field]));
  const slots: number[] = [];
  const tests = rules.map((rule): ((cell: Cell) => boolean) => {
    const field = byName.get(rule.field_name.toLowerCase());
    if (field === undefined)
      throw segmentFailures.unknown_field({
        message: `eligible_when: the workspace has no field named ${rule.field_name}.`,
      });
    const { slot } = field;
    slots.push(slot);
    const invalid = (why: string) =>
      segmentFailures.invalid_rule({ message: `eligible_when ${field.field_name} ${rule.op}: ${why}` });
    if (rule.op === 'is_blank' || rule.op === 'is_not_blank') {
      if (rule.value !== undefined) throw invalid('takes no value.');
      return rule.op === 'is_blank' ? (cell) => cell(slot) === undefined : (cell) => cell(slot) !== undefined;
    }
    const compiled = compileField(field, { todayYear });
    const canonical = (value: unknown) => {
      const checked = compiled.check(value);
      if (typeof checked !== 'string') throw invalid('the value is none that the field can have.');
      return checked;
    };
    if (rule.op === 'in') {
      if (!Array.isArray(rule.value)) throw invalid('needs a list of values.');
      const wanted = new Set(rule.value.map(canonical));
      return (cell) => wanted.has(cell(slot) ?? '');
    }
    if (rule.value === undefined || Array.isArray(rule.value)) throw invalid('needs one value.');
    const wanted = canonical(rule.value);
    if (rule.op === 'is') return (cell) => cell(slot) === wanted;
    if (rule.op === 'is_not') return (cell) => cell(slot) !== wanted;
    if (!ORDERED.has(field.field_type)) throw invalid('compares number, currency and Date fields only.');
    // ISO dates stand in the order of their text.
    const compare = field.field_type === 'Date' ? compareText : compareDecimals;
    return (cell) => {
      const value = cell(slot);
      if (value === undefined) return false;
      const order = compare(value, wanted);
      return rule.op === 'at_least' ? order >= 0 : order <= 0;
    };
  });
  return { slots, isEligible: (cell) => tests.every((test) => test(cell)) };
}
