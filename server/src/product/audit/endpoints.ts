import { z } from 'zod';
import { EXAMPLE_ID, idSchema, pageSizeSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { endpoint } from '../services.ts';
import { auditFailures } from './errors.ts';
import { eventReply, moment } from './event.ts';
import { findEvents } from './store.ts';
import { problemSentence, readKnownLink, verifyAccount } from './verify-account.ts';

const outcomeSchema = z.enum(['done', 'refused']);

const eventSchema = z
  .object({
    event_id: idSchema,
    happened_at: timestampSchema,
    action: z.string(),
    outcome: outcomeSchema,
    actor_user_id: idSchema.nullable(),
    session_id: idSchema.nullable(),
    workspace_id: idSchema.nullable(),
    object_ids: z.record(z.string(), z.unknown()).describe('Ids, counts and codes; never personal data.'),
    client: z.string().nullable(),
    address: z.string().nullable(),
    request_id: z.string(),
  })
  .meta({ id: 'AuditEvent' });

const trailSchema = z
  .object({
    intact: z.boolean(),
    events: z.number().int(),
    waiting: z.number().int().describe('Events of the last second, which are not linked yet.'),
    waiting_since: timestampSchema
      .nullable()
      .describe('Of the oldest of them. More than a minute ago: something keeps events from being linked.'),
    checkpoints: z.number().int(),
    end: z.string().describe('Position and hash of the last link.'),
    verified_at: timestampSchema,
    problems: z.array(
      z.object({
        kind: z.string(),
        message: z.string(),
        position: z.number().int().nullable(),
        event_id: idSchema.nullable(),
      }),
    ),
  })
  .meta({ id: 'AuditTrail' });

export const auditEndpoints = [
  endpoint({
    name: 'audit.list',
    method: 'POST',
    path: '/v1/audit',
    summary: 'Search the audit log, newest first',
    description:
      'Events that fit everything named. For the next page name the last event_id as `before`: events that come meanwhile move nothing. `actor`, `workspace` and `object` are words to search by, not references: they may name what was deleted since, and what never was finds nothing. Reading the log is an event itself.',
    access: { kind: 'account', permission: 'audit.read' },
    body: z.strictObject({
      action: z
        .string()
        .min(1)
        .max(100)
        .optional()
        .describe('Such as "campaign.approved", or "campaign." for all of them.'),
      outcome: outcomeSchema.optional(),
      actor: idSchema.optional().describe("A user's id."),
      workspace: idSchema.optional().describe("A workspace's id."),
      object: idSchema.optional().describe('An id that the event names in object_ids.'),
      since: timestampSchema.optional().describe('From this moment on.'),
      until: timestampSchema.optional().describe('Before this moment.'),
      before: idSchema.optional().describe('The last event_id of the page before.'),
      page_size: pageSizeSchema,
    }),
    reply: z.array(eventSchema),
    example: { action: 'campaign.', actor: EXAMPLE_ID, page_size: 100 },
    audit: 'audit.read',
    handle: async ({ tx, actor, body, audit }) => {
      const events = await findEvents(tx, actor.accountId, {
        action: body.action ?? null,
        outcome: body.outcome ?? null,
        actorUserId: body.actor ?? null,
        workspaceId: body.workspace ?? null,
        objectId: body.object ?? null,
        since: body.since === undefined ? null : new Date(body.since),
        until: body.until === undefined ? null : new Date(body.until),
        before: body.before ?? null,
        limit: body.page_size ?? 100,
      });
      audit({ events: events.length });
      return events.map(eventReply);
    },
  }),
  endpoint({
    name: 'audit.verify',
    method: 'POST',
    path: '/v1/audit/verify',
    summary: 'Check that the audit log is as it was written',
    description:
      'Reads all of it in one snapshot: the seals of the events, their chain, the signed checkpoints and the anchor outside the database. Keep `end` elsewhere and send it as `known` later: a log that was cut back together with its anchor is then found too.',
    access: { kind: 'account', permission: 'audit.read' },
    body: z.strictObject({
      known: z.array(z.string().max(100)).max(20).optional().describe('Ends that were told before.'),
    }),
    reply: trailSchema,
    example: {},
    transaction: 'own',
    changes: false,
    failures: [auditFailures],
    handle: async ({ services, actor, body }) => {
      const known = (body.known ?? []).map(readKnownLink);
      if (!known.every((link) => link !== null)) throw auditFailures.end_unreadable();
      const report = await verifyAccount(services, actor.accountId, known);
      return {
        intact: report.intact,
        events: report.events,
        waiting: report.waiting,
        waiting_since: report.waitingSince === null ? null : moment(report.waitingSince),
        checkpoints: report.checkpoints,
        end: `${report.position}:${report.linkHash}`,
        verified_at: services.clock.now().toISOString(),
        problems: report.problems.map(({ kind, position, eventId }) => ({
          kind,
          message: problemSentence(kind),
          position,
          event_id: eventId,
        })),
      };
    },
  }),
];
