import { type DescribedCall, type JsonSchema, resolveSchema } from './json-schemas.ts';
import { FILE_FIELD, ROWS_FIELD } from './upload.ts';

/** Fields of a JSON body that carry the file itself; beside a streamed file everything else is a parameter. */
export const FILE_FIELDS: readonly string[] = [ROWS_FIELD, FILE_FIELD, 'data_file_encoding'];

/** The fields of an upload that stand beside the file. */
export function parameterFields(
  call: DescribedCall,
  components: Readonly<Record<string, JsonSchema>>,
): [string, JsonSchema][] {
  const body = resolveSchema(call.body, components);
  return Object.entries(body.properties ?? {}).filter(([name]) => !FILE_FIELDS.includes(name));
}

function isText(schema: JsonSchema, components: Readonly<Record<string, JsonSchema>>): boolean {
  const types = [resolveSchema(schema, components).type ?? []].flat();
  return types.length === 1 && !types.includes('object') && !types.includes('array');
}

/** Query parameters of a raw text/csv or NDJSON upload; objects in them are JSON text. */
export function uploadParameters(
  call: DescribedCall,
  components: Readonly<Record<string, JsonSchema>>,
): Record<string, unknown>[] {
  if (call.endpoint.intake !== 'upload') return [];
  return parameterFields(call, components).map(([name, schema]) => ({
    name,
    in: 'query',
    description: `With a text/csv, application/x-ndjson or multipart body; a JSON body carries it itself.${
      typeof schema.description === 'string' ? ` ${schema.description}` : ''
    }`,
    required: false,
    ...(isText(schema, components) ? { schema } : { content: { 'application/json': { schema } } }),
  }));
}

/** The bodies a call takes, or null for GET. A DELETE of this API has a body, which OpenAPI 3.1 allows. */
export function requestBodyOf(
  call: DescribedCall,
  components: Readonly<Record<string, JsonSchema>>,
): Record<string, unknown> | null {
  const { endpoint, body } = call;
  if (endpoint.method === 'GET') return null;
  const required = (resolveSchema(body, components).required ?? []).length > 0;
  const json = { 'application/json': { schema: body, example: endpoint.example } };
  if (endpoint.intake === 'json') return { required, content: json };
  return {
    description:
      'JSON, or a streamed file of any size: text/csv and application/x-ndjson with the parameters in the query string, or multipart/form-data with one data_file part. Content-Encoding: gzip is understood.',
    required: true,
    content: {
      ...json,
      'text/csv': { schema: { type: 'string', description: 'A header line, then one customer a line.' } },
      'application/x-ndjson': { schema: { type: 'string', description: 'One JSON object a line.' } },
      'multipart/form-data': { schema: multipartSchema(call, components) },
    },
  };
}

function multipartSchema(call: DescribedCall, components: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const body = resolveSchema(call.body, components);
  const fields = parameterFields(call, components);
  const names = new Set(fields.map(([name]) => name));
  return {
    type: 'object',
    description: 'Put the parameters before the file: a refusal then comes before the upload.',
    required: [...(body.required ?? []).filter((name) => names.has(name)), 'data_file'],
    properties: {
      ...Object.fromEntries(fields),
      data_file: {
        type: 'string',
        description: 'CSV, or NDJSON when the part says application/x-ndjson.',
        contentMediaType: 'text/csv',
      },
    },
  };
}
