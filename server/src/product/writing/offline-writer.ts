import { createHash } from 'node:crypto';
import { parseTemplate, tagsOf } from '../merge-tags/template.ts';
import { withFallbacks } from './checks.ts';
import { TECHNIQUES, type Technique } from './techniques.ts';
import {
  type MergeField,
  type SegmentAttribute,
  type WriteRequest,
  type Writer,
  type WrittenMessage,
  writerFailures,
} from './writer.ts';

/** Characters kept free for each merge tag: a real name is often longer than its fallback. */
const TAG_MARGIN = 10;
const SUBJECT_CHARACTERS = 60;
const TITLE_CHARACTERS = 40;
const FIRST_NAME = /^(first_?name|given_?name|vorname|prenom|name|full_?name|customer_?name)$/i;
const HARMLESS = /plan|product|contract|tier|package|tariff|subscription|membership|service/i;
const STANDING = /tenure|since|years|months|loyal|seniority/i;

/** Numbers from 0 up, the same for the same text: what is random here is the hash. */
function chooser(seed: string): (below: number) => number {
  let bytes = createHash('sha256').update(seed).digest();
  let at = 0;
  return (below) => {
    if (at + 4 > bytes.length) {
      bytes = createHash('sha256').update(bytes).digest();
      at = 0;
    }
    at += 4;
    return bytes.readUInt32BE(at - 4) % below;
  };
}

type Manner = 'warm' | 'formal' | 'plain';

function mannerOf(request: WriteRequest): Manner {
  const words = `${request.brief.tone ?? ''} ${request.guidance ?? ''}`;
  if (/formal|serious|official|polite|respect/i.test(words)) return 'formal';
  return /warm|friend|kind|personal|light|play/i.test(words) ? 'warm' : 'plain';
}

const GREETINGS: Record<Manner, readonly string[]> = {
  warm: ['Hi', 'Hello'],
  formal: ['Dear', 'Good day'],
  plain: ['Hello', 'Hi'],
};

/** A greeting by name where the workspace has such a field; its fallback reads naturally without one. */
function greeting(
  fields: readonly MergeField[],
  manner: Manner,
  isLetter: boolean,
  choose: (below: number) => number,
): string {
  const field = fields.find((entry) => FIRST_NAME.test(entry.field_name) && entry.field_type === 'string');
  const word = GREETINGS[manner][choose(2)] ?? 'Hello';
  // In running text a sentence follows on the same line.
  const end = isLetter ? ',' : manner === 'formal' ? ':' : '!';
  if (field === undefined) return `${manner === 'formal' ? 'Good day' : 'Hello'}${end}`;
  const fallback = manner === 'formal' ? 'customer' : 'there';
  return `${word} {{${field.field_name} | first_word | fallback: "${fallback}"}}${end}`;
}

/** One discreet sentence from the segment: standing and kind of contract only, never anything personal. */
function segmentSentences(attributes: readonly SegmentAttribute[]): string[] {
  const sentences: string[] = [];
  for (const { field_name, display_name, value } of attributes) {
    const name = `${field_name} ${display_name}`;
    if (STANDING.test(name) && typeof value === 'object' && value !== null) {
      sentences.push(
        value.from === null || Number(value.from) === 0
          ? 'You are still quite new with us.'
          : value.to === null
            ? 'You have been with us for a long time.'
            : 'You have been with us for a while.',
      );
    } else if (
      HARMLESS.test(name) &&
      typeof value === 'string' &&
      value.length <= 40 &&
      !/^(no|none|other|unknown)\b/i.test(value)
    ) {
      sentences.push(`With your ${display_name.toLowerCase()} (${value}) it may suit you well.`);
    }
  }
  return sentences;
}

const withProduct = (sentence: string, product: string) => sentence.replaceAll('{product}', product);
const capital = (sentence: string) => `${sentence[0]?.toUpperCase() ?? ''}${sentence.slice(1)}`;

function lengthOf(text: string): number {
  return [...withFallbacks(text)].length + TAG_MARGIN * tagsOf(parseTemplate(text).parts).length;
}

