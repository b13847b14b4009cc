import type { Endpoint } from './platform/http/endpoint.ts';
import { type DescribedCall, describeCalls, type JsonSchema, resolveSchema } from './platform/http/json-schemas.ts';
import { capabilityOf, descriptionOf } from './platform/http/openapi.ts';
import { parameterFields } from './platform/http/openapi-request.ts';
import { docComment, printType } from './platform/http/print-types.ts';

const HEADER = '// Written by "npm run generate" from the server endpoint table. Change the table, not this file.';

/** The source of the client library's generated part: every type and one method a call. Pure. */
export function sdkSource<Services>(endpoints: readonly Endpoint<Services>[]): string {
  // A signed link is fetched as it stands; it is not a call that a program puts together.
  const { components, calls } = describeCalls(endpoints.filter(({ access }) => access.kind !== 'signed_link'));
  const shared = Object.entries(components).map(([name, schema]) => {
    const direction = name.endsWith('Input') ? 'sent' : 'received';
    return `${schema.description === undefined ? '' : `${docComment(schema.description)}\n`}export type ${name} = ${printType(schema, direction)};`;
  });
  const types = calls.flatMap((call) => callTypes(call, components));
  const uploads = calls.some(({ endpoint }) => endpoint.intake === 'upload');
  const names = uploads ? 'CallOptions, FileBody, Send, UploadOptions' : 'CallOptions, Send';
  return `${HEADER}\n\nimport type { ${names} } from './call.ts';\n\n${[...shared, ...types].join('\n\n')}\n\n${callsFunction(calls)}\n`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Endpoint names may join words by underscores; methods and types are written as TypeScript writes them. */
function camel(text: string): string {
  return text.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function typeName(call: DescribedCall, suffix: string): string {
  return (
    call.endpoint.name
      .split('.')
      .map((part) => capital(camel(part)))
      .join('') + suffix
  );
}

function takesNoBody(call: DescribedCall): boolean {
  return call.endpoint.method === 'GET';
}

function isBodyOptional(call: DescribedCall): boolean {
  return (call.body.required ?? []).length === 0;
}

function answersText(call: DescribedCall): boolean {
  return call.endpoint.replyMediaTypes.some((mediaType) => mediaType !== 'application/json');
}

function callTypes(call: DescribedCall, components: Readonly<Record<string, JsonSchema>>): string[] {
  const { name, intake, replyMediaTypes } = call.endpoint;
  const printed: string[] = [];
  if (!takesNoBody(call))
    printed.push(
      `/** What ${name} takes. */\nexport type ${typeName(call, 'Body')} = ${printType(call.body, 'sent')};`,
    );
  if (intake === 'upload') {
    const parameters: JsonSchema = {
      type: 'object',
      properties: Object.fromEntries(parameterFields(call, components)),
      required: resolveSchema(call.body, components).required ?? [],
      additionalProperties: false,
    };
    printed.push(
      `/** What goes beside the file of an upload. */\nexport type ${typeName(call, 'Parameters')} = ${printType(parameters, 'sent')};`,
    );
  }
  const json = call.reply === null ? [] : [printType(call.reply, 'received')];
  const other = replyMediaTypes.filter((mediaType) => mediaType !== 'application/json');
  const reply = [...json, ...(other.length === 0 ? [] : ['string'])].join(' | ') || 'unknown';
  const note = other.length === 0 ? '' : ` A string is the ${other.join(' or ')} answer.`;
  printed.push(`/** What ${name} answers.${note} */\nexport type ${typeName(call, 'Reply')} = ${reply};`);
  return printed;
}

function callsFunction(calls: readonly DescribedCall[]): string {
  const capabilities = Map.groupBy(calls, ({ endpoint }) => capabilityOf(endpoint));
  const groups = [...capabilities].map(([capability, members]) => {
    const methods = members.flatMap((call) => methodsOf(call));
    return `    ${camel(capability)}: {\n${methods.join('\n')}\n    },`;
  });
  return `/** One method for every call, grouped by capability. */
export function createCalls(send: Send) {
  return {
${groups.join('\n')}
  };
}`;
}

/** True for calls that may be sent again after a broken connection: a second one changes nothing. */
function onlyReads({ endpoint }: DescribedCall): boolean {
  const { audit, transaction, method } = endpoint;
  return audit === null && transaction !== 'own' && (method === 'POST' || method === 'GET');
}

const CREDENTIALS = {
  public: 'none',
  signed_link: 'none',
  api_key: 'api_key',
  refresh: 'refresh',
  account: 'token',
  workspace: 'token',
} as const;

function specOf(call: DescribedCall, answer: 'json' | 'text' | 'stream'): string {
  const { name, method, path, access } = call.endpoint;
  const credentials = CREDENTIALS[access.kind];
  return `{ name: '${name}', method: '${method}', path: '${path}', credentials: '${credentials}', reads: ${onlyReads(call)}, answer: '${answer}' }`;
}

function methodsOf(call: DescribedCall): string[] {
  const { endpoint } = call;
  const verb = camel(endpoint.name.slice(endpoint.name.indexOf('.') + 1));
  const reply = typeName(call, 'Reply');
  const bodyType = typeName(call, 'Body');
  const body = takesNoBody(call) ? '' : `body: ${bodyType}${isBodyOptional(call) ? ' = {}' : ''}, `;
  const sent = takesNoBody(call) ? '{}' : '{ body }';
  const text = answersText(call);
  const comment = (note: string) =>
    docComment(
      `${endpoint.summary}${note} (\`${endpoint.method} ${endpoint.path}\`).\n\n${descriptionOf(endpoint)}`,
      '      ',
    );
  const method = (
    name: string,
    note: string,
    parameters: string,
    type: string,
    values: string,
    answer: 'json' | 'text' | 'stream',
  ) =>
    `      ${comment(note)}\n      ${name}: (${parameters}): Promise<${type}> =>\n        send<${type}>(${specOf(call, answer)}, ${values}),`;
  const methods = [
    method(verb, '', `${body}options: CallOptions = {}`, reply, `${sent}, options`, text ? 'text' : 'json'),
  ];
  if (text)
    methods.push(
      method(
        `${verb}Stream`,
        ', the answer as a stream of bytes',
        `${body}options: CallOptions = {}`,
        'ReadableStream<Uint8Array>',
        `${sent}, options`,
        'stream',
      ),
    );
  if (endpoint.intake === 'upload')
    methods.push(
      method(
        verb === 'upload' ? 'uploadFile' : 'upload',
        ', from a file of any size',
        `parameters: ${typeName(call, 'Parameters')}, file: FileBody, options: UploadOptions`,
        reply,
        '{ parameters, file }, options',
        text ? 'text' : 'json',
      ),
    );
  return methods;
}
