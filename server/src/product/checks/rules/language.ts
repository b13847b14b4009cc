/** Small words that stand in nearly every sentence of a language and hardly ever in another's. */
const SMALL_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  en: new Set('the and you your with for of to is are this that have has not be our from it'.split(' ')),
  de: new Set('der die das und ist nicht ein eine sie ihr ihre mit für wir von zu den auf uns im dem'.split(' ')),
  fr: new Set('le la les et est vous votre vos nous avec pour une un des du de que dans sur ne pas'.split(' ')),
  es: new Set('el la los las y es su sus usted con para una un de que en por del nos no tu'.split(' ')),
};
const NAMES: Readonly<Record<string, string>> = {
  english: 'en',
  german: 'de',
  deutsch: 'de',
  french: 'fr',
  français: 'fr',
  spanish: 'es',
  español: 'es',
};
const ENOUGH_WORDS = 8;

/** "de", "de-AT" and "German" as "de"; null for a language that is not checked. */
export function languageCode(language: string): string | null {
  const plain = language.trim().toLowerCase();
  const code = NAMES[plain] ?? (/^[a-z]{2}([-_].*)?$/.test(plain) ? plain.slice(0, 2) : '');
  return Object.hasOwn(SMALL_WORDS, code) ? code : null;
}

/**
 * The language a text plainly is in, when it is another than the one asked for; null when it is right, too short to say,
 * or in a language that is not known here.
 */
export function otherLanguage(text: string, wanted: string | undefined): string | null {
  const code = languageCode(wanted ?? 'en');
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (code === null || words.length < ENOUGH_WORDS) return null;
  const counts = Object.entries(SMALL_WORDS)
    .map(([language, small]) => ({ language, count: words.filter((word) => small.has(word)).length }))
    .sort((left, right) => right.count - left.count);
  const own = counts.find((entry) => entry.language === code)?.count ?? 0;
  const best = counts[0];
  return best !== undefined && best.count >= 3 && best.count >= 3 * Math.max(1, own) ? best.language : null;
}
