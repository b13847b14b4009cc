import { ENGLISH_MOTIVES } from './english-motives.ts';
import { ENGLISH_PROGRESS } from './english-progress.ts';
import type { Library, ToneWording } from './wording.ts';

/** What people say and write when they are not being formal. Each needs a word behind it: "as it is." stays. */
const CONTRACTIONS: readonly [RegExp, string][] = [
  [/\b([Ww])ould not\b/g, "$1ouldn't"],
  [/(?<!\bhere )\b([Ii])t is (?=\w)/g, "$1t's "],
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

const there = (word: string) => ({ paragraph: `${word} {name},`, line: `${word} {name},`, fallback: 'there' });
const NONE: ToneWording = { greetings: [there('Hello'), there('Hi')], openings: [], bridges: [], signOffs: [] };

export const english: Library = {
  tones: {
    neutral: NONE,
    plain: { ...NONE, greetings: [there('Hello')] },
    friendly: {
      greetings: [there('Hi'), there('Hello')],
      openings: [
        'It is good to write to you again.',
        'We hope this finds you well.',
        'How nice that you are reading this.',
        'Here is a note we were happy to write.',
        'A few friendly words from us today.',
      ],
      bridges: ['Here is the way.', 'Whenever you like.', 'Go right ahead.', 'Come and see.', 'This way, please.'],
      signOffs: [
        'Take good care of yourself.',
        'Have a lovely day.',
        'All the best from all of us.',
        'We are always glad to hear from you.',
        'See you soon.',
      ],
    },
    playful: {
      greetings: [there('Hey'), there('Hi')],
      openings: [
        'Knock, knock. It is us.',
        'Psst, this one is for you.',
        'Drum roll, please.',
        'Stop scrolling for a second.',
        'Plot twist in your inbox.',
      ],
      bridges: ['Ta-da.', 'Ready, steady.', 'Your cue.', 'Curtain up.', 'This is the moment.'],
      signOffs: [
        'Over and out.',
        'That was the shortest show on earth.',
        'No jokes were harmed in the making of this message.',
        'Back to your regular day.',
        'High five for reading to the end.',
      ],
    },
    formal: {
      greetings: [{ paragraph: 'Dear {name},', line: 'Dear {name},', fallback: 'customer' }],
      openings: [
        'We are writing to draw your attention to the following.',
        'This message concerns a matter that may be of interest to you.',
        'We would be grateful for a moment of your time.',
        'Allow us to bring a matter to your notice.',
        'We take the liberty of contacting you today.',
      ],
      bridges: [
        'We kindly invite you to proceed.',
        'You may proceed as follows.',
        'The next step is as follows.',
        'We leave the next step to you.',
        'Please proceed at your convenience.',
      ],
      signOffs: [
        'We thank you for your attention.',
        'We remain at your service.',
        'We appreciate your consideration.',
        'Thank you for your valued custom.',
        'We look forward to your decision.',
      ],
    },
    urgent: {
      greetings: [there('Hello'), there('Hi')],
      openings: [
        'This one is best done today.',
        'Please put this at the top of your list.',
        'A quick decision helps here.',
        'Let us come straight to the point.',
        'Please take a moment for this now.',
      ],
      bridges: ['Best done now.', 'Do it today.', 'Straight to it.', 'First thing today.', 'No detours.'],
      signOffs: [
        'What is done today is off your mind tomorrow.',
        'Do it now and it is done.',
        'Now is as good a moment as any.',
        'Please do not leave it lying.',
        'Today is a good day to get it done.',
      ],
    },
  },
  standing: {
    new: [
      'You have not been with us for long, so this may be news to you.',
      'You are still quite new here, so we would like to point something out to you.',
      'As you joined us not so long ago, an introduction may help.',
      'We have not known each other for long, and this is a good way to change that.',
      'Some things are still new when one has only been here a while. This may be one of them.',
    ],
    long: [
      'You have been with us for a good while, and we do not take that for granted.',
      'Having you with us for so long means a lot to us.',
      'We have known each other for a long time now, so a few words will do.',
      'After all this time, we would like to tell you of this ourselves.',
      'We go back a long way, and that is a good reason to write.',
    ],
  },
  asides: {
    adds: [
      'See how that would go with {holding}.',
      'Have {holding} in mind when you look.',
      'Put it next to {holding} and see.',
      'How would it sit beside {holding}?',
      'Think of {holding} as you read on.',
    ],
    replaces: [
      'Compare with {holding} and see which suits you better.',
      'Have {holding} in mind when you look.',
      'Put it next to {holding} and judge for yourself.',
      'How does {holding} measure up?',
      'Hold it against {holding}, point by point.',
    ],
  },
  leadIns: ['Good to know: ', 'Please note: ', 'Note: '],
  askLeadIns: ['Next: ', 'Now: '],
  techniques: { ...ENGLISH_PROGRESS, ...ENGLISH_MOTIVES },
  standsFreely: () => true,
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
  typeset: (text) => text.replaceAll("'", '’'),
  colon: ': ',
};
