import { createHash } from 'node:crypto';

export type AuditRecord = {
  accountId: string;
  action: string;
  outcome: 'done' | 'refused';
  actorUserId: string | null;
  sessionId: string | null;
  workspaceId: string | null;
  /** Ids, counts and codes; never personal data. */
  objectIds: Record<string, unknown>;
  client: string | null;
  address: string | null;
  requestId: string;
};

/** An event as it is kept, without its seal. */
export type AuditEventRow = {
  account_id: string;
  event_id: string;
  happened_at: Date;
  action: string;
  outcome: string;
  actor_user_id: string | null;
  session_id: string | null;
  workspace_id: string | null;
  /** JSON as it was written, to the byte. */
  object_ids: string;
  client: string | null;
  address: string | null;
  request_id: string;
};

/** Postgres knows moments that a Date does not (infinity, the year 290000): whoever puts one in must not stop the reader. */
export function moment(value: unknown): string {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : String(value);
}

/** One text an event, the same before it is stored and after it was read: what is sealed, hashed and linked. */
export function canonicalEvent(event: AuditEventRow): string {
  return JSON.stringify([
    'nudgescribe audit event 1',
    event.account_id,
    event.event_id,
    moment(event.happened_at),
    event.action,
    event.outcome,
    event.actor_user_id,
    event.session_id,
    event.workspace_id,
    event.object_ids,
    event.client,
    event.address,
    event.request_id,
  ]);
}

export function eventHash(canonicalText: string): Buffer {
  return createHash('sha256').update(canonicalText).digest();
}

/** The event as callers see it. */
export function eventReply(event: AuditEventRow) {
  return {
    event_id: event.event_id,
    happened_at: moment(event.happened_at),
    action: event.action,
    outcome: event.outcome as 'done' | 'refused',
    actor_user_id: event.actor_user_id,
    session_id: event.session_id,
    workspace_id: event.workspace_id,
    object_ids: JSON.parse(event.object_ids) as Record<string, unknown>,
    client: event.client,
    address: event.address,
    request_id: event.request_id,
  };
}
