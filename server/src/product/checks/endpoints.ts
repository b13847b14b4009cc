import { z } from 'zod';
import { notFound } from '../../platform/errors/platform-failures.ts';
import { EXAMPLE_ID, idSchema } from '../../platform/http/schemas.ts';
import { ERASED } from '../approvals/approval-content.ts';
import { requireCampaign } from '../campaigns/lock-campaign.ts';
import { loadFields } from '../fields/load-fields.ts';
import { findingSchema } from '../messages/message.ts';
import { runMessages } from '../messages/run-messages.ts';
import { endpoint } from '../services.ts';
import { lintMessages, totalsOf } from './lint-run.ts';
import { findWithSample } from './look-at-members.ts';

const count = z.number().int();

export const checkEndpoints = [
  endpoint({
    name: 'messages.lint',
    method: 'POST',
    path: '/v1/campaign/messages/lint',
    summary: 'Check the messages of the current run as they stand now',
    description:
      'Runs every check of docs/checks.md over the active messages of the current run (or over message_ids) with the fields of today and the values of the first 2,000 customers of the group, and compares segments with each other (duplicate_text). Nothing is stored. Errors block approval, warnings do not.',
    access: { kind: 'workspace', permission: 'messages.read' },
    body: z.strictObject({
      workspace_id: idSchema,
      campaign_id: idSchema,
      message_ids: z.array(idSchema).min(1).max(10_000).optional(),
    }),
    reply: z.object({
      campaign_id: idSchema,
      run_number: count,
      checked: count,
      errors: count.describe('Messages with at least one error.'),
      warnings: count.describe('Messages with warnings only.'),
      totals: z.array(z.object({ code: z.string(), severity: z.enum(['error', 'warning']), messages: count })),
      messages: z
        .array(z.object({ message_id: idSchema, findings: z.array(findingSchema) }))
        .describe('Those with findings.'),
    }),
    example: { workspace_id: EXAMPLE_ID, campaign_id: EXAMPLE_ID },
    handle: async ({ services, tx, actor, body }) => {
      const campaign = await requireCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      const { campaign_id, current_run } = campaign;
      const fields = await loadFields(tx, actor.accountId, body.workspace_id);
      const active = (await runMessages(tx, actor.accountId, campaign_id, current_run)).filter(
        (message) => !message.is_archived,
      );
      const chosen = body.message_ids === undefined ? null : new Set(body.message_ids);
      const known = new Set(active.map((message) => message.message_id));
      for (const id of chosen ?? []) if (!known.has(id)) throw notFound('message');
      // What was erased is no text that could be mended.
      const texts = active.filter((message) => message.written_by !== ERASED);
      const wanted = texts.filter((message) => chosen === null || chosen.has(message.message_id));
      const rendered = await findWithSample(services, tx, campaign, fields, wanted);
      const linted = lintMessages(campaign, fields, texts, chosen).map(({ message_id, findings }) => ({
        message_id,
        findings: [...findings, ...(rendered.get(message_id) ?? [])],
      }));
      const having = linted.filter(({ findings }) => findings.length > 0);
      const errors = having.filter(({ findings }) => findings.some(({ severity }) => severity === 'error')).length;
      return {
        campaign_id,
        run_number: current_run,
        checked: linted.length,
        errors,
        warnings: having.length - errors,
        totals: totalsOf(linted),
        messages: having,
      };
    },
  }),
];
