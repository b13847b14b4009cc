import type { ChannelName } from '../../campaigns/campaign.ts';
import { type Finding, warning } from '../finding.ts';
import { folded } from './words.ts';

/**
 * Reading ease by words a sentence (asl) and syllables a word (asw); higher is easier, 60 to 70 is plain.
 * en: R. Flesch, "A new readability yardstick", 1948. de: T. Amstad, "Wie verständlich sind unsere Zeitungen?", 1978.
 * fr: L. Kandel and A. Moles, 1958. es: J. Fernández Huerta, "Medidas sencillas de lecturabilidad", 1959, with words a
 * sentence in the place of sentences a hundred words, as it is commonly used.
 */
const EASE: Readonly<Record<string, (asl: number, asw: number) => number>> = {
  en: (asl, asw) => 206.835 - 1.015 * asl - 84.6 * asw,
  de: (asl, asw) => 180 - asl - 58.5 * asw,
  fr: (asl, asw) => 207 - 1.015 * asl - 73.6 * asw,
  es: (asl, asw) => 206.84 - 1.02 * asl - 60 * asw,
};
/** Below this a text is hard for most grown-up readers; what is read on the go has to be easier. */
const LEAST_EASE: Readonly<Record<ChannelName, number>> = { email: 20, sms: 25, push: 25, in_app: 25, whatsapp: 25 };
/** A formula made for passages of a hundred words says nothing of a line. */
const ENOUGH_WORDS = 25;
const VOWELS = /[aeiouy]+/g;
const LINK = /(?:https?:\/\/|www\.)\S+/gi;

/** Groups of vowels; in English a last "e" is silent. */
function syllablesOf(word: string, language: string): number {
  const groups = word.match(VOWELS)?.length ?? 0;
  const silent = language === 'en' && groups > 1 && /[^aeiouyl]e$/.test(word) ? 1 : 0;
  return Math.max(1, groups - silent);
}

/** The reading ease of a text; null for a language without a formula here and for short texts. */
export function readingEase(text: string, language: string | null): number | null {
  const formula = language === null ? undefined : EASE[language];
  if (formula === undefined || language === null) return null;
  const sentences = text.replace(LINK, ' ').split(/[.!?;:\n]+/);
  const counts = sentences
    .map((sentence) => folded(sentence).match(/[\p{L}\p{N}]+/gu) ?? [])
    .filter((all) => all.length > 0);
  const words = counts.flat();
  if (words.length < ENOUGH_WORDS) return null;
  const syllables = words.reduce((sum, word) => sum + syllablesOf(word, language), 0);
  return formula(words.length / counts.length, syllables / words.length);
}

export function hardToRead(text: string, channel: ChannelName, language: string | null): Finding[] {
  const ease = readingEase(text, language);
  if (ease === null || ease >= LEAST_EASE[channel]) return [];
  return [
    warning('hard_to_read', `The text is hard to read: reading ease ${Math.round(ease)}, where 60 is plain.`, {
      fix: 'Use shorter sentences and shorter words.',
    }),
  ];
}
