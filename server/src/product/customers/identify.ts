import { z } from 'zod';
import type { FieldDefinition } from '../fields/field.ts';
import { compileField, normaliseIdentifier } from '../fields/value.ts';
import type { AccountKeys } from '../sealing/account-keys.ts';
import { blindIndex } from '../sealing/blind-index.ts';
import { customerFailures } from './errors.ts';

export const identifierObjectSchema = z
  .record(z.string().max(100), z.union([z.string().max(10_000), z.number(), z.boolean()]))
  .refine((pairs) => Object.keys(pairs).length > 0, 'must name at least one unique field')
  .describe('Values of unique fields by field_name; several must all belong to one customer.');

/** One identifier object of a call: values of unique fields by field_name, as a cell would have them. */
export type IdentifierObject = Readonly<Record<string, string | number | boolean>>;

/**
 * The blind indexes of each identifier object. Throws identifier_unusable (400) for a name that is no field or no unique
 * field of the workspace and for a value the field does not take; the sentence names the place, never the value.
 */
export function blindIndexesOf(
  keys: AccountKeys,
  workspaceId: string,
  fields: readonly FieldDefinition[],
  todayYear: number,
  identifiers: readonly IdentifierObject[],
): string[][] {
  const unique = new Map(
    fields
      .filter((field) => field.is_unique)
      .map((field) => [field.field_name.toLowerCase(), { field, compiled: compileField(field, { todayYear }) }]),
  );
  const problems: { field: string; code: string; message: string }[] = [];
  const problem = (index: number, name: string, code: string, message: string) =>
    problems.push({ field: `identifiers.${index}.${name.slice(0, 64)}`, code, message });
  const indexes = identifiers.map((identifier, index) =>
    Object.entries(identifier).flatMap(([name, value]) => {
      const known = unique.get(name.toLowerCase());
      if (known === undefined) {
        problem(index, name, 'not_unique_field', 'is not a unique field of this workspace');
        return [];
      }
      const checked = known.compiled.check(value);
      if (checked === null) {
        problem(index, name, 'blank', 'must not be blank');
        return [];
      }
      if (typeof checked !== 'string') {
        problem(index, name, checked.code, checked.message);
        return [];
      }
      return [blindIndex(keys, workspaceId, known.field.field_id, normaliseIdentifier(known.field, checked))];
    }),
  );
  const [first] = problems;
  if (first !== undefined) {
    throw customerFailures.identifier_unusable({
      details: problems.slice(0, 100),
      message: `${first.field}: ${first.message}`,
    });
  }
  return indexes;
}
