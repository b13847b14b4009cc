import type { z } from 'zod';

/** What is asked of a model: instructions of ours, data of others, and the shape the answer must have. */
export type Question<T> = { instructions: string; data: string; schema: z.ZodType<T> };
export type Asked<T> = { answer: T; inputTokens: number | null; outputTokens: number | null };

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
/** The answer does not have the shape that was asked for. */
export class ModelAnswerUnusable extends Error {
  override readonly name = 'ModelAnswerUnusable';
}
