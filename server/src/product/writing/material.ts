import { briefLinks } from '../checks/rules/links.ts';
import { isGsm, smsParts } from '../checks/rules/sms.ts';
import { plainWording, withFallbacks } from '../checks/rules/wording.ts';
import { isPlainWords, plainWords } from './plain-words.ts';
import { remembered } from './remembered.ts';
import { addressOf, type Tone, toneOf } from './tone.ts';
import { languageOf, wordingFor } from './wording/library.ts';
import type { Wording } from './wording/wording.ts';
import { type MergeField, type WriteRequest, writerFailures } from './writer.ts';

/** Characters kept free for each merge tag: a real name is often longer than its fallback. */
const TAG_MARGIN = 10;

/** A greeting that shapes the name ("ANNA MARIA" is greeted as Anna), and one that takes less room. */
export type NamedGreeting = { full: string; compact: string };

/** What brief, channel and fields give to write with: the same for every segment of a campaign, so it is read once. */
export type Material = {
  tone: Tone;
  wording: Wording;
  channel: WriteRequest['channel']['channel'];
  /** Paragraphs instead of one line. */
  isRoomy: boolean;
  /** The reviewer wants less. */
  isShort: boolean;
  /** As it stands inside a sentence, with an article where it needs one; null when must_avoid forbids its name. */
  product: string | null;
  productName: string;
  callToAction: string;
  /** Call to action and link, as the brief has them. */
  ask: string;
  mustInclude: readonly string[];
  greetings: readonly NamedGreeting[];
  /** The message itself will show a date of the brief. */
  hasDeadline: boolean;
  /** The objective asks for one thing in place of another. */
  speaksOfReplacing: boolean;
  /** A sentence with the product in its place; null where it cannot stand or would say a word twice in a row. */
  fill(sentence: string): string | null;
  /** True for a text that must_avoid forbids. The brief's own link is no wording. */
  isForbidden(text: string): boolean;
  /** The same for one sentence, from memory: a phrase that runs from one sentence into the next is not seen. */
  holdsForbidden(sentence: string): boolean;
  /** True for a text that goes out in as few characters, and SMS, as were asked for. */
  fits(text: string): boolean;
};

const FIRST_NAME = /^(first_?name|given_?name|fore_?name|vorname|prenom|nombre)$/i;
const FULL_NAME = /^(name|full_?name|customer_?name|contact_?name|nom|nom_?complet|nombre_?completo|kundenname)$/i;
const SHORTER =
  /\b(short|shorter|brief|briefer|concise|crisp|tighter|less|fewer|cut|trim|kürzer|kurz|plus court|court|breve|más corto)\b/i;
const NO_GREETING =
  /\b(without|no|drop|remove|ohne|sans|sin)\b.{0,12}\b(greeting|name|salutation|anrede|begrüßung|saludo)\b/i;
const REPLACES =
  /\b(switch|upgrade|move|change|replac|instead|migrat|convert|wechs|umstell|umstieg|ersetz|passer|remplac|chang|cambi|sustitu|migra)/i;
const DAYS_AND_MONTHS =
  'january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|' +
  'januar|februar|märz|mai|juni|juli|oktober|dezember|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|' +
  'janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|' +
  'enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|lunes|martes|miércoles|jueves|viernes|sábado|domingo';
const DEADLINE = new RegExp(
  `(?<!\\p{L})(until|till|before|by|ends?|closes?|expires?|deadline|no later than|bis|vor|spätestens|endet|jusqu.au|jusqu.à|avant|hasta|antes|termina|vence)(?!\\p{L})[^.!?]{0,30}(?<!\\p{L})(${DAYS_AND_MONTHS}|\\d{1,2}[./]\\d{1,2}|\\d{4}-\\d\\d-\\d\\d)`,
  'iu',
);

/**
 * Characters a text must be taken to have: as customers read it with a margin for each tag, and never less than it is
 * written with, so that whoever counts the template finds it short enough, too.
 */
export function lengthOf(text: string): number {
  const tags = text.match(TAG)?.length ?? 0;
  return tags === 0 ? text.length : Math.max(text.length, asRead(text).length + TAG_MARGIN * tags);
}

/** One whole tag. Whatever braces a brief has are tags by now, or gone. */
const TAG = /\{\{[\s\S]*?\}\}/g;
const shownFor = remembered(withFallbacks);

/** A text as its customers at least read it: the same as withFallbacks for texts of whole tags, without parsing each anew. */
const asRead = (text: string) => (text.includes('{{') ? text.replace(TAG, (tag) => shownFor(tag)) : text);

/** Greetings by name; in a line of sentences none where the workspace has no such field. */
function greetingsFor(wording: Wording, fields: readonly MergeField[], isRoomy: boolean) {
  const texts = fields.filter((field) => field.field_type === 'string');
  const first = texts.find((field) => FIRST_NAME.test(field.field_name));
  const name = (first ?? texts.find((field) => FULL_NAME.test(field.field_name)))?.field_name;
  return wording.greetings.flatMap((greeting): NamedGreeting[] => {
    const shape = isRoomy ? greeting.paragraph : greeting.line;
    const { fallback } = greeting;
    const named = (words: string) => shape.replace('{name}', () => words);
    if (name === undefined) return isRoomy ? [{ full: named(fallback), compact: named(fallback) }] : [];
    const compact = first === undefined ? `${name} | first_word` : name;
    return [
      {
        full: named(`{{${name} | first_word | title | fallback: "${fallback}"}}`),
        compact: named(`{{${compact} | fallback: "${fallback}"}}`),
      },
    ];
  });
}

