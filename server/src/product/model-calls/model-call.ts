import { createHash } from 'node:crypto';
import { z } from 'zod';
import { idSchema, timestampSchema } from '../../platform/http/schemas.ts';
import { amountOf } from '../campaigns/budget.ts';
import { CHANNELS, type ChannelName } from '../campaigns/campaign.ts';
import { SealBroken } from '../sealing/seal-broken.ts';

/** `open` while the answer is waited for; `refused` cost nothing; `lost`: nobody knows whether it was answered and charged. */
export const MODEL_CALL_STATUSES = ['open', 'answered', 'refused', 'lost'] as const;
export type ModelCallStatus = (typeof MODEL_CALL_STATUSES)[number];
export type Outcome = 'taken' | 'unusable';

export type ModelCallRow = {
  account_id: string;
  model_call_id: string;
  campaign_id: string;
  run_number: number;
  job_id: string;
  job_attempt: number;
  segment_id: string;
  channel: ChannelName;
  context_hash: string;
  writer: string;
  model: string;
  status: ModelCallStatus;
  outcome: Outcome | null;
  prompt_hash: string;
  exchange_hash: string | null;
  /** Null once it was erased. */
  sealed_prompt: Buffer | null;
  sealed_answer: Buffer | null;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_nano: number;
  currency: string | null;
  created_at: Date;
  ended_at: Date | null;
  used_at: Date | null;
  /** When prompt and answer were removed, as everybody they told of was erased. */
  erased_at: Date | null;
};

const sha256 = (parts: readonly (string | null)[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** The same for the same question to the same model, so that it is not asked twice while its answer waits to be used. */
export const promptHash = (writer: string, model: string, prompt: string): string => sha256([writer, model, prompt]);
export const exchangeHash = (prompt: string, answer: string | null): string => sha256([prompt, answer]);

export const modelCallSchema = z
  .object({
    model_call_id: idSchema,
    campaign_id: idSchema,
    run_number: z.number().int(),
    job_id: idSchema,
    segment_id: idSchema.describe(
      'As it was called when the question was asked: segments are frozen anew with each run.',
    ),
    channel: z.enum(CHANNELS),
    writer: z.string(),
    model: z.string(),
    status: z
      .enum(MODEL_CALL_STATUSES)
      .describe(
        'refused: not answered, and free. lost: nothing was heard, so it is counted at the most it can have cost.',
      ),
    outcome: z.enum(['taken', 'unusable']).nullable().describe('What the checks said of the answer.'),
    prompt: z.string().nullable().describe('Null where everybody that it told of was erased.'),
    answer: z.string().nullable(),
    prompt_hash: z.string().describe('SHA-256 over writer, model and prompt; empty when they were erased.'),
    exchange_hash: z.string().nullable().describe('SHA-256 over prompt and answer.'),
    input_tokens: z.number().int().nullable(),
    output_tokens: z.number().int().nullable(),
    cost: z.number().describe('While it is open: the most it can cost.'),
    currency: z.string().nullable(),
    created_at: timestampSchema,
    ended_at: timestampSchema.nullable(),
    used_at: timestampSchema.nullable(),
    erased_at: timestampSchema
      .nullable()
      .describe('When prompt and answer were removed, as everybody in the segment was erased.'),
  })
  .meta({ id: 'ModelCall' });

function openExchange(row: ModelCallRow, open: (sealed: Buffer) => string) {
  if (row.sealed_prompt === null) return { prompt: null, answer: null };
  const prompt = open(row.sealed_prompt);
  const answer = row.sealed_answer === null ? null : open(row.sealed_answer);
  // Both are bound to the call. Which is which, the hashes tell: nobody makes them who cannot read both.
  const isPrompt = promptHash(row.writer, row.model, prompt) === row.prompt_hash;
  const isExchange = answer === null || exchangeHash(prompt, answer) === row.exchange_hash;
  if (!isPrompt || !isExchange) throw new SealBroken('This exchange is not as it was.');
  return { prompt, answer };
}

/** The call as callers see it, with what was sealed opened. Throws SealBroken where question and answer changed places. */
export function modelCallReply(row: ModelCallRow, open: (sealed: Buffer) => string): z.output<typeof modelCallSchema> {
  const { prompt, answer } = openExchange(row, open);
  return {
    model_call_id: row.model_call_id,
    campaign_id: row.campaign_id,
    run_number: row.run_number,
    job_id: row.job_id,
    segment_id: row.segment_id,
    channel: row.channel,
    writer: row.writer,
    model: row.model,
    status: row.status,
    outcome: row.outcome,
    prompt,
    answer,
    prompt_hash: row.prompt_hash,
    exchange_hash: row.exchange_hash,
    input_tokens: row.input_tokens,
    output_tokens: row.output_tokens,
    cost: amountOf(row.cost_nano),
    currency: row.currency,
    created_at: row.created_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
    used_at: row.used_at?.toISOString() ?? null,
    erased_at: row.erased_at?.toISOString() ?? null,
  };
}
