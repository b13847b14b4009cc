// GSM 03.38, basic set: a character takes 7 bits. Extension: it takes two.
const BASIC = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
const EXTENSION = /[\^{}\\[~\]|€]/g;

/** True for a text of the GSM alphabet alone; any other character more than halves what fits into one SMS. */
export function isGsm(text: string): boolean {
  return BASIC.test(text);
}

/** How many SMS a text takes: 160 or 70 characters in one, 153 or 67 in each of several (3GPP TS 23.038 and 23.040). */
export function smsParts(text: string): number {
  const size = isGsm(text) ? text.length + (text.match(EXTENSION)?.length ?? 0) : text.length;
  const [one, each] = isGsm(text) ? [160, 153] : [70, 67];
  return size <= one ? 1 : Math.ceil(size / each);
}

/** Typographic characters with a plain one that says the same. */
const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/[“”„‟″«»]/g, '"'],
  [/[‘’‚‛′´`]/g, "'"],
  [/[–—―‒−‐‑]/g, '-'],
  [/…/g, '...'],
  [/[\u00a0\u202f\u2009\u2007\u2002\u2003]/g, ' '],
  [/[•·]/g, '-'],
  [/[!！]/g, '!'],
];

/** The text with plain characters in the place of typographic ones, as far as there are such. Quotes inside tags stay quotes. */
export function toGsm(text: string): string {
  return text
    .split(/(\{\{[^{}]{0,1000}\}\})/)
    .map((piece) =>
      piece.startsWith('{{') ? piece : PLAIN.reduce((rest, [from, to]) => rest.replace(from, to), piece),
    )
    .join('');
}
