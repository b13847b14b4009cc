import type { z } from 'zod';

/** What is asked of a model: instructions of ours, data of others, and the shape the answer should have. */
export type Question = { instructions: string; data: string; schema: z.ZodType };
/** Tokens as the provider counts them; null where it does not say. */
export type Usage = { inputTokens: number | null; outputTokens: number | null };
/** What the model wrote, whatever it is; null for an answer outside the protocol or longer than anything of use. */
export type Asked = Usage & { text: string | null };

/** A language model, as small as the product needs it. Every failure is one of the two errors below. */
export type LanguageModel = {
  /** Asks once: when to ask again, and what that may cost, is the caller's to decide. */
  ask(question: Question, signal: AbortSignal): Promise<Asked>;
};

/** The model cannot be reached, is overloaded, or took too long: trying again later may help. */
export class ModelAway extends Error {
  override readonly name = 'ModelAway';
  /** True when the provider itself said that it would not answer: such a call costs nothing. */
  readonly isDeclined: boolean;
  /** How long the provider asks to wait; null when it does not say. */
  readonly retryAfterMs: number | null;
  constructor(message: string, away: { isDeclined: boolean; retryAfterMs: number | null; cause?: unknown }) {
    super(message, { cause: away.cause });
    this.isDeclined = away.isDeclined;
    this.retryAfterMs = away.retryAfterMs;
  }
}
/** The model or its gateway refused the request, or it may not be called: a wrong key, name or setting. Trying again does not help. */
export class ModelRefused extends Error {
  override readonly name = 'ModelRefused';
  /** What the provider answered; null when it was not asked. */
  readonly status: number | null;
  constructor(message: string, refused: { status: number | null; cause?: unknown }) {
    super(message, { cause: refused.cause });
    this.status = refused.status;
  }
}
