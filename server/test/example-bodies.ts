import { requiredFields } from '../src/platform/http/body-check.ts';
import type { Endpoint } from '../src/platform/http/endpoint.ts';
import { EXAMPLE_ID } from '../src/platform/http/schemas.ts';

/** What the refusal tests need of a row of the table. */
export type AnyEndpoint = Pick<Endpoint<never>, 'name' | 'method' | 'access' | 'body' | 'intake' | 'example'>;

export type Fields = Record<string, unknown>;

/** What is wrong with an endpoint's example, as sentences; the refusal tests stand on it. */
export function exampleProblems(endpoint: AnyEndpoint): string[] {
  const parsed = endpoint.body.safeParse(endpoint.example);
  const missing = requiredFields(endpoint.body).filter((name) => endpoint.example[name] === undefined);
  return [
    ...missing.map((name) => `${endpoint.name}: its example lacks the required field ${name}.`),
    ...(parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${endpoint.name}: its example is refused at ${issue.path.join('.')}.`)),
  ];
}

/** The example with the caller's own ids in place of the general ones, by the key's name. */
export function ownExample(endpoint: AnyEndpoint, ownIds: Readonly<Record<string, string>>): Fields {
  return Object.fromEntries(
    Object.entries(endpoint.example).map(([name, value]) => [
      name,
      value === EXAMPLE_ID && ownIds[name] !== undefined ? ownIds[name] : value,
    ]),
  );
}
