/** What each filter of the closed list does to a text. All are pure, take no locale and stay cheap: they run once a customer. */

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 160 || code === 0x202f || code === 0x3000;
}

/** True for a text that shows nothing; the first character decides for nearly every real value. */
export function isBlank(text: string): boolean {
  const code = text.charCodeAt(0);
  return !(code > 32 && code < 127) && text.trim() === '';
}

export function firstWord(text: string): string {
  let start = 0;
  while (start < text.length && isSpace(text.charCodeAt(start))) start += 1;
  let end = start;
  while (end < text.length && !isSpace(text.charCodeAt(end))) end += 1;
  return text.slice(start, end);
}

const isApostrophe = (character: string | undefined) => character === "'" || character === '’';

function capitalised(word: string): string {
  const first = String.fromCodePoint(word.codePointAt(0) ?? 32);
  return first.toUpperCase() + word.slice(first.length);
}

/** "o'neill" has a second capital, "it's" has not: one letter before the apostrophe makes the difference. */
function titledWord(word: string): string {
  if (word === '') return word;
  const lower = word.toLowerCase();
  // "McDonald" and "DeShawn" know their own capitals.
  if (word !== lower && word !== word.toUpperCase()) return capitalised(word);
  if (isApostrophe(lower[1]) && lower.length > 2)
    return capitalised(lower.slice(0, 1)) + lower.slice(1, 2) + capitalised(lower.slice(2));
  return capitalised(lower);
}

/** A name as it is written on an envelope: "ANNA-maria o'neill" as "Anna-Maria O'Neill"; mixed case stays as it is. */
export function titled(text: string): string {
  let result = '';
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 45 && !isSpace(code)) continue;
    result += titledWord(text.slice(start, at)) + text[at];
    start = at + 1;
  }
  return result + titledWord(text.slice(start));
}

/** At most `count` characters, the last of them "…" where something was cut off. Whole characters, no half ones. */
export function truncated(text: string, count: number): string {
  if (text.length <= count) return text;
  const characters = [...text];
  if (characters.length <= count) return text;
  const kept = characters
    .slice(0, Math.max(0, count - 1))
    .join('')
    .trimEnd();
  return `${kept}…`;
}

const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/;

/** "1234567.5" as "1,234,567.5", in every language; anything that is no plain number stays as it is. */
export function grouped(text: string): string {
  if (!PLAIN_NUMBER.test(text)) return text;
  const start = text.charCodeAt(0) === 45 ? 1 : 0;
  const point = text.indexOf('.');
  const end = point === -1 ? text.length : point;
  if (end - start <= 3) return text;
  let result = text.slice(0, start + ((end - start) % 3));
  for (let at = result.length; at < end; at += 3) {
    if (at > start) result += ',';
    result += text.slice(at, at + 3);
  }
  return result + text.slice(end);
}
