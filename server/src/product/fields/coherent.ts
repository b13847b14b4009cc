import { fieldFailures } from './errors.ts';
import { definitionProblems, type FieldDefinition } from './field.ts';

/** Throws field_invalid (400) with every problem of the definition. */
export function refuseIncoherent(definition: FieldDefinition): void {
  const problems = definitionProblems(definition);
  const first = problems[0];
  if (first !== undefined)
    throw fieldFailures.field_invalid({ details: problems, message: `${first.field}: ${first.message}` });
}
