import { z } from 'zod';
import { type Channel, DEFAULT_MAX_LENGTH } from './campaign.ts';

/** What writing depends on, as a writer says it of itself; `terms` is absent for one that asks no language model. */
export type WriterToForecast = {
  concurrency: number;
  terms?: {
    price: { input: number; output: number; currency: string } | null;
    requestsPerMinute: number | null;
    tokensPerMinute: number | null;
  };
};

/** Instructions, brief and segment together, in tokens: most of it is the same for every call. */
const INPUT_TOKENS_PER_CALL = 2_000;
/** English text (OpenAI, "What are tokens and how to count them?": about four characters a token). */
const CHARACTERS_PER_TOKEN = 4;
/** JSON, subject and technique around each text. */
const TOKENS_AROUND_A_TEXT = 60;
/** Models rarely use all the room that long channels give. */
const MOST_CHARACTERS_EXPECTED = 600;
const MODEL_SECONDS_PER_CALL = 6;
const OFFLINE_TEXTS_PER_MINUTE = 120_000;
const UNKNOWN_WRITER: WriterToForecast = {
  concurrency: 4,
  terms: { price: null, requestsPerMinute: null, tokensPerMinute: null },
};

export const estimateSchema = z.object({
  messages: z.number().int(),
  model_calls: z.number().int(),
  tokens: z.object({ input: z.number().int(), output: z.number().int() }),
  cost: z.number().nullable().describe("By the writer's price; null when it has none."),
  currency: z.string().nullable(),
  minutes: z.number(),
});

const rounded = (value: number, digits: number) => Number(value.toFixed(digits));

/**
 * What writing for so many segments takes. Rules of thumb, not measurements: a call fails rarely, and its tokens are
 * counted from lengths. Without a writer: what a model would take, at no known price. Pure.
 */
export function forecast(
  segments: number,
  channels: readonly Channel[] | null,
  variants: number,
  writer: WriterToForecast | null,
): z.output<typeof estimateSchema> {
  const { concurrency, terms } = writer ?? UNKNOWN_WRITER;
  const wanted = channels ?? [{ channel: 'email', max_length: DEFAULT_MAX_LENGTH.email }];
  const messages = segments * wanted.length * variants;
  const calls = terms === undefined ? 0 : segments * wanted.length;
  const perSegment = wanted.reduce(
    (sum, { max_length }) =>
      sum +
      variants *
        (TOKENS_AROUND_A_TEXT + Math.ceil(Math.min(max_length, MOST_CHARACTERS_EXPECTED) / CHARACTERS_PER_TOKEN)),
    0,
  );
  const tokens = { input: calls * INPUT_TOKENS_PER_CALL, output: calls === 0 ? 0 : segments * perSegment };
  const price = terms?.price ?? null;
  const minutes =
    terms === undefined
      ? messages / OFFLINE_TEXTS_PER_MINUTE
      : Math.max(
          (calls * MODEL_SECONDS_PER_CALL) / 60 / Math.max(1, concurrency),
          calls / (terms.requestsPerMinute ?? Number.POSITIVE_INFINITY),
          (tokens.input + tokens.output) / (terms.tokensPerMinute ?? Number.POSITIVE_INFINITY),
        );
  return {
    messages,
    model_calls: calls,
    tokens,
    cost: price === null ? null : rounded((tokens.input * price.input + tokens.output * price.output) / 1_000_000, 4),
    currency: price?.currency ?? null,
    minutes: rounded(minutes, 1),
  };
}
