import type { TechniqueId } from '../techniques.ts';
import { ENGLISH_MOTIVES } from './english-motives.ts';
import { ENGLISH_PROGRESS } from './english-progress.ts';
import type { TechniqueWording, Wording } from './wording.ts';

/** What people say and write when they are not being formal. Each needs a word behind it: "as it is." stays. */
const CONTRACTIONS: readonly [RegExp, string][] = [
  [/\b([Ww])ould not\b/g, "$1ouldn't"],
  [/\b([Ii])t is (?=\w)/g, "$1t's "],
  [/\b([Tt])hat is (?=\w)/g, "$1hat's "],
  [/\b([Hh])ere is (?=\w)/g, "$1ere's "],
  [/\b([Tt])here is (?=\w)/g, "$1here's "],
  [/\b([Ww])hat is (?=\w)/g, "$1hat's "],
  [/\b([Yy])ou are (?=\w)/g, "$1ou're "],
  [/\b([Ww])e are (?=\w)/g, "$1e're "],
  [/\b([Ww]e) will not\b/g, "$1 won't"],
  [/\b([Yy]ou|[Ww]e|I) will (?=\w)/g, "$1'll "],
  [/\b([Yy]ou|[Ww]e) would (?=\w)/g, "$1'd "],
  [/\b([Yy])ou have (?=got|made|come|given|put|wanted|already|acted)/g, "$1ou've "],
  [/\b([Dd])o not\b/g, "$1on't"],
  [/\b([Dd])oes not\b/g, "$1oesn't"],
  [/\bneed not\b/g, "needn't"],
];

/** The text as one says it. Runs on our own sentences only, never on words of a brief. */
export function relaxed(text: string): string {
  return CONTRACTIONS.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

/** Behind these, or where one of them is the first word, no article is missing. */
const DETERMINER = /^(a|an|the|our|your|my|its|this|that|these|those|any|all|each|every|some|more|no|one|two|three)$/;
const PREPOSITION = / (for|with|of|in|on|at|to|from|without|by|and|or) /;
/** Nouns that are never counted, besides those in "-ing". */
const UNCOUNTED =
  /(ing|insurance|broadband|internet|cashback|protection|coverage|cover|support|advice|access|data|fibre|fiber|delivery|credit|wifi|wi-fi|assistance)$/;

/** "two-year contract" lacks an article inside a sentence; names, plurals and what is not counted do not. */
function withArticle(product: string): string {
  const [first = ''] = product.split(' ');
  if (!/^[a-z][a-z'’-]+$/.test(first) || DETERMINER.test(first)) return product;
  const head = product.toLowerCase().split(PREPOSITION)[0] ?? product;
  return UNCOUNTED.test(head) || /[^sui]s$/.test(head) ? product : `the ${product}`;
}

const GENERIC_NOUN_ENDINGS = / (type|kind|name|level|category)$/;

export const english: Wording = {
  language: 'en',
  greetings: {
    warm: [
      { word: 'Hi', fallback: 'there' },
      { word: 'Hello', fallback: 'there' },
    ],
    plain: [
      { word: 'Hello', fallback: 'there' },
      { word: 'Hi', fallback: 'there' },
    ],
    formal: [{ word: 'Dear', fallback: 'customer' }],
  },
  standing: {
    new: [
      'You have not been with us for long, so this may be news to you.',
      'You are still quite new here, so we would like to point something out to you.',
    ],
    long: [
      'You have been with us for a good while, and we do not take that for granted.',
      'Having you with us for so long is nothing we take for granted.',
    ],
  },
  asides: {
    adds: ['See how that would go with {holding}.', 'Have {holding} in mind when you look.'],
    replaces: ['Compare with {holding} and see which suits you better.', 'Have {holding} in mind when you look.'],
  },
  leadIns: ['Good to know: ', 'Please note: ', 'Note: '],
  askLeadIns: ['Next: ', 'Now: '],
  techniques: { ...ENGLISH_PROGRESS, ...ENGLISH_MOTIVES },
  named: withArticle,
  // A line never begins with the product or a name, so its first letter may become small; "I" does not occur.
  afterGreeting: (sentence) => (sentence[0]?.toLowerCase() ?? '') + sentence.slice(1),
  holding: (value, noun) => {
    // "Month-to-month" is capital only because it begins a cell; "Plus" and "DSL" may be names.
    const word = /^[A-Z][a-z]+[ -][a-z -]+$/.test(value) ? value[0]?.toLowerCase() + value.slice(1) : value;
    const kind = noun.replace(GENERIC_NOUN_ENDINGS, '');
    const last = kind.split(' ').at(-1) ?? '';
    if (kind.split(' ').length > 2 || !/^[a-z ]+$/.test(kind)) return null;
    return /product$/.test(last) || word.toLowerCase().includes(last) ? `your ${word}` : `your ${word} ${kind}`;
  },
};

const inRelaxed = (wording: TechniqueWording): TechniqueWording => ({
  subjects: wording.subjects.map(relaxed),
  openers: wording.openers.map(relaxed),
  hooks: wording.hooks.map(relaxed),
  bodies: wording.bodies.map(relaxed),
  closers: wording.closers.map(relaxed),
});

/** English as people speak it: the same sentences with contractions. */
export const englishRelaxed: Wording = {
  ...english,
  standing: Object.fromEntries(
    Object.entries(english.standing).map(([standing, sentences]) => [standing, sentences.map(relaxed)]),
  ),
  techniques: Object.fromEntries(
    Object.entries(english.techniques).map(([id, wording]) => [id, inRelaxed(wording)]),
  ) as Record<TechniqueId, TechniqueWording>,
};
