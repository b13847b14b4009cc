const TOKEN = /[\p{L}\p{N}]+|[%€$£¥+&#]/gu;
/** Scripts without spaces between words: there a phrase is looked for anywhere. */
const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Tokens are found by how they begin. */
const PREFIX_CHARACTERS = 3;

/** What inflection leaves behind a stem in English, German, French and Spanish; '' is the stem itself. */
const ENDINGS = new Set([
  '',
  ...'s es e d ed ing er est ly en ern em n ne nen t te ten ter tes er ere eren este este sten ste ee ees es o a os as ada ado adas ados ment mente'.split(
    ' ',
  ),
]);
/** Behind a short stem only these: "banks" is a form of "bank", and "banter" none of "bant". */
const SHORT_ENDINGS = new Set(['', 's', 'es', 'e', 'en']);
const SHORT_STEM = 4;
const SHORTEST_STEM = 3;

/** Without accents, case, and characters that nobody sees. */
export function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss');
}

/**
 * True for two simple forms of one word: what they begin with in common is a stem, and what each has behind it is an
 * ending. It knows no grammar: "guaranteed" is a form of "guarantee", and "went" none of "go".
 */
export function isSameWord(left: string, right: string): boolean {
  if (left === right) return true;
  const shorter = Math.min(left.length, right.length);
  let stem = 0;
  while (stem < shorter && left[stem] === right[stem]) stem += 1;
  const [one, other] = [left.slice(stem), right.slice(stem)];
  if (stem === SHORTEST_STEM) return one + other === 's' && (one === '' || other === '');
  if (stem < SHORTEST_STEM) return false;
  const endings = stem <= SHORT_STEM ? SHORT_ENDINGS : ENDINGS;
  return endings.has(one) && endings.has(other);
}

export type Words = { text: string; tokens: string[]; byPrefix: Map<string, number[]> };

/** A text as words that phrases can be looked for in. */
export function wordsOf(text: string): Words {
  const plain = folded(text).replace(/\s+/g, ' ');
  const tokens: string[] = plain.match(TOKEN) ?? [];
  const byPrefix = new Map<string, number[]>();
  for (const [index, token] of tokens.entries()) {
    const prefix = token.slice(0, PREFIX_CHARACTERS);
    const known = byPrefix.get(prefix);
    if (known === undefined) byPrefix.set(prefix, [index]);
    else known.push(index);
  }
  return { text: plain, tokens, byPrefix };
}

/** True when the words of the phrase stand in the text one behind the other, in any simple form of each. */
export function hasPhrase(text: Words, phrase: Words): boolean {
  const [first] = phrase.tokens;
  if (first === undefined || SPACELESS.test(phrase.text)) {
    const wanted = phrase.text.trim();
    return wanted !== '' && text.text.includes(wanted);
  }
  const starts = text.byPrefix.get(first.slice(0, PREFIX_CHARACTERS)) ?? [];
  return starts.some((at) => phrase.tokens.every((token, index) => isSameWord(token, text.tokens[at + index] ?? '')));
}
