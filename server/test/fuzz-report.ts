import assert from 'node:assert/strict';
import { asOwner } from '../src/platform/database/as-owner.ts';
import { type Colleague, type FuzzAnswer, mayCall, type Route } from './fuzz-caller.ts';
import type { FuzzCall } from './fuzz-inputs.ts';

// What came of the inputs, as the server's process tells it to the test.

/** Of one route: how many inputs were looked at, and how many of them got 200. */
export type RouteCount = { sent: number; done: number };

export type FuzzReport = {
  /** How many answers of each status, by status. */
  statuses: Record<string, number>;
  routes: Record<string, RouteCount>;
  /** Kinds of calls that left more or fewer audit events than they should have. */
  unaccounted: string[];
  /** Of the bodies that came as a form or packed: how many of each were read to the end. */
  read: { form: number; packed: number };
  /** By role, of those who are no administrators: how many inputs got 200, and how many were refused. */
  colleagues: Record<string, { done: number; refused: number }>;
  isReady: boolean;
};

export const newReport = (): FuzzReport => ({
  statuses: {},
  routes: {},
  unaccounted: [],
  read: { form: 0, packed: 0 },
  colleagues: {},
  isReady: false,
});

/** What was answered to one call, and how many events it may have left. */
export type Answered = { name: string; status: number; events: readonly number[] };

export async function unaccounted(answered: ReadonlyMap<string, Answered>): Promise<string[]> {
  const counts = await asOwner(process.env.NUDGESCRIBE_DATABASE_URL ?? '', async (client) => {
    const { rows } = await client.query<{ request_id: string; events: number }>(
      'select request_id, count(*)::integer as events from audit_events group by request_id',
    );
    return new Map(rows.map(({ request_id, events }) => [request_id, events]));
  });
  const wrong = [...answered].filter(([requestId, { events }]) => !events.includes(counts.get(requestId) ?? 0));
  const told = wrong.map(
    ([id, { name, status }]) => `${name} answered ${status} and left ${counts.get(id) ?? 0} events`,
  );
  return [...new Set(told)];
}

export function count({ routes, statuses }: FuzzReport, { name }: Route, { status }: FuzzAnswer): void {
  statuses[status] = (statuses[status] ?? 0) + 1;
  const { sent, done } = routes[name] ?? { sent: 0, done: 0 };
  routes[name] = { sent: sent + 1, done: done + (status === 200 ? 1 : 0) };
}

/** An import that is rejected for its rows was read, too. */
export function countRead({ read }: FuzzReport, { headers }: FuzzCall, { status, body }: FuzzAnswer): void {
  if (status !== 200 && body?.code !== 'import_rejected') return;
  if (headers?.['content-type']?.startsWith('multipart/form-data')) read.form += 1;
  if (headers?.['content-encoding'] === 'gzip') read.packed += 1;
}

/** One answer to somebody with less than an administrator's role, who got through to nothing that the role does not let do. */
export function hearColleague(
  { colleagues }: FuzzReport,
  { role }: Colleague,
  endpoint: Route,
  { status }: FuzzAnswer,
): void {
  assert.ok(status !== 200 || mayCall(role, endpoint), `${endpoint.name} answered a ${role}`);
  const { done, refused } = colleagues[role] ?? { done: 0, refused: 0 };
  colleagues[role] = { done: done + (status === 200 ? 1 : 0), refused: refused + (status === 403 ? 1 : 0) };
}
