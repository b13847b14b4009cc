import { z } from 'zod';
import { EXAMPLE_ID, idSchema, pageSizeSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { endpoint } from '../services.ts';
import { eventReply } from './event.ts';
import { findEvents } from './store.ts';

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
];
