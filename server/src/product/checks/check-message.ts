import type { Brief } from '../campaigns/campaign.ts';
import { type Checked, type Edit, error, type Finding, type PartName, type Piece, warning } from './finding.ts';
import { hiddenCharacters, markup, mixedAlphabets } from './rules/characters.ts';
import {
  bannedPhrases,
  claimsNotIn,
  type Phrase,
  phrasesOf,
  unsupportedClaims,
  withoutWishes,
} from './rules/claims.ts';
import { languageCode, otherLanguage } from './rules/language.ts';
import { lengthFindings } from './rules/lengths.ts';
import { foreignLinks, hasTagInLink, isDeceptive, type LinkPolicy, linkPolicy } from './rules/links.ts';
import { hardToRead } from './rules/reading-level.ts';
import { allCapitals, exclamationMarks } from './rules/style.ts';
import { tagFindings } from './rules/tags.ts';
import { falseUrgency, statesDeadline } from './rules/urgency.ts';
import { plainly, withFallbacks } from './rules/wording.ts';
import { wordsOf } from './rules/words.ts';

export type { Checked, Finding } from './finding.ts';

/** What a brief asks of its texts, worked out once for all of them. */
type Demands = {
  briefText: string;
  links: LinkPolicy;
  required: { phrase: string; plain: string }[];
  banned: Phrase[];
  claims: Phrase[];
  deadlineStated: boolean;
  language: string | null;
};

const demandsByBrief = new WeakMap<Brief, Demands>();

function demandsOf(brief: Brief): Demands {
  const known = demandsByBrief.get(brief);
  if (known !== undefined) return known;
  const said = [brief.objective, brief.product, brief.call_to_action, brief.audience_notes ?? ''];
  const briefText = [...said, ...(brief.must_include ?? []), ...(brief.must_avoid ?? [])].join('\n');
  const positive = [...said, ...(brief.must_include ?? [])].join('\n');
  const banned = phrasesOf(brief.must_avoid ?? []);
  const demands: Demands = {
    briefText,
    links: linkPolicy(brief),
    required: (brief.must_include ?? []).map((phrase) => ({ phrase, plain: plainly(phrase.normalize('NFC')) })),
    banned,
    claims: claimsNotIn(wordsOf(positive), banned),
    deadlineStated: statesDeadline(positive),
    language: languageCode(brief.language ?? 'en'),
  };
  demandsByBrief.set(brief, demands);
  return demands;
}

function piecesOf(message: Checked): Map<PartName, Piece> {
  const pieces = new Map<PartName, Piece>();
  for (const part of ['subject', 'preheader', 'message'] as const) {
    const raw = message[part];
    if (raw !== null) pieces.set(part, { part, raw, plain: withFallbacks(raw) });
  }
  return pieces;
}

function requiredPhrases(message: Checked, pieces: readonly Piece[], demands: Demands): Finding[] {
  const plain = plainly(
    pieces
      .map((piece) => piece.plain)
      .join('\n')
      .normalize('NFC'),
  );
  const end = message.message.trimEnd().length;
  return demands.required
    .filter((phrase) => !plain.includes(phrase.plain))
    .map(({ phrase }) =>
      error('missing_required_phrase', `The brief asks for the words "${phrase}".`, {
        fix: `Add "${phrase}".`,
        edit: {
          part: 'message',
          from: end,
          to: message.message.length,
          replacement: end === 0 ? phrase : ` ${phrase}`,
        },
      }),
    );
}

/** Puts the brief's link in the place of the foreign one, where that stands in the text as it is. */
function linkEdit({ part, raw }: Piece, link: string, brief: Brief): Edit | null {
  const from = raw.indexOf(link);
  if (brief.link === undefined || from === -1) return null;
  return { part, from, to: from + link.length, replacement: brief.link };
}

function linkFindings(piece: Piece, brief: Brief, { links }: Demands): Finding[] {
  const foreign = foreignLinks(piece.plain, links);
  const fix = brief.link === undefined ? 'Take the link out.' : `Use ${brief.link}.`;
  const found: Finding[] = [];
  const [first] = foreign;
  if (first !== undefined) {
    const deceptive = foreign.find((link) => isDeceptive(link, links));
    const edit = linkEdit(piece, deceptive ?? first, brief);
    found.push(
      deceptive === undefined
        ? error('unknown_link', 'The text has a link that is not one of the brief.', { fix, edit })
        : error('deceptive_link', 'The text has a link that is made to look like another one.', { fix, edit }),
    );
  }
  if (hasTagInLink(piece.raw))
    found.push(
      error('tag_in_link', 'A merge tag stands inside a link: a customer’s value would decide where it leads.', {
        fix: 'Take the tag out of the link.',
      }),
    );
  return found;
}

function wordingFindings(message: Checked, pieces: readonly Piece[], demands: Demands): Finding[] {
  const texts = pieces.map(({ plain }) =>
    wordsOf(demands.links.links.reduce((rest, link) => rest.replaceAll(link, ' '), plain)),
  );
  const body = pieces.find((piece) => piece.part === 'message')?.plain ?? '';
  const language = otherLanguage(body, message.brief.language);
  return [
    ...bannedPhrases(texts, demands.banned),
    ...unsupportedClaims(
      pieces.map(({ plain }) => wordsOf(withoutWishes(plain))),
      demands.claims,
    ),
    ...falseUrgency(pieces, demands.deadlineStated),
    ...(language === null
      ? hardToRead(body, message.channel, demands.language)
      : [
          warning(
            'wrong_language',
            `The text seems to be in another language ("${language}") than the brief asks for.`,
            { fix: 'Write it in the language of the brief, or change the brief.' },
          ),
        ]),
  ];
}

/** One entry a code and sentence: the same said of subject and text is said once. */
function once(findings: readonly Finding[]): Finding[] {
  return [
    ...new Map(findings.toReversed().map((finding) => [`${finding.code} ${finding.message}`, finding])).values(),
  ].toReversed();
}

/**
 * Everything there is to say about one message, errors first; docs/checks.md lists the codes. Pure, never throws whatever
 * the text, and takes time in proportion to its length. What the customers' values add is in check-rendered.ts.
 */
export function checkMessage(message: Checked): Finding[] {
  const demands = demandsOf(message.brief);
  const byPart = piecesOf(message);
  const pieces = [...byPart.values()];
  const found = once([
    ...pieces.flatMap((piece) => tagFindings(piece, message.fields)),
    ...pieces.flatMap((piece) => [
      ...hiddenCharacters(piece),
      ...markup(piece),
      ...mixedAlphabets(piece, demands.briefText),
      ...linkFindings(piece, message.brief, demands),
    ]),
    ...lengthFindings(message, byPart),
    ...requiredPhrases(message, pieces, demands),
    ...wordingFindings(message, pieces, demands),
    ...pieces.flatMap((piece) => [...allCapitals(piece), ...exclamationMarks(piece)]),
  ]);
  return found.sort((left, right) => Number(left.severity === 'warning') - Number(right.severity === 'warning'));
}
