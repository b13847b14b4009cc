import { isIP } from 'node:net';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  generateText,
  type LanguageModelUsage,
  NoObjectGeneratedError,
  NoOutputGeneratedError,
  Output,
} from 'ai';
import { allowListOf } from '../../platform/outbound/addresses.ts';
import { AnswerTooLong, createGuardedFetch, OutboundRefused } from '../../platform/outbound/guarded-fetch.ts';
import { type Asked, type LanguageModel, ModelAway, ModelRefused, type Question } from './language-model.ts';

export type ModelConnection = {
  name: string;
  kind: 'openai-compatible' | 'anthropic';
  baseUrl: string | null;
  apiKey: string | null;
  model: string;
  timeoutMs: number;
  maxOutputTokens: number;
  /** Hosts, addresses and ranges that may be called beyond the public internet. */
  outboundAllow: readonly string[];
};

const MAX_ANSWER_BYTES = 512 * 1024;
const ANTHROPIC_URL = 'https://api.anthropic.com/v1';
/** What is longer is cut, and then is no JSON any more. */
const MAX_ANSWER_CHARACTERS = 128 * 1024;
const MAX_TOKENS_COUNTED = 100_000_000;
/** Statuses of requests that may be sent again: timeout, conflict, too early, too many. */
const PASSING = new Set([408, 409, 425, 429]);

/**
 * How the answer's shape is asked for. Servers that speak OpenAI's protocol do not all know json_schema, some not even
 * json_object, and refuse the request with 400: the next form is tried then. The instructions tell the shape in any case.
 */
const FORMS = ['schema', 'json', 'text'] as const;
type Form = (typeof FORMS)[number];
const FORM_REFUSED = new Set([400, 422]);

/** An address that the operator wrote down as such was meant; what a name leads to is only known when it is called. */
function allowed(settings: ModelConnection): string[] {
  const host = settings.baseUrl === null ? '' : new URL(settings.baseUrl).hostname.replace(/^\[|\]$/g, '');
  const isMeant = host === 'localhost' || (isIP(host) !== 0 && !isLinkLocal(host));
  return [...settings.outboundAllow, ...(isMeant ? [host] : [])];
}

/** Where clouds offer their machines' own credentials. */
const isLinkLocal = (address: string) => /^(169\.254\.|fe[89ab]|fd00:ec2:)/i.test(address);

function connect(settings: ModelConnection, form: Form) {
  const guardedFetch = createGuardedFetch({
    allow: allowListOf(allowed(settings)),
    maxAnswerBytes: MAX_ANSWER_BYTES,
    silenceMs: settings.timeoutMs,
  });
  // Key and address are always given: left out, the library would look for them in the environment by itself.
  if (settings.kind === 'anthropic')
    return createAnthropic({
      apiKey: settings.apiKey ?? '',
      baseURL: settings.baseUrl ?? ANTHROPIC_URL,
      fetch: guardedFetch,
    })(settings.model);
  const key = settings.apiKey === null ? {} : { apiKey: settings.apiKey };
  return createOpenAICompatible({
    name: settings.name,
    baseURL: settings.baseUrl ?? '',
    ...key,
    fetch: guardedFetch,
    supportsStructuredOutputs: form === 'schema',
  })(settings.model);
}

/** Everything down the chain of causes: the library wraps what went wrong several times. */
function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (
    let current = error;
    current !== undefined && current !== null && chain.length < 10;
    current = (current as { cause?: unknown }).cause
  )
    chain.push(current);
  return chain;
}

/** A count as it can be: a provider may answer with anything. */
const countOf = (tokens: number | undefined): number | null =>
  tokens !== undefined && Number.isSafeInteger(tokens) && tokens >= 0 && tokens <= MAX_TOKENS_COUNTED ? tokens : null;

const asked = (text: string | undefined, usage: LanguageModelUsage | undefined): Asked => ({
  text: text === undefined || text === '' ? null : text.slice(0, MAX_ANSWER_CHARACTERS),
  inputTokens: countOf(usage?.inputTokens),
  outputTokens: countOf(usage?.outputTokens),
});

/** The wait that a Retry-After header asks for: seconds or a date (RFC 9110, section 10.2.3), or the milliseconds some send. */
export function retryAfterMs(headers: Record<string, string> | undefined, now = Date.now()): number | null {
  const milliseconds = Number.parseFloat(headers?.['retry-after-ms'] ?? '');
  if (milliseconds >= 0) return milliseconds;
  const value = headers?.['retry-after']?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** What an error of the library means: an answer after all, or one of the two failures, which is thrown. */
function readError(error: unknown): Asked {
  const chain = causes(error);
  const shapeless = chain.find((entry) => NoObjectGeneratedError.isInstance(entry));
  if (shapeless !== undefined) return asked(shapeless.text, shapeless.usage);
  if (chain.some((entry) => entry instanceof AnswerTooLong || NoOutputGeneratedError.isInstance(entry)))
    return asked(undefined, undefined);
  const refused = chain.find((entry) => entry instanceof OutboundRefused);
  if (refused !== undefined) throw new ModelRefused(refused.message, { status: null, cause: error });
  const call = chain.find((entry) => APICallError.isInstance(entry));
  const status = call?.statusCode;
  // Answered with 200, but with something that is not the protocol.
  if (status === 200) return asked(call?.responseBody, undefined);
  if (status !== undefined && status >= 400 && status < 500 && !PASSING.has(status))
    throw new ModelRefused(`The model refused the request (status ${status}).`, { status, cause: error });
  throw new ModelAway('The model cannot be reached.', {
    isDeclined: status !== undefined,
    retryAfterMs: retryAfterMs(call?.responseHeaders),
    cause: error,
  });
}

/** A model behind an OpenAI-compatible endpoint or Anthropic, through the AI SDK. */
export function createLanguageModel(settings: ModelConnection): LanguageModel {
  const forms = settings.kind === 'anthropic' ? FORMS.slice(0, 1) : FORMS;
  let known = 0;

  async function askIn(form: Form, { instructions, data, schema }: Question, signal: AbortSignal): Promise<Asked> {
    const request = {
      model: connect(settings, form),
      system: instructions,
      prompt: data,
      maxRetries: 0,
      maxOutputTokens: settings.maxOutputTokens,
      abortSignal: AbortSignal.any([signal, AbortSignal.timeout(settings.timeoutMs)]),
    };
    try {
      const result =
        form === 'text'
          ? await generateText(request)
          : await generateText({ ...request, output: Output.object({ schema }) });
      return asked(result.text, result.usage);
    } catch (error) {
      if (signal.aborted) throw error;
      return readError(error);
    }
  }

  return {
    ask: async (question, signal) => {
      for (let at = known; ; at += 1) {
        try {
          const answer = await askIn(forms[at] ?? 'text', question, signal);
          known = at;
          return answer;
        } catch (error) {
          const isLast = at + 1 >= forms.length;
          if (isLast || !(error instanceof ModelRefused && FORM_REFUSED.has(error.status ?? 0))) throw error;
        }
      }
    },
  };
}
