import type { z } from 'zod';

/** What is asked of a model: instructions of ours, data of others, and the shape the answer must have. */
export type Question<T> = { instructions: string; data: string; schema: z.ZodType<T> };
/** Tokens as the provider counts them; null where it does not say. */
export type Usage = { inputTokens: number | null; outputTokens: number | null };
/** `text` is what the model wrote, before it was read as an answer. */
export type Asked<T> = Usage & { answer: T; text: string };

/** A language model, as small as the product needs it. Every failure is one of the three errors below. */
export type LanguageModel = {
  /** Tries again by itself while the model is away or asks to wait. */
  ask<T>(question: Question<T>, signal: AbortSignal): Promise<Asked<T>>;
};

/** The model cannot be reached, is overloaded, or took too long: trying again later may help. */
export class ModelAway extends Error {
  override readonly name = 'ModelAway';
}
/** The model or its gateway refused the request: a wrong key, name or setting. Trying again does not help. */
export class ModelRefused extends Error {
  override readonly name = 'ModelRefused';
}
/** The answer does not have the shape that was asked for. It was paid for all the same. */
export class ModelAnswerUnusable extends Error {
  override readonly name = 'ModelAnswerUnusable';
  readonly text: string | null;
  readonly usage: Usage;
  constructor(message: string, answered: { text: string | null; usage: Usage; cause: unknown }) {
    super(message, { cause: answered.cause });
    this.text = answered.text;
    this.usage = answered.usage;
  }
}
