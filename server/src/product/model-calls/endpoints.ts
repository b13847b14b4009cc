import { z } from 'zod';
import { EXAMPLE_ID, idSchema, pageSchema } from '../../platform/http/schemas.ts';
import { requireCampaign } from '../campaigns/lock-campaign.ts';
import { endpoint } from '../services.ts';
import { openSealed } from './book-calls.ts';
import { MODEL_CALL_STATUSES, modelCallReply, modelCallSchema } from './model-call.ts';
import { listCalls } from './store.ts';

/** Prompts and answers are long: a page of them stays below a few megabytes. */
const LARGEST_PAGE = 200;

export const modelCallEndpoints = [
  endpoint({
    name: 'modelCalls.list',
    method: 'POST',
    path: '/v1/campaign/model-calls',
    summary: 'What language models were asked and answered',
    description:
      'Every question that writing and rewriting has sent to a language model, oldest first, with its answer, tokens and cost. Prompts hold the brief, clear attributes of segments and names of fields, never a value of a customer. Reading them is audited.',
    access: { kind: 'workspace', permission: 'model_calls.read' },
    body: z.strictObject({
      workspace_id: idSchema,
      campaign_id: idSchema,
      run_number: z.number().int().min(1).max(1_000_000).optional(),
      status: z.enum(MODEL_CALL_STATUSES).optional(),
      page: pageSchema,
      page_size: z.number().int().min(1).max(LARGEST_PAGE).optional(),
    }),
    reply: z.array(modelCallSchema),
    example: { workspace_id: EXAMPLE_ID, campaign_id: EXAMPLE_ID },
    audit: 'campaign.model_calls_read',
    handle: async ({ services, tx, actor, body, audit }) => {
      const campaign = await requireCampaign(tx, actor.accountId, body.workspace_id, body.campaign_id);
      audit({ campaign_id: campaign.campaign_id });
      const limit = body.page_size ?? 100;
      const calls = await listCalls(
        tx,
        actor.accountId,
        campaign.campaign_id,
        { runNumber: body.run_number ?? null, status: body.status ?? null },
        { limit, offset: ((body.page ?? 1) - 1) * limit },
      );
      const keys = await services.keyring.forAccount(actor.accountId);
      return calls.map((call) =>
        modelCallReply(call, (sealed) => openSealed(keys, campaign.workspace_id, call.model_call_id, sealed)),
      );
    },
  }),
];
