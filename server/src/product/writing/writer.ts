import { failures } from '../../platform/errors/failure.ts';
import type { Brief, ChannelName } from '../campaigns/campaign.ts';

/** One attribute of a segment, as the writer may know it: never a value of a sensitive or unique field. */
export type SegmentAttribute = {
  field_name: string;
  display_name: string;
  value: string | boolean | null | { from: number | string | null; to: number | string | null };
};

/** A field that may stand as a merge tag: its name and kind, never its values. */
export type MergeField = { field_name: string; display_name: string; field_type: string; is_required: boolean };

export type WriteRequest = {
  brief: Brief;
  channel: { channel: ChannelName; max_length: number };
  segment: { label: string; attributes: SegmentAttribute[] };
  merge_fields: MergeField[];
  /** How many texts that really differ. */
  variants: number;
  /** The same request with the same seed gives the same text from a deterministic writer. */
  seed: string;
  /** What a reviewer asked a rewrite to heed. */
  guidance: string | null;
  /** Texts that these are to take the place of, and must not repeat; none for first texts. */
  replaces?: readonly string[];
};

/** `variant` counts from 1; `technique` names the behavioural idea. */
export type WrittenMessage = {
  variant: number;
  /** Email: the subject line; push: the title; else null. */
  subject: string | null;
  /** Email: the line that a mailbox shows behind the subject; else null. */
  preheader: string | null;
  message: string;
  technique: string;
};

/** What an operator has said of a language model: prices are a million tokens; null where nothing is known or limited. */
export type WriterTerms = {
  price: { input: number; output: number; currency: string } | null;
  requestsPerMinute: number | null;
  tokensPerMinute: number | null;
};

export type Usage = { inputTokens: number | null; outputTokens: number | null };

/** One question to a language model, and the most tokens that it can take. */
export type CallQuestion = {
  model: string;
  prompt: string;
  mostTokens: { input: number; output: number };
  price: WriterTerms['price'];
};

/** `refused`: the provider did not answer, and charges nothing. `lost`: whether it answered, and charges, is unknown. */
export type CallEnd =
  | ({ status: 'answered'; text: string | null } & Usage)
  | { status: 'refused' }
  | { status: 'lost' };

/** Where a writer books its questions to a language model: what they may cost before, and what came of them after. */
export type CallBook = {
  /** The answer to this very question that was paid for and not used yet, or null. Whoever gets it must judge it. */
  find(question: CallQuestion): Promise<{ callId: string; text: string | null } | null>;
  /** Sets aside what the question may cost at most. Throws budget_spent when that is more than is left. */
  open(question: CallQuestion): Promise<string>;
  /** Keeps the answer, durably, and settles what the call cost. */
  close(callId: string, end: CallEnd): Promise<void>;
  judge(callId: string, outcome: 'taken' | 'unusable'): void;
};

export type Writer = {
  name: string;
  /** Changes when the same request would give another text. */
  version: string;
  /** How many requests may run at once. */
  concurrency: number;
  /** Absent for a writer that asks no language model. */
  terms?: WriterTerms;
  /**
   * The texts of one segment and channel, one a variant. Questions to a language model go through the book. Throws the
   * writer failures, what the book throws, or the signal's reason.
   */
  write(request: WriteRequest, signal: AbortSignal, book: CallBook): Promise<WrittenMessage[]>;
};

export const writerFailures = failures({
  writer_cannot_fit: {
    status: 400,
    message:
      'What the message must include does not fit its length. Raise max_length, or shorten must_include, call_to_action or link.',
  },
  writer_language_unknown: {
    status: 400,
    message:
      'The offline writer writes English, German, French and Spanish (en, de, fr, es). Choose one of them in brief.language, or a language model as the writer.',
  },
  writer_words_unusable: {
    status: 400,
    message:
      'must_include, call_to_action or link hold markup, control characters or a merge tag that cannot be filled for everybody. Use plain words, and give the tag a fallback.',
  },
  writer_brief_conflict: {
    status: 400,
    message: 'must_avoid forbids words that call_to_action or must_include ask for. Take them out of one or the other.',
  },
  writer_answered_nonsense: {
    status: 400,
    message: 'The language model gave no usable text, also when asked again. Try again, or choose another writer.',
  },
  writer_refused: { status: 400, message: 'The language model refused the request. Check its name, key and settings.' },
  writer_unreachable: { status: 503, message: 'The language model cannot be reached just now.' },
  writer_paused: {
    status: 503,
    message: 'The language model asked for a pause. Writing goes on by itself when it is over.',
  },
});
