import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

/** A JSON Schema (draft 2020-12) as plain data: the part of it that zod writes for our schemas. */
export type JsonSchema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  [keyword: string]: unknown;
};

/** What the API description and the client library need to know of one row of the table. */
export type DescribedCall = {
  endpoint: Endpoint<never>;
  /** What a caller sends: fields with a default are optional. */
  body: JsonSchema;
  /** What a caller gets as JSON, or null when the answer has other media types only. */
  reply: JsonSchema | null;
};

export type DescribedCalls = { components: Record<string, JsonSchema>; calls: DescribedCall[] };

const DEFINITIONS = '#/$defs/';
const COMPONENTS = '#/components/schemas/';

type Io = 'input' | 'output';

/** Turns one schema into JSON Schema; named schemas (`.meta({ id })`) come apart from it and are referred to. */
function convert(schema: z.ZodType, io: Io): { root: JsonSchema; definitions: Record<string, JsonSchema> } {
  // Inside a wrapper a schema that has a name itself is referred to as well, instead of standing there whole.
  const whole = z.toJSONSchema(z.object({ root: schema }), {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // Answers may gain keys: only a schema that was written strict says that there are no others.
      const definition = zodSchema._zod.def as { type: string; catchall?: unknown };
      if (io === 'output' && definition.type === 'object' && definition.catchall === undefined)
        delete jsonSchema.additionalProperties;
      // The format says it already; zod's patterns for times are hundreds of characters of calendar rules.
      if (jsonSchema.format === 'date-time' || jsonSchema.format === 'date') delete jsonSchema.pattern;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  }) as JsonSchema;
  return {
    root: whole.properties?.root ?? {},
    definitions: (whole.$defs ?? {}) as Record<string, JsonSchema>,
  };
}

function renameReferences(schema: JsonSchema, names: ReadonlyMap<string, string>): JsonSchema {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => {
      if (key !== '$ref' || typeof value !== 'string' || !value.startsWith(DEFINITIONS)) return value;
      const id = value.slice(DEFINITIONS.length);
      return `${COMPONENTS}${names.get(id) ?? id}`;
    }),
  ) as JsonSchema;
}

/**
 * Every call's body and reply as JSON Schema, and the named schemas they share. A named schema that reads differently
 * when sent than when received (it has defaults) stands twice: as Name and as NameInput.
 */
export function describeCalls<Services>(endpoints: readonly Endpoint<Services>[]): DescribedCalls {
  const outputs = endpoints.map((endpoint) => (endpoint.reply === null ? null : convert(endpoint.reply, 'output')));
  const inputs = endpoints.map((endpoint) => convert(endpoint.body, 'input'));
  const received = new Map<string, string>();
  for (const output of outputs)
    for (const [id, schema] of Object.entries(output?.definitions ?? {})) received.set(id, JSON.stringify(schema));

  const inputNames = new Map<string, string>();
  for (const input of inputs)
    for (const [id, schema] of Object.entries(input.definitions)) {
      const other = received.get(id);
      inputNames.set(id, other === undefined || other === JSON.stringify(schema) ? id : `${id}Input`);
    }

  const components: Record<string, JsonSchema> = {};
  const add = (definitions: Record<string, JsonSchema>, names: ReadonlyMap<string, string>) => {
    for (const [id, schema] of Object.entries(definitions))
      components[names.get(id) ?? id] = renameReferences(schema, names);
  };
  for (const output of outputs) if (output !== null) add(output.definitions, new Map());
  for (const input of inputs) add(input.definitions, inputNames);

  const calls = endpoints.map((endpoint, index): DescribedCall => {
    const output = outputs[index] ?? null;
    const input = inputs[index];
    return {
      endpoint: endpoint as unknown as Endpoint<never>,
      body: input === undefined ? {} : renameReferences(input.root, inputNames),
      reply: output === null ? null : renameReferences(output.root, new Map()),
    };
  });
  const sorted = Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1));
  return { components: Object.fromEntries(sorted), calls };
}

/** The component a reference points to, or the schema itself. */
export function resolveSchema(schema: JsonSchema, components: Readonly<Record<string, JsonSchema>>): JsonSchema {
  if (schema.$ref === undefined) return schema;
  return components[schema.$ref.slice(COMPONENTS.length)] ?? {};
}

/** The component's name in a reference. */
export function referenceName(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}
