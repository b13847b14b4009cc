import { tagErrors, tagsWithoutFallback } from '../merge-tags/check-tags.ts';
import type { MergeField } from './writer.ts';

const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** True for a text whose merge tags can all be filled for everybody. */
function hasGoodTags(text: string, fields: readonly MergeField[]): boolean {
  return tagErrors(text, fields).length === 0 && tagsWithoutFallback(text, fields).length === 0;
}

/**
 * A value of a brief as nothing but words in one line: without markup, control and direction characters, and without
 * braces that would make a merge tag nobody can fill. What it says, an order to the writer included, is left as it is.
 */
export function plainWords(text: string, fields: readonly MergeField[]): string {
  const line = text
    .replace(INVISIBLE, ' ')
    .replace(LONE_SURROGATE, '')
    .replace(/<\/?[a-z!?][^<>]*>/gi, '')
    .replace(/<(?=\s*[a-z!/?])/gi, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (hasGoodTags(line, fields)) return line;
  return line
    .replace(/\{\{+|\}\}+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** True for what stands in a text as it is. */
export function isPlainWords(text: string, fields: readonly MergeField[]): boolean {
  return plainWords(text, fields) === text.replace(/\s+/g, ' ').trim();
}
