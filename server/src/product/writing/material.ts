import type { ChannelName } from '../campaigns/campaign.ts';
import { briefLinks } from '../checks/rules/links.ts';
import { plainWording, withFallbacks } from '../checks/rules/wording.ts';
import { type Chooser, shuffled } from './chooser.ts';
import { type SegmentAngle, segmentAngle } from './segment-angle.ts';
import { english, englishRelaxed } from './wording/english.ts';
import type { Greeting, Manner, Wording } from './wording/wording.ts';
import type { MergeField, WriteRequest } from './writer.ts';

/** A greeting that shapes the name ("ANNA MARIA" is greeted as Anna), and one that takes less room. */
export type NamedGreeting = { full: string; compact: string };

/** What a request gives to write with, read once for all its variants. */
export type Material = {
  wording: Wording;
  channel: ChannelName;
  maxLength: number;
  /** Paragraphs instead of one line. */
  isRoomy: boolean;
  /** The reviewer wants less. */
  isShort: boolean;
  /** As it stands inside a sentence, with an article where it needs one; null when must_avoid forbids its name. */
  product: string | null;
  /** As the brief has it. */
  productName: string;
  callToAction: string;
  /** Call to action and link, exactly as the brief has them. */
  ask: string;
  mustInclude: readonly string[];
  greetings: readonly NamedGreeting[];
  angle: SegmentAngle;
  holding: string | null;
  /** The product takes the place of what the customers have, rather than joining it. */
  replaces: boolean;
  /** The message itself will show a date of the brief. */
  hasDeadline: boolean;
  /** True for a text that must_avoid forbids. The brief's own link is no wording. */
  isForbidden(text: string): boolean;
};

const FIRST_NAME = /^(first_?name|given_?name|fore_?name|vorname|prenom)$/i;
const FULL_NAME = /^(name|full_?name|customer_?name|contact_?name)$/i;
const SHORTER = /\b(short|shorter|brief|briefer|concise|crisp|tighter|less|fewer|cut|trim)\b/i;
const NO_GREETING = /\b(without|no|drop|remove)\b.{0,12}\b(greeting|name|salutation)\b/i;
const FORMAL = /\b(formal|serious|official|polite|respectful|professional)/i;
const WARM = /\b(warm|friend|kind|personal|light|play|casual|cheer)/i;
const REPLACES = /\b(switch|upgrade|move|change|replac|instead|migrat|convert)/i;
const MONTHS_AND_DAYS =
  'january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday';
const DEADLINE = new RegExp(
  `\\b(until|till|before|by|ends?|closes?|expires?|deadline|no later than)\\b[^.!?]{0,30}\\b(${MONTHS_AND_DAYS}|\\d{1,2}[./]\\d{1,2}|\\d{4}-\\d\\d-\\d\\d)`,
  'i',
);

export function mannerOf(tone: string | undefined, guidance: string | null): Manner {
  // What a reviewer asks for now outweighs what the brief asked for then.
  for (const words of [guidance ?? '', tone ?? '']) {
    if (FORMAL.test(words) && !/\b(less|not|too)\b.{0,10}\bformal/i.test(words)) return 'formal';
    if (WARM.test(words) || /\b(less|not|too)\b.{0,10}\bformal/i.test(words)) return 'warm';
  }
  return 'plain';
}

/** Greetings by name; in a line of sentences none where the workspace has no such field. */
function greetingsFor(
  greetings: readonly Greeting[],
  fields: readonly MergeField[],
  isRoomy: boolean,
  choose: Chooser,
): NamedGreeting[] {
  const texts = fields.filter((field) => field.field_type === 'string');
  const first = texts.find((field) => FIRST_NAME.test(field.field_name));
  const name = (first ?? texts.find((field) => FULL_NAME.test(field.field_name)))?.field_name;
  return shuffled(greetings, choose).flatMap(({ word, fallback }) => {
    if (name === undefined) {
      const plain = `${word}${fallback === '' ? '' : ` ${fallback}`},`;
      return isRoomy ? [{ full: plain, compact: plain }] : [];
    }
    const compact = first === undefined ? `${name} | first_word` : name;
    return [
      {
        full: `${word} {{${name} | first_word | title | fallback: "${fallback}"}},`,
        compact: `${word} {{${compact} | fallback: "${fallback}"}},`,
      },
    ];
  });
}

function askOf(callToAction: string, link: string | undefined, wording: Wording): string {
  const leadIn = /^\p{Ll}/u.test(callToAction) ? (wording.askLeadIns[0] ?? '') : '';
  const isEnded = /[.!?…:]$/.test(callToAction);
  if (link === undefined || callToAction.includes(link))
    return `${leadIn}${callToAction}${isEnded || /https?:\S+$/.test(callToAction) ? '' : '.'}`;
  return `${leadIn}${callToAction}${isEnded ? '' : ':'} ${link}`;
}

function forbidding(phrases: readonly string[], links: readonly string[]): (text: string) => boolean {
  const forbidden = phrases.map((phrase) => plainWording(phrase, []));
  if (forbidden.length === 0) return () => false;
  return (text) => {
    const forms = text.includes('{{') ? [text, withFallbacks(text)] : [text];
    return forms.some((form) => {
      const wording = plainWording(form, links);
      return forbidden.some((phrase) => wording.includes(phrase));
    });
  };
}

const wordsIn = (text: string) =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.replace(/s$/, ''));

/** Whether a text names what the customers have, or its kind: only then does something take its place. */
function speaksOf(text: string, holding: SegmentAngle['holding']): boolean {
  if (holding === null) return false;
  const said = new Set(wordsIn(text));
  const value = wordsIn(holding.value);
  return wordsIn(holding.noun).some((word) => said.has(word)) || value.every((word) => said.has(word));
}

/** Reads a request for everything its texts are made of. */
export function readMaterial(request: WriteRequest, choose: Chooser): Material {
  const { brief, guidance } = request;
  const { channel, max_length } = request.channel;
  const manner = mannerOf(brief.tone, guidance);
  const wording = manner === 'formal' ? english : englishRelaxed;
  const isRoomy = channel === 'email' || channel === 'whatsapp';
  const isForbidden = forbidding(brief.must_avoid ?? [], briefLinks(brief));
  const product = brief.product.replace(/\s+/g, ' ').replace(/[.,;:!?]+$/, '');
  const isEnglish = brief.language === undefined || /^en/i.test(brief.language);
  const named = isEnglish ? wording.named(product) : product;
  const angle = segmentAngle(request.segment.attributes);
  const greets = channel !== 'push' && channel !== 'in_app' && !NO_GREETING.test(guidance ?? '');
  return {
    wording,
    channel,
    maxLength: max_length,
    isRoomy,
    isShort: SHORTER.test(guidance ?? '') && !/\bless formal/i.test(guidance ?? ''),
    product: isForbidden(named) ? null : named,
    productName: product,
    callToAction: brief.call_to_action,
    ask: askOf(brief.call_to_action, brief.link, wording),
    mustInclude: brief.must_include ?? [],
    greetings: greets ? greetingsFor(wording.greetings[manner], request.merge_fields, isRoomy, choose) : [],
    angle,
    holding: angle.holding === null ? null : wording.holding(angle.holding.value, angle.holding.noun),
    replaces: REPLACES.test(brief.objective) && speaksOf(`${brief.objective} ${product}`, angle.holding),
    hasDeadline: DEADLINE.test([brief.call_to_action, ...(brief.must_include ?? [])].join(' . ')),
    isForbidden,
  };
}
