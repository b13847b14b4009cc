import { gunzipSync } from 'node:zlib';
import { isSignedIn } from '../src/platform/http/endpoint.ts';
import { endpoints } from '../src/product/endpoints.ts';
import type { Fields } from './example-bodies.ts';
import type { FuzzAnswer, Route } from './fuzz-caller.ts';
import type { FuzzCall } from './fuzz-inputs.ts';

// How many audit events a call leaves. Reading much, or what is sealed, is one: of most such calls the table says so.

/** What a body asks for when the reading call is an event: of these calls only the handlers know. */
export const RECORDED_WHEN: Readonly<Record<string, Fields>> = {
  'customers.list': { decrypt: true },
  'customers.find': {},
  'users.list': {},
  'imports.get': { format: 'csv' },
  'publishing.download': {},
};

const isReading = ({ access, changes }: Route) => !changes && (isSignedIn(access) || access.kind === 'signed_link');

/** The reading calls that leave an event, always or for what their body asks for. */
export const recordedReads: readonly Route[] = endpoints.filter(
  (endpoint) => isReading(endpoint) && (endpoint.audit !== null || Object.hasOwn(RECORDED_WHEN, endpoint.name)),
);

/** The names of those reading calls whose handlers write events by themselves. */
export function recordingHandlers(routes: readonly Route[]): string[] {
  const writes = /\b(recordCall|recordEvent|nameTouched|followLink)\(/;
  return routes.filter((route) => isReading(route) && writes.test(String(route.handle))).map(({ name }) => name);
}

const STOPS: readonly string[] = ['jobs.cancel', 'imports.cancel'];

/** The fields of a body as they were sent, packed or not, whatever a header says of it; none if nobody can read it. */
function sentFields({ body, raw }: FuzzCall): Fields {
  if (raw === undefined) return (body ?? {}) as Fields;
  const bytes = Buffer.from(raw);
  for (const unpack of [() => bytes, () => gunzipSync(bytes)])
    try {
      return JSON.parse(unpack().toString());
    } catch {
      // The other way, or none.
    }
  return {};
}

function isRecorded({ name, audit }: Route, call: FuzzCall): boolean {
  const asked = RECORDED_WHEN[name];
  if (asked === undefined) return audit !== null;
  const fields = sentFields(call);
  return Object.entries(asked).every(([field, value]) => fields[field] === value);
}

/** How many audit events a call leaves: one if it changed something or was refused to who is known, none if it did nothing. */
export function eventsOf(endpoint: Route, call: FuzzCall, { status, body }: FuzzAnswer): readonly number[] {
  if (isReading(endpoint) && status === 200) return [isRecorded(endpoint, call) ? 1 : 0];
  if (!isSignedIn(endpoint.access)) return [0, 1];
  // An import that was rejected is on record, with what was wrong.
  const isImportRejected = endpoint.intake === 'upload' && body?.code === 'import_rejected';
  // A session that the fuzz itself has ended leaves one an hour for each call.
  if (status === 403 && body?.code === 'unauthorised') return [0, 1];
  // A job that goes on to its next step may have been asked to stop before.
  if (STOPS.includes(endpoint.name) && status === 200 && body?.status === 'running') return [0, 1];
  return [status === 200 || status === 403 || isImportRejected ? 1 : 0];
}
