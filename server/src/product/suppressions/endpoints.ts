import { z } from 'zod';
import { EXAMPLE_ID, idSchema, pageSchema, pageSizeSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { nameTouched } from '../audit/record-call.ts';
import { customerFailures } from '../customers/errors.ts';
import { blindIndexesOf, type IdentifierObject, identifierObjectSchema } from '../customers/identify.ts';
import { loadFields } from '../fields/load-fields.ts';
import { endpoint, type ProductCall } from '../services.ts';
import { suppressionFailures } from './errors.ts';
import { listSuppressions } from './store.ts';
import { idsOf, liftSuppressions, suppressCustomers, suppressIdentifiers } from './suppress.ts';

const failures = [suppressionFailures, customerFailures];
const identifiersSchema = z.array(identifierObjectSchema).min(1).max(10_000).optional();
const idsSchema = z.array(idSchema).min(1).max(10_000).optional();

async function indexesOf(
  call: ProductCall<{ workspace_id: string }>,
  identifiers: readonly IdentifierObject[],
): Promise<string[]> {
  const { services, tx, actor, body } = call;
  const keys = await services.keyring.forAccount(actor.accountId);
  const fields = await loadFields(tx, actor.accountId, body.workspace_id);
  return blindIndexesOf(keys, body.workspace_id, fields, services.clock.now().getUTCFullYear(), identifiers).flat();
}

export const suppressionEndpoints = [
  endpoint({
    name: 'suppressions.add',
    method: 'PUT',
    path: '/v1/suppression',
    summary: 'Suppress customers: they get no messages',
    description:
      'By identifiers (also of people who are not customers yet) or customer_ids. A suppression by identifier outlives the erasure of the customer, as a keyed hash. Publishing leaves suppressed customers out and counts them.',
    access: { kind: 'workspace', permission: 'suppression.write' },
    body: z.strictObject({
      workspace_id: idSchema,
      identifiers: identifiersSchema,
      customer_ids: idsSchema,
      reason: z.string().trim().min(1).max(200).optional().describe('Why, in general words; no personal data.'),
    }),
    reply: z.object({ suppressed: z.number().int().describe('Entries that are new.'), not_found: z.number().int() }),
    example: { workspace_id: EXAMPLE_ID, customer_ids: [EXAMPLE_ID], reason: 'Asked by phone' },
    audit: 'suppression.added',
    failures,
    handle: async (call) => {
      const { tx, actor, body } = call;
      const { identifiers, customer_ids: customerIds } = body;
      const ids = { accountId: actor.accountId, workspaceId: body.workspace_id, userId: actor.userId };
      if ((identifiers === undefined) === (customerIds === undefined)) throw suppressionFailures.one_of_required();
      const reason = body.reason ?? null;
      const done =
        identifiers === undefined
          ? await suppressCustomers(tx, ids, reason, customerIds ?? [])
          : { suppressed: await suppressIdentifiers(tx, ids, reason, await indexesOf(call, identifiers)), notFound: 0 };
      const answer = { suppressed: done.suppressed.length, not_found: done.notFound };
      await nameTouched(call, 'suppression.added', answer, idsOf(done.suppressed));
      return answer;
    },
  }),
  endpoint({
    name: 'suppressions.list',
    method: 'POST',
    path: '/v1/suppression',
    summary: 'List suppressions, newest first',
    description: 'Who asked for no messages, and why: reading it is an event of the audit log.',
    access: { kind: 'workspace', permission: 'customers.read' },
    body: z.strictObject({ workspace_id: idSchema, page: pageSchema, page_size: pageSizeSchema }),
    reply: z.array(
      z
        .object({
          suppression_id: idSchema,
          customer_id: idSchema.nullable().describe('The customer it stands for now, if there is one.'),
          reason: z.string().nullable(),
          created_by: idSchema,
          created_at: timestampSchema,
        })
        .meta({ id: 'Suppression' }),
    ),
    example: { workspace_id: EXAMPLE_ID },
    audit: 'suppression.read',
    handle: async ({ tx, actor, body, audit }) => {
      const limit = body.page_size ?? 100;
      const rows = await listSuppressions(tx, actor.accountId, body.workspace_id, {
        limit,
        offset: ((body.page ?? 1) - 1) * limit,
      });
      audit({ page: body.page ?? 1, suppressions: rows.length });
      return rows.map((row) => ({ ...row, created_at: row.created_at.toISOString() }));
    },
  }),
  endpoint({
    name: 'suppressions.remove',
    method: 'DELETE',
    path: '/v1/suppression',
    summary: 'Lift suppressions',
    access: { kind: 'workspace', permission: 'suppression.write' },
    body: z.strictObject({
      workspace_id: idSchema,
      suppression_ids: idsSchema,
      identifiers: identifiersSchema,
      customer_ids: idsSchema,
    }),
    reply: z.object({ removed: z.number().int() }),
    example: { workspace_id: EXAMPLE_ID, suppression_ids: [EXAMPLE_ID] },
    audit: 'suppression.removed',
    failures,
    handle: async (call) => {
      const { tx, actor, body } = call;
      const given = [body.suppression_ids, body.identifiers, body.customer_ids].filter((entry) => entry !== undefined);
      if (given.length !== 1) throw suppressionFailures.one_of_required();
      const removed = await liftSuppressions(
        tx,
        { accountId: actor.accountId, workspaceId: body.workspace_id, userId: actor.userId },
        {
          suppressionIds: body.suppression_ids ?? [],
          blindIndexes: body.identifiers === undefined ? [] : await indexesOf(call, body.identifiers),
          customerIds: body.customer_ids ?? [],
        },
      );
      await nameTouched(call, 'suppression.removed', { removed: removed.length }, idsOf(removed));
      return { removed: removed.length };
    },
  }),
];
