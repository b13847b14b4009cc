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

/** One question to a language model and what became of it, for the record and the bill. */
export type WriterExchange = {
  prompt: string;
  /** What the model wrote; null when nothing came. */
  answer: string | null;
  /** SHA-256 over prompt and answer, in hex. */
  hash: string;
  input_tokens: number | null;
  output_tokens: number | null;
  outcome: 'taken' | 'unusable' | 'failed';
};

export type Writer = {
  name: string;
  /** Changes when the same request would give another text. */
  version: string;
  /** How many requests may run at once. */
  concurrency: number;
  /**
   * The texts of one segment and channel, one a variant. `record` is told of every exchange with a language model, also of
   * those that led to nothing. Throws the writer failures, or the signal's reason.
   */
  write(
    request: WriteRequest,
    signal: AbortSignal,
    record?: (exchange: WriterExchange) => void,
  ): Promise<WrittenMessage[]>;
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
});
