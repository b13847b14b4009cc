import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  generateText,
  type LanguageModelUsage,
  NoObjectGeneratedError,
  NoOutputGeneratedError,
  Output,
  RetryError,
} from 'ai';
import { type LanguageModel, ModelAnswerUnusable, ModelAway, ModelRefused, type Usage } from './language-model.ts';
import { AnswerTooLong, limitedFetch } from './limited-fetch.ts';

export type ModelSettings = {
  name: string;
  kind: 'openai-compatible' | 'anthropic';
  baseUrl: string | null;
  apiKey: string | null;
  model: string;
  timeoutMs: number;
  maxRetries: number;
  maxOutputTokens: number;
};

const ANTHROPIC_URL = 'https://api.anthropic.com/v1';
/** An unusable answer is kept for whoever looks into it, but not endlessly. */
const MAX_KEPT_CHARACTERS = 20_000;

function connect(settings: ModelSettings) {
  // Key and address are always given: left out, the library would look for them in the environment by itself.
  if (settings.kind === 'anthropic')
    return createAnthropic({
      apiKey: settings.apiKey ?? '',
      baseURL: settings.baseUrl ?? ANTHROPIC_URL,
      fetch: limitedFetch,
    })(settings.model);
  const key = settings.apiKey === null ? {} : { apiKey: settings.apiKey };
  return createOpenAICompatible({
    name: settings.name,
    baseURL: settings.baseUrl ?? '',
    ...key,
    fetch: limitedFetch,
    supportsStructuredOutputs: true,
  })(settings.model);
}

/** Everything down the chain of causes: the library wraps what went wrong several times. */
function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (
    let current = error;
    current !== undefined && current !== null && chain.length < 10;
    current = (current as { cause?: unknown }).cause
  ) {
    chain.push(current);
    if (RetryError.isInstance(current)) chain.push(current.lastError);
  }
  return chain;
}

const usageOf = (usage: LanguageModelUsage | undefined): Usage => ({
  inputTokens: usage?.inputTokens ?? null,
  outputTokens: usage?.outputTokens ?? null,
});

function translate(error: unknown): Error {
  const chain = causes(error);
  const unusable = (message: string, text: string | undefined, usage: LanguageModelUsage | undefined) =>
    new ModelAnswerUnusable(message, {
      text: text?.slice(0, MAX_KEPT_CHARACTERS) ?? null,
      usage: usageOf(usage),
      cause: error,
    });
  const shapeless = chain.find((entry) => NoObjectGeneratedError.isInstance(entry));
  if (
    chain.some(
      (entry) => entry instanceof AnswerTooLong || entry === shapeless || NoOutputGeneratedError.isInstance(entry),
    )
  )
    return unusable('The model gave no answer of the shape that was asked for.', shapeless?.text, shapeless?.usage);
  const call = chain.find((entry) => APICallError.isInstance(entry));
  const status = call?.statusCode;
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 409 && status !== 429)
    return new ModelRefused(`The model refused the request (status ${status}).`, { cause: error });
  // Answered with 200, but with something that is not the protocol.
  if (status === 200) return unusable('The model answered outside its protocol.', call?.responseBody, undefined);
  return new ModelAway('The model cannot be reached.', { cause: error });
}

/** A model behind an OpenAI-compatible endpoint or Anthropic, through the AI SDK. */
export function createLanguageModel(settings: ModelSettings): LanguageModel {
  const model = connect(settings);
  return {
    ask: async ({ instructions, data, schema }, signal) => {
      try {
        const result = await generateText({
          model,
          system: instructions,
          prompt: data,
          output: Output.object({ schema }),
          maxRetries: settings.maxRetries,
          maxOutputTokens: settings.maxOutputTokens,
          abortSignal: AbortSignal.any([signal, AbortSignal.timeout(settings.timeoutMs)]),
        });
        return { answer: result.output, text: result.text, ...usageOf(result.usage) };
      } catch (error) {
        if (signal.aborted) throw error;
        throw translate(error);
      }
    },
  };
}
