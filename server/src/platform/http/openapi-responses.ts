import type { FailureStatus } from '../errors/failure.ts';
import { STATUS_LABELS } from '../errors/failure.ts';
import { platformFailures } from '../errors/platform-failures.ts';
import type { DescribedCall, JsonSchema } from './json-schemas.ts';
import { exampleAnswer } from './openapi-example.ts';
import { EXAMPLE_ID } from './schemas.ts';

const REQUEST_ID = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } };
const ERROR = { $ref: '#/components/schemas/Error' };

/** Codes that any call may answer with, by status. Those of an upload stand with the calls that take one. */
const GENERAL_CODES: Partial<Record<FailureStatus, readonly (keyof typeof platformFailures.table)[]>> = {
  400: ['broken_json', 'broken_gzip', 'body_not_an_object', 'body_too_slow', 'invalid_fields', 'not_found'],
  401: ['missing_fields'],
  403: ['unauthorised', 'forbidden', 'workspace_forbidden', 'gateway_refused'],
  409: ['idempotency_key_in_use', 'idempotency_answer_gone'],
  413: ['body_too_large'],
  415: ['media_type_unknown'],
  422: ['idempotency_key_reused'],
  429: ['too_many_calls', 'too_many_sign_ins', 'too_many_at_once'],
  500: ['server_error'],
  503: ['dependency_away'],
  507: ['storage_full'],
};

const SHARED_NAMES: Partial<Record<FailureStatus, string>> = {
  400: 'BadRequest',
  401: 'MissingFields',
  403: 'Unauthorised',
  409: 'Conflict',
  413: 'PayloadTooLarge',
  415: 'UnsupportedMediaType',
  422: 'KeyReused',
  429: 'TooManyRequests',
  500: 'ServerError',
  503: 'ServiceUnavailable',
  507: 'InsufficientStorage',
};

type CodeTable = Readonly<Record<string, { status: number; message: string }>>;

function refusal(status: FailureStatus, codes: readonly (readonly [string, string])[]): Record<string, unknown> {
  const [first] = codes;
  return {
    description: `${STATUS_LABELS[status]}.\n\n${codes.map(([code, message]) => `- \`${code}\`: ${message}`).join('\n')}`,
    headers: REQUEST_ID,
    content: {
      'application/json': {
        schema: ERROR,
        ...(first === undefined
          ? {}
          : {
              example: {
                error: STATUS_LABELS[status],
                code: first[0],
                message: first[1],
                ...(status === 401 ? { fields: ['workspace_id'] } : {}),
                request_id: EXAMPLE_ID,
              },
            }),
      },
    },
  };
}

function generalCodes(status: FailureStatus): (readonly [string, string])[] {
  return (GENERAL_CODES[status] ?? []).map((code) => [code, platformFailures.table[code].message] as const);
}

/** The refusals that calls share, but for those no call refers to. */
export function sharedResponses(paths: object): Record<string, unknown> {
  const text = JSON.stringify(paths);
  const shared: Record<string, unknown> = {};
  for (const status of Object.keys(GENERAL_CODES).map(Number) as FailureStatus[]) {
    const name = SHARED_NAMES[status];
    if (name !== undefined && text.includes(`"#/components/responses/${name}"`))
      shared[name] = refusal(status, generalCodes(status));
  }
  return shared;
}

function statusesOf(call: DescribedCall, own: CodeTable): FailureStatus[] {
  const statuses = new Set<number>([400, 401, 403, 429, 500, 503]);
  if (call.endpoint.changes) statuses.add(409).add(422);
  if (call.endpoint.method !== 'GET') statuses.add(413).add(415);
  if (call.endpoint.intake === 'upload') statuses.add(507);
  for (const spec of Object.values(own)) statuses.add(spec.status);
  return [...statuses].sort((a, b) => a - b) as FailureStatus[];
}

function ownCodes(call: DescribedCall): CodeTable {
  const { broken_multipart, upload_cut_off } = platformFailures.table;
  return Object.assign(
    {},
    ...call.endpoint.failures.map(({ table }) => table),
    call.endpoint.intake === 'upload' ? { broken_multipart, upload_cut_off } : {},
  ) as CodeTable;
}

/** Every answer of a call: the good one, then its refusals by status with all their codes. */
export function responsesOf(
  call: DescribedCall,
  components: Readonly<Record<string, JsonSchema>>,
): Record<string, unknown> {
  const own = ownCodes(call);
  const responses: Record<string, unknown> = { 200: goodAnswer(call, components) };
  for (const status of statusesOf(call, own)) {
    const codes = Object.entries(own)
      .filter(([, spec]) => spec.status === status)
      .map(([code, spec]) => [code, spec.message] as const);
    const name = SHARED_NAMES[status];
    responses[status] =
      codes.length === 0 && name !== undefined
        ? { $ref: `#/components/responses/${name}` }
        : refusal(status, [...generalCodes(status), ...codes]);
  }
  return responses;
}

function goodAnswer(call: DescribedCall, components: Readonly<Record<string, JsonSchema>>): Record<string, unknown> {
  const { endpoint, reply } = call;
  const content: Record<string, unknown> = {};
  for (const mediaType of endpoint.replyMediaTypes) {
    content[mediaType] =
      mediaType === 'application/json' && reply !== null
        ? { schema: reply, example: exampleAnswer(reply, components, endpoint.example) }
        : { schema: { type: 'string' } };
  }
  return { description: 'Success.', headers: REQUEST_ID, content };
}
