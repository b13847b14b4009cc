/** What a refused or failed call throws. */
export class NudgescribeError extends Error {
  override readonly name = 'NudgescribeError';
  /** The HTTP status; 0 when no answer came: no connection, a timeout, or the caller's own abort. */
  readonly status: number;
  /** The server's stable code; `network_error`, `timeout` or `aborted` when no answer came. */
  readonly code: string;
  /** Required fields that were missing (401). */
  readonly fields: readonly string[];
  /** Every problem the server found (400). */
  readonly details: readonly unknown[];
  /** Quote it when reporting a problem; null when no answer came. */
  readonly requestId: string | null;
  /** True when the same call may work a moment later. */
  readonly retryable: boolean;
  /** The whole answer, with keys that only some refusals have, such as import_id. */
  readonly body: Readonly<Record<string, unknown>>;
  /** How long the server asks to wait, if it said so. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    facts: {
      status: number;
      code: string;
      requestId?: string | null;
      body?: Record<string, unknown>;
      retryAfterMs?: number | null;
      cause?: unknown;
    },
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.status = facts.status;
    this.code = facts.code;
    this.body = facts.body ?? {};
    this.fields = textsIn(this.body.fields);
    this.details = Array.isArray(this.body.details) ? this.body.details : [];
    this.requestId = facts.requestId ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
    this.retryable = facts.code === 'network_error' || facts.code === 'timeout' || RETRYABLE_STATUSES.has(facts.status);
  }
}

const RETRYABLE_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504]);

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Reads a refusal's body, whatever stands in it: a proxy on the way may answer in its own words. */
export async function errorFrom(response: Response, what: string): Promise<NudgescribeError> {
  const text = await response.text().catch(() => '');
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) body = parsed as Record<string, unknown>;
  } catch {
    // Not JSON: the status has to do.
  }
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new NudgescribeError(
    typeof body.message === 'string' ? body.message : `${what} was answered with ${response.status}.`,
    {
      status: response.status,
      code: typeof body.code === 'string' ? body.code : `http_${response.status}`,
      requestId: typeof body.request_id === 'string' ? body.request_id : response.headers.get('x-request-id'),
      body,
      retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : null,
    },
  );
}
