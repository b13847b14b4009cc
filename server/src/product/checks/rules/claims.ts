import { error, type Finding, warning } from '../finding.ts';
import { hasPhrase, type Words, wordsOf } from './words.ts';

/** Superlatives and guarantees that need proof, in English, German, French and Spanish (see 2006/114/EC, article 4). */
const CLAIMS = [
  'guarantee; guaranteed; risk free; no risk; without risk; the best; the cheapest; the lowest; the fastest; number one; no 1; # 1; unbeatable; unrivalled; 100 % safe; 100 % secure; miracle; clinically proven; scientifically proven; never fails; nothing to lose',
  'garantiert; Garantie; risikofrei; risikolos; ohne Risiko; der beste; die beste; das beste; die besten; am besten; der günstigste; die günstigste; das günstigste; am günstigsten; der billigste; Nummer eins; Nr 1; unschlagbar; konkurrenzlos; 100 % sicher; wissenschaftlich bewiesen; Wunder',
  'garanti; garantie; sans risque; le meilleur; la meilleure; les meilleurs; le moins cher; la moins chère; numéro un; n° 1; imbattable; 100 % sûr; scientifiquement prouvé; miracle',
  'garantizado; garantía; sin riesgo; el mejor; la mejor; los mejores; el más barato; la más barata; número uno; nº 1; imbatible; insuperable; 100 % seguro; científicamente probado; milagro',
]
  .flatMap((list) => list.split(';'))
  .map((phrase) => ({ phrase: phrase.trim(), words: wordsOf(phrase) }));

export type Phrase = { phrase: string; words: Words };

export const phrasesOf = (phrases: readonly string[]): Phrase[] =>
  phrases.map((phrase) => ({ phrase, words: wordsOf(phrase) }));

/** What the brief forbids: whole words in any case, with or without accents, in any simple form. */
export function bannedPhrases(texts: readonly Words[], banned: readonly Phrase[]): Finding[] {
  return banned
    .filter(({ words }) => texts.some((text) => hasPhrase(text, words)))
    .map(({ phrase }) =>
      error('banned_phrase', `The brief forbids the words "${phrase}".`, { fix: `Take "${phrase}" out.` }),
    );
}

/** The claims that this brief makes by itself need no warning, and those it forbids are errors already. */
export function claimsNotIn(briefWords: Words, banned: readonly Phrase[]): Phrase[] {
  return CLAIMS.filter(
    ({ words }) => !hasPhrase(briefWords, words) && !banned.some((phrase) => hasPhrase(words, phrase.words)),
  );
}

/** Wishes at the end of a letter are no claims. */
const WISHES = /\b(?:all the best|das beste wünschen)\b/gi;
export const withoutWishes = (text: string) => text.replace(WISHES, ' ');

export function unsupportedClaims(texts: readonly Words[], claims: readonly Phrase[]): Finding[] {
  const found = claims.find(({ words }) => texts.some((text) => hasPhrase(text, words)));
  if (found === undefined) return [];
  return [
    warning('unsupported_claim', `The text claims something ("${found.phrase}") that the brief does not say.`, {
      fix: 'Take the claim out, or put it into the brief if you can prove it.',
    }),
  ];
}
