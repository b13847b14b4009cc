import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Asked,
  type LanguageModel,
  ModelAway,
  ModelRefused,
  type Question,
} from '../../providers/language-model/language-model.ts';
import { createPacer, LONGEST_PAUSE_MS } from '../../providers/language-model/pacer.ts';
import { answerSchema, complaintsOf, dataFor, instructionsFor, messagesFrom, readAnswer } from './model-prompt.ts';
import { type CallBook, type CallQuestion, type Writer, type WriterTerms, writerFailures } from './writer.ts';

const ATTEMPTS = 2;

export type ModelTerms = WriterTerms & {
  concurrency: number;
  maxOutputTokens: number;
  /** How often a question is asked again while the model is away or asks to wait. */
  maxRetries: number;
  /** The first wait where the model does not say how long; doubled each time. */
  retryDelayMs: number;
};

/** Waited for within a call of the writer. */
const LONGEST_DELAY_MS = 30_000;
/** What a provider's own template and the schema add to a prompt, in tokens. */
const TOKENS_AROUND_A_PROMPT = 1_000;
const BYTES_PER_TOKEN = 4;

/**
 * A writer that asks a language model. It is told the brief, the segment's clear attributes and names of fields, never a
 * value of a customer. An answer that breaks a rule is asked for once more, with the rules it broke. Each request to the
 * model is a call of its own in the book, so that also those that fail are counted.
 */
export function createModelWriter(name: string, version: string, model: LanguageModel, terms: ModelTerms): Writer {
  const pacer = createPacer(terms);

  /** Asks once: in its turn, booked before and settled after whatever happens. */
  async function askOnce(question: CallQuestion, parts: Question, signal: AbortSignal, book: CallBook) {
    const turn = await pacer.turn(
      Math.ceil(Buffer.byteLength(question.prompt) / BYTES_PER_TOKEN) + terms.maxOutputTokens,
      signal,
    );
    try {
      const callId = await book.open(question);
      let asked: Asked;
      try {
        asked = await model.ask(parts, signal);
      } catch (error) {
        const isDeclined = error instanceof ModelRefused || (error instanceof ModelAway && error.isDeclined);
        await book.close(callId, { status: isDeclined ? 'refused' : 'lost' });
        if (isDeclined) turn.counted(0);
        throw error;
      }
      if (asked.inputTokens !== null && asked.outputTokens !== null)
        turn.counted(asked.inputTokens + asked.outputTokens);
      await book.close(callId, { status: 'answered', ...asked });
      return { callId, text: asked.text };
    } finally {
      turn.end();
    }
  }

  /** Asks again while the model is away, waiting as long as it says, or longer each time. */
  async function ask(parts: Question, signal: AbortSignal, book: CallBook) {
    const prompt = `${parts.instructions}\n\n${parts.data}`;
    const question: CallQuestion = {
      model: version,
      prompt,
      // A token is at least one byte, so no prompt has more of them than bytes.
      mostTokens: { input: Buffer.byteLength(prompt) + TOKENS_AROUND_A_PROMPT, output: terms.maxOutputTokens },
      price: terms.price,
    };
    const known = await book.find(question);
    if (known !== null) return known;
    for (let retries = 0; ; retries += 1) {
      try {
        return await askOnce(question, parts, signal, book);
      } catch (error) {
        if (signal.aborted || !(error instanceof ModelAway || error instanceof ModelRefused)) throw error;
        if (error instanceof ModelRefused) throw writerFailures.writer_refused({ cause: error });
        if (error.retryAfterMs !== null) pacer.pause(error.retryAfterMs);
        // Nobody waits here for so long: the work is put off, and its worker is free for others.
        if ((error.retryAfterMs ?? 0) > LONGEST_DELAY_MS)
          throw writerFailures.writer_paused({
            cause: error,
            retryAfterSeconds: Math.ceil(Math.min(error.retryAfterMs ?? 0, LONGEST_PAUSE_MS) / 1_000),
          });
        if (retries >= terms.maxRetries) throw writerFailures.writer_unreachable({ cause: error });
        const backoff = Math.min(LONGEST_DELAY_MS, terms.retryDelayMs * 2 ** retries);
        if (error.retryAfterMs === null) await sleep(backoff, undefined, { signal });
      }
    }
  }

  return {
    name,
    version,
    concurrency: terms.concurrency,
    terms,
    write: async (request, signal, book) => {
      let complaints: string[] = [];
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const parts = {
          instructions: instructionsFor(request),
          data: dataFor(request, complaints),
          schema: answerSchema,
        };
        const { callId, text } = await ask(parts, signal, book);
        const answer = readAnswer(text);
        complaints =
          answer === null ? ['The answer did not have the shape that was asked for.'] : complaintsOf(request, answer);
        book.judge(callId, complaints.length === 0 ? 'taken' : 'unusable');
        if (answer !== null && complaints.length === 0) return messagesFrom(request, answer);
      }
      throw writerFailures.writer_answered_nonsense();
    },
  };
}
