import { STATUS_LABELS } from '../errors/failure.ts';
import type { Endpoint } from './endpoint.ts';
import { type DescribedCall, describeCalls, type JsonSchema } from './json-schemas.ts';
import { requestBodyOf, uploadParameters } from './openapi-request.ts';
import { responsesOf, sharedResponses } from './openapi-responses.ts';

/** The words of the API description that the table does not know. */
export type ApiAbout = {
  title: string;
  version: string;
  summary: string;
  description: string;
  license: { name: string; identifier: string };
  contact: { name: string; url?: string };
  /** By capability (the first part of an endpoint's name). */
  tags: Readonly<Record<string, string>>;
};

export type OpenApiDocument = {
  openapi: '3.1.1';
  info: Record<string, unknown>;
  servers: { url: string; description: string }[];
  security: Record<string, string[]>[];
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, unknown>>;
  components: Record<string, Record<string, unknown>>;
};

const ERROR_SCHEMA: JsonSchema = {
  type: 'object',
  description: 'Every refusal. Some carry further keys, such as import_id.',
  required: ['error', 'code', 'message', 'request_id'],
  properties: {
    error: { type: 'string', enum: Object.values(STATUS_LABELS), description: 'The label of the status.' },
    code: { type: 'string', description: 'Stable, for programs.' },
    message: { type: 'string', description: 'For people; may change.' },
    fields: { type: 'array', items: { type: 'string' }, description: 'Required fields that are missing (401).' },
    details: { type: 'array', items: {}, description: 'Every problem found (400).' },
    request_id: { type: 'string', description: 'Also in the X-Request-Id header. Quote it when you report a problem.' },
  },
};

const SECURITY_SCHEMES = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The access token from POST /v1/auth (for GET /v1/auth the refresh token does too).',
  },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'nudgescribe',
    description:
      'The cookie of a console session, from PUT /v1/session; under HTTPS its name is `__Host-nudgescribe`. Calls that change something also need the header `x-csrf-token`.',
  },
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The API key of the account.' },
};

/**
 * The OpenAPI 3.1 document of these endpoints: one operation a row, in the table's order. Pure; the same table gives the
 * same document.
 */
export function describeApi<Services>(
  endpoints: readonly Endpoint<Services>[],
  info: { serverUrl: string } & Partial<ApiAbout>,
): OpenApiDocument {
  const { components, calls } = describeCalls(endpoints);
  const paths: OpenApiDocument['paths'] = {};
  for (const call of calls) {
    const path = call.endpoint.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [call.endpoint.method.toLowerCase()]: operationOf(call, components) };
  }
  const usedSchemes = new Set(calls.flatMap(({ endpoint }) => securityOf(endpoint).flatMap(Object.keys)));
  const tags = [...new Set(calls.map(({ endpoint }) => capabilityOf(endpoint)))];
  return {
    openapi: '3.1.1',
    info: {
      title: info.title ?? 'API',
      version: info.version ?? '0',
      ...(info.summary === undefined ? {} : { summary: info.summary }),
      ...(info.description === undefined ? {} : { description: info.description }),
      ...(info.license === undefined ? {} : { license: info.license }),
      ...(info.contact === undefined ? {} : { contact: info.contact }),
    },
    servers: [{ url: info.serverUrl, description: 'This server.' }],
    security: [{ bearer: [] }, { cookie: [] }],
    tags: tags.map((name) => ({ name, description: info.tags?.[name] ?? `The calls of ${name}.` })),
    paths,
    components: {
      schemas: { ...components, Error: ERROR_SCHEMA },
      responses: sharedResponses(paths),
      headers: {
        RequestId: {
          description: 'The id of this request, also in the log.',
          required: true,
          schema: { type: 'string' },
        },
      },
      securitySchemes: Object.fromEntries(Object.entries(SECURITY_SCHEMES).filter(([name]) => usedSchemes.has(name))),
    },
  };
}

type AnyEndpoint = DescribedCall['endpoint'];

function idempotencyKeyOf({ answersSecret }: AnyEndpoint): Record<string, unknown> {
  const again = answersSecret
    ? 'gets 409 idempotency_answer_gone, as its secret is shown once'
    : 'gets the first answer, with Idempotency-Replayed: true';
  return {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: `A key of your own for this very call. Sent again within 24 hours with the same key, it has no second effect and ${again}.`,
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  };
}

/** The capability an endpoint belongs to: the first part of its name. */
export function capabilityOf(endpoint: { name: string }): string {
  return endpoint.name.split('.')[0] ?? endpoint.name;
}

function securityOf(endpoint: AnyEndpoint): Record<string, string[]>[] {
  const { kind } = endpoint.access;
  if (kind === 'public' || kind === 'signed_link') return [];
  if (kind === 'api_key') return [{ apiKey: [] }];
  return kind === 'refresh' ? [{ bearer: [] }] : [{ bearer: [] }, { cookie: [] }];
}

/** Who may call, as one sentence. */
export function accessSentence(endpoint: { access: AnyEndpoint['access'] }): string {
  const { access } = endpoint;
  switch (access.kind) {
    case 'public':
      return 'Open to everybody.';
    case 'signed_link':
      return 'Needs no token: the signature in the link is the permission.';
    case 'api_key':
      return 'Needs the header x-api-key instead of a token.';
    case 'refresh':
      return 'Takes an access token or a refresh token.';
    case 'account':
      return access.permission === null
        ? 'Any signed-in user may call it.'
        : `Needs the permission \`${access.permission}\` in the account.`;
    case 'workspace':
      return `Needs the permission \`${access.permission}\` in the workspace.`;
  }
}

/** The endpoint's description as sentences, without what the summary says already. */
export function descriptionOf(endpoint: AnyEndpoint): string {
  const own = endpoint.description === endpoint.summary ? [] : [endpoint.description];
  const audited = endpoint.audit === null ? [] : [`Written to the audit log as \`${endpoint.audit}\`.`];
  return [...own, accessSentence(endpoint), ...audited].join('\n\n');
}

function operationOf(call: DescribedCall, components: Readonly<Record<string, JsonSchema>>): Record<string, unknown> {
  const { endpoint } = call;
  const pathParameters = [...endpoint.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const parameters = [
    ...pathParameters,
    ...(endpoint.changes ? [idempotencyKeyOf(endpoint)] : []),
    ...uploadParameters(call, components),
  ];
  const requestBody = requestBodyOf(call, components);
  return {
    operationId: endpoint.name,
    tags: [capabilityOf(endpoint)],
    summary: endpoint.summary,
    description: descriptionOf(endpoint),
    security: securityOf(endpoint),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === null ? {} : { requestBody }),
    responses: responsesOf(call, components),
  };
}