function ended(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** Techniques in the order this request should try them: fitting ones first, then by the hash. */
function ranked(request: WriteRequest, choose: (below: number) => number): Technique[] {
  const { objective } = request.brief;
  return TECHNIQUES.map((technique) => ({
    technique,
    rank: choose(1_000) + (technique.suits === null ? 400 : technique.suits.test(objective) ? 0 : 800),
  }))
    .sort((left, right) => left.rank - right.rank || (left.technique.id < right.technique.id ? -1 : 1))
    .map((entry) => entry.technique);
}

type Block = { text: string; isNeeded: boolean };

/** Puts blocks together, leaving out what need not be there from the end on, until the text fits. */
function fit(blocks: readonly Block[], separator: string, maxLength: number): string | null {
  const kept = [...blocks];
  for (;;) {
    const text = kept.map((block) => block.text).join(separator);
    if (lengthOf(text) <= maxLength) return text;
    const dropAt = kept.findLastIndex((block) => !block.isNeeded);
    if (dropAt === -1) return null;
    kept.splice(dropAt, 1);
  }
}

/** Shortens a subject at a word's end. */
function shortened(subject: string, limit: number): string {
  const characters = [...subject];
  if (characters.length <= limit) return subject;
  return `${characters
    .slice(0, limit - 1)
    .join('')
    .replace(/\s+\S*$/, '')}…`;
}

function writeVariant(request: WriteRequest, technique: Technique, variant: number): WrittenMessage {
  const { brief, channel, guidance } = request;
  const choose = chooser(`${request.seed}\n${technique.id}\n${channel.channel}\n${variant}\n${guidance ?? ''}`);
  const manner = mannerOf(request);
  const avoid = (brief.must_avoid ?? []).map((phrase) => phrase.toLowerCase());
  const allowed = (sentences: readonly string[]) =>
    sentences
      .map((sentence) => capital(withProduct(sentence, brief.product)))
      .filter((sentence) => !avoid.some((phrase) => sentence.toLowerCase().includes(phrase)));
  const isShort = channel.max_length <= 300 || /short|brief|concise/i.test(guidance ?? '');
  const pick = (sentences: readonly string[]) => allowed(sentences)[choose(Math.max(1, allowed(sentences).length))];
  const opener = isShort ? pick(technique.openers.slice(0, 2)) : pick(technique.openers);
  const include = (brief.must_include ?? []).filter(
    (phrase) => !`${opener ?? ''} ${brief.call_to_action}`.toLowerCase().includes(phrase.toLowerCase()),
  );
  const ask =
    brief.link === undefined
      ? ended(brief.call_to_action)
      : `${brief.call_to_action.replace(/[.!]$/, '')}: ${brief.link}`;

  const optional = (text: string | undefined): Block[] =>
    text === undefined || text === '' ? [] : [{ text, isNeeded: false }];
  const needed = (text: string): Block => ({ text, isNeeded: true });
  const isEmail = channel.channel === 'email';
  const room = (sentences: readonly string[]) => optional(isShort ? undefined : pick(sentences));
  const blocks = [
    ...optional(allowed([greeting(request.merge_fields, manner, isEmail, choose)])[0]),
    ...optional(opener),
    ...room(segmentSentences(request.segment.attributes)),
    ...room(technique.followers),
    needed(ask),
    ...include.map((phrase) => needed(ended(capital(phrase)))),
  ];
  const message = fit(blocks, isEmail ? '\n\n' : ' ', channel.max_length);
  if (message === null) throw writerFailures.writer_cannot_fit();
  const subjectLine = pick(technique.subjects) ?? brief.product;
  const subject = isEmail
    ? shortened(subjectLine, SUBJECT_CHARACTERS)
    : channel.channel === 'push'
      ? shortened(subjectLine, TITLE_CHARACTERS)
      : null;
  return { variant, subject, message, technique: technique.id };
}

/**
 * The built-in writer: needs no key and no network, and gives the same text for the same request. It says nothing that
 * the brief does not say; objective and audience notes choose the technique and are never quoted.
 */
export const offlineWriter: Writer = {
  name: 'offline',
  version: '1',
  concurrency: 1,
  write: async (request) => {
    const order = ranked(
      request,
      chooser(`${request.seed}\n${request.segment.label}\n${request.channel.channel}\n${request.guidance ?? ''}`),
    );
    return Array.from({ length: request.variants }, (_, index) =>
      writeVariant(request, order[index % order.length] as Technique, index + 1),
    );
  },
};
