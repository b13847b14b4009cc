import { editBetween, error, type Finding, type Piece } from '../finding.ts';

const HIDDEN =
  /[\p{Cf}\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u115f\u1160\u2028\u2029\u3164\uffa0\ufffd]|\p{Cs}/gu;
const JOINERS = new Set(['\u200c', '\u200d']);
const DIRECTION_MARKS = new Set(['\u200e', '\u200f', '\u061c']);
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;
const JOINING_BEFORE =
  /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{M}]$/u;
/** Flags of regions such as Scotland: a black flag, tag letters, and the tag that ends them (Unicode TS 51). */
const REGION_FLAG = /\u{1f3f4}[\u{e0061}-\u{e007a}\u{e0030}-\u{e0039}]{1,6}\u{e007f}/gu;
const TAG_CHARACTERS = 8;

/** Where characters stand that nobody sees; the joiners of emoji and of scripts that need them are seen. */
function hiddenAt(text: string): number[] {
  const flags = [...text.matchAll(REGION_FLAG)].map((match) => [match.index, match.index + match[0].length] as const);
  const rightToLeft = RIGHT_TO_LEFT.test(text);
  const found: number[] = [];
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    if (flags.some(([from, to]) => index >= from && index < to)) continue;
    if (DIRECTION_MARKS.has(character) && rightToLeft) continue;
    if (JOINERS.has(character) && JOINING_BEFORE.test(text.slice(Math.max(0, index - TAG_CHARACTERS), index))) continue;
    found.push(index);
  }
  return found;
}

function without(text: string, places: readonly number[]): string {
  let result = '';
  let from = 0;
  for (const at of places) {
    result += text.slice(from, at);
    from = at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
  }
  return result + text.slice(from);
}

/** Invisible, control and bidirectional characters: what is approved must be what is read (Unicode TR 36, section 2). */
export function hiddenCharacters({ part, raw }: Piece): Finding[] {
  const places = hiddenAt(raw);
  if (places.length === 0) return [];
  return [
    error('hidden_characters', `The ${part} has ${places.length} characters that nobody sees.`, {
      fix: 'Take them out.',
      edit: editBetween(part, raw, without(raw, places)),
    }),
  ];
}

const MARKUP = /<[/!?]?[a-z][^<>]{0,400}>|<script\b|<!--|&(?:[a-z]{2,8}|#\d{2,6}|#x[\da-f]{2,5});/gi;

/** Texts are plain: a platform that puts them into HTML would run markup, and one that does not would show it. */
export function markup({ part, raw, plain }: Piece): Finding[] {
  if (!raw.includes('<') && !plain.includes('<') && !raw.includes('&')) return [];
  if ((plain.match(MARKUP) ?? raw.match(MARKUP)) === null) return [];
  return [
    error('markup', `The ${part} has HTML in it; texts are plain.`, {
      fix: 'Take the markup out.',
      edit: editBetween(part, raw, raw.replace(MARKUP, '')),
    }),
  ];
}

const WORD = /[\p{L}\p{M}]+/gu;
const LOOKALIKES = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;
const LATIN = /\p{Script=Latin}/u;

/** A word that mixes Latin with Cyrillic or Greek letters reads like another one (Unicode TS 39, mixed scripts). */
export function mixedAlphabets({ part, plain }: Piece, briefText: string): Finding[] {
  if (!LOOKALIKES.test(plain)) return [];
  const mixed = (plain.match(WORD) ?? []).find(
    (word) => LOOKALIKES.test(word) && LATIN.test(word) && !briefText.includes(word),
  );
  if (mixed === undefined) return [];
  return [
    error('mixed_alphabets', `A word of the ${part} mixes letters of two alphabets: it only looks like what it says.`, {
      fix: 'Type the word anew in one alphabet.',
    }),
  ];
}
