import type { FieldDefinition } from '../fields/field.ts';
import { fallbackOf, isTagName, parseTemplate, tagsOf } from './template.ts';

export type TagProblem = { code: string; message: string; position: number };
type Field = Pick<FieldDefinition, 'field_name' | 'is_required'>;

/** What makes a text impossible to keep: malformed tags, unknown filters, unknown fields. */
export function tagErrors(text: string, fields: readonly Field[]): TagProblem[] {
  const { parts, problems } = parseTemplate(text);
  const known = new Set(fields.map((field) => field.field_name.toLowerCase()));
  const unknown = tagsOf(parts)
    .filter((tag) => isTagName(tag.field_name) && !known.has(tag.field_name.toLowerCase()))
    .map(
      (tag): TagProblem => ({
        code: 'unknown_tag',
        message: `The workspace has no field named ${tag.field_name}. Name one of its fields, or take the tag out.`,
        position: tag.position,
      }),
    );
  return [...problems, ...unknown];
}

/** Tags on fields that may be blank, without a fallback: some customers would read a gap. */
export function tagsWithoutFallback(text: string, fields: readonly Field[]): TagProblem[] {
  const required = new Map(fields.map((field) => [field.field_name.toLowerCase(), field.is_required]));
  return tagsOf(parseTemplate(text).parts)
    .filter((tag) => required.get(tag.field_name.toLowerCase()) === false && fallbackOf(tag) === undefined)
    .map((tag) => ({
      code: 'tag_without_fallback',
      message: `${tag.field_name} can be blank. Add a fallback: {{${tag.field_name} | fallback: "…"}}`,
      position: tag.position,
    }));
}
