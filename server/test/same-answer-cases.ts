import { randomUUID } from 'node:crypto';
import { EXAMPLE_ID } from '../src/platform/http/schemas.ts';
import type { AnyEndpoint, Fields } from './example-bodies.ts';

/** Calls that differ in one id only: foreign, unreal or malformed. All must get one answer. */
export type SameAnswerCase = {
  name: string;
  bodies: { sent: string; body: Record<string, unknown> }[];
  expected: { status: number; code: string } | null;
};

/**
 * For every id the endpoint takes: the same call with another tenant's real id, an unreal one and one that is no uuid.
 * `foreignIds` holds real ids of the other tenant by key.
 */
export function sameAnswerCases(
  endpoint: AnyEndpoint,
  example: Fields,
  foreignIds: Readonly<Record<string, string>>,
): SameAnswerCase[] {
  if (endpoint.method === 'GET') return [];
  const names = Object.keys(endpoint.body.shape).filter((name) => /_ids?$/.test(name) && name !== 'workspace_id');
  return names.flatMap((name) => {
    const list = Array.isArray(example[name]) || (example[name] === undefined && name.endsWith('_ids'));
    const put = (id: string) => ({ sent: id, body: { ...example, [name]: list ? [id] : id } });
    const foreign = foreignIds[name.replace(/_ids$/, '_id')];
    const bodies = [
      ...(foreign === undefined ? [] : [put(foreign)]),
      put(randomUUID()),
      put(EXAMPLE_ID),
      put('nowhere'),
    ];
    const accepted = bodies.filter(({ body }) => endpoint.body.safeParse(body).success);
    if (accepted.length < 2) return [];
    // A single id that the call stands on must be found; a list of ids may also be answered with a count of misses.
    const stands = example[name] !== undefined && !list;
    return [
      {
        name: `${name} foreign, unreal or malformed`,
        bodies: accepted,
        expected: stands ? { status: 400, code: 'not_found' } : null,
      },
    ];
  });
}
