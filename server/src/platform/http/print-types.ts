import { type JsonSchema, referenceName } from './json-schemas.ts';
import { idSchema, timestampSchema } from './schemas.ts';

/** `sent`: optional keys may also be written as undefined, which JSON leaves out. `received`: keys are there or not. */
export type Direction = 'sent' | 'received';

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const SHORT_OBJECT_CHARACTERS = 100;
/** Said of hundreds of keys, these would hide the comments that tell something. */
const SAID_EVERYWHERE: ReadonlySet<string | undefined> = new Set([idSchema.description, timestampSchema.description]);

/** A JSON Schema as a TypeScript type. Limits and formats are left to the server; descriptions become doc comments. */
export function printType(schema: JsonSchema, direction: Direction, indent = ''): string {
  if (schema.$ref !== undefined) return referenceName(schema.$ref);
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ') || 'never';
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return union(choices.map((choice) => printType(choice, direction, indent)));
  if (schema.allOf !== undefined)
    return schema.allOf.map((part) => bracketed(printType(part, direction, indent))).join(' & ');
  const types = [schema.type ?? []].flat();
  if (types.length === 0) return 'unknown';
  return union(types.map((type) => printOne(schema, type, direction, indent)));
}

function printOne(schema: JsonSchema, type: string, direction: Direction, indent: string): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return printArray(schema, direction, indent);
    case 'object':
      return printObject(schema, direction, indent);
    default:
      return 'unknown';
  }
}

function printArray(schema: JsonSchema, direction: Direction, indent: string): string {
  if (schema.prefixItems !== undefined)
    return `[${schema.prefixItems.map((item) => printType(item, direction, indent)).join(', ')}]`;
  return `${bracketed(printType(schema.items ?? {}, direction, indent))}[]`;
}

function printObject(schema: JsonSchema, direction: Direction, indent: string): string {
  const properties = Object.entries(schema.properties ?? {});
  const others = schema.additionalProperties;
  const otherType = typeof others === 'object' ? printType(others, direction, indent) : 'unknown';
  const open = typeof others === 'object' || others === true;
  if (properties.length === 0) {
    if (open || others === undefined) return `Record<string, ${otherType}>`;
    return 'Record<string, never>';
  }
  const required = new Set(schema.required ?? []);
  const inner = `${indent}  `;
  const members = properties.map(([name, property]) => {
    const optional = !required.has(name);
    const type = printType(property, direction, inner);
    const suffix = optional && direction === 'sent' ? ' | undefined' : '';
    return {
      comment: commentOf(property, inner),
      line: `${IDENTIFIER.test(name) ? name : JSON.stringify(name)}${optional ? '?' : ''}: ${type}${suffix};`,
    };
  });
  if (open) members.push({ comment: '', line: '[key: string]: unknown;' });
  const short = `{ ${members.map(({ line }) => line.slice(0, -1)).join('; ')} }`;
  const plain = members.every(({ comment, line }) => comment === '' && !line.includes('\n'));
  if (plain && short.length + indent.length <= SHORT_OBJECT_CHARACTERS) return short;
  const lines = members.flatMap(({ comment, line }) => [...(comment === '' ? [] : [inner + comment]), inner + line]);
  return `{\n${lines.join('\n')}\n${indent}}`;
}

function commentOf(property: JsonSchema, indent: string): string {
  const { description, $ref } = property;
  if (description === undefined || $ref !== undefined || SAID_EVERYWHERE.has(description)) return '';
  return docComment(description, indent);
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value);
}

function union(parts: readonly string[]): string {
  return [...new Set(parts)].join(' | ');
}

function bracketed(type: string): string {
  return / [|&] /.test(type) && !type.startsWith('{') ? `(${type})` : type;
}

/** A one-line or, with several lines, a block doc comment. */
export function docComment(text: string, indent = ''): string {
  const lines = text.replaceAll('*/', '* /').split('\n');
  if (lines.length === 1) return `/** ${lines[0]} */`;
  return ['/**', ...lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}`), `${indent} */`].join('\n');
}
