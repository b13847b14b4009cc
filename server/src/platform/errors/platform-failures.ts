import { failures } from './failure.ts';

/** Failures that any endpoint may answer with. */
export const platformFailures = failures({
  unauthorised: {
    status: 403,
    message: 'This call needs a valid access token. Sign in again and send it as "Authorization: Bearer <token>".',
  },
  forbidden: { status: 403, message: 'Your role does not allow this call.' },
  workspace_forbidden: {
    status: 403,
    message: 'This workspace is unknown, or your role does not allow this call in it.',
  },
  gateway_refused: {
    status: 403,
    message: 'The x-auth-context header must be a JSON object with api_access true and the right api_code.',
  },
  missing_fields: { status: 401, message: 'Required fields are missing.' },
  broken_json: { status: 400, message: 'The body is not readable JSON.' },
  broken_gzip: { status: 400, message: 'The body says it is gzip, but it cannot be unpacked.' },
  broken_multipart: {
    status: 400,
    message: 'The multipart body cannot be read. Send one data_file part and the parameters as fields.',
  },
  body_not_an_object: { status: 400, message: 'The body must be a JSON object.' },
  invalid_fields: { status: 400, message: 'Some fields cannot be accepted.' },
  not_found: { status: 400, message: 'No such object here.' },
  body_too_slow: {
    status: 400,
    message:
      'The body came too slowly (less than 500 bytes a second, for a minute) and was given up. Nothing was stored; send it again over a steadier line.',
  },
  upload_cut_off: {
    status: 400,
    message: 'The upload ended before it was complete. Nothing was stored; send it again.',
  },
  unknown_route: { status: 404, message: 'There is no such call. GET /openapi.json lists them all.' },
  method_not_allowed: { status: 405, message: 'This path does not answer that method.' },
  body_too_large: {
    status: 413,
    message: 'The body is too large for this call. Send large files as a text/csv, NDJSON or multipart upload.',
  },
  media_type_unknown: { status: 415, message: 'Send the body as application/json.' },
  idempotency_key_invalid: {
    status: 400,
    message: 'The Idempotency-Key header must have 1 to 255 visible characters of ASCII.',
  },
  idempotency_key_in_use: {
    status: 409,
    message: 'A call with this Idempotency-Key is still running. Wait for it, then send this one again.',
  },
  idempotency_key_reused: {
    status: 422,
    message: 'This Idempotency-Key stands for another call. Take a new key for every new call.',
  },
  idempotency_answer_gone: {
    status: 409,
    message:
      'The first call with this Idempotency-Key was done, and its answer is not kept. Read what it made; a secret that was lost with it is made anew, under a new key.',
  },
  too_many_calls: { status: 429, message: 'Too many calls in a minute. Wait as long as Retry-After says.' },
  too_many_sign_ins: {
    status: 429,
    message: 'Too many attempts from this address. Wait as long as Retry-After says.',
  },
  too_many_at_once: {
    status: 429,
    message: 'Too many calls of this account are waiting. Send fewer at the same time.',
  },
  server_error: { status: 500, message: 'Something went wrong on our side. Quote the request id when you report it.' },
  dependency_away: {
    status: 503,
    message: 'The database or storage is not reachable just now. Try again in a moment.',
  },
  storage_full: {
    status: 507,
    message: 'The storage is full. Nothing was half-stored; ask the operator to make room and send it again.',
  },
});

/** 400 `not_found` for an id that is unknown or another tenant's: one answer for both. */
export function notFound(what: string) {
  return platformFailures.not_found({ message: `No such ${what} in this workspace.` });
}
