import { compileDateFormat, type DateFormat } from '../fields/date-formats.ts';
import type { FieldDefinition } from '../fields/field.ts';
import { cellValue } from '../fields/value.ts';
import { firstWord, grouped, isBlank, titled, truncated } from './filters.ts';
import { type Filter, fallbackOf, parseTemplate, type Tag } from './template.ts';

export type Cell = (slot: number) => string | undefined;
export type Render = (cell: Cell) => string;

/** A text that cannot be compiled: it was saved without being checked. */
export class TemplateBroken extends Error {
  override readonly name = 'TemplateBroken';
}

function stepFor(filter: Filter, field: FieldDefinition): ((text: string) => string) | null {
  switch (filter.name) {
    case 'upper':
      return (text) => text.toUpperCase();
    case 'lower':
      return (text) => text.toLowerCase();
    case 'title':
      return titled;
    case 'trim':
      return (text) => text.trim();
    case 'first_word':
      return firstWord;
    case 'number':
      return grouped;
    case 'currency':
      return field.field_type === 'currency' ? (text) => `${grouped(text)} ${field.field_format}` : grouped;
    case 'truncate':
      return (text) => truncated(text, Number(filter.argument));
    default:
      // date decides how the value is first written; fallback what stands in for none.
      return null;
  }
}

function renderTag(tag: Tag, field: FieldDefinition): Render {
  const { slot } = field;
  const fallback = fallbackOf(tag) ?? '';
  const dateFilter = tag.filters.find((filter) => filter.name === 'date');
  const write =
    field.field_type === 'Date' && dateFilter !== undefined
      ? compileDateFormat(dateFilter.argument as DateFormat, 2000).format
      : (canonical: string) => cellValue(field, canonical);
  const steps = tag.filters.map((filter) => stepFor(filter, field)).filter((step) => step !== null);
  return (cell) => {
    const canonical = cell(slot);
    if (canonical === undefined) return fallback;
    let text = write(canonical);
    for (const step of steps) text = step(text);
    return isBlank(text) ? fallback : text;
  };
}

/**
 * Compiles a checked text to its parts: what stands between the tags, and what renders each tag for one customer. Values
 * are put in as they are: braces inside a value mean nothing. Numbers are grouped with commas; amounts carry their
 * currency's code; dates show in the field's format unless the tag says otherwise. Throws TemplateBroken for a text with
 * problems or unknown fields.
 */
export function compileParts(text: string, fields: readonly FieldDefinition[]): (string | Render)[] {
  const { parts, problems } = parseTemplate(text);
  if (problems.length > 0) throw new TemplateBroken('The text has malformed merge tags.');
  const byName = new Map(fields.map((field) => [field.field_name.toLowerCase(), field]));
  return parts.map((part) => {
    if (typeof part === 'string') return part;
    const field = byName.get(part.field_name.toLowerCase());
    if (field === undefined) throw new TemplateBroken('The text names a field that the workspace does not have.');
    return renderTag(part, field);
  });
}

/** Compiles a checked text, as compileParts does, to a closure that renders it for one customer. */
export function compileTemplate(text: string, fields: readonly FieldDefinition[]): Render {
  const renders = compileParts(text, fields);
  return (cell) => {
    let rendered = '';
    for (const part of renders) rendered += typeof part === 'string' ? part : part(cell);
    return rendered;
  };
}
