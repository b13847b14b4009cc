import { randomUUID } from 'node:crypto';
import { requiredFields } from '../src/platform/http/body-check.ts';
import type { AnyBody } from '../src/platform/http/endpoint.ts';
import type { AnyEndpoint, Fields } from './example-bodies.ts';

/** Something a caller may get wrong, and the refusal it must meet. */
export type RefusalCase = {
  name: string;
  credentials: 'good' | 'none' | 'wrong';
  request: {
    body?: unknown;
    raw?: string | Uint8Array;
    headers?: Record<string, string>;
    query?: Record<string, string>;
  };
  expected: { statuses: readonly number[]; code?: string; fields?: readonly string[]; detailsOf?: string };
};

const UNKNOWN_FIELD = 'no_such_field';

/** Every refusal this endpoint must give whatever its handler does: none of these calls reaches the handler. */
export function refusalCases(endpoint: AnyEndpoint, example: Fields, foreignWorkspaceId: string): RefusalCase[] {
  const cases = credentialCases(endpoint, example);
  if (endpoint.method === 'GET' || endpoint.access.kind === 'signed_link') return cases;
  cases.push(...bodyCases(endpoint, example), ...missingCases(endpoint, example));
  if (endpoint.access.kind === 'workspace') cases.push(...workspaceCases(example, foreignWorkspaceId));
  cases.push(...fieldCases(endpoint, example));
  if (endpoint.intake === 'upload') cases.push(...uploadCases(endpoint, example, foreignWorkspaceId));
  return cases;
}

function credentialCases({ access, method }: AnyEndpoint, example: Fields): RefusalCase[] {
  if (access.kind === 'public') return [];
  const expected = {
    statuses: [403],
    ...(access.kind === 'api_key' || access.kind === 'signed_link' ? {} : { code: 'unauthorised' }),
  };
  const request = method === 'GET' ? {} : { body: example };
  const cases: RefusalCase[] = [
    { name: 'no credentials', credentials: 'none', request, expected },
    { name: 'wrong credentials', credentials: 'wrong', request, expected },
  ];
  // Credentials come before everything else: who has none learns nothing about the body.
  if (method !== 'GET')
    cases.push({ name: 'no credentials and a broken body', credentials: 'none', request: { raw: '{' }, expected });
  return cases;
}

const good = { credentials: 'good' as const };

function bodyCases({ intake }: AnyEndpoint, example: Fields): RefusalCase[] {
  const refused = (name: string, request: RefusalCase['request'], status: number, code: string): RefusalCase => ({
    name,
    ...good,
    request,
    expected: { statuses: [status], code },
  });
  const json = { 'content-type': 'application/json' };
  const text = JSON.stringify(example);
  return [
    refused('broken JSON', { raw: '{"workspace_id":', headers: json }, 400, 'broken_json'),
    refused('broken UTF-8', { raw: Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), headers: json }, 400, 'broken_json'),
    refused('a list as body', { raw: '[]', headers: json }, 400, 'body_not_an_object'),
    refused('a text as body', { raw: '"text"', headers: json }, 400, 'body_not_an_object'),
    refused('broken gzip', { raw: text, headers: { ...json, 'content-encoding': 'gzip' } }, 400, 'broken_gzip'),
    refused(
      'unknown content encoding',
      { raw: text, headers: { ...json, 'content-encoding': 'br' } },
      415,
      'media_type_unknown',
    ),
    refused('wrong media type', { raw: text, headers: { 'content-type': 'text/plain' } }, 415, 'media_type_unknown'),
    ...(intake === 'upload'
      ? []
      : [
          refused(
            'CSV where none is taken',
            { raw: 'a\n1\n', headers: { 'content-type': 'text/csv' } },
            415,
            'media_type_unknown',
          ),
        ]),
  ];
}

function without(example: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(example).filter(([key]) => key !== name));
}

function missingCases(endpoint: AnyEndpoint, example: Fields): RefusalCase[] {
  const required = requiredFields(endpoint.body);
  const missing = (name: string, request: RefusalCase['request'], fields: readonly string[]): RefusalCase => ({
    name,
    ...good,
    request,
    expected: { statuses: [401], code: 'missing_fields', fields },
  });
  const cases = required.flatMap((name) => [
    missing(`${name} missing`, { body: without(example, name) }, [name]),
    missing(`${name} null`, { body: { ...example, [name]: null } }, [name]),
    missing(`${name} missing beside an unknown field`, { body: { ...without(example, name), [UNKNOWN_FIELD]: 1 } }, [
      name,
    ]),
  ]);
  if (required.length > 0)
    cases.push(missing('an empty object', { body: {} }, required), missing('no body at all', {}, required));
  return cases;
}

