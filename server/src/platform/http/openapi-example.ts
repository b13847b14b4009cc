import { type JsonSchema, resolveSchema } from './json-schemas.ts';
import { EXAMPLE_ID } from './schemas.ts';

const EXAMPLE_TIME = '2026-01-15T09:30:00.000Z';
const EXAMPLE_DAY = '2026-01-15';
const MAX_DEPTH = 8;

/**
 * An answer that fits the schema, for the API page. Values that the example call sends under the same key come back in
 * it, so that the two read as one story.
 */
export function exampleAnswer(
  schema: JsonSchema,
  components: Readonly<Record<string, JsonSchema>>,
  sent: Readonly<Record<string, unknown>>,
): unknown {
  return exampleValue(schema, components, sent, '', 0);
}

function exampleValue(
  given: JsonSchema,
  components: Readonly<Record<string, JsonSchema>>,
  sent: Readonly<Record<string, unknown>>,
  key: string,
  depth: number,
): unknown {
  const schema = resolveSchema(given, components);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum.includes(sent[key]) ? sent[key] : schema.enum[0];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) {
    const chosen = choices.find((choice) => choice.type !== 'null') ?? choices[0] ?? {};
    return exampleValue(chosen, components, sent, key, depth);
  }
  const types = [schema.type ?? []].flat();
  if (types.includes('object')) return objectOf(schema, components, sent, depth);
  if (types.includes('array')) {
    if (schema.items === undefined || depth > MAX_DEPTH) return [];
    return [exampleValue(schema.items, components, sent, key, depth + 1)];
  }
  if (types.includes('string')) return textOf(schema, sent[key], key);
  if (types.includes('integer') || types.includes('number')) return numberOf(schema, sent[key]);
  if (types.includes('boolean')) return typeof sent[key] === 'boolean' ? sent[key] : true;
  return null;
}

function objectOf(
  schema: JsonSchema,
  components: Readonly<Record<string, JsonSchema>>,
  sent: Readonly<Record<string, unknown>>,
  depth: number,
): Record<string, unknown> {
  if (depth > MAX_DEPTH) return {};
  const required = new Set(schema.required ?? []);
  const entries = Object.entries(schema.properties ?? {})
    .filter(([name]) => required.has(name))
    .map(([name, property]) => [name, exampleValue(property, components, sent, name, depth + 1)] as const);
  return Object.fromEntries(entries);
}

function textOf(schema: JsonSchema, sent: unknown, key: string): string {
  if (schema.format === 'date-time') return EXAMPLE_TIME;
  if (schema.format === 'date') return EXAMPLE_DAY;
  if (schema.format === 'email') return 'ada@example.com';
  if (schema.format === 'uri') return 'https://files.example.com/page-1.csv';
  if (key.endsWith('_id') || key === 'created_by' || schema.format === 'uuid') return EXAMPLE_ID;
  if (typeof sent === 'string') return sent;
  const text = key === '' ? 'text' : key.replaceAll('_', ' ');
  return text.slice(0, typeof schema.maxLength === 'number' ? schema.maxLength : undefined);
}

function numberOf(schema: JsonSchema, sent: unknown): number {
  if (typeof sent === 'number') return sent;
  const minimum = typeof schema.minimum === 'number' ? schema.minimum : 1;
  return Math.max(1, minimum);
}
