import type { z } from 'zod';
import { platformFailures } from '../errors/platform-failures.ts';
import type { AnyBody } from './endpoint.ts';

/** The keys a caller must always send: everything in the schema that is not optional. */
export function requiredFields(schema: AnyBody): string[] {
  return Object.entries(schema.shape)
    .filter(([, type]) => !(type as z.ZodType).safeParse(undefined).success)
    .map(([name]) => name);
}

/** 401 with the list when an always-required field is absent or null. Wrong types come later, as 400. */
export function refuseMissing(required: readonly string[], body: Record<string, unknown>): void {
  const missing = required.filter(
    (name) => !Object.hasOwn(body, name) || body[name] === null || body[name] === undefined,
  );
  if (missing.length === 0) return;
  throw platformFailures.missing_fields({
    fields: missing,
    message: `Required fields are missing: ${missing.join(', ')}`,
  });
}

export type BodyProblem = { field: string; code: string; message: string };

const MAX_PROBLEMS = 100;

function problemOf(issue: z.core.$ZodIssue): BodyProblem[] {
  const field = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    // A key's name is the caller's own text: cut to a length an answer can carry.
    return issue.keys.map((key) => ({
      field: field === '' ? key.slice(0, 100) : `${field}.${key.slice(0, 100)}`,
      code: 'unknown_field',
      message: 'This field is not known here. Remove it or mend its name.',
    }));
  }
  const code =
    issue.code === 'invalid_type'
      ? 'wrong_type'
      : issue.code === 'custom'
        ? ((issue.params?.code as string | undefined) ?? 'invalid_value')
        : issue.code;
  return [{ field, code, message: issue.message }];
}

const HALVED = 'holds half of a surrogate pair. Remove it.';

/** The database driver would write such a text with another character in its place, and nobody would be told. */
const isHalved = (value: unknown) => typeof value === 'string' && !value.isWellFormed();

/** The parsed body, or 400 with every problem listed. */
export function parseBody<Body extends AnyBody>(schema: Body, body: Record<string, unknown>): z.output<Body> {
  if (Object.hasOwn(body, '__proto__')) {
    throw platformFailures.invalid_fields({
      message: 'This field is not known here: __proto__',
      details: [{ field: '__proto__', code: 'unknown_field', message: 'Remove it.' }],
    });
  }
  const halved = Object.keys(schema.shape).find((name) => Object.hasOwn(body, name) && isHalved(body[name]));
  if (halved !== undefined) {
    throw platformFailures.invalid_fields({
      message: `${halved}: ${HALVED}`,
      details: [{ field: halved, code: 'invalid_text', message: HALVED }],
    });
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data as z.output<Body>;
  const details = parsed.error.issues.flatMap(problemOf).slice(0, MAX_PROBLEMS);
  const first = details[0];
  throw platformFailures.invalid_fields({
    details,
    message:
      first === undefined
        ? 'Some fields cannot be accepted.'
        : `${first.field === '' ? 'The body' : first.field}: ${first.message}`,
  });
}