function askOf(callToAction: string, link: string | undefined, wording: Wording): string {
  const leadIn = /^\p{Ll}/u.test(callToAction) ? (wording.askLeadIns[0] ?? '') : '';
  const isEnded = /[.!?…:]$/.test(callToAction);
  if (link === undefined || callToAction.includes(link))
    return `${leadIn}${callToAction}${isEnded || /https?:\S+$/.test(callToAction) ? '' : '.'}`;
  return `${leadIn}${callToAction}${isEnded ? ' ' : wording.colon}${link}`;
}

const straight = (text: string) => text.replaceAll('’', "'").replaceAll('\u00a0', ' ');

function forbidding(phrases: readonly string[], links: readonly string[]): (text: string) => boolean {
  const forbidden = phrases.map((phrase) => straight(plainWording(phrase, [])));
  if (forbidden.length === 0) return () => false;
  return (text) => {
    const forms = text.includes('{{') ? [text, asRead(text)] : [text];
    return forms.some((form) => {
      const wording = straight(plainWording(form, links));
      return forbidden.some((phrase) => wording.includes(phrase));
    });
  };
}

const DOUBLED = /(?<![\p{L}\p{N}])([\p{L}\p{N}]+)[^\p{L}\p{N}]+\1(?![\p{L}\p{N}])/iu;
/** Where a product of any kind and number may stand in any language. */
const STANDS_APART = /[:?][ \u00a0]\{product\}/;

function filling(product: string | null, standsFreely: boolean): Material['fill'] {
  return (sentence) => {
    if (!sentence.includes('{product}')) return sentence;
    if (product === null || !(standsFreely || STANDS_APART.test(sentence))) return null;
    const text = sentence.replaceAll('{product}', () => product);
    return DOUBLED.test(text) && !DOUBLED.test(product) ? null : text;
  };
}

/**
 * An SMS of the GSM alphabet stays within it and within the parts that its length stands for; what the brief demands may
 * break either, and is then all that does.
 */
function fitting(channel: Material['channel'], maxLength: number, demanded: string): Material['fits'] {
  if (channel !== 'sms') return (text) => lengthOf(text) <= maxLength;
  const inGsm = isGsm(asRead(demanded));
  const asked = maxLength <= 160 ? 1 : Math.ceil(maxLength / 153);
  const parts = Math.max(asked, smsParts(asRead(demanded)));
  return (text) => {
    if (lengthOf(text) > maxLength) return false;
    const read = asRead(text);
    if (inGsm && !isGsm(read)) return false;
    // The margin of a tag is stood for by letters, each of which takes one place.
    const size = `${read}${'x'.repeat(Math.max(0, lengthOf(text) - read.length))}`;
    return smsParts(size) <= parts && (!inGsm || maxLength > 160 || septets(size) <= maxLength);
  };
}

const septets = (text: string) => text.length + (text.match(/[\^{}\\[~\]|€]/g)?.length ?? 0);

/**
 * Reads a request for everything its texts are made of. What the brief says stands as plain words. Throws
 * writer_language_unknown, and writer_words_unusable for demands that could not stand as they are.
 */
export function readMaterial(request: Pick<WriteRequest, 'brief' | 'channel' | 'merge_fields' | 'guidance'>): Material {
  const { brief, guidance, merge_fields: fields } = request;
  const { channel, max_length } = request.channel;
  const language = languageOf(brief.language);
  if (language === null) throw writerFailures.writer_language_unknown();
  const isSms = channel === 'sms';
  const tone = toneOf(brief.tone, guidance);
  const address = addressOf(tone, [guidance, brief.tone]);
  const wording = wordingFor(language, tone, address, isSms);
  const isRoomy = channel === 'email' || channel === 'whatsapp';
  const isForbidden = forbidding(brief.must_avoid ?? [], briefLinks(brief));
  const productName = plainWords(brief.product, fields).replace(/[.,;:!?\s]+$/, '');
  const named = wording.named(productName);
  const product = productName === '' || isForbidden(named) ? null : named;
  const mustInclude = (brief.must_include ?? []).map((phrase) => phrase.replace(/\s+/g, ' '));
  if (brief.link?.includes('{{') || !mustInclude.every((phrase) => isPlainWords(phrase, fields)))
    throw writerFailures.writer_words_unusable();
  const callToAction = plainWords(brief.call_to_action, fields);
  if (callToAction === '') throw writerFailures.writer_words_unusable();
  const ask = askOf(callToAction, brief.link, wording);
  const greets = channel !== 'push' && channel !== 'in_app' && !NO_GREETING.test(guidance ?? '');
  return {
    tone,
    wording,
    channel,
    isRoomy,
    isShort: SHORTER.test(guidance ?? '') && !/\bless formal/i.test(guidance ?? ''),
    product,
    productName,
    callToAction,
    ask,
    mustInclude,
    greetings: greets ? greetingsFor(wording, fields, isRoomy) : [],
    hasDeadline: DEADLINE.test([callToAction, ...mustInclude].join(' . ')),
    speaksOfReplacing: REPLACES.test(brief.objective),
    fill: remembered(filling(product, wording.standsFreely(productName))),
    isForbidden,
    holdsForbidden: remembered(isForbidden),
    fits: fitting(channel, max_length, [ask, ...mustInclude].join(' ')),
  };
}