function workspaceCases(example: Fields, foreignWorkspaceId: string): RefusalCase[] {
  const refused = (name: string, workspaceId: unknown): RefusalCase => ({
    name,
    ...good,
    request: { body: { ...example, workspace_id: workspaceId } },
    expected: { statuses: [403], code: 'workspace_forbidden' },
  });
  return [
    refused('a foreign workspace', foreignWorkspaceId),
    refused('an unreal workspace', randomUUID()),
    refused('a workspace id that is no uuid', 'nowhere'),
    {
      ...refused('a foreign workspace beside an unknown field', foreignWorkspaceId),
      request: { body: { ...example, workspace_id: foreignWorkspaceId, [UNKNOWN_FIELD]: 1 } },
    },
  ];
}

const ODD_VALUES: readonly unknown[] = [
  12_345.5,
  true,
  'odd',
  '',
  {},
  [],
  [null],
  [{}],
  { odd: [{}] },
  '\u0000'.repeat(400_000),
];

/** A value that this field's schema refuses, or undefined when it takes everything we can think of. */
function refusedValue(schema: AnyBody, name: string): unknown {
  const type = schema.shape[name] as { safeParse(value: unknown): { success: boolean } } | undefined;
  return ODD_VALUES.find((value) => type?.safeParse(value).success === false);
}

function fieldCases(endpoint: AnyEndpoint, example: Fields): RefusalCase[] {
  const refused = (name: string, request: RefusalCase['request'], detailsOf: string): RefusalCase => ({
    name,
    ...good,
    request,
    expected: { statuses: [400], code: 'invalid_fields', detailsOf },
  });
  const cases: RefusalCase[] = [
    refused('an unknown field', { body: { ...example, [UNKNOWN_FIELD]: 1 } }, UNKNOWN_FIELD),
    refused(
      'the field __proto__',
      {
        raw: `${JSON.stringify(example).slice(0, -1)}${Object.keys(example).length === 0 ? '' : ','}"__proto__":{"x":1}}`,
        headers: { 'content-type': 'application/json' },
      },
      '__proto__',
    ),
  ];
  const required = new Set(requiredFields(endpoint.body));
  for (const [name, type] of Object.entries(endpoint.body.shape)) {
    const odd = refusedValue(endpoint.body, name);
    if (odd !== undefined)
      cases.push(refused(`${name} of the wrong type`, { body: { ...example, [name]: odd } }, name));
    const takesNull = (type as { safeParse(value: unknown): { success: boolean } }).safeParse(null).success;
    if (!required.has(name) && !takesNull)
      cases.push(refused(`optional ${name} null`, { body: { ...example, [name]: null } }, name));
  }
  return cases;
}

function uploadCases(endpoint: AnyEndpoint, example: Fields, foreignWorkspaceId: string): RefusalCase[] {
  const required = requiredFields(endpoint.body);
  const query = Object.fromEntries(required.map((name) => [name, String(example[name])]));
  const csv = { raw: 'a\n1\n', headers: { 'content-type': 'text/csv' } };
  return [
    {
      name: 'a CSV upload without parameters',
      ...good,
      request: csv,
      expected: { statuses: [401], code: 'missing_fields', fields: required },
    },
    {
      name: 'a CSV upload into a foreign workspace',
      ...good,
      request: { ...csv, query: { ...query, workspace_id: foreignWorkspaceId } },
      expected: { statuses: [403], code: 'workspace_forbidden' },
    },
    {
      name: 'a CSV upload with an unknown parameter',
      ...good,
      request: { ...csv, query: { ...query, [UNKNOWN_FIELD]: '1' } },
      expected: { statuses: [400], code: 'invalid_fields', detailsOf: UNKNOWN_FIELD },
    },
    {
      name: 'broken multipart',
      ...good,
      request: { raw: 'nothing', headers: { 'content-type': 'multipart/form-data' } },
      expected: { statuses: [400], code: 'broken_multipart' },
    },
  ];
}
