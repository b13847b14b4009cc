import type { z } from 'zod';
import { platformFailures } from '../errors/platform-failures.ts';
import type { AnyBody } from './endpoint.ts';
import { FILE_FIELD, ROWS_FIELD } from './upload.ts';

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

const UNKEEPABLE = 'holds a NUL character or half of a surrogate pair. Remove it.';

/** The database refuses NUL; its driver would write half a pair as another character, and nobody would be told. */
const isUnkeepable = (text: string) => text.includes('\0') || !text.isWellFormed();

/** Where a text stands that cannot be kept, as a path of keys; null when there is none. */
function findUnkeepable(value: unknown, path: string): string | null {
  if (typeof value === 'string') return isUnkeepable(value) ? path : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = isUnkeepable(key) ? path : findUnkeepable(inner, `${path}.${key.slice(0, 100)}`);
    if (found !== null) return found;
  }
  return null;
}

/** The same for a whole body. Rows are not looked at: a bad cell is an error of its row, not of the call. */
function unkeepableField(body: Record<string, unknown>, known: AnyBody['shape']): string | null {
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(known, name) || name === ROWS_FIELD) continue;
    const isFile = name === FILE_FIELD && typeof value === 'string';
    const found = isFile ? (value.isWellFormed() ? null : name) : findUnkeepable(value, name);
    if (found !== null) return found;
  }
  return null;
}

/** The parsed body, or 400 with every problem listed. */
export function parseBody<Body extends AnyBody>(schema: Body, body: Record<string, unknown>): z.output<Body> {
  if (Object.hasOwn(body, '__proto__')) {
    throw platformFailures.invalid_fields({
      message: 'This field is not known here: __proto__',
      details: [{ field: '__proto__', code: 'unknown_field', message: 'Remove it.' }],
    });
  }
  const unkeepable = unkeepableField(body, schema.shape);
  if (unkeepable !== null) {
    throw platformFailures.invalid_fields({
      message: `${unkeepable}: ${UNKEEPABLE}`,
      details: [{ field: unkeepable, code: 'invalid_text', message: UNKEEPABLE }],
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
