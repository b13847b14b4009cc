/** The labels callers see in `error`, by status. Fixed by the API contract for 400, 401, 403 and 500. */
export const STATUS_LABELS = {
  400: 'Bad Request',
  401: 'Missing Fields',
  403: 'Unauthorised',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Server Error',
  503: 'Service Unavailable',
  507: 'Insufficient Storage',
} as const;

export type FailureStatus = keyof typeof STATUS_LABELS;

export type FailureSpec = { status: FailureStatus; message: string };

export type FailureExtras = {
  /** Required fields that are absent (401 only). */
  fields?: string[];
  /** Machine-readable particulars a caller may see (400 only). */
  details?: unknown[];
  /** Further keys of the answer, such as import_id. */
  body?: Record<string, unknown>;
  /** A sentence that replaces the table's one, for a caller's eyes. Never a customer's value. */
  message?: string;
  /** When to try again (429 and 503). */
  retryAfterSeconds?: number;
  /** What the log keeps and the caller never sees. */
  cause?: unknown;
};

/** A failure a caller may see. Anything else that is thrown is a bug and is answered as a bare 500. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly status: FailureStatus;
  readonly code: string;
  readonly extras: FailureExtras;

  constructor(code: string, spec: FailureSpec, extras: FailureExtras = {}) {
    super(extras.message ?? spec.message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.code = code;
    this.status = spec.status;
    this.extras = extras;
  }
}

export type FailureTable<Code extends string> = { [C in Code]: (extras?: FailureExtras) => Failure } & {
  /** The table itself, for the API description. */
  readonly table: Readonly<Record<Code, FailureSpec>>;
};

/** Turns a capability's table of failures into constructors, so that code, status and sentence stand in one place. */
export function failures<const Code extends string>(table: Record<Code, FailureSpec>): FailureTable<Code> {
  const made: Record<string, unknown> = { table };
  for (const [code, spec] of Object.entries(table) as [Code, FailureSpec][]) {
    made[code] = (extras?: FailureExtras) => new Failure(code, spec, extras);
  }
  return made as FailureTable<Code>;
}
