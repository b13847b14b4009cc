import { parseTemplate } from '../merge-tags/template.ts';
import type { MessageInSegment } from '../messages/message.ts';
import type { Criteria } from '../segments/segment-by.ts';
import type { ComparableText } from './near-identical.ts';

/** Stands for whatever the segment's own value is: two texts that differ in it only say the same. */
const ATTRIBUTE = '\u0001';
const LINK = /https?:\/\/[^\s<>"]+/gu;
const TOKEN = /\u0001|\p{Sc}|[%‰]|[\p{L}\p{M}\p{N}]+(?:[.,:'’-][\p{L}\p{M}\p{N}]+)*/gu;
/** A value this short, or one that answers a question, may stand in a text for other reasons. */
const MIN_VALUE_CHARACTERS = 3;
/** Words that turn a sentence round, in the languages of the offline writer. */
const TURNING = new Set(
  'no not never none without nor nicht nie niemals kein keine keinen keiner ohne ne pas jamais aucun aucune sans ni nunca jamás sin ningún ninguna yes ja oui sí true false'.split(
    ' ',
  ),
);

const plain = (text: string) => text.normalize('NFC').toLowerCase();

/** The words that stand for a segment's attributes in its texts, longest first. */
function attributeWords(criteria: Criteria): string[] {
  return Object.values(criteria)
    .filter((value) => typeof value === 'string')
    .map((value) => plain(value).trim())
    .filter((value) => value.length >= MIN_VALUE_CHARACTERS && /\p{L}/u.test(value) && !TURNING.has(value))
    .sort((left, right) => right.length - left.length);
}

const isWordCharacter = (character: string | undefined) =>
  character !== undefined && /[\p{L}\p{M}\p{N}]/u.test(character);

/** Replaces whole words only: "plus" in "surplus" stays. */
function withoutAttributes(text: string, values: readonly string[]): string {
  let result = text;
  for (const value of values) {
    let from = 0;
    for (let at = result.indexOf(value); at !== -1; at = result.indexOf(value, from)) {
      const end = at + value.length;
      if (isWordCharacter(result[at - 1]) || isWordCharacter(result[end])) from = at + 1;
      else {
        result = `${result.slice(0, at)}${ATTRIBUTE}${result.slice(end)}`;
        from = at + 1;
      }
    }
  }
  return result;
}

/**
 * A message as it is compared with others of its run. What a reader would act on, or a reviewer must see for itself, is in
 * the block: channel, findings, numbers, amounts, links, merge tags with their fallbacks, and words such as "not". Texts
 * that differ in any of these are never decided together, however alike they are otherwise. The segment's own values count
 * as one word.
 */
export function comparableText(message: MessageInSegment): ComparableText {
  const values = attributeWords(message.criteria);
  const words: string[] = [];
  const facts: string[] = [];
  for (const part of [message.subject, message.preheader, message.message]) {
    words.push('\u0002');
    for (const piece of parseTemplate(part ?? '').parts) {
      if (typeof piece !== 'string') {
        const tag = JSON.stringify([piece.field_name.toLowerCase(), piece.filters]);
        words.push(tag);
        facts.push(tag);
        continue;
      }
      facts.push(...(piece.match(LINK) ?? []));
      for (const word of withoutAttributes(plain(piece.replace(LINK, ' ')), values).match(TOKEN) ?? []) {
        words.push(word);
        if (/[\p{N}\p{Sc}%‰]/u.test(word) || TURNING.has(word)) facts.push(word);
      }
    }
  }
  const findings = [...new Set(message.findings.map(({ severity, code }) => `${severity}:${code}`))].sort();
  return { block: JSON.stringify([message.channel, findings, facts.sort()]), words };
}
