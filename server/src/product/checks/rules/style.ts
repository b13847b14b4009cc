import { editBetween, type Finding, type Piece, warning } from '../finding.ts';

const CAPITALS = /(?<![\p{L}\p{N}])\p{Lu}{4,30}(?:[^\p{L}\p{N}{}|]{1,5}\p{Lu}{4,30}){2,20}(?![\p{L}\p{N}])/u;
/** Spanish opens what it exclaims. */
const MARKS = /[!！¡‼]/gu;
const RUN_OF_MARKS = /([!！])[!！]+|‼/gu;
const MARKS_AT_MOST: Readonly<Record<Piece['part'], number>> = { subject: 1, preheader: 1, message: 2 };

const inSmallLetters = (words: string) => words.slice(0, 1) + words.slice(1).toLowerCase();

export function allCapitals({ part, raw, plain }: Piece): Finding[] {
  if (!CAPITALS.test(plain)) return [];
  return [
    warning('all_caps', 'Several words in a row are in capitals.', {
      fix: 'Write them in small letters.',
      edit: editBetween(part, raw, raw.replace(CAPITALS, inSmallLetters)),
    }),
  ];
}

export function exclamationMarks({ part, raw, plain }: Piece): Finding[] {
  const marks = (plain.match(MARKS) ?? []).filter((mark) => mark !== '¡').length;
  const runs = plain.search(RUN_OF_MARKS) !== -1;
  if (!runs && marks <= MARKS_AT_MOST[part]) return [];
  return [
    warning('exclamation_marks', `The ${part} has ${marks} exclamation marks.`, {
      fix: 'One is enough.',
      edit: runs ? editBetween(part, raw, raw.replace(RUN_OF_MARKS, '!')) : null,
    }),
  ];
}
