import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, NoObjectGeneratedError, NoOutputGeneratedError, Output, RetryError } from 'ai';
import { type LanguageModel, ModelAnswerUnusable, ModelAway, ModelRefused } from './language-model.ts';
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

function connect(settings: ModelSettings) {
  const key = settings.apiKey === null ? {} : { apiKey: settings.apiKey };
  if (settings.kind === 'anthropic') {
    return createAnthropic({
      ...key,
      ...(settings.baseUrl === null ? {} : { baseURL: settings.baseUrl }),
      fetch: limitedFetch,
    })(settings.model);
  }
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

function translate(error: unknown): Error {
  const chain = causes(error);
  if (
    chain.some(
      (entry) =>
        entry instanceof AnswerTooLong ||
        NoObjectGeneratedError.isInstance(entry) ||
        NoOutputGeneratedError.isInstance(entry),
    )
  )
    return new ModelAnswerUnusable('The model gave no answer of the shape that was asked for.', { cause: error });
  const call = chain.find((entry) => APICallError.isInstance(entry));
  const status = call?.statusCode;
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 409 && status !== 429)
    return new ModelRefused(`The model refused the request (status ${status}).`, { cause: error });
  // Answered with 200, but with something that is not the protocol.
  if (status === 200) return new ModelAnswerUnusable('The model answered outside its protocol.', { cause: error });
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
        return {
          answer: result.output,
          inputTokens: result.usage.inputTokens ?? null,
          outputTokens: result.usage.outputTokens ?? null,
        };
      } catch (error) {
        if (signal.aborted) throw error;
        throw translate(error);
      }
    },
  };
}
