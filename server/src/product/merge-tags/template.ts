import { isDateFormat } from '../fields/date-formats.ts';

export const MAX_TEMPLATE_CHARACTERS = 20_000;
export const MAX_TAGS = 100;
const MAX_FILTERS = 10;
/** Enough to see what is wrong; the rest is found after the next try. */
const MAX_PROBLEMS = 20;
const MAX_FALLBACK_CHARACTERS = 200;

/** The closed list of filters: what each takes behind its colon. */
const FILTERS = {
  upper: 'nothing',
  lower: 'nothing',
  title: 'nothing',
  trim: 'nothing',
  first_word: 'nothing',
  number: 'nothing',
  currency: 'nothing',
  truncate: 'count',
  date: 'format',
  fallback: 'text',
} as const;
export type FilterName = keyof typeof FILTERS;

export type Filter = { name: FilterName; argument: string | number | null };
export type Tag = { field_name: string; filters: Filter[]; position: number };
export type TemplatePart = string | Tag;
/** Position is the character where the tag begins. */
export type TemplateProblem = {
  code: 'malformed_tag' | 'unknown_filter' | 'bad_argument' | 'too_many_tags' | 'text_too_long';
  message: string;
  position: number;
};

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const FILTER = /^([a-z_]+)(?:\s*:\s*(.*))?$/s;
const QUOTED = /^"([^"{}]*)"$/;

/** Splits at bars outside quotes. */
function pieces(text: string): string[] {
  const found: string[] = [];
  let current = '';
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    if (character === '|' && !quoted) {
      found.push(current.trim());
      current = '';
    } else current += character;
  }
  return [...found, current.trim()];
}

function readFilter(text: string, position: number): Filter | TemplateProblem {
  const match = FILTER.exec(text);
  if (match === null)
    return { code: 'malformed_tag', message: 'Write filters as | name or | name: argument.', position };
  const [, name = '', argument] = match;
  if (!Object.hasOwn(FILTERS, name))
    return {
      code: 'unknown_filter',
      message: `There is no filter named ${name.slice(0, 40)}. Known: ${Object.keys(FILTERS).join(', ')}.`,
      position,
    };
  const takes = FILTERS[name as FilterName];
  const bad = (message: string): TemplateProblem => ({ code: 'bad_argument', message, position });
  if (takes === 'nothing')
    return argument === undefined
      ? { name: name as FilterName, argument: null }
      : bad(`The filter ${name} takes no argument.`);
  if (takes === 'count') {
    return /^[1-9]\d{0,3}$/.test(argument ?? '')
      ? { name: name as FilterName, argument: Number(argument) }
      : bad('How many characters? Write | truncate: 20');
  }
  const text_ = QUOTED.exec(argument ?? '')?.[1];
  if (text_ === undefined) return bad(`The filter ${name} needs a text in double quotes: | ${name}: "…"`);
  if (takes === 'format' && !isDateFormat(text_))
    return bad('date needs one of the date formats, such as "dd MMMM yyyy".');
  if (takes === 'text' && text_.length > MAX_FALLBACK_CHARACTERS)
    return bad(`A fallback has at most ${MAX_FALLBACK_CHARACTERS} characters.`);
  return { name: name as FilterName, argument: text_ };
}

function readTag(inside: string, position: number, problems: TemplateProblem[]): Tag {
  const [name = '', ...filterTexts] = pieces(inside);
  const tag: Tag = { field_name: name, filters: [], position };
  if (!NAME.test(name) || filterTexts.length > MAX_FILTERS)
    problems.push({
      code: 'malformed_tag',
      message: 'Write merge tags as {{field_name}} or {{field_name | filter}}.',
      position,
    });
  for (const text of filterTexts) {
    const filter = readFilter(text, position);
    if ('code' in filter) problems.push(filter);
    else if (tag.filters.some((known) => known.name === 'fallback') && filter.name === 'fallback')
      problems.push({ code: 'bad_argument', message: 'A tag has one fallback: take the second one out.', position });
    else tag.filters.push(filter);
  }
  return tag;
}

/**
 * Reads a text with merge tags: `{{field_name}}`, `{{field_name | filter | fallback: "there"}}`. Everything outside tags
 * is plain text; single braces too. Unclosed or nested tags are problems. A text with problems is read only as far as they
 * can be told in a short list.
 */
export function parseTemplate(text: string): { parts: TemplatePart[]; problems: TemplateProblem[] } {
  const parts: TemplatePart[] = [];
  const problems: TemplateProblem[] = [];
  if (text.length > MAX_TEMPLATE_CHARACTERS)
    return {
      parts,
      problems: [
        { code: 'text_too_long', message: `A text has at most ${MAX_TEMPLATE_CHARACTERS} characters.`, position: 0 },
      ],
    };
  let position = 0;
  let tags = 0;
  while (position < text.length && tags <= MAX_TAGS && problems.length < MAX_PROBLEMS) {
    const open = text.indexOf('{{', position);
    const stray = text.indexOf('}}', position);
    if (stray !== -1 && (open === -1 || stray < open))
      problems.push({ code: 'malformed_tag', message: 'A tag is closed here that was never opened.', position: stray });
    if (open === -1) {
      parts.push(text.slice(position));
      break;
    }
    if (open > position) parts.push(text.slice(position, open));
    const close = text.indexOf('}}', open);
    if (close === -1) {
      problems.push({ code: 'malformed_tag', message: 'A tag is opened here and never closed.', position: open });
      break;
    }
    parts.push(readTag(text.slice(open + 2, close), open, problems));
    tags += 1;
    position = close + 2;
  }
  if (tags > MAX_TAGS)
    problems.push({ code: 'too_many_tags', message: `A text has at most ${MAX_TAGS} merge tags.`, position: 0 });
  return { parts, problems };
}

/** True for what can stand as a field's name in a tag. */
export function isTagName(name: string): boolean {
  return NAME.test(name);
}

export function tagsOf(parts: readonly TemplatePart[]): Tag[] {
  return parts.filter((part): part is Tag => typeof part !== 'string');
}

/** The fallback of a tag; undefined when it has none. */
export function fallbackOf(tag: Tag): string | undefined {
  const argument = tag.filters.find((filter) => filter.name === 'fallback')?.argument;
  return typeof argument === 'string' ? argument : undefined;
}
