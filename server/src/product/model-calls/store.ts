import type { Transaction } from '../../platform/database/database.ts';
import type { ModelCallRow, ModelCallStatus, Outcome } from './model-call.ts';

const COLUMNS =
  'account_id, model_call_id, campaign_id, run_number, job_id, job_attempt, segment_id, channel, context_hash, writer, model, status, outcome, prompt_hash, exchange_hash, sealed_prompt, sealed_answer, input_tokens, output_tokens, cost_nano, currency, created_at, ended_at, used_at, erased_at';

export type NewModelCall = Omit<
  ModelCallRow,
  | 'status'
  | 'outcome'
  | 'exchange_hash'
  | 'sealed_answer'
  | 'input_tokens'
  | 'output_tokens'
  | 'created_at'
  | 'ended_at'
  | 'used_at'
  | 'erased_at'
>;

export async function insertCall(tx: Transaction, call: NewModelCall): Promise<void> {
  await tx.run(
    `insert into model_calls (account_id, model_call_id, campaign_id, run_number, job_id, job_attempt, segment_id, channel, context_hash, writer, model, prompt_hash, sealed_prompt, cost_nano, currency)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      call.account_id,
      call.model_call_id,
      call.campaign_id,
      call.run_number,
      call.job_id,
      call.job_attempt,
      call.segment_id,
      call.channel,
      call.context_hash,
      call.writer,
      call.model,
      call.prompt_hash,
      call.sealed_prompt,
      call.cost_nano,
      call.currency,
    ],
  );
}

export function lockCall(tx: Transaction, accountId: string, callId: string): Promise<ModelCallRow | undefined> {
  return tx.row<ModelCallRow>(
    `select ${COLUMNS} from model_calls where account_id = $1 and model_call_id = $2 for update`,
    [accountId, callId],
  );
}

export async function endCall(
  tx: Transaction,
  accountId: string,
  callId: string,
  end: Pick<
    ModelCallRow,
    'status' | 'exchange_hash' | 'sealed_answer' | 'input_tokens' | 'output_tokens' | 'cost_nano'
  >,
): Promise<void> {
  await tx.run(
    `update model_calls set status = $3, exchange_hash = $4, sealed_answer = $5, input_tokens = $6, output_tokens = $7, cost_nano = $8, ended_at = now()
     where account_id = $1 and model_call_id = $2`,
    [
      accountId,
      callId,
      end.status,
      end.exchange_hash,
      end.sealed_answer,
      end.input_tokens,
      end.output_tokens,
      end.cost_nano,
    ],
  );
}

/** The oldest answer to the question that nobody has used, except those that are in use just now. */
export function unusedAnswer(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  promptHash: string,
  inUse: readonly string[],
): Promise<ModelCallRow | undefined> {
  return tx.row<ModelCallRow>(
    `select ${COLUMNS} from model_calls
     where account_id = $1 and campaign_id = $2 and prompt_hash = $3 and status = 'answered' and used_at is null
       and not model_call_id = any($4::uuid[])
     order by model_call_id limit 1`,
    [accountId, campaignId, promptHash, inUse],
  );
}

/** Ends open calls of a campaign as lost, but for those of one start of a job, and returns what they are counted as. */
export function endOpenCalls(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  except: { jobId: string; attempt: number } | null,
): Promise<{ cost_nano: number; currency: string | null }[]> {
  return tx.rows(
    `update model_calls set status = 'lost', ended_at = now()
     where account_id = $1 and campaign_id = $2 and status = 'open' and ($3::uuid is null or job_id <> $3 or job_attempt <> $4)
     returning cost_nano, currency`,
    [accountId, campaignId, except?.jobId ?? null, except?.attempt ?? 0],
  );
}

export async function markUsed(
  tx: Transaction,
  accountId: string,
  used: readonly { callId: string; outcome: Outcome }[],
): Promise<void> {
  await tx.run(
    `update model_calls c set used_at = now(), outcome = u.outcome
     from unnest($2::uuid[], $3::text[]) as u (model_call_id, outcome)
     where c.account_id = $1 and c.model_call_id = u.model_call_id`,
    [accountId, used.map(({ callId }) => callId), used.map(({ outcome }) => outcome)],
  );
}

export function listCalls(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  filters: { runNumber: number | null; status: ModelCallStatus | null },
  page: { limit: number; offset: number },
): Promise<ModelCallRow[]> {
  return tx.rows<ModelCallRow>(
    `select ${COLUMNS} from model_calls
     where account_id = $1 and campaign_id = $2 and ($3::int is null or run_number = $3) and ($4::text is null or status = $4)
     order by model_call_id limit $5 offset $6`,
    [accountId, campaignId, filters.runNumber, filters.status, page.limit, page.offset],
  );
}

export type Effort = {
  calls: number;
  inputTokens: number;
  outputTokens: number;
  nano: number;
  currency: string | null;
};

/** What the texts of these contexts cost in the latest earlier run in which they were written. */
export async function effortOf(
  tx: Transaction,
  accountId: string,
  campaignId: string,
  contextHashes: readonly string[],
  beforeRun: number,
): Promise<Effort> {
  const row = await tx.row<Effort>(
    `select count(*) as calls, coalesce(sum(input_tokens), 0)::bigint as "inputTokens", coalesce(sum(output_tokens), 0)::bigint as "outputTokens",
       coalesce(sum(cost_nano), 0)::bigint as nano, max(currency) as currency
     from (select *, max(run_number) over (partition by context_hash) as latest from model_calls
       where account_id = $1 and campaign_id = $2 and context_hash = any($3::text[]) and run_number < $4 and status in ('answered', 'lost')) c
     where run_number = latest`,
    [accountId, campaignId, contextHashes, beforeRun],
  );
  return row ?? { calls: 0, inputTokens: 0, outputTokens: 0, nano: 0, currency: null };
}

/** Leaves of the calls about these segments what they cost. Returns how many. */
export function blankCalls(tx: Transaction, accountId: string, segmentIds: readonly string[]): Promise<number> {
  return tx.run(
    `update model_calls set sealed_prompt = null, sealed_answer = null, prompt_hash = '', exchange_hash = null, context_hash = '', erased_at = now()
     where account_id = $1 and segment_id = any($2::uuid[]) and erased_at is null`,
    [accountId, segmentIds],
  );
}
